"""Who is linked to whom as a picture without a script: knots on both sides, threads between them. The table beside it is its equal.

Knots stand on an ellipse, evenly by height, so that no name covers another; threads bend to the middle, so that those of one side
are seen apart. Which knots stand, and in which order, is decided by whoever draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

WIDTH = 400.0
STEP = 34.0  # between the names of one side
EDGE = 24.0
BULGE = 60.0  # of the ellipse, to each side of the middle
R = 9.0
MOST_SHOWN = 18
LONGEST = 17  # letters of a name beside its knot; the table has the whole


@dataclass(frozen=True)
class Actor:
    """One who is drawn: its `number` in the table, its name, the address a press leads to, and how it is said aloud."""

    number: str
    label: str
    url: str
    said: str
    own: bool = False


@dataclass(frozen=True)
class Tie:
    """Between two actors by their places in the list; `firm` where something is promised or signed, not only sat together."""

    first: int
    second: int
    firm: bool = False


@dataclass(frozen=True)
class Knot:
    actor: Actor
    x: float
    y: float
    label: str
    label_x: float
    after: bool  # the name stands after the knot, on the side of greater x


@dataclass(frozen=True)
class Thread:
    path: str
    firm: bool


@dataclass(frozen=True)
class Net:
    height: float
    knots: Sequence[Knot]
    threads: Sequence[Thread]

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH:.0f} {self.height:.0f}"


def net(actors: Sequence[Actor], ties: Sequence[Tie]) -> Net:
    """Raises `ValueError` for more than `MOST_SHOWN` actors, and where a tie names one who is not there."""
    if len(actors) > MOST_SHOWN:
        raise ValueError(f"{len(actors)} actors, at most {MOST_SHOWN} can be read")
    if any(not 0 <= end < len(actors) for tie in ties for end in (tie.first, tie.second)):
        raise ValueError("a tie names an actor who is not there")
    rows = (len(actors) + 1) // 2
    height = 2 * EDGE + STEP * max(rows - 1, 0)
    knots = [_knot(actor, place, len(actors), height) for place, actor in enumerate(actors)]
    threads = [Thread(_bent(knots[tie.first], knots[tie.second], height), tie.firm) for tie in ties]
    return Net(height, knots, threads)


def _knot(actor: Actor, place: int, count: int, height: float) -> Knot:
    """The even places stand on one side, the odd ones on the other."""
    row, after = place // 2, place % 2 == 0
    here = (count + 1) // 2 if after else count // 2
    y = height / 2 + STEP * (row - (here - 1) / 2)
    away = (y - height / 2) / (height / 2)
    x = WIDTH / 2 + (1 if after else -1) * (BULGE * sqrt(max(0.0, 1 - away * away)) + 16)
    return Knot(actor, x, y, _short(actor.label), x + (R + 4 if after else -R - 4), after)


def _short(label: str) -> str:
    """Whole words where there are several."""
    if len(label) <= LONGEST:
        return label
    cut = label[: LONGEST - 1]
    return f"{cut.rpartition(' ')[0].rstrip() or cut}…"


def _bent(first: Knot, second: Knot, height: float) -> str:
    x, y = (first.x + second.x) / 2, (first.y + second.y) / 2
    middle = (x + (WIDTH / 2 - x) * 0.7, y + (height / 2 - y) * 0.35)
    return f"M{first.x:.1f} {first.y:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {second.x:.1f} {second.y:.1f}"
