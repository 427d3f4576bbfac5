"""The rules of a capacity, pure: its life cycle and what may be taken from it."""

from datetime import date

from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

LIFE = LifeCycle(
    "capacity",
    CapacityState.DRAFT,
    [
        ("open_capacity", CapacityState.DRAFT, CapacityState.OPEN),
        ("pause_capacity", CapacityState.OPEN, CapacityState.PAUSED),
        ("resume_capacity", CapacityState.PAUSED, CapacityState.OPEN),
        ("close_capacity", CapacityState.DRAFT, CapacityState.CLOSED),
        ("close_capacity", CapacityState.OPEN, CapacityState.CLOSED),
        ("close_capacity", CapacityState.PAUSED, CapacityState.CLOSED),
    ],
)


class LotTooSmall(Refusal):
    code = "lot_too_small"
    message = "This offer is given in lots of at least {smallest_lot}."


class OutsideWindow(Refusal):
    code = "outside_window"
    message = "This offer holds from {start} to {end}."


def lot_refusal(*, quantity: int, smallest_lot: int) -> Refusal | None:
    return LotTooSmall(smallest_lot=smallest_lot) if quantity < smallest_lot else None


def window_refusal(*, start: date, end: date | None, today: date) -> Refusal | None:
    if today < start or (end is not None and today > end):
        return OutsideWindow(start=start, end=end or "…")
    return None


def reaches(*, reach: str, capacity_path: str, need_path: str) -> bool | None:
    """Whether a capacity at one place serves another; None for kilometres, which paths cannot tell.

    The second part of a path is the province, the third the county.
    """
    if reach == Reach.KILOMETRES:
        return None
    if reach == Reach.NEIGHBOURHOOD:
        return need_path.startswith(capacity_path)
    depth = {Reach.COUNTRY: 1, Reach.PROVINCE: 2, Reach.COUNTY: 3}[Reach(reach)]
    near, far = capacity_path.rstrip("/").split("/"), need_path.rstrip("/").split("/")
    return len(near) >= depth <= len(far) and near[:depth] == far[:depth]
