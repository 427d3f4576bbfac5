"""The acts that can be done to many rows of a list, and undone. Each calls the action of its stage, all or none; which rows
can go, `sifting` finds out by trying."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from peyvand.batches import locks
from peyvand.batches.rules import NothingToDo
from peyvand.extend.discovery import programmes
from peyvand.extend.programme import ActOnMany, Programme
from peyvand.flow.capacity import actions as capacities
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.permissions import may_offer_capacity
from peyvand.flow.commitment import actions as commitments
from peyvand.flow.commitment import suggestions
from peyvand.flow.commitment import undoing as promises_back
from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.commitment.refusing import accept_providers, refuse_provider
from peyvand.flow.delivery import actions as deliveries
from peyvand.flow.delivery import undoing as answers_back
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.need import actions as needs
from peyvand.flow.need.permissions import may_open_need, vouches_by_opening
from peyvand.flow.story import actions as stories
from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_tell_story
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal
from peyvand.people.accounts import Ended, end_memberships, restore_memberships
from peyvand.people.households import end_tasks, give_tasks
from peyvand.people.models import Membership
from peyvand.people.permissions import may_give_task, may_keep_households, may_manage_people
from peyvand.scope.acting import Acting

Values = Mapping[str, Any]
Marks = dict[int, Any]


@dataclass(frozen=True)
class BulkAct:
    """`of_list` is the name of the list that offers it; `asks` the values its form asks for ("due_date", "reason", "membership").

    `do(ids, values, by, now)` does it to all or none and gives, for each row, what `undo(marks, by, now)` needs: JSON can hold
    it. `lock(ids)` takes the row locks of both in the house's order before anything is tried. An act of a `programme` has a form of
    its own, or none.
    """

    slug: str
    of_list: str
    permission: Callable[[Acting], Refusal | None]
    lock: Callable[[Sequence[int]], object]
    do: Callable[[Sequence[int], Values, Acting, datetime], Marks]
    undo: Callable[[Mapping[int, Any], Acting, datetime], object]
    asks: tuple[str, ...] = ()
    reasons: type[DeclineReason] | type[RefusalReason] = DeclineReason
    programme: str = ""
    form: Callable[..., Any] | None = None


def _same(ids: Sequence[int]) -> Marks:
    return dict.fromkeys(ids)


def due_date(values: Values) -> date:
    """The day among the values of an act; raises `BadValue` where there is none."""
    try:
        return date.fromisoformat(str(values["due_date"]))
    except (KeyError, ValueError):
        raise BadValue(field="due_date", reason="a day is needed") from None


def _reason(values: Values, reasons: Any) -> Any:
    try:
        return reasons(values["reason"])
    except (KeyError, ValueError):
        raise BadValue(field="reason", reason="choose a reason") from None


def _accept_suggestions(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    made = suggestions.accept_suggestions(suggestion_ids=ids, due_date=due_date(values), by=by, now=now)
    return {one.suggestion_id: one.pk for one in made if one.suggestion_id}


def _decline_suggestions(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    suggestions.decline_suggestions(suggestion_ids=ids, reason=_reason(values, DeclineReason), by=by, now=now)
    return _same(ids)


def _accept_promises(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    commitments.accept_commitments(commitment_ids=ids, by=by, now=now)
    return _same(ids)


def _end_promises(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    commitments.withdraw_commitments(commitment_ids=ids, reason=_reason(values, DeclineReason), by=by, now=now)
    return _same(ids)


def _break_promises(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    commitments.break_commitments(commitment_ids=ids, by=by, now=now)
    return _same(ids)


def _accept_deliveries(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    deliveries.accept_deliveries(delivery_ids=ids, by=by, now=now)
    return _same(ids)


def _refuse_deliveries(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    deliveries.refuse_deliveries(delivery_ids=ids, reason=_reason(values, RefusalReason), by=by, now=now)
    return _same(ids)


def _vouch(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    needs.vouch_needs(need_ids=ids, by=by, now=now)
    return _same(ids)


def _withdraw_needs(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    needs.withdraw_needs(need_ids=ids, by=by, now=now)
    return _same(ids)


def _close_capacities(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    before = dict(Capacity.objects.filter(pk__in=ids).values_list("pk", "state"))
    capacities.close_capacities(capacity_ids=ids, by=by, now=now)
    return before


def _give_tasks(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    number = str(values.get("membership", ""))
    rows = Membership.objects.select_related("place", "organisation")
    worker = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if worker is None:
        raise BadValue(field="membership", reason="choose a colleague")
    return {one.household_id: one.pk for one in give_tasks(household_ids=ids, membership=worker, by=by, now=now)}


def _end_roles(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    ended = end_memberships(membership_ids=ids, by=by, now=now)
    if len(ended) != len(ids):
        raise NothingToDo
    return {pk: asdict(one) | {"until": one.until and one.until.isoformat()} for pk, one in ended.items()}


def _restore_roles(marks: Mapping[int, Any], by: Acting, now: datetime) -> None:
    def stood(mark: Mapping[str, Any]) -> Ended:
        return Ended(mark["until"] and date.fromisoformat(mark["until"]), tuple(mark["task_ids"]))

    restore_memberships(ended={pk: stood(mark) for pk, mark in marks.items()}, by=by, now=now)


def _of_story(move: Callable[..., Story], slug: str) -> BulkAct:
    """A step of one story, done on its own page: each is read before, so no list offers it for many."""

    def do(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
        before = dict(Story.objects.filter(pk__in=ids).values_list("pk", "state"))
        for pk in ids:
            move(story_id=pk, by=by, now=now)
        return before

    def undo(marks: Mapping[int, Any], by: Acting, now: datetime) -> None:
        for pk, state in marks.items():
            stories.put_back_story(story_id=pk, act=slug, state=state, by=by, now=now)

    return BulkAct(slug, "", may_tell_story, locks.stories, do, undo)


def _take_part(by: Acting) -> Refusal | None:
    """An auditor reads promises; only their two sides change them."""
    return may_see_promises(by) or (
        None if by.is_staff else NotPermitted(reason="only the two sides of a promise change it")
    )


def _vouches(by: Acting) -> Refusal | None:
    if vouches_by_opening(by):
        return None
    return NotPermitted(reason="a need is vouched for by those who work in the field")


def _refuse_provider(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
    number = str(values.get("organisation", ""))
    if not (number.isdecimal() and len(number) < 18):
        raise BadValue(field="organisation", reason="choose a provider")
    marks: Marks = {}
    for pk in ids:
        row, declined = refuse_provider(household_id=pk, organisation_id=int(number), by=by, now=now)
        marks[pk] = [row.pk, declined]
    return marks


def _accept_provider(marks: Mapping[int, Any], by: Acting, now: datetime) -> None:
    accept_providers(refused=dict(marks.values()), by=by, now=now)


_ALL = (
    BulkAct(
        "accept_suggestions", "suggestions", _take_part, locks.suggestions, _accept_suggestions,
        lambda marks, by, now: promises_back.take_back_commitments(commitment_ids=list(marks.values()), by=by, now=now),
        asks=("due_date",),
    ),
    BulkAct(
        "decline_suggestions", "suggestions", _take_part, locks.suggestions, _decline_suggestions,
        lambda marks, by, now: suggestions.reopen_suggestions(suggestion_ids=list(marks), by=by, now=now), asks=("reason",),
    ),
    BulkAct(
        "accept_promises", "promises", _take_part, locks.promises, _accept_promises,
        lambda marks, by, now: promises_back.return_commitments(commitment_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "end_promises", "promises", _take_part, locks.promises, _end_promises,
        lambda marks, by, now: promises_back.restore_commitments(commitment_ids=list(marks), by=by, now=now), asks=("reason",),
    ),
    BulkAct(
        "break_promises", "promises", _take_part, locks.promises, _break_promises,
        lambda marks, by, now: promises_back.restore_commitments(commitment_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "accept_deliveries", "deliveries", _take_part, locks.deliveries, _accept_deliveries,
        lambda marks, by, now: answers_back.take_back_answers(delivery_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "refuse_deliveries", "deliveries", _take_part, locks.deliveries, _refuse_deliveries,
        lambda marks, by, now: answers_back.take_back_answers(delivery_ids=list(marks), by=by, now=now),
        asks=("reason",), reasons=RefusalReason,
    ),
    BulkAct(
        "vouch_needs", "needs", _vouches, locks.needs, _vouch,
        lambda marks, by, now: needs.unvouch_needs(need_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "withdraw_needs", "needs", may_open_need, locks.needs, _withdraw_needs,
        lambda marks, by, now: needs.restore_needs(need_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "pause_capacities", "capacities", may_offer_capacity, locks.capacities,
        lambda ids, values, by, now: _same([one.pk for one in capacities.pause_capacities(capacity_ids=ids, by=by, now=now)]),
        lambda marks, by, now: capacities.resume_capacities(capacity_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "resume_capacities", "capacities", may_offer_capacity, locks.capacities,
        lambda ids, values, by, now: _same([one.pk for one in capacities.resume_capacities(capacity_ids=ids, by=by, now=now)]),
        lambda marks, by, now: capacities.pause_capacities(capacity_ids=list(marks), by=by, now=now),
    ),
    BulkAct(
        "close_capacities", "capacities", may_offer_capacity, locks.capacities, _close_capacities,
        lambda marks, by, now: capacities.reopen_capacities(states=marks, by=by, now=now),
    ),
    _of_story(stories.submit_story, "submit_story"),
    _of_story(stories.return_story, "return_story"),
    _of_story(stories.publish_story, "publish_story"),
    _of_story(stories.withdraw_story, "withdraw_story"),
    BulkAct(
        "give_tasks", "families", may_give_task, locks.households, _give_tasks,
        lambda marks, by, now: end_tasks(task_ids=list(marks.values()), by=by, now=now), asks=("membership",),
    ),
    BulkAct("refuse_provider", "", may_keep_households, locks.households, _refuse_provider, _accept_provider),
    BulkAct("end_roles", "people", may_manage_people, locks.memberships, _end_roles, _restore_roles),
)  # fmt: skip
ACTS: Mapping[str, BulkAct] = {one.slug: one for one in _ALL}


def _of_programme(one: Programme, act: ActOnMany) -> BulkAct:
    def permission(by: Acting) -> Refusal | None:
        """Whether it is switched on where the rows are, the action asks."""
        return None if one.opens(one.page(act.page), by.role) else NotPermitted(reason="this page is for other roles")

    def do(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> Marks:
        return dict(act.do(ids, values, by, now))

    slug = f"{one.slug}.{act.slug}"
    return BulkAct(slug, act.of_list, permission, act.lock, do, act.undo, programme=one.slug, form=act.form)


@cache
def known() -> Mapping[str, BulkAct]:
    """Every act by its slug: those of the core, and as `<programme>.<slug>` those of programmes."""
    found = [_of_programme(one, act) for one in programmes().values() for act in one.acts_on_many]
    return {**ACTS, **{act.slug: act for act in found}}


def offered(list_name: str, by: Acting) -> list[BulkAct]:
    """What this actor may do to rows of a list."""
    return [one for one in known().values() if one.of_list == list_name and one.permission(by) is None]
