"""Where agencies of a place work side by side unaware of it, or against each other: open rules over what stands there, pure.

Each rule has a code (`enums.ClashCode`), and says no more than that two rows meet: no figure, no name of a person. What nobody
stored is not guessed: no rule reads what a resolution serves, for no resolution says it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from peyvand.kernel.text import search_key
from peyvand.programmes.neighbourhoods.enums import ClashCode

LEAST_NEEDS = 5  # promises to fewer needs of a place tell nothing to another agency


@dataclass(frozen=True)
class Helps:
    """An agency on the board of a place gives one kind of help there from `start` to `end` (None: no end is set)."""

    place: int
    agency: int
    path: str
    kind: int
    start: date
    end: date | None


@dataclass(frozen=True)
class Wanted:
    """An open objective with what each agency promised of it."""

    pk: int
    place: int
    agency: int
    measure: str
    target: int
    due: date
    shares: Mapping[int, int]


@dataclass(frozen=True)
class Task:
    """A resolution that is owed."""

    pk: int
    place: int
    owner: int
    title: str


@dataclass(frozen=True)
class Called:
    """A session that is called, with the agencies that have a seat in its council on that day."""

    pk: int
    place: int
    council: int
    day: date
    agencies: frozenset[int]


@dataclass(frozen=True)
class Facts:
    """All that the rules read."""

    helps: Sequence[Helps] = ()
    objectives: Sequence[Wanted] = ()
    tasks: Sequence[Task] = ()
    sessions: Sequence[Called] = ()


@dataclass(frozen=True)
class Found:
    """One overlap or conflict: `rows` are ids of two rows (or one) of the kind its code speaks of, the smaller first."""

    code: ClashCode
    place: int
    agencies: tuple[int, int | None]
    rows: tuple[int, ...] = ()
    kind: int | None = field(default=None)

    @property
    def key(self) -> str:
        """The same for the same meeting of the same rows, whenever it is looked for."""
        parts = [*self.rows] if self.rows else [self.place, self.kind, *self.agencies]
        return ":".join([self.code.value, *(str(part) for part in parts)])


def clashes(facts: Facts, today: date) -> list[Found]:
    """All of a set of places; the order of the facts does not matter."""
    found = [*_objectives(facts.objectives), *_tasks(facts.tasks), *_sessions(facts.sessions, today)]
    found += _helps(facts.helps, facts.objectives, today)
    return sorted({one.key: one for one in found}.values(), key=lambda one: one.key)


def _pair(first: int, second: int) -> tuple[int, int]:
    return (first, second) if first < second else (second, first)


def _objectives(rows: Iterable[Wanted]) -> Iterator[Found]:
    alike: dict[tuple[int, str], list[Wanted]] = defaultdict(list)
    for one in rows:
        alike[one.place, search_key(one.measure)].append(one)
        if len(one.shares) > 1 and sum(one.shares.values()) > one.target:
            yield Found(ClashCode.PROMISED_MORE, one.place, (one.agency, None), (one.pk,))
    for (place, _measure), same in alike.items():
        for first, second in combinations(sorted(same, key=lambda one: one.pk), 2):
            yield Found(objectives_clash(first, second), place, (first.agency, second.agency), (first.pk, second.pk))


def objectives_clash(first: Wanted, second: Wanted) -> ClashCode:
    """What two open objectives of one measure at one place are to each other."""
    if first.target != second.target:
        return ClashCode.DIFFERENT_GOALS
    return ClashCode.SAME_OBJECTIVE if first.due == second.due else ClashCode.DIFFERENT_DAYS


def _tasks(rows: Iterable[Task]) -> Iterator[Found]:
    alike: dict[tuple[int, str], list[Task]] = defaultdict(list)
    for one in rows:
        alike[one.place, search_key(one.title)].append(one)
    for (place, _title), same in alike.items():
        for first, second in combinations(sorted(same, key=lambda one: one.pk), 2):
            code = ClashCode.SAME_TASK if first.owner == second.owner else ClashCode.TWO_OWNERS
            other = None if first.owner == second.owner else second.owner
            yield Found(code, place, (first.owner, other), (first.pk, second.pk))


def _sessions(rows: Iterable[Called], today: date) -> Iterator[Found]:
    together: dict[tuple[int, date], list[Called]] = defaultdict(list)
    for one in rows:
        if one.day >= today:
            together[one.place, one.day].append(one)
    for (place, _day), same in together.items():
        for first, second in combinations(sorted(same, key=lambda one: one.pk), 2):
            shared = first.agencies & second.agencies
            if shared and first.council != second.council:
                yield Found(ClashCode.SAME_DAY, place, (min(shared), None), (first.pk, second.pk))


def _helps(rows: Iterable[Helps], objectives: Iterable[Wanted], today: date) -> Iterator[Found]:
    joint: dict[int, list[frozenset[int]]] = defaultdict(list)
    for one in objectives:
        joint[one.place].append(frozenset(one.shares))
    here: dict[tuple[int, int], list[Helps]] = defaultdict(list)
    for help_ in rows:
        if help_.end is None or help_.end >= today:
            here[help_.place, help_.kind].append(help_)
    for (place, kind), same in here.items():
        for first, second in combinations(same, 2):
            of_one = first.path.startswith(second.path) or second.path.startswith(first.path)
            agreed = any({first.agency, second.agency} <= parts for parts in joint[place])
            if not of_one and not agreed and together(first, second):
                yield Found(ClashCode.SAME_HELP, place, _pair(first.agency, second.agency), (), kind)


def together(first: Helps, second: Helps) -> bool:
    """Whether the two give in a common month: their spans have a day in common."""
    return _reaches(first.end, second.start) and _reaches(second.end, first.start)


def _reaches(end: date | None, start: date) -> bool:
    return end is None or end >= start
