"""Electing people by ranked ballots: the single transferable vote, with one seat instant-runoff."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from peyvand.engines.arrays import check_rows, refuse_first, whole
from peyvand.engines.ballots.votes import first_of_equals

What = Literal["elected", "excluded"]


@dataclass(frozen=True)
class Round:
    """One step of the count: what everyone still standing had, and who was elected or excluded by it.

    `had` maps a candidate's row to the worth of his papers (exact); `tied` are the others who had as little (or as much)
    where the rank had to decide.
    """

    had: dict[int, Fraction]
    what: What
    candidate: int
    tied: tuple[int, ...] = ()


@dataclass(frozen=True)
class Elected:
    """`elected` rows of candidates in the order of election; `quota` papers are enough for a seat; `rounds` the steps."""

    elected: tuple[int, ...]
    quota: int
    rounds: tuple[Round, ...]


def ranking(*, candidates: int, seats: int, indptr: Any, indices: Any, ties: Any = None) -> Elected:
    """Who is elected to `seats` by ranked ballots.

    The ballot of voter `i` ranks `indices[indptr[i]:indptr[i + 1]]`, best first; who is not named is ranked by nobody.
    Quota of Droop; a surplus passes on with all papers of the elected, each at an equal part of its worth (weighted
    inclusive Gregory, in exact fractions); with nobody above the quota the one with least is excluded and his papers pass
    on. Equal ones by `ties` int64[candidates]: the lower is elected first and excluded last; without it the order of
    rows. When no more stand than seats are left, all of them are elected.

    Raises `ValueError` on an unknown candidate, one ranked twice on a ballot, and fewer than one seat.
    """
    rows, named = whole("indptr", indptr), whole("indices", indices)
    check_rows(rows, max(len(rows) - 1, 0), len(named), of="voter", entry="entry of a ballot")
    refuse_first("indices", named, (named < 0) | (named >= candidates), f"is no row of the {candidates} candidates")
    if seats < 1:
        raise ValueError(f"seats: {seats} is below 1")
    ballots = [named[start:stop].tolist() for start, stop in pairwise(rows)]
    for number, ballot in enumerate(ballots):
        if len(set(ballot)) < len(ballot):
            raise ValueError(f"indices: the ballot of row {number} ranks a candidate twice")
    return _Count(ballots, candidates, seats, first_of_equals(ties, candidates).tolist()).run()


class _Count:
    def __init__(self, ballots: list[list[int]], candidates: int, seats: int, rank: Sequence[int]) -> None:
        kinds, many = _kinds(ballots)
        self.standing = list(range(candidates))
        self.seats, self.rank = seats, rank
        self.quota = sum(many) // (seats + 1) + 1
        # The papers each one holds: (those ranked after him, worth of all such papers).
        self.held: dict[int, list[tuple[list[int], Fraction]]] = {row: [] for row in self.standing}
        for ballot, papers in zip(kinds, many, strict=True):
            self.held[ballot[0]].append((ballot[1:], Fraction(papers)))

    def run(self) -> Elected:
        elected: list[int] = []
        rounds: list[Round] = []
        while self.standing and len(elected) < self.seats:
            had = {row: sum((worth for _after, worth in self.held[row]), Fraction(0)) for row in self.standing}
            over = any(papers >= self.quota for papers in had.values())
            what: What = "elected" if over or len(self.standing) <= self.seats - len(elected) else "excluded"
            by_strength = sorted(self.standing, key=lambda row: (-had[row], self.rank[row]))
            row = by_strength[0 if what == "elected" else -1]
            tied = tuple(one for one in self.standing if one != row and had[one] == had[row])
            rounds.append(Round(had, what, row, tied))
            self.standing.remove(row)
            kept = Fraction(1)
            if what == "elected":
                elected.append(row)
                kept = max(had[row] - self.quota, Fraction(0)) / had[row] if had[row] else Fraction(0)
            self._pass_on(row, kept)
        return Elected(tuple(elected), self.quota, tuple(rounds))

    def _pass_on(self, row: int, part: Fraction) -> None:
        standing = set(self.standing)
        for after, worth in self.held.pop(row):
            following = [one for one in after if one in standing]
            if following and part:
                self.held[following[0]].append((following[1:], worth * part))


def _kinds(ballots: list[list[int]]) -> tuple[list[list[int]], list[int]]:
    """Equal ballots once, and how many there are of each; empty ones are left out."""
    kinds: dict[tuple[int, ...], int] = {}
    for ballot in ballots:
        if ballot:
            kinds[tuple(ballot)] = kinds.get(tuple(ballot), 0) + 1
    return [list(kind) for kind in kinds], list(kinds.values())
