"""Every write of a practice. Its needs are opened by the core's own act; words of stories and sessions have files of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from peyvand.extend.switches import off_refusal
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.story.models import Story
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.kernel.text import search_key
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.practices import permissions, rules
from peyvand.programmes.practices.enums import PracticeState
from peyvand.programmes.practices.models import Celebration, Handover, HighSession, Practice, PracticeItem
from peyvand.programmes.practices.turn_actions import tell_copy_done
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

SLUG = "practices"
Items = Sequence[tuple[Specification, int]]


@dataclass(frozen=True)
class Form:
    """The fixed form. `steps` holds one step a line; `cost_rial` is for the whole in one place, with where it is known from."""

    title: str
    problem: str
    steps: str
    people: str
    conditions: str
    cost_rial: int
    cost_source: str


@dataclass(frozen=True)
class Result:
    """What came of it: in words, the people it reached, and who counted. `ended_date` is None while it goes on."""

    result: str
    people_reached: int
    result_source: str
    cost_rial: int
    begun_date: date
    ended_date: date | None = None


@action
def write_practice(
    *, form: Form, items: Items, place: Place, organisation: Organisation | None = None, story_id: int | None = None,
    by: Acting, now: datetime,
) -> Practice:  # fmt: skip
    """Begin to write down a practice; it is seen by one's own office until it is planned or published."""
    require(permissions.may_write(by))
    story = lock(Story.objects.all(), [story_id])[story_id] if story_id else None
    fresh = Practice(state=rules.LIFE.start, story=story, **_checked(form))
    return _born("practice.written", fresh, items, place, organisation, by, now)


@action
def change_practice(*, practice_id: int, form: Form, items: Items, by: Acting, now: datetime) -> Practice:
    """A draft and a plan are changed until needs are opened or the result is shown: a plan is fitted to its own place."""
    practice = kept(practice_id, by, now)
    if practice.state not in (PracticeState.DRAFT, PracticeState.PLANNED):
        raise BadValue(field="state", reason="a practice is changed while it is being written or planned")
    for name, value in _checked(form).items():
        setattr(practice, name, value)
    PracticeItem.objects.filter(practice=practice).delete()
    _take(practice, items)
    return _saved("practice.changed", practice, by, now)


@action
def plan_practice(*, practice_id: int, by: Acting, now: datetime) -> Practice:
    """Try it for the first time: what was written becomes a plan of its own place."""
    practice = kept(practice_id, by, now)
    practice.state = rules.LIFE.after("plan_practice", practice.state)
    return _saved("practice.planned", practice, by, now)


@action
def publish_practice(*, practice_id: int, result: Result, by: Acting, now: datetime) -> Practice:
    """Show what was done already and may be copied from now on, whole with its result."""
    practice = kept(practice_id, by, now)
    require(permissions.may_publish(by, practice))
    return _told("publish_practice", "practice.published", practice, result, by, now)


@action
def copy_practice(
    *, practice_id: int, place: Place, organisation: Organisation | None = None, by: Acting, now: datetime
) -> Practice:
    """Take a practice that was done into one's own place as a plan, with its form and what it takes, to be fitted there."""
    require(permissions.may_write(by))
    source = Practice.objects.filter(pk=practice_id, state=PracticeState.PUBLISHED).first()
    if source is None:
        raise rules.NotCopied
    form = {name: getattr(source, name) for name in (*Form.__dataclass_fields__, "search_key")}
    plan = Practice(state=rules.LIFE.after("plan_practice", rules.LIFE.start), copied_from=source, **form)
    rows = PracticeItem.objects.filter(practice=source).select_related("specification").order_by("pk")
    items = [(row.specification, row.quantity) for row in rows]
    copy = _born("practice.copied", plan, items, place, organisation, by, now)
    if by.account_id:
        tell_copy_done(by.account_id, practice_id, now)
    return copy


@action
def open_plan(
    *, practice_id: int, begun_date: date, by: Acting, now: datetime, random: Random | None = None
) -> Practice:
    """Begin: what the plan takes is opened as needs of its place, by the core's own act."""
    practice = kept(practice_id, by, now)
    practice.state = rules.LIFE.after("open_plan", practice.state)
    items = list(PracticeItem.objects.filter(practice=practice).select_related("specification").order_by("pk"))
    told = [
        NewNeed(row.specification, row.quantity, practice.place, organisation=practice.organisation) for row in items
    ]
    for row, need in zip(items, open_needs(rows=told, by=by, now=now, random=random), strict=True):
        row.need = need
    PracticeItem.objects.bulk_update(items, ["need"])
    practice.begun_date = begun_date
    return _saved("practice.begun", practice, by, now)


@action
def report_result(*, practice_id: int, result: Result, by: Acting, now: datetime) -> Practice:
    """Say what came of a plan, for everyone; it stands beside its source from now on and can be copied itself."""
    practice = kept(practice_id, by, now)
    require(permissions.may_publish(by, practice))
    return _told("report_result", "practice.told", practice, result, by, now)


@action
def withdraw_practice(*, practice_id: int, by: Acting, now: datetime) -> Practice:
    """Show it no more. What was copied from it stays, and it keeps its place in their tree. Needs it opened stay open."""
    practice = kept(practice_id, by, now)
    practice.state, practice.state_before = rules.LIFE.after("withdraw_practice", practice.state), practice.state
    return _saved("practice.withdrawn", practice, by, now)


@action
def restore_practice(*, practice_id: int, by: Acting, now: datetime) -> Practice:
    """Take a withdrawal back."""
    practice = kept(practice_id, by, now)
    practice.state = rules.LIFE.after(f"restore_{practice.state_before}", practice.state)
    practice.state_before = ""
    return _saved("practice.restored", practice, by, now)


def _checked(form: Form) -> dict[str, Any]:
    """The columns of a form. Raises `NotWhole` naming the part that is missing."""
    said = {name: getattr(form, name) for name in Form.__dataclass_fields__}
    texts = {name: value.strip() for name, value in said.items() if isinstance(value, str)}
    for name, text in texts.items():
        if not text:
            raise rules.NotWhole(field=name)
    if not 0 <= form.cost_rial <= 2**62:
        raise BadValue(field="cost_rial", reason="whole rial, not below nothing")
    return {**texts, "steps": "\n".join(rules.steps_of(form.steps)), "cost_rial": form.cost_rial,
            "search_key": search_key(texts["title"])}  # fmt: skip


def _born(
    act: str, fresh: Practice, items: Items, place: Place, organisation: Organisation | None, by: Acting, now: datetime
) -> Practice:
    keeper = organisation or Organisation.objects.filter(pk=by.organisation_id).first()
    if keeper is None:
        raise BadValue(field="organisation", reason="a practice is kept by an organisation")
    fresh.place, fresh.place_path, fresh.organisation, fresh.organisation_path = place, place.path, keeper, keeper.path
    fresh.written_by_id, fresh.created_at = by.membership_id or None, now
    require(permissions.may_keep(by, fresh))
    require_on(fresh, now)
    fresh.save()
    _take(fresh, items)
    event(act, fresh, by, now, rows=[(fresh.copied_from_id,)] if fresh.copied_from_id else ())
    return fresh


def _take(practice: Practice, items: Items) -> None:
    if len({kind.pk for kind, _ in items}) != len(items) or any(amount < 1 for _, amount in items):
        raise BadValue(field="items", reason="each kind once, with at least one")
    PracticeItem.objects.bulk_create(
        [PracticeItem(practice=practice, specification=kind, quantity=amount) for kind, amount in items]
    )


def kept(practice_id: int, by: Acting, now: datetime) -> Practice:
    """The row, locked, of somebody who keeps it where the programme is on."""
    practice = lock(Practice.objects.select_related("place", "organisation"), [practice_id], of=("self",))[practice_id]
    require(permissions.may_keep(by, practice))
    require_on(practice, now)
    return practice


def _told(step: str, act: str, practice: Practice, result: Result, by: Acting, now: datetime) -> Practice:
    today, last = business_date(now), result.ended_date or result.begun_date
    if not result.result.strip() or not result.result_source.strip():
        raise rules.NotWhole(field="result" if not result.result.strip() else "result_source")
    if result.people_reached < 0 or result.cost_rial < 0:
        raise BadValue(field="people_reached", reason="not below nothing")
    if not result.begun_date <= last <= today:
        raise BadValue(field="begun_date", reason="it began, then ended, and neither lies ahead")
    for name in Result.__dataclass_fields__:
        value = getattr(result, name)
        setattr(practice, name, value.strip() if isinstance(value, str) else value)
    practice.cost_source = (
        practice.result_source
    )  # what was spent is known from who tells it, no more from the estimate
    practice.state, practice.published_at = rules.LIFE.after(step, practice.state), now
    return _saved(act, practice, by, now)


def require_on(row: Practice | HighSession | Story | Celebration | Handover, now: datetime) -> None:
    require(off_refusal(SLUG, [(row.place_path, row.organisation_path)], business_date(now)))


def _saved(act: str, practice: Practice, by: Acting, now: datetime) -> Practice:
    practice.save()
    event(act, practice, by, now)
    return practice


def event(act: str, practice: Practice, by: Acting, now: datetime, rows: Sequence[Sequence[int]] = ()) -> None:
    record(
        act, kind="practice", subject=practice.pk, by=by, now=now, place_path=practice.place_path,
        organisation_path=practice.organisation_path, rows=rows,
    )  # fmt: skip
