"""Every write of a need: lock -> rule -> write -> event, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from django.conf import settings
from django.db.models import Q

from peyvand.extend.guards import guarded
from peyvand.extend.reactions import react
from peyvand.flow.need import rules
from peyvand.flow.need.enums import ClosedAs, MetBy, NeedState
from peyvand.flow.need.models import Need, PriorityLine, PriorityOverride
from peyvand.flow.need.permissions import (
    may_keep_need,
    may_open_need,
    may_override_priority,
    may_reveal_note,
    may_run_daily_jobs,
    may_set_asked,
    may_vouch_need,
    may_withdraw_need,
    vouches_by_opening,
)
from peyvand.flow.need.priorities import count_priorities
from peyvand.flow.need.together import numbers_of
from peyvand.journal.actions import record, record_batch
from peyvand.kernel.codes import new_code
from peyvand.kernel.due import due_refusal
from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import is_quantity
from peyvand.kernel.refusals import BadValue, NotEnoughLeft, NotFound, NotPermitted, require
from peyvand.people.enums import Sex
from peyvand.people.models import Household, Organisation, Person
from peyvand.people.permissions import may_keep_households
from peyvand.people.queries import not_two_people
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.resources.queries import check_qualities
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import add, create_with_codes, lock, only
from peyvand.scope.database import action, scope
from peyvand.scope.encryption import Protected

COUNTERS = ("committed", "underway", "met")
LONGEST_KM = 3000


@dataclass(frozen=True)
class NewNeed:
    """For a household, a person, or (with neither) for the neighbourhood itself. `urgency` is 0 to 100, None where unknown.

    Rows of one act with the same word in `together` go together: they are served all, or none of them.
    """

    specification: Specification
    quantity: int
    place: Place
    household: Household | None = None
    person: Person | None = None
    urgency: int | None = None
    due_date: date | None = None
    note: str = ""
    organisation: Organisation | None = None
    told_at: datetime | None = None
    asked: rules.Asked = field(default_factory=rules.Asked)
    together: str = ""


def asked_columns(asked: rules.Asked, due_date: date | None) -> dict[str, Any]:
    """The columns of what is asked, checked. Raises `BadValue`."""
    if asked.giver_sex and asked.giver_sex not in Sex.values:
        raise BadValue(field="giver_sex", reason="a woman, a man, or nothing")
    if asked.most_km is not None and not 1 <= asked.most_km <= LONGEST_KM:
        raise BadValue(field="most_km", reason="between 1 and 3000 kilometres")
    if asked.start_date and due_date and asked.start_date > due_date:
        raise BadValue(field="start_date", reason="it lies after the day by which it is needed")
    return {
        "asks": sorted(set(asked.qualities)), "giver_sex": asked.giver_sex, "start_date": asked.start_date,
        "most_km": asked.most_km, "may_share": asked.may_share,
    }  # fmt: skip


def _need(row: NewNeed, keeper: Organisation, by: Acting, now: datetime, random: Random | None) -> Need:
    if not is_quantity(row.quantity):
        raise BadValue(field="quantity", reason="at least one, and no more than a column holds")
    if row.told_at is not None and row.told_at > now:
        raise BadValue(field="told_at", reason="a need is told today or was told before")
    if row.urgency is not None and not 0 <= row.urgency <= 100:
        raise BadValue(field="urgency", reason="between 0 and 100")
    told_at, vouched = row.told_at or now, vouches_by_opening(by)
    require(due_refusal(due=row.due_date, since=business_date(told_at), months=settings.LONGEST_DUE_MONTHS))
    return Need(
        tracking_code=new_code(random),
        specification=row.specification,
        quantity=row.quantity,
        state=NeedState.OPEN if vouched else NeedState.DRAFT,
        place=row.place,
        place_path=row.place.path,
        organisation=keeper,
        organisation_path=keeper.path,
        household=row.household,
        person=row.person,
        note=row.note,
        due_date=row.due_date,
        **asked_columns(row.asked, row.due_date),
        priority_date=business_date(now),
        opened_by_id=by.membership_id or None,
        vouched_by_id=(by.membership_id or None) if vouched else None,
        vouched_at=now if vouched and by.membership_id else None,
        created_at=told_at,
        opened_at=now if vouched else None,
    )


def _check_families(needs: Sequence[Need]) -> None:
    """The families and persons of new needs must be seen by the actor, and be kept where the need is kept."""
    homes = {need.household_id for need in needs if need.household_id}
    persons = {need.person_id for need in needs if need.person_id}
    keepers = dict(Household.objects.filter(pk__in=homes).values_list("pk", "organisation_path"))
    families = dict(Person.objects.filter(pk__in=persons, erased_at=None).values_list("pk", "household_id"))
    if len(keepers) != len(homes) or len(families) != len(persons):
        raise NotFound
    for need in needs:
        if need.household_id and need.person_id and families[need.person_id] != need.household_id:
            raise BadValue(field="person", reason="the person does not belong to this family")


@action
def open_needs(*, rows: Sequence[NewNeed], by: Acting, now: datetime, random: Random | None = None) -> list[Need]:
    """Record needs, all or none. Staff vouch by recording, so the need is open; a resident's need is a draft until vouched for.

    Raises `DueInPast` and `DueTooFar` where it would be needed before the day it was told, or later than the site's setting allows,
    and `BadValue` where what goes together lies apart or stands alone.
    """
    require(may_open_need(by))
    if not rows:
        return []
    guarded("open_need", by=by, now=now, rows=rows)
    own = Organisation.objects.get(pk=by.organisation_id) if by.organisation_id else None
    fresh = []
    for row in rows:
        keeper = row.organisation or own
        if keeper is None:
            raise BadValue(field="organisation", reason="a need is kept by an organisation")
        require(may_keep_need(by, place_path=row.place.path, organisation_path=keeper.path))
        if by.role is Role.RESIDENT and (
            row.person is None or row.person.pk != by.person_id or row.told_at is not None
        ):
            raise NotPermitted(reason="a resident tells his own needs, on the day he tells them")
        fresh.append(_need(row, keeper, by, now, random))
    _check_families(fresh)
    check_qualities(slug for row in rows for slug in row.asked.qualities)
    for need, number in zip(fresh, numbers_of([row.together for row in rows], fresh), strict=True):
        need.together = number
    lines_of = count_priorities(fresh, [row.urgency for row in rows], business_date(now))
    needs = create_with_codes(fresh, lambda: new_code(random))
    PriorityLine.objects.bulk_create([line for lines in lines_of for line in lines], batch_size=5000)
    _batch("need.told", needs, by, now, rows=[(need.pk, need.quantity) for need in needs])
    return needs


@action
def vouch_need(*, need_id: int, by: Acting, now: datetime) -> Need:
    """A facilitator or trusted local answers for a need that a resident told: it becomes open."""
    return vouch_needs(need_ids=[need_id], by=by, now=now)[0]


@action
def vouch_needs(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[Need]:
    """Vouch for many, all or none, with one event."""
    needs = list(lock(Need.objects.all(), need_ids).values())
    if not needs:
        return []
    for need in needs:
        require(may_vouch_need(by, need))
    guarded("vouch_need", by=by, now=now, need=[need.pk for need in needs])
    for need in needs:
        need.state = rules.LIFE.after("vouch_need", need.state)
        need.vouched_by_id, need.vouched_at, need.opened_at = by.membership_id, now, now
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(
        state=NeedState.OPEN, vouched_by_id=by.membership_id, vouched_at=now, opened_at=now
    )
    _batch("need.vouched", needs, by, now)
    return needs


@action
def withdraw_need(*, need_id: int, by: Acting, now: datetime) -> Need:
    """Raises `StillPromised` while somebody's promise stands."""
    return withdraw_needs(need_ids=[need_id], by=by, now=now)[0]


@action
def withdraw_needs(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[Need]:
    """Withdraw many, all or none, with one event. Raises `StillPromised` where something is promised."""
    needs = list(lock(Need.objects.all(), need_ids).values())
    if not needs:
        return []
    for need in needs:
        require(may_withdraw_need(by, need))
    guarded("withdraw_need", by=by, now=now, need=[need.pk for need in needs])
    for need in needs:
        if need.committed > need.met:
            raise rules.StillPromised(quantity=need.committed - need.met)
        need.state = rules.LIFE.after("withdraw_need", need.state)
        need.closed_as, need.closed_at = ClosedAs.WITHDRAWN, now
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(
        state=NeedState.CLOSED, closed_as=ClosedAs.WITHDRAWN, closed_at=now
    )
    _batch("need.withdrawn", needs, by, now)
    return needs


@action
def restore_need(*, need_id: int, by: Acting, now: datetime) -> Need:
    """Undo a withdrawal or an expiry: the need is open again, as old as it was; one nobody vouched for is a draft again."""
    return restore_needs(need_ids=[need_id], by=by, now=now)[0]


@action
def restore_needs(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[Need]:
    """Open many again, all or none, with one event."""
    needs = list(lock(Need.objects.all(), need_ids).values())
    if not needs:
        return []
    for need in needs:
        require(may_withdraw_need(by, need))
    guarded("restore_need", by=by, now=now, need=[need.pk for need in needs])
    for need in needs:
        if need.closed_as == ClosedAs.MET:
            raise BadValue(field="state", reason="a met need is reopened by reversing a delivery")
        need.state = rules.LIFE.after("reopen_need" if need.opened_at else "redraft_need", need.state)
        need.closed_as, need.closed_at = "", None
    for state in (NeedState.OPEN, NeedState.DRAFT):
        Need.objects.filter(pk__in=[need.pk for need in needs if need.state == state]).update(
            state=state, closed_as="", closed_at=None
        )
    _batch("need.restored", needs, by, now)
    return needs


@action
def unvouch_needs(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[Need]:
    """Take a vouch back: the needs are drafts again. All or none. Raises `StillPromised` where something was promised meanwhile."""
    needs = list(lock(Need.objects.all(), need_ids).values())
    if not needs:
        return []
    for need in needs:
        require(may_vouch_need(by, need))
        if need.committed:
            raise rules.StillPromised(quantity=need.committed)
        need.state = rules.LIFE.after("unvouch_need", need.state)
        need.vouched_by_id, need.vouched_at, need.opened_at = None, None, None
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(
        state=NeedState.DRAFT, vouched_by_id=None, vouched_at=None, opened_at=None
    )
    _batch("need.vouch_taken_back", needs, by, now)
    return needs


@action
def expire_needs(*, by: Acting, now: datetime) -> int:
    """Close open needs whose due date has passed and of which nothing is promised (a daily job)."""
    require(may_run_daily_jobs(by))
    due = Need.objects.filter(state=NeedState.OPEN, due_date__lt=business_date(now), committed=0)
    needs = list(due.select_for_update().order_by("pk"))
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(
        state=NeedState.CLOSED, closed_as=ClosedAs.EXPIRED, closed_at=now
    )
    if needs:
        _batch("need.expired", needs, by, now, rows=[(need.pk,) for need in needs])
    return len(needs)


@action
def set_asked(*, need_id: int, asked: rules.Asked, by: Acting, now: datetime) -> Need:
    """Say anew what a need asks of whoever gives. Promises that stand stay; new ones and runs go by it."""
    need = lock(Need.objects.all(), [need_id])[need_id]
    require(may_set_asked(by, need))
    check_qualities(asked.qualities)
    columns = asked_columns(asked, need.due_date)
    for name, value in columns.items():
        setattr(need, name, value)
    need.save(update_fields=list(columns))
    _batch("need.asked_set", [need], by, now)
    return need


@action
def propose_priority(*, need_id: int, priority: int, reason: str, by: Acting, now: datetime) -> PriorityOverride:
    """Propose another priority than the counted one; it holds only when somebody else signs it."""
    need = lock(Need.objects.all(), [need_id])[need_id]
    require(may_override_priority(by, need))
    if not 0 <= priority <= 100:
        raise BadValue(field="priority", reason="between 0 and 100")
    if len(reason.strip()) < 10:
        raise BadValue(field="reason", reason="a sentence is needed: it is shown to everyone who sees the priority")
    PriorityOverride.objects.filter(need=need, signed_by__isnull=True).delete()
    override = PriorityOverride.objects.create(
        need=need, priority=priority, reason=reason.strip(), proposed_by_id=by.account_id, proposed_at=now
    )
    _batch("priority.proposed", [need], by, now, rows=[(need.pk, priority)])
    return override


@action
def reveal_note(*, need_id: int, by: Acting, now: datetime) -> str:
    """Read the note of a need. Every reveal is an event."""
    need = lock(Need.objects.all(), [need_id])[need_id]
    require(may_reveal_note(by, need))
    # A reading moves nothing, so no programme reacts to it.
    record(
        "need.note_revealed", kind="need", subject=need.pk, by=by, now=now,
        place_path=need.place_path, organisation_path=need.organisation_path, rows=[(need.pk,)],
    )  # fmt: skip
    return need.note.reveal() if isinstance(need.note, Protected) else ""


@action
def forget_words(*, person_id: int, household_id: int | None, by: Acting, now: datetime) -> list[int]:
    """After an erasure: blank what was written freely about the needs of the person and of the family. Gives the needs.

    Done under the national role: some of these needs may be kept where the actor does not see them.
    """
    require(may_keep_households(by))
    of_family = Q(household_id=household_id) if household_id else Q()
    with scope(SYSTEM):
        needs = list(Need.objects.select_for_update().filter(Q(person_id=person_id) | of_family).order_by("pk"))
        ids = [need.pk for need in needs]
        Need.objects.filter(pk__in=ids).update(note="")
        PriorityOverride.objects.filter(need_id__in=ids).update(reason="—")
    if needs:
        _batch("need.forgotten", needs, by, now)
    return ids


@action
def sign_priority(*, override_id: int, by: Acting, now: datetime) -> PriorityOverride:
    proposed = PriorityOverride.objects.filter(pk=override_id, signed_by__isnull=True)
    need_id = only(proposed.values_list("need_id", flat=True))
    need = lock(Need.objects.all(), [need_id])[need_id]  # before its override, as a proposal does
    override = only(proposed.select_for_update())
    require(may_override_priority(by, need))
    if override.proposed_by_id == by.account_id:
        raise NotPermitted(reason="the second signature is somebody else's")
    if override.proposed_by_id in not_two_people(by.account_id, now):
        raise rules.NotTwoPeople
    override.signed_by_id, override.signed_at = by.account_id, now
    override.save(update_fields=["signed_by", "signed_at"])
    Need.objects.filter(pk=need.pk).update(priority=override.priority)
    _batch("priority.signed", [need], by, now, rows=[(need.pk, override.priority)])
    return override


def count(
    needs: Mapping[int, Need], deltas: Mapping[int, Sequence[int]], *, met_by: Mapping[int, MetBy], now: datetime
) -> None:
    """Move the counters of locked needs (committed, underway, met); a need met in full closes, one met no more opens again.

    For the acts of later stages, which write the event. Raises `NotEnoughLeft`.
    """
    for need_id, (committed, underway, met) in deltas.items():
        need = needs[need_id]
        left = need.quantity - need.committed
        if committed > left:
            raise NotEnoughLeft(left=left, asked=committed)
        need.committed, need.underway, need.met = need.committed + committed, need.underway + underway, need.met + met
    _reopen([need.pk for need in needs.values() if need.closed_as == ClosedAs.MET and need.met < need.quantity])
    add(Need, deltas, COUNTERS)
    filled = [need for need in needs.values() if need.state == NeedState.OPEN and need.met == need.quantity]
    for solver in MetBy:
        ids = [need.pk for need in filled if met_by.get(need.pk) == solver]
        if ids:
            Need.objects.filter(pk__in=ids).update(
                state=NeedState.CLOSED, closed_as=ClosedAs.MET, met_by=solver, closed_at=now
            )


def _reopen(ids: list[int]) -> None:
    if ids:
        Need.objects.filter(pk__in=ids).update(state=NeedState.OPEN, closed_as="", met_by="", closed_at=None)


def _batch(
    act: str, needs: Sequence[Need], by: Acting, now: datetime, rows: Sequence[Sequence[int]] | None = None
) -> None:
    record_batch(act, kind="need", subjects=needs, by=by, now=now, rows=rows)
    react(act, need=[need.pk for need in needs])
