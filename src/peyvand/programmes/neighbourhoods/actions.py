"""Councils: their kinds, committees and seats. Locked in the order council, session, resolution."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from peyvand.extend.switches import off_refusal
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.enums import CouncilState, SeatRole
from peyvand.programmes.neighbourhoods.known import KINDS, KNOWN_SEATS
from peyvand.programmes.neighbourhoods.models import (
    Council,
    CouncilKind,
    Seat,
    SeatHolder,
)
from peyvand.programmes.neighbourhoods.permissions import may_keep, may_keep_at, may_settle
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action

SLUG = "neighbourhoods"


@dataclass(frozen=True)
class NewKind:
    """A kind of council as it is set: `level` a kind of place, `upper` and `part_of` slugs of other kinds or empty."""

    slug: str
    name_fa: str
    name_en: str
    level: str
    source: str
    upper: str = ""
    part_of: str = ""
    name_set: str = ""
    is_temporary: bool = False
    chair_fa: str = ""
    chair_en: str = ""
    quorum_percent: int = 50
    answer_days: int = 10


@action
def take_known_kinds(*, by: Acting, now: datetime) -> int:
    """Add the kinds that published sources tell and that are not there yet; gives how many."""
    require(may_settle(by))
    have = dict(CouncilKind.objects.values_list("slug", "pk"))
    fresh = [one for one in KINDS if one.slug not in have]
    for one in fresh:
        have[one.slug] = CouncilKind.objects.create(
            slug=one.slug, name_fa=one.name_fa, name_en=one.name_en, level=one.level, upper_id=have.get(one.upper),
            part_of_id=have.get(one.part_of), name_set=one.name_set, is_temporary=one.is_temporary, chair_fa=one.chair_fa,
            chair_en=one.chair_en, source=one.source,
        ).pk  # fmt: skip
    if fresh:
        event("council_kinds.taken", "council_kind", None, by, now, data={"slugs": [one.slug for one in fresh]})
    return len(fresh)


@action
def set_kind(*, row: NewKind, by: Acting, now: datetime) -> CouncilKind:
    """Add a kind or change one: its names, quorum, clock, and where its voice goes. Its level and slug stay."""
    require(may_settle(by))
    if not row.source.strip():
        raise BadValue(field="source", reason="where this comes from is shown to everyone")
    if not 0 <= row.quorum_percent <= 100 or row.answer_days < 1:
        raise BadValue(field="quorum_percent", reason="a share from 0 to 100, and at least one day to answer")
    others = {one.slug: one for one in CouncilKind.objects.filter(slug__in={row.upper, row.part_of, row.slug})}
    for field, slug in (("upper", row.upper), ("part_of", row.part_of)):
        if slug and (slug not in others or slug == row.slug):
            raise BadValue(field=field, reason="there is no other kind with this name")
    names = ("name_fa", "name_en", "name_set", "chair_fa", "chair_en", "source")
    values = {name: getattr(row, name).strip() for name in names} | {
        "upper": others.get(row.upper), "part_of": others.get(row.part_of), "is_temporary": row.is_temporary,
        "quorum_percent": row.quorum_percent, "answer_days": row.answer_days,
    }  # fmt: skip
    kind, _ = CouncilKind.objects.update_or_create(
        slug=row.slug, defaults=values, create_defaults=values | {"level": row.level}
    )
    event("council_kinds.set", "council_kind", kind.pk, by, now, data={"slug": row.slug, "quorum": row.quorum_percent})
    return kind


@action
def found_council(
    *, kind_id: int, place: Place, organisation: Organisation, name_set: str | None = None, by: Acting, now: datetime
) -> Council:
    """Found a council at a place, its papers kept by `organisation`; with a `name_set` its committees of that set too, and those of
    every set. A council that was there before is revived instead (`dissolve_or_revive`): its history is one.
    """
    require(may_keep_at(by, place_path=place.path, organisation_path=organisation.path))
    require_on(place.path, organisation.path, now)
    kind = CouncilKind.objects.filter(pk=kind_id, part_of__isnull=True).first()
    if kind is None or kind.level != place.kind:
        raise BadValue(field="kind", reason="a council of this kind does not stand at such a place")
    council = _founded(kind, place, organisation, None, now)
    if name_set is not None:
        _commit_to(council, CouncilKind.objects.filter(part_of=kind, name_set__in={name_set, ""}), now)
    event("council.founded", "council", council.pk, by, now, row=council)
    return council


@action
def add_committees(*, council_id: int, name_set: str = "", kind: str = "", by: Acting, now: datetime) -> list[Council]:
    """Let the committees of a set stand at a council (with those of every set), or the one of a kind (its slug).

    One that was there before and is dissolved stands again, with its history. Gives those that were added or revived; raises
    `BadValue` where there is no such committee, or nothing is left to add.
    """
    council = council_of(council_id, by, now)
    kinds = CouncilKind.objects.filter(part_of=council.kind)
    wanted = kinds.filter(slug=kind) if kind else kinds.filter(name_set__in={name_set, ""} if name_set else ())
    added = _commit_to(council, wanted, now)
    if not added:
        raise BadValue(field="kind", reason="there is no such committee of this council, or it stands already")
    event(
        "council.committees_added",
        "council",
        council.pk,
        by,
        now,
        row=council,
        data={"committees": [one.pk for one in added]},
    )
    return added


def _commit_to(council: Council, kinds: QuerySet[CouncilKind], now: datetime) -> list[Council]:
    """The committees of these kinds that did not stand until now."""
    there = {one.kind_id: one for one in Council.objects.select_for_update().filter(part_of=council).order_by("pk")}
    added = []
    for kind in kinds.order_by("pk"):
        known = there.get(kind.pk)
        if known is None:
            added.append(_founded(kind, council.place, council.organisation, council, now))
        elif known.state == CouncilState.DISSOLVED:
            known.state, known.dissolved_at = CouncilState.STANDING, None
            known.save(update_fields=["state", "dissolved_at"])
            added.append(known)
    return added


def _founded(
    kind: CouncilKind, place: Place, organisation: Organisation, part_of: Council | None, now: datetime
) -> Council:
    return Council.objects.create(
        kind=kind, place=place, place_path=place.path, organisation=organisation, organisation_path=organisation.path,
        part_of=part_of, state=rules.COUNCIL.start, founded_at=now,
    )  # fmt: skip


@action
def dissolve_or_revive(*, council_id: int, act: str, by: Acting, now: datetime) -> Council:
    """Dissolve a council with its committees (their seats end today), or revive it; committees are added again one by one.

    What they resolved is followed on either way. Raises `OfDissolved` for a committee whose council is dissolved.
    """
    council = council_of(council_id, by, now, standing=False)
    council.state = rules.COUNCIL.after(act, council.state)
    if council.state == CouncilState.DISSOLVED:
        _dissolve(
            [council, *Council.objects.select_for_update().filter(part_of=council, state=CouncilState.STANDING)], now
        )
    elif Council.objects.filter(pk=council.part_of_id or 0, state=CouncilState.DISSOLVED).exists():
        raise rules.OfDissolved
    else:
        council.dissolved_at = None
        council.save(update_fields=["state", "dissolved_at"])
    event("council.dissolved" if act == "dissolve" else "council.revived", "council", council.pk, by, now, row=council)
    return council


def _dissolve(councils: Sequence[Council], now: datetime) -> None:
    today = business_date(now)
    for one in councils:
        one.state, one.dissolved_at = CouncilState.DISSOLVED, now
        one.save(update_fields=["state", "dissolved_at"])
    Seat.objects.filter(council__in=councils, until__isnull=True, since__lte=today).update(until=today)


@action
def add_seat(
    *, council_id: int, title: str, role: SeatRole, since: date, holder: str = "", organisation: Organisation | None = None,
    by: Acting, now: datetime,
) -> Seat:  # fmt: skip
    """Add a seat of this term. `holder` is the name of whoever sits on it, kept apart and optional."""
    council = council_of(council_id, by, now)
    seat = Seat.objects.create(
        council=council, title=words_of("title", title), role=role, organisation=organisation, since=since
    )
    if holder.strip():
        if by.role is Role.GOVERNOR_OFFICE:
            raise BadValue(
                field="holder", reason="names are written by those who keep the council's papers in the field"
            )
        SeatHolder.objects.create(seat=seat, name=holder.strip())
    event("council.seated", "council", council.pk, by, now, row=council, data={"seat": seat.pk})
    return seat


@action
def seat_known(*, council_id: int, since: date, by: Acting, now: datetime) -> list[Seat]:
    """Add the seats that come with an office by published sources, such as those of the governor's office, where nobody has them.

    Raises `BadValue` where there are none for this kind of council, or all are there.
    """
    council = council_of(council_id, by, now)
    there = set(Seat.objects.filter(council=council, until__isnull=True).values_list("title", flat=True))
    missing = [one for one in KNOWN_SEATS.get(council.kind.slug, ()) if one.title not in there]
    if not missing:
        raise BadValue(field="seats", reason="no source tells a seat of this council that is not there")
    seats = [Seat.objects.create(council=council, title=one.title, role=one.role, since=since) for one in missing]
    event("council.seated", "council", council.pk, by, now, row=council, data={"seats": [one.pk for one in seats]})
    return seats


@action
def end_seat(*, council_id: int, seat_id: int, until: date, by: Acting, now: datetime) -> Seat:
    """End a seat's term with a day. The seat stays in the history of the place."""
    council = council_of(council_id, by, now, standing=False)
    seat = only(Seat.objects.select_for_update().filter(pk=seat_id, council=council, until__isnull=True))
    if until < seat.since:
        raise BadValue(field="until", reason="a term ends on or after the day it began")
    seat.until = until
    seat.save(update_fields=["until"])
    event("council.unseated", "council", council.pk, by, now, row=council, data={"seat": seat.pk})
    return seat


@action
def forget_holders(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Take away who sat on seats whose term ended before a day; the seats stay."""
    gone, _ = SeatHolder.objects.filter(seat__until__lt=ended_before).delete()
    if gone:
        event("council.holders_forgotten", "council", None, by, now, data={"count": gone})
    return gone


def council_of(council_id: int, by: Acting, now: datetime, standing: bool = True) -> Council:
    council = lock(Council.objects.select_related("kind"), [council_id], of=("self",))[council_id]
    require(may_keep(by, council))
    require_on(council.place_path, council.organisation_path, now)
    if standing and council.state != CouncilState.STANDING:
        raise rules.CouncilDissolved
    return council


def require_on(place_path: str, organisation_path: str, now: datetime) -> None:
    require(off_refusal(SLUG, [(place_path, organisation_path)], business_date(now)))


def words_of(field: str, text: str) -> str:
    if len(text.strip()) < 3:
        raise BadValue(field=field, reason="a few words are needed")
    return text.strip()


def event(
    act: str,
    kind: str,
    subject: int | None,
    by: Acting,
    now: datetime,
    *,
    row: object = None,
    data: dict[str, object] | None = None,
) -> None:
    """One event at the place of `row` (which has both paths), or where the actor stands."""
    place, organisation = (
        getattr(row, "place_path", by.place_path),
        getattr(row, "organisation_path", by.organisation_path),
    )
    record(act, kind=kind, subject=subject, by=by, now=now, place_path=place, organisation_path=organisation, data=data)
