"""The rules of a capacity, pure: its life cycle and what may be taken from it."""

from dataclasses import dataclass
from datetime import date

from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.kernel.distance import Point, great_circle_km
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
        # A closing that is undone leads back to where it came from.
        ("reopen_capacity", CapacityState.CLOSED, CapacityState.OPEN),
        ("repause_capacity", CapacityState.CLOSED, CapacityState.PAUSED),
        ("redraft_capacity", CapacityState.CLOSED, CapacityState.DRAFT),
    ],
)


@dataclass(frozen=True)
class Brought:
    """What an offer brings for what needs ask: `qualities` are slugs of `resources.Quality`, `giver_sex` a value of `people.Sex`
    or empty. `most_a_week` units are taken on in a week, by all offers of this kind of the same giver together.
    """

    qualities: tuple[str, ...] = ()
    giver_sex: str = ""
    most_a_week: int | None = None


class LotTooSmall(Refusal):
    code = "lot_too_small"
    message = "This offer is given in lots of at least {smallest_lot}."


class OutOfReach(Refusal):
    code = "out_of_reach"
    message = "This offer does not reach the place of the need."


class TooFar(Refusal):
    code = "too_far"
    message = "This offer reaches {reach_km} kilometres, and the need lies {km} kilometres away."


class DistanceUnknown(Refusal):
    code = "distance_unknown"
    message = (
        "This offer reaches {reach_km} kilometres, and the point of one of the two places is not known, "
        "so the distance cannot be told. Enter the point of the place, or give the reach as an area."
    )


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


# The engine counts the same distance in another order of steps; what it suggested must not fail here by the last digit.
_A_MILLIMETRE = 1e-6


def reach_refusal(
    *,
    reach: str,
    reach_km: int | None,
    capacity_path: str,
    need_path: str,
    capacity_point: Point | None,
    need_point: Point | None,
) -> Refusal | None:
    """Why a capacity at one place may not serve another, or None. Points are those of the places, never of homes.

    A reach in kilometres holds in its own place whatever its point; to any other both points must be known, as in the matching.
    """
    answer = reaches(reach=reach, capacity_path=capacity_path, need_path=need_path)
    if answer is not None or capacity_path == need_path:
        return OutOfReach() if answer is False else None
    if capacity_point is None or need_point is None:
        return DistanceUnknown(reach_km=reach_km)
    km = great_circle_km(capacity_point, need_point)
    return TooFar(reach_km=reach_km, km=f"{km:.1f}") if km > (reach_km or 0) + _A_MILLIMETRE else None
