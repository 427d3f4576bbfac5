"""Every write of overlaps and conflicts: the site notices them and sees them go; agencies set them aside, and take that back."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from peyvand.flow.capacity.models import Capacity
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.places.models import Place
from peyvand.programmes.neighbourhoods import clash_queries, rules
from peyvand.programmes.neighbourhoods.actions import event, require_on
from peyvand.programmes.neighbourhoods.board_queries import lead_path_at
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.clash_rules import Found, clashes
from peyvand.programmes.neighbourhoods.enums import ClashCode, ClashState
from peyvand.programmes.neighbourhoods.permissions import may_set_aside
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, one_at_a_time

_PAIRS = {
    ClashCode.PROMISED_MORE: "objective", ClashCode.SAME_OBJECTIVE: "objective", ClashCode.DIFFERENT_GOALS: "objective",
    ClashCode.DIFFERENT_DAYS: "objective", ClashCode.SAME_TASK: "resolution", ClashCode.TWO_OWNERS: "resolution",
    ClashCode.SAME_DAY: "session",
}  # fmt: skip
_WRITTEN = (
    "state",
    "noticed_at",
    "set_aside_at",
    "set_aside_by",
    "gone_at",
    "reason",
    "organisation",
    "other_organisation",
)


def look_again(place_ids: Iterable[int], now: datetime) -> None:
    """After an act on these places: bring what is written of them in line, in the transaction of the act."""
    look_for_clashes(place_ids=sorted(set(place_ids)), by=SYSTEM, now=now)


@action
def look_for_clashes(*, place_ids: Collection[int] | None = None, by: Acting, now: datetime) -> int:
    """Write what the rules find at these places (None: at all), and what of it is gone; gives how many rows changed.

    Of two who look at one place at the same time the second waits and sees what the first wrote, so that of two rows that were
    written at once the meeting is noticed. What comes back after it was gone stands anew, without the reason of before.
    """
    require_system(by)
    for place in place_ids or ():
        one_at_a_time(f"clashes:{place}")
    rows = Clash.objects.select_for_update().order_by("pk")
    kept = {one.key: one for one in (rows if place_ids is None else rows.filter(place__in=place_ids))}
    found = {one.key: one for one in clashes(clash_queries.facts(place_ids, business_date(now)), business_date(now))}
    fresh = _made([one for key, one in found.items() if key not in kept], now)
    back = [_again(one, found[key], now) for key, one in kept.items() if key in found and one.state == ClashState.GONE]
    passed = [
        _of(one, found[key]) for key, one in kept.items() if key in found and _agencies(one) != found[key].agencies
    ]
    gone = [_over(one, now) for key, one in kept.items() if key not in found and one.state != ClashState.GONE]
    Clash.objects.bulk_create(fresh, ignore_conflicts=True)
    Clash.objects.bulk_update([*back, *passed, *gone], _WRITTEN)
    if fresh or back or gone:
        data: dict[str, object] = {"come": [one.key for one in [*fresh, *back]], "gone": [one.key for one in gone]}
        changed = [*fresh, *back, *gone]
        event("clash.noticed", "clash", None, by, now, row=changed[0] if place_ids else None, data=data)
    return len(fresh) + len(back) + len(gone)


def _made(found: Sequence[Found], now: datetime) -> list[Clash]:
    paths = dict(Place.objects.filter(pk__in={one.place for one in found}).values_list("pk", "path"))
    return [
        Clash(
            key=one.key, code=one.code, place_id=one.place, place_path=paths[one.place], organisation_id=one.agencies[0],
            other_organisation_id=one.agencies[1], specification_id=one.kind, state=rules.CLASH.start, noticed_at=now, **_rows(one),
        )
        for one in found
    ]  # fmt: skip


def _rows(one: Found) -> dict[str, Any]:
    if not one.rows:
        return {}
    name = _PAIRS[one.code]
    return dict(zip((f"{name}_id", f"other_{name}_id"), one.rows, strict=False))


def _again(row: Clash, found: Found, now: datetime) -> Clash:
    row.state, row.noticed_at = rules.CLASH.after("come_back", row.state), now
    row.set_aside_at = row.set_aside_by = row.gone_at = None
    row.reason = ""
    return _of(row, found)


def _agencies(row: Clash) -> tuple[int, int | None]:
    return row.organisation_id, row.other_organisation_id


def _of(row: Clash, found: Found) -> Clash:
    """What is owed may have passed to another agency."""
    row.organisation_id, row.other_organisation_id = found.agencies
    return row


def _over(row: Clash, now: datetime) -> Clash:
    row.state, row.gone_at = rules.CLASH.after("go", row.state), now
    return row


@action
def move_clash(*, clash_id: int, act: str, reason: str = "", by: Acting, now: datetime) -> Clash:
    """Set an overlap or conflict aside with its reason (`set_aside`), or take that back (`take_back`). It stops nothing either way."""
    row = lock(Clash.objects.select_related("organisation", "other_organisation"), [clash_id], of=("self",))[clash_id]
    require(may_set_aside(by, row, lead_path_at(row.place_path)))
    require_on(row.place_path, by.organisation_path, now)
    if act not in ("set_aside", "take_back"):
        raise BadValue(field="act", reason="it is set aside, or that is taken back; it goes by itself with its cause")
    row.state = rules.CLASH.after(act, row.state)
    if act == "set_aside" and len(reason.strip()) < 5:
        raise BadValue(field="reason", reason="a sentence is needed: the next reader has to know why")
    aside = row.state == ClashState.SET_ASIDE
    row.reason = reason.strip() if aside else ""
    row.set_aside_at, row.set_aside_by_id = (now, by.account_id or None) if aside else (None, None)
    row.save(update_fields=["state", "reason", "set_aside_at", "set_aside_by"])
    event(f"clash.{_DONE[act]}", "clash", row.pk, by, now, row=row, data={"code": row.code})
    return row


_DONE = {"set_aside": "set_aside", "take_back": "taken_back"}


def places_of_capacities(capacity_ids: Iterable[int]) -> list[int]:
    return list(Capacity.objects.filter(pk__in=capacity_ids).values_list("place_id", flat=True).distinct())
