"""Many resolutions at once, each act one event: handed to another owner, or given another day; and both put back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from peyvand.journal.actions import record_batch
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.actions import require_on
from peyvand.programmes.neighbourhoods.clash_actions import look_again
from peyvand.programmes.neighbourhoods.models import Council, Resolution, ResolutionStep
from peyvand.programmes.neighbourhoods.permissions import may_step
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


@action
def hand_resolutions(
    *, resolution_ids: Sequence[int], owner: Organisation, reason: str, by: Acting, now: datetime
) -> dict[int, int]:
    """Let another organisation owe these resolutions, all or none; by the council's keeper, with a sentence that stays with each.

    Gives by resolution the id of its owner until now; what the organisation owes already stays as it is.
    """
    rows = _locked(resolution_ids, "hand", by, now)
    said = _sentence(reason)
    before = {one.pk: one.owner_id for one in rows}
    _handed([one for one in rows if one.owner_id != owner.pk], dict.fromkeys(before, owner), said, by, now)
    return before


@action
def give_day(*, resolution_ids: Sequence[int], due: date, reason: str, by: Acting, now: datetime) -> dict[int, date]:
    """Give these resolutions another day, today or later and not before they were decided, all or none; by the council's keeper,
    with a sentence. Gives by resolution the day until now."""
    rows = _locked(resolution_ids, "give_day", by, now)
    said = _sentence(reason)
    if due < business_date(now):
        raise BadValue(field="due_date", reason="this day has passed")
    if any(due < one.decided_date for one in rows):
        raise BadValue(field="due_date", reason="it is due on the day of the session or later")
    before = {one.pk: one.due_date for one in rows}
    _moved([one for one in rows if one.due_date != due], dict.fromkeys(before, due), said, by, now)
    return before


@action
def put_back(
    *,
    owners: Mapping[int, Organisation] | None = None,
    days: Mapping[int, date] | None = None,
    by: Acting,
    now: datetime,
) -> None:
    """Let resolutions be owed by whom, or be due on the day, they had before; also where that day has passed meanwhile."""
    if owners:
        rows = _locked(list(owners), "hand", by, now)
        _handed([one for one in rows if one.owner_id != owners[one.pk].pk], owners, "", by, now)
    if days:
        rows = _locked(list(days), "give_day", by, now)
        _moved([one for one in rows if one.due_date != days[one.pk]], days, "", by, now)


def _locked(ids: Sequence[int], act: str, by: Acting, now: datetime) -> list[Resolution]:
    rows = list(lock(Resolution.objects.all(), ids).values())
    for one in rows:
        require(may_step(by, one, act))
        one.state = rules.RESOLUTION.after(act, one.state)
    for paths in {(one.place_path, one.organisation_path) for one in rows}:
        require_on(*paths, now)
    return rows


def _sentence(reason: str) -> str:
    if len(reason.strip()) < 5:
        raise BadValue(field="reason", reason="a sentence is needed: the next reader has to know why")
    return reason.strip()


def _handed(
    rows: Sequence[Resolution], owners: Mapping[int, Organisation], said: str, by: Acting, now: datetime
) -> None:
    for one in rows:
        one.owner, one.owner_path = owners[one.pk], owners[one.pk].path
    Resolution.objects.bulk_update(rows, ["owner", "owner_path"])
    _told("hand", rows, said, by, now)
    councils = Council.objects.filter(pk__in={one.council_id for one in rows})
    look_again(councils.values_list("place_id", flat=True), now)


def _moved(rows: Sequence[Resolution], days: Mapping[int, date], said: str, by: Acting, now: datetime) -> None:
    for one in rows:
        one.due_date = days[one.pk]
    Resolution.objects.bulk_update(rows, ["due_date"])
    _told("give_day", rows, said, by, now)


def _told(act: str, rows: Sequence[Resolution], said: str, by: Acting, now: datetime) -> None:
    """A step in the follow-up of each, and one event. Without words it is a step back."""
    ResolutionStep.objects.bulk_create(
        ResolutionStep(
            resolution=one, act=act if said else "put_back", note=said, due_date=one.due_date, at=now, by_id=by.account_id or None
        )
        for one in rows
    )  # fmt: skip
    if rows:
        record_batch(f"resolution.{_DONE[act]}", kind="resolution", subjects=rows, by=by, now=now)


_DONE = {"hand": "handed", "give_day": "given_day"}
