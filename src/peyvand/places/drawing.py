"""A border drawn by hand: its corners read, checked and measured. Pure; a corner is (latitude, longitude) in degrees.

Distances and areas are taken on a plane laid at the middle of the border (equirectangular), which at the size of a
neighbourhood differs from the sphere by less than a thousandth.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.text import latin_digits
from peyvand.places.geometry import rings

Corner = tuple[float, float]

MOST_CORNERS = 300
MOST_KM2 = 500.0  # the widest villages with their fields; the largest municipal district of Tehran has a fifth of it
LEAST_KM2 = 0.0005  # five hundred square metres: less is a slip of the hand
NEAR_KM = 10.0  # reference borders are drawn coarsely
FAR_KM = 150.0  # from the seat of a county without a border
KM_PER_DEGREE = 111.195
_DIGITS = 6  # of a degree: a hand's breadth
_SEPARATORS = re.compile(r"[\s,;،؛]+")


class CornerNotRead(Refusal):
    code = "corner_not_read"
    message = "Line {row} is not a corner: “{value}”. Write latitude and longitude, such as 36.5659, 53.0588."


class CornerOffEarth(Refusal):
    code = "corner_off_earth"
    message = "Line {row}: a latitude lies between −90 and 90, a longitude between −180 and 180."


class TooFewCorners(Refusal):
    code = "too_few_corners"
    message = "A border has at least three different corners; there are {found}."


class TooManyCorners(Refusal):
    code = "too_many_corners"
    message = "A border drawn by hand has at most {most} corners; there are {found}. Bring in a finer border as a file."


class BorderCrosses(Refusal):
    code = "border_crosses"
    message = (
        "The border crosses or touches itself: the side after corner {first} meets the side after corner {second}."
    )


class BorderTooLarge(Refusal):
    code = "border_too_large"
    message = "The border encloses {found} km²; a neighbourhood or village has at most {most} km²."


class BorderTooSmall(Refusal):
    code = "border_too_small"
    message = "The border encloses {found} square metres; that is less than a few houses."


class BorderOutside(Refusal):
    code = "border_outside"
    message = "Corner {row} lies {km} km outside the place in which the neighbourhood was written."


class BorderFar(Refusal):
    code = "border_far"
    message = "Corner {row} lies {km} km from the middle of the county in which the neighbourhood was written."


FAULTS = (
    CornerNotRead, CornerOffEarth, TooFewCorners, TooManyCorners, BorderCrosses, BorderTooLarge, BorderTooSmall,
    BorderOutside, BorderFar,
)  # fmt: skip


def read_corners(text: str) -> list[Corner]:
    """One corner a line, latitude before longitude, either digit set; empty lines and a repeated first corner are left out."""
    corners: list[Corner] = []
    for row, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part for part in _SEPARATORS.split(latin_digits(line).replace("٫", ".").strip("()[] \t")) if part]
        try:
            lat, lon = (round(float(part.replace("−", "-")), _DIGITS) for part in parts)
        except ValueError:
            raise CornerNotRead(row=row, value=line.strip()[:60]) from None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise CornerOffEarth(row=row)
        if not corners or corners[-1] != (lat, lon):
            corners.append((lat, lon))
    return corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners


def write_corners(corners: Sequence[Corner]) -> str:
    """As `read_corners` reads them."""
    return "\n".join(f"{_degrees(lat)}, {_degrees(lon)}" for lat, lon in corners)


def _degrees(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")


def polygon(corners: Sequence[Corner]) -> dict[str, Any]:
    """GeoJSON: longitude first, the ring closed, the inside on the left of the way."""
    ring = [[lon, lat] for lat, lon in corners]
    if _signed_km2(corners) < 0:
        ring.reverse()
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def corners_of(boundary: Mapping[str, Any] | None) -> list[Corner] | None:
    """The corners of a border of one ring; None where it has several parts, holes, or more corners than a hand draws."""
    if boundary is None:
        return []
    found = list(rings(boundary))
    if len(found) != 1:
        return None
    corners = [(round(lat, _DIGITS), round(lon, _DIGITS)) for lon, lat in found[0][:-1]]
    return corners if len(corners) <= MOST_CORNERS else None


def check_border(corners: Sequence[Corner]) -> None:
    """Raises a refusal unless the corners make one simple area of a size that a neighbourhood has."""
    if len(corners) > MOST_CORNERS:
        raise TooManyCorners(found=len(corners), most=MOST_CORNERS)
    if len(set(corners)) < 3:
        raise TooFewCorners(found=len(set(corners)))
    sides = list(_sides(corners))
    for first, one in enumerate(sides):
        for second in range(first + 1, len(sides)):
            beside = second == first + 1 or (first == 0 and second == len(sides) - 1)
            if _turns_back(*one, *sides[second]) if beside else _meet(*one, *sides[second]):
                raise BorderCrosses(first=first + 1, second=second + 1)
    found = area_km2(corners)
    if found > MOST_KM2:
        raise BorderTooLarge(found=round(found), most=round(MOST_KM2))
    if found < LEAST_KM2:
        raise BorderTooSmall(found=round(found * 1_000_000))


def check_inside(corners: Sequence[Corner], boundary: Mapping[str, Any]) -> None:
    """Raises `BorderOutside` where a corner lies further than `NEAR_KM` outside the border."""
    for row, corner in enumerate(corners, 1):
        km = _km_outside(corner, boundary)
        if km > NEAR_KM:
            raise BorderOutside(row=row, km=round(km))


def check_near(corners: Sequence[Corner], seat: Corner) -> None:
    """Raises `BorderFar` where a corner lies further than `FAR_KM` from a county's point."""
    for row, corner in enumerate(corners, 1):
        km = hypot(*_on_plane(corner, seat))
        if km > FAR_KM:
            raise BorderFar(row=row, km=round(km))


def area_km2(corners: Sequence[Corner]) -> float:
    return abs(_signed_km2(corners))


def point_inside(corners: Sequence[Corner]) -> Corner:
    """A point within the border, as far in its middle as a line of latitude through it goes."""
    lats = sorted({lat for lat, _lon in corners})
    best = (-1.0, corners[0])
    for low, high in pairwise(lats):
        lat = (low + high) / 2
        cuts = sorted(lon for lon in (_crossing(*side, lat) for side in _sides(corners)) if lon is not None)
        for west, east in zip(cuts[::2], cuts[1::2], strict=True):
            depth = min((east - west) * cos(radians(lat)), high - low)
            best = max(best, (depth, (round(lat, _DIGITS), round((west + east) / 2, _DIGITS))))
    return best[1]


def contains(corners: Sequence[Corner], point: Corner) -> bool:
    """Whether the point lies inside, by the even-odd rule."""
    cuts = [lon for lon in (_crossing(*side, point[0]) for side in _sides(corners)) if lon is not None]
    return sum(lon > point[1] for lon in cuts) % 2 == 1


def _sides(corners: Sequence[Corner]) -> Iterator[tuple[Corner, Corner]]:
    return zip(corners, [*corners[1:], corners[0]], strict=True)


def _crossing(start: Corner, end: Corner, lat: float) -> float | None:
    """The longitude at which a side crosses a line of latitude; its lower end belongs to it, its upper end not."""
    if (start[0] > lat) == (end[0] > lat):
        return None
    return start[1] + (lat - start[0]) / (end[0] - start[0]) * (end[1] - start[1])


def _on_plane(corner: Corner, middle: Corner) -> tuple[float, float]:
    """(north, east) in kilometres from `middle`."""
    return (
        (corner[0] - middle[0]) * KM_PER_DEGREE,
        (corner[1] - middle[1]) * KM_PER_DEGREE * cos(radians(middle[0])),
    )


def _signed_km2(corners: Sequence[Corner]) -> float:
    middle = tuple(sum(axis) / len(corners) for axis in zip(*corners, strict=True))
    points = [_on_plane(corner, (middle[0], middle[1])) for corner in corners]
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in _sides(points)) / 2


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Whether two sides have a point in common."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    touching = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*three) for turn, three in zip(turns, touching, strict=True))


def _between(start: Corner, end: Corner, point: Corner) -> bool:
    """Whether a point of the line through two corners lies between them."""
    return all(min(start[axis], end[axis]) <= point[axis] <= max(start[axis], end[axis]) for axis in (0, 1))


def _turns_back(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Whether two neighbouring sides, which share one corner, lie on each other."""
    shared, one, other = (b, a, d) if b == c else (a, b, c)
    forth = (one[0] - shared[0]) * (other[0] - shared[0]) + (one[1] - shared[1]) * (other[1] - shared[1])
    return _turn(shared, one, other) == 0 and forth > 0


def _km_outside(corner: Corner, boundary: Mapping[str, Any]) -> float:
    outlines = [[(lat, lon) for lon, lat in ring[:-1]] for ring in rings(boundary)]
    if sum(contains(outline, corner) for outline in outlines) % 2:
        return 0.0
    return min(_km_to_side(corner, *side) for outline in outlines for side in _sides(outline))


def _km_to_side(corner: Corner, start: Corner, end: Corner) -> float:
    a, b = _on_plane(start, corner), _on_plane(end, corner)
    along = (b[0] - a[0], b[1] - a[1])
    length = along[0] ** 2 + along[1] ** 2
    share = max(0.0, min(1.0, -(a[0] * along[0] + a[1] * along[1]) / length)) if length else 0.0
    return hypot(a[0] + share * along[0], a[1] + share * along[1])
