"""The blocks of the first page, and how the rows of all of them are read together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.people.models import Membership
from peyvand.scope.bulk import heads_at_once, models_at_once
from peyvand.web.lists import Badge
from peyvand.web.pages.home_words import When

ROWS = 5
MOST_COUNTED = 200


@dataclass(frozen=True)
class Line:
    title: str
    url: str = ""
    note: str = ""
    badge: Badge | None = None
    when: When | None = None


@dataclass(frozen=True)
class Block:
    """`late` marks a block whose rows wait too long; `step` is what to do with them. An empty one is said in one line."""

    name: str
    title: str
    count: int
    lines: list[Line] = field(default_factory=list)
    all_url: str = ""
    late: bool = False
    counted: bool = True
    counted_all: bool = True
    step: str = ""

    @property
    def step_url(self) -> str:
        """Where the block's one next step is taken: at its first row, or at all of them where there are several."""
        if not self.step:
            return ""
        alone = self.count == 1 or not self.all_url
        return self.lines[0].url if alone and self.lines[0].url else self.all_url


Known = dict[type[Model], dict[int, Any]]


@dataclass(frozen=True)
class Waiting:
    """A block whose rows are not read yet: `shown` reads those of all blocks together."""

    name: str
    title: str
    rows: QuerySet
    line: Callable[[Any], Line]
    all_url: str = ""
    late: bool = False
    step: str = ""

    @property
    def asked(self) -> QuerySet:
        """What is asked of the rows, with those of all others in one statement."""
        return self.rows.values("pk")

    def block(self, rows: list[dict[str, Any]], count: int, known: Known) -> Block:
        beside = known.get(self.rows.model, {})
        return _block(self, [self.line(beside[one["pk"]]) for one in rows if one["pk"] in beside], count)


@dataclass(frozen=True)
class WaitingAsValues:
    """A block whose rows are `values()` and say all that their lines need."""

    name: str
    title: str
    rows: QuerySet
    line: Callable[[dict[str, Any]], Line]
    all_url: str = ""
    late: bool = False
    step: str = ""

    @property
    def asked(self) -> QuerySet:
        return self.rows

    def block(self, rows: list[dict[str, Any]], count: int, known: Known) -> Block:
        return _block(self, [self.line(row) for row in rows], count)


def _block(one: Waiting | WaitingAsValues, lines: list[Line], count: int) -> Block:
    shown = min(count, MOST_COUNTED)
    return Block(one.name, one.title, shown, lines, one.all_url, one.late, counted_all=shown == count, step=one.step)


# What stands beside a row in its line. The rows of the other models are read by themselves, all in one statement.
_BESIDE: dict[type[Model], tuple[str, ...]] = {
    Need: ("specification", "place", "unserved"),
    Commitment: ("need__specification", "need__place", "capacity__organisation"),
    Delivery: ("commitment__need__specification", "commitment__need__place"),
    Suggestion: ("need__specification", "need__place"),
    PriorityOverride: ("need__specification", "need__place"),
    Capacity: ("specification",),
    Membership: ("account", "place", "organisation"),
}


def shown(blocks: Iterable[Block | Waiting | WaitingAsValues]) -> tuple[list[Block], list[Block]]:
    """Those with something in them, and those without."""
    asked = list(blocks)
    read = iter(_read([one for one in asked if not isinstance(one, Block)]))
    made = [one if isinstance(one, Block) else next(read) for one in asked]
    return [one for one in made if one.count], [one for one in made if not one.count]


def next_step(waiting: Iterable[Block]) -> tuple[Block, Line] | None:
    """The most urgent of all that waits and can be acted on: what is late longest, then what is due soonest, then what waits longest."""
    lines = [(one, line) for one in waiting if one.step for line in one.lines if line.when and line.url]
    return min(lines, key=lambda pair: pair[1].when.rank if pair[1].when else (2, 0), default=None)


def _read(waiting: list[Waiting | WaitingAsValues]) -> list[Block]:
    """Which rows and how many, of all blocks in one statement; then the rows themselves, model by model."""
    if not waiting:
        return []
    told = heads_at_once((one.asked for one in waiting), ROWS, MOST_COUNTED + 1)
    wanted: dict[type[Model], set[int]] = {}
    for one, (rows, _count) in zip(waiting, told, strict=True):
        if isinstance(one, Waiting) and rows:
            wanted.setdefault(one.rows.model, set()).update(row["pk"] for row in rows)
    known = _rows(wanted)
    return [one.block(rows, count, known) for one, (rows, count) in zip(waiting, told, strict=True)]


def _rows(wanted: dict[type[Model], set[int]]) -> Known:
    found: Known = {}
    alone = [model for model in wanted if model not in _BESIDE]
    for model, beside in _BESIDE.items():
        if model in wanted:
            rows = model._default_manager.filter(pk__in=wanted[model]).select_related(*beside)
            found[model] = {
                row.pk: row for row in rows.defer(*(f"{one}__boundary" for one in beside if one.endswith("place")))
            }
    if alone:
        asked = (model._default_manager.filter(pk__in=wanted[model]) for model in alone)
        for model, made in zip(alone, models_at_once(*asked), strict=True):
            found[model] = {row.pk: row for row in made}
    return found
