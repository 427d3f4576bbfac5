"""A map without a script: borders as paths, places as circles whose area is their figure. The table beside it is its equal.

Equirectangular projection at the middle latitude of what is shown: within Iran shapes are true to a few per cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sqrt
from typing import Protocol

from peyvand.places.geometry import Point, rings
from peyvand.places.models import Place

WIDTH = 400.0
MARGIN = 26.0
LEAST, MOST = 3.0, 22.0  # radii
CROWD = 8  # of more places than these the circles shrink, so that they keep apart
MANY = 24  # of more places than these those that lie on each other become one circle
LABELLED = 7
LINE = 14.0  # height of a label


@dataclass(frozen=True)
class Spot:
    """`value` is None where the figure is withheld; `labelled` where the name fits without covering another.

    `places` are more than one where near ones are drawn as one: its value is the sum of those that are shown.
    """

    label: str
    url: str
    value: int | None
    text: str
    x: float
    y: float
    r: float
    labelled: bool
    label_y: float  # below its circle, above it at the lower edge
    places: int = 1
    own: bool = False


@dataclass(frozen=True)
class Map:
    height: float
    borders: list[str]
    own: list[str]
    spots: list[Spot]
    unplaced: int

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH:.0f} {self.height:.0f}"


@dataclass(frozen=True)
class Shown:
    """One place to be drawn, with its name, address and figure as the table says them; `own` where the page is about it."""

    place: Place
    label: str
    url: str
    value: int | None
    text: str
    own: bool = False


class Words(Protocol):
    """How a circle of several places is said: its label and its text."""

    def __call__(self, places: Sequence[Shown], value: int | None) -> tuple[str, str]: ...


@dataclass(frozen=True)
class _Dot:
    """Where a circle lies, and the places it stands for."""

    x: float
    y: float
    places: list[Shown]

    @property
    def value(self) -> int | None:
        """The sum of the shown figures: a withheld one adds nothing, so the circle tells nothing of it."""
        shown = [one.value for one in self.places if one.value is not None]
        return sum(shown) if shown else None


@dataclass(frozen=True)
class _Projection:
    west: float
    north: float
    east_west: float  # units a degree
    south_north: float

    def __call__(self, point: Point) -> Point:
        lon, lat = point
        return MARGIN + (lon - self.west) * self.east_west, MARGIN + (self.north - lat) * self.south_north

    def path(self, ring: Sequence[Point]) -> str:
        """Whole units are finer than a phone's pixel; a corner that falls on the one before is left out."""
        corners: list[tuple[int, int]] = []
        for x, y in map(self, ring):
            if (round(x), round(y)) not in corners[-1:]:
                corners.append((round(x), round(y)))
        return f"M{'L'.join(f'{x} {y}' for x, y in corners)}Z" if len(corners) > 2 else ""


def draw(own: Place, outer: Iterable[Place], shown: Sequence[Shown], *, words: Words, twin: str = "") -> Map | None:
    """The map of `own` with the places in it; None where nothing has a point or a border. `twin` is the address of the list.

    `outer` are the places it lies in, nearest first: the first of them with a border frames a place that has none.
    """
    own_rings = list(rings(own.boundary))
    part_rings = [ring for one in shown for ring in rings(one.place.boundary)]
    points = [
        (one.place.lon, one.place.lat) for one in shown if one.place.lon is not None and one.place.lat is not None
    ]
    extent = [corner for ring in own_rings or part_rings for corner in ring] or points
    if not extent:
        return None
    frame = next((found for one in outer if (found := list(rings(one.boundary)))), [])
    projection, height = _fitted([*extent, *points])
    ground = part_rings or ([] if own_rings else frame)
    return Map(
        height=height,
        borders=[path for ring in ground if (path := projection.path(ring))],
        own=[path for ring in own_rings if (path := projection.path(ring))],
        spots=_spots(_dots(shown, projection), height, words, twin),
        unplaced=sum(one.place.lon is None for one in shown),
    )


def _fitted(points: Sequence[Point]) -> tuple[_Projection, float]:
    """Everything within the width, at one scale in both directions; a single point gets some ground around it."""
    west, east = min(lon for lon, _lat in points), max(lon for lon, _lat in points)
    south, north = min(lat for _lon, lat in points), max(lat for _lon, lat in points)
    pad = max(0.02 - (east - west), 0.02 - (north - south), 0.0) / 2
    west, east, south, north = west - pad, east + pad, south - pad, north + pad
    narrowing = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * narrowing, (north - south) * 0.8)
    spare = (WIDTH - 2 * MARGIN) / (scale * narrowing) - (east - west)
    projection = _Projection(west - max(spare, 0.0) / 2, north, scale * narrowing, scale)
    return projection, 2 * MARGIN + (north - south) * scale


def _dots(shown: Sequence[Shown], projection: _Projection) -> list[_Dot]:
    """One for each place; of many places those nearer than two small circles together, the largest first."""
    found: list[_Dot] = []
    near = 2 * LEAST + 6.0 if len(shown) > MANY else 0.0
    for one in sorted(shown, key=lambda one: (one.own, one.value or 0), reverse=True):
        if one.place.lon is None or one.place.lat is None:
            continue
        x, y = projection((one.place.lon, one.place.lat))
        home = next((dot for dot in found if not dot.places[0].own and hypot(dot.x - x, dot.y - y) < near), None)
        if home:
            home.places.append(one)
        else:
            found.append(_Dot(x, y, [one]))
    return found


def _spots(dots: Sequence[_Dot], height: float, words: Words, twin: str) -> list[Spot]:
    """Largest first, so that a small circle lies on a large one and can be reached."""
    largest = max((dot.value or 0 for dot in dots), default=0) or 1
    most = LEAST + (MOST - LEAST) * min(1.0, sqrt(CROWD / max(len(dots), 1)))
    taken: list[tuple[float, float, float]] = []
    spots = []
    for dot in sorted(dots, key=lambda dot: -(dot.value or 0)):
        first, several = dot.places[0], len(dot.places) > 1
        label, text = words(dot.places, dot.value) if several else (first.label, first.text)
        r = LEAST + (most - LEAST) * sqrt((dot.value or 0) / largest)
        below, above = dot.y + r + LINE * 0.85, dot.y - r - LINE * 0.3
        base = below if below < height - LINE * 0.3 else above
        fits = (first.own or len(taken) < LABELLED) and base > LINE * 0.7 and _fits(label, dot.x, base, taken)
        if fits:
            taken.append((dot.x, base, _half_width(label)))
        spots.append(
            Spot(label, twin if several else first.url, dot.value, text, round(dot.x, 1), round(dot.y, 1), round(r, 1), fits,
                 round(base, 1), len(dot.places), first.own)
        )  # fmt: skip
    return spots


def _half_width(label: str) -> float:
    return 3.6 * len(label)


def _fits(label: str, x: float, y: float, taken: Iterable[tuple[float, float, float]]) -> bool:
    half = _half_width(label)
    inside = half < x < WIDTH - half
    return inside and all(
        abs(y - other_y) > LINE or abs(x - other_x) > half + other for other_x, other_y, other in taken
    )
