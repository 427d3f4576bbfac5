"""Every write of a visit itself: lock -> rule -> write -> event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from peyvand.extend.switches import off_refusal
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.journal.actions import record, record_batch
from peyvand.journal.once import KeyReused
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.visits import rules
from peyvand.programmes.visits.enums import MADE, Moment, VisitState
from peyvand.programmes.visits.models import (
    HouseholdAnswer,
    Visit,
    VisitAction,
    VisitNeed,
    VisitPhoto,
    VisitTerms,
)
from peyvand.programmes.visits.permissions import (
    may_change,
    may_plan,
    may_set_terms,
    may_tell,
    may_visit,
)
from peyvand.programmes.visits.queries import out_of_line
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

SLUG = "visits"
_NOON = time(8, 30, tzinfo=UTC)  # in Tehran


@dataclass(frozen=True)
class Heard:
    """A problem of the place, which becomes a need of the neighbourhood."""

    specification: Specification
    quantity: int = 1
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A cleaned picture that lies in the store already."""

    sha256: str
    size: int
    spot: int = 1
    moment: Moment = Moment.BEFORE


@dataclass(frozen=True)
class NewVisit:
    """`plan_id` is the planned visit it fulfils. `draft_key` and `digest` come from the phone: the same draft is stored once."""

    place: Place
    visited_date: date
    families_met: int = 0
    first_contacts: int = 0
    note: str = ""
    position: tuple[Decimal, Decimal] | None = None
    heard: tuple[Heard, ...] = ()
    pictures: tuple[Picture, ...] = ()
    plan_id: int | None = None
    draft_key: UUID | None = None
    digest: str = ""


@action
def plan_visit(*, place: Place, planned_date: date, by: Acting, now: datetime) -> Visit:
    """Raises `PlannedInPast`, `NotFine`, `ProgrammeOff`."""
    require(may_plan(by, place.path))
    [visit] = keep_plans([place], planned_date, keeper(by), by, now)
    return visit


def keep_plans(places: Sequence[Place], day: date, own: Organisation, by: Acting, now: datetime) -> list[Visit]:
    """Planned visits to these places, of which the actor was found to be one who may. Raises as `plan_visit`."""
    for place in places:
        require(rules.place_refusal(kind=place.kind, name=place.name_fa))
    require_on([(place.path, own.path) for place in places], now)
    if day < business_date(now):
        raise rules.PlannedInPast
    plans = [
        Visit(
            **where(place, own), state=rules.LIFE.start, planned_date=day, planned_by_id=by.account_id or None, created_at=now
        )
        for place in places
    ]  # fmt: skip
    visits = Visit.objects.bulk_create(plans)
    told_of("visit.planned", visits, by, now)
    return visits


@action
def drop_visit(*, visit_id: int, by: Acting, now: datetime) -> Visit:
    """The plan is given up; it can be taken up again."""
    return moved("drop_visit", "visit.dropped", [visit_id], by, now)[0]


@action
def restore_visit(*, visit_id: int, by: Acting, now: datetime) -> Visit:
    return moved("restore_visit", "visit.restored", [visit_id], by, now)[0]


def moved(act: str, told: str, visit_ids: Sequence[int], by: Acting, now: datetime) -> list[Visit]:
    """Take one step with each of these plans, all or none, as one event."""
    visits = list(lock(Visit.objects.all(), visit_ids).values())
    require_on([(visit.place_path, visit.organisation_path) for visit in visits], now)
    for visit in visits:
        require(may_change(by, visit))
        visit.state = rules.LIFE.after(act, visit.state)
    Visit.objects.bulk_update(visits, ["state"])
    told_of(told, visits, by, now)
    return visits


@action
def record_visit(*, row: NewVisit, by: Acting, now: datetime, random: Random | None = None) -> Visit:
    """Store a visit with the problems heard, which become needs vouched for by the visitor where his role may.

    A draft that was stored before, however long ago, gives the visit it became; with other words under the same key it
    raises `KeyReused`. Where somebody else fulfilled the plan meanwhile this is one more visit: both are kept. Raises
    `NotFine`, `VisitInFuture`, `ContactsAboveFamilies`, `ProgrammeOff`, and what telling a need raises.
    """
    require(may_visit(by, row.place.path))
    if (stored := kept_draft(Visit, "visitor_id", row.draft_key, row.digest, by)) is not None:
        return stored
    own = keeper(by)
    require_on([(row.place.path, own.path)], now)
    require(rules.place_refusal(kind=row.place.kind, name=row.place.name_fa))
    _check(row, now)
    visit = _planned(row, own) or Visit(**where(row.place, own), state=rules.LIFE.start, created_at=now)
    visit.state = rules.LIFE.after("record_visit", visit.state)
    visit.visitor_id, visit.visited_date, visit.recorded_at = by.account_id or None, row.visited_date, now
    visit.draft_key, visit.body_digest = row.draft_key, row.digest
    visit.families_met, visit.first_contacts, visit.note = row.families_met, row.first_contacts, row.note.strip()
    if row.position is not None:
        visit.lat, visit.lon = rules.rounded(row.position[0]), rules.rounded(row.position[1])
    visit.save()
    _hear(visit, row, own, by, now, random)
    VisitPhoto.objects.bulk_create(_photo(visit, one, now) for one in row.pictures)
    told_of("visit.recorded", [visit], by, now)
    return visit


def _check(row: NewVisit, now: datetime) -> None:
    if row.visited_date > business_date(now):
        raise rules.VisitInFuture
    if not 0 <= row.families_met <= rules.MOST_FAMILIES or row.first_contacts < 0:
        raise BadValue(field="families_met", reason="a count that one visit can reach")
    require(rules.counts_refusal(families=row.families_met, contacts=row.first_contacts))
    if len(row.heard) > rules.MOST_NEEDS:
        raise BadValue(field="heard", reason="so many problems are more than one visit can hear")
    spots = {(one.moment, one.spot) for one in row.pictures}
    if len(spots) != len(row.pictures) or any(not 1 <= spot <= rules.SPOTS for _, spot in spots):
        raise rules.SpotTaken


def _planned(row: NewVisit, own: Organisation) -> Visit | None:
    """The plan this visit fulfils, locked; None where there is none, or where another visit has fulfilled or dropped it."""
    if row.plan_id is None:
        return None
    plan = Visit.objects.select_for_update().filter(pk=row.plan_id, state=VisitState.PLANNED).first()
    fits = plan is not None and (plan.place_path, plan.organisation_path) == (row.place.path, own.path)
    return plan if fits else None


def _hear(visit: Visit, row: NewVisit, own: Organisation, by: Acting, now: datetime, random: Random | None) -> None:
    told_at = min(now, datetime.combine(row.visited_date, _NOON))
    told = [
        NewNeed(one.specification, one.quantity, row.place, note=one.note, organisation=own, told_at=told_at)
        for one in row.heard
    ]
    needs = open_needs(rows=told, by=by, now=now, random=random)
    VisitNeed.objects.bulk_create(VisitNeed(need=need, visit=visit) for need in needs)


def _photo(visit: Visit, one: Picture, now: datetime) -> VisitPhoto:
    return VisitPhoto(
        visit=visit, moment=one.moment, spot=one.spot, sha256=one.sha256, size=one.size, added_at=now
    )  # fmt: skip


@action
def add_picture(*, visit_id: int, picture: Picture, by: Acting, now: datetime) -> VisitPhoto:
    """A picture from before or after. Raises `NotMade`, `SpotTaken`."""
    visit = made(visit_id, by, now)
    if not 1 <= picture.spot <= rules.SPOTS:
        raise BadValue(field="spot", reason="there are six spots")
    if VisitPhoto.objects.filter(visit=visit, moment=picture.moment, spot=picture.spot).exists():
        raise rules.SpotTaken
    photo = _photo(visit, picture, now)
    photo.save()
    told_of("visit.pictured", [visit], by, now)
    return photo


@action
def tell_action(*, visit_id: int, words: str, done_date: date, by: Acting, now: datetime) -> Visit:
    """Tell what was done because of the visit; it no longer stands open. Raises `NotMade`."""
    visit = made(visit_id, by, now)
    if len(words.strip()) < 10:
        raise BadValue(field="words", reason="a sentence is needed on what was done")
    if not (visit.visited_date or done_date) <= done_date <= business_date(now):
        raise BadValue(field="done_date", reason="between the day of the visit and today")
    VisitAction.objects.create(
        visit=visit, words=words.strip(), done_date=done_date, told_by_id=by.account_id or None, told_at=now
    )
    told_of("visit.acted", [visit], by, now)
    _follow([visit], by, now)
    return visit


@action
def follow_visits(*, need_ids: Sequence[int] | None, by: Acting, now: datetime) -> int:
    """Bring visits in line with what became of the needs heard; None means all. Gives how many changed, 0 when run again."""
    require_system(by)
    wanted = out_of_line()
    if need_ids is not None:
        wanted = wanted.filter(pk__in=VisitNeed.objects.filter(need_id__in=need_ids).values("visit_id"))
    visits = lock(Visit.objects.all(), wanted.values_list("pk", flat=True))
    return _follow(list(visits.values()), by, now)


def _follow(visits: Sequence[Visit], by: Acting, now: datetime) -> int:
    ids = [visit.pk for visit in visits]
    acted = set(VisitAction.objects.filter(visit_id__in=ids).values_list("visit_id", flat=True))
    met = set(VisitNeed.objects.filter(visit_id__in=ids, need__met__gt=0).values_list("visit_id", flat=True))
    changed: dict[str, list[Visit]] = {}
    for visit in visits:
        act = rules.following(state=visit.state, has_action=visit.pk in acted, has_met=visit.pk in met)
        if act is not None:
            visit.state = rules.LIFE.after(act, visit.state)
            visit.followed_at = now if visit.state == VisitState.FOLLOWED else None
            changed.setdefault(act, []).append(visit)
    for act, some in changed.items():
        Visit.objects.bulk_update(some, ["state", "followed_at"])
        told_of("visit.followed" if act == "follow_visit" else "visit.reopened", some, by, now)
    return sum(map(len, changed.values()))


@action
def set_terms(*, terms: rules.Terms, since: date, by: Acting, now: datetime) -> VisitTerms:
    """Set the goal and the scales from a day on, never for the past."""
    require(may_set_terms(by))
    if since < business_date(now):
        raise BadValue(field="since", reason="a setting does not change the past")
    if not terms.source.strip():
        raise BadValue(field="source", reason="who decided this is shown to everyone")
    if terms.goal < 1 or not 30 <= terms.full_days <= 3650 or not 1 <= terms.full_m0 <= 100:
        raise BadValue(field="goal", reason="a goal of at least one, 30 to 3650 days, 1 to 100 hundredths")
    values = {"goal": terms.goal, "full_days": terms.full_days, "full_m0": terms.full_m0}
    row, _ = VisitTerms.objects.update_or_create(since=since, defaults={**values, "source": terms.source.strip()})
    record(
        "visit.terms_set", kind="visit_terms", subject=row.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path, data=values,
    )  # fmt: skip
    return row


@action
def forget_words(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Blank what was noted at visits recorded before a day, with the words of households; counts and measures stay.

    Words that were told of a visit after it was forgotten are blanked when they are as old themselves.
    """
    later = {"visit": OuterRef("pk"), "told_at__date__lt": ended_before, "told_at__gt": OuterRef("forgotten_at")}
    told = Exists(VisitAction.objects.filter(**later)) | Exists(HouseholdAnswer.objects.filter(**later))
    rows = Visit.objects.filter(Q(recorded_at__date__lt=ended_before, forgotten_at__isnull=True) | told, state__in=MADE)
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    _blank(ids)
    Visit.objects.filter(pk__in=ids).update(forgotten_at=now)
    if ids:
        record(
            "visit.forgotten", kind="visit", subject=None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, rows=[(pk,) for pk in ids],
        )  # fmt: skip
    return len(ids)


@action
def forget_pictures(*, added_before: date, by: Acting, now: datetime) -> tuple[int, list[str]]:
    """Take away pictures added before a day. Gives how many, and the fingerprints of files that no visit shows any more."""
    photos = VisitPhoto.objects.filter(added_at__date__lt=added_before)
    visits = sorted(set(photos.values_list("visit_id", flat=True)))
    count, files = _take_pictures(photos)
    if count:
        record(
            "visit.pictures_forgotten", kind="visit", subject=None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, rows=[(pk,) for pk in visits],
        )  # fmt: skip
    return count, files


def _take_pictures(photos: QuerySet[VisitPhoto]) -> tuple[int, list[str]]:
    files = set(photos.values_list("sha256", flat=True))
    count, _ = photos.delete()
    return count, sorted(files - set(VisitPhoto.objects.filter(sha256__in=files).values_list("sha256", flat=True)))


@action
def blank_words(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[str]:
    """Somebody a need was about is erased: blank the words of the visits where it was heard and take away their pictures,
    for nobody can tell whom they show. Gives the fingerprints of files that no visit shows any more."""
    require_system(by)
    heard_at = VisitNeed.objects.filter(need_id__in=need_ids).values_list("visit_id", flat=True)
    ids = sorted(set(heard_at))
    _blank(ids)
    return _take_pictures(VisitPhoto.objects.filter(visit_id__in=ids))[1]


def _blank(ids: Sequence[int]) -> None:
    Visit.objects.filter(pk__in=ids).update(note="")
    VisitAction.objects.filter(visit_id__in=ids).update(words="—")
    HouseholdAnswer.objects.filter(visit_id__in=ids).update(answers="")


def made(visit_id: int, by: Acting, now: datetime) -> Visit:
    visit = lock(Visit.objects.all(), [visit_id])[visit_id]
    require(may_tell(by, visit))
    require_on([(visit.place_path, visit.organisation_path)], now)
    if visit.state not in MADE:
        raise rules.NotMade
    return visit


def kept_draft(model: type[Any], owner: str, key: UUID | None, digest: str, by: Acting) -> Any:
    """What this draft became, if it was stored before. Keys of the journal are forgotten after a while; a phone may lie longer."""
    found = model.objects.filter(**{owner: by.account_id, "draft_key": key}).first() if key and by.account_id else None
    if found is not None and found.body_digest != digest:
        raise KeyReused
    return found


def keeper(by: Acting) -> Organisation:
    own = Organisation.objects.filter(pk=by.organisation_id).first()
    if own is None:
        raise BadValue(field="organisation", reason="a visit is kept by an organisation")
    return own


def where(place: Place, own: Organisation) -> dict[str, Any]:
    return {"place": place, "place_path": place.path, "organisation": own, "organisation_path": own.path}


def require_on(pairs: Sequence[tuple[str, str]], now: datetime) -> None:
    require(off_refusal(SLUG, pairs, business_date(now)))


def told_of(act: str, visits: Sequence[Visit], by: Acting, now: datetime) -> None:
    record_batch(act, kind="visit", subjects=visits, by=by, now=now)
