"""Multidimensional deprivation after Alkire and Foster ("Counting and multidimensional poverty measurement", 2011)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, finite, refuse_first, same_length

# Under so many households a place stands in no ranking: its interval is too wide to say more or less than another.
ENOUGH = 30
# Weights that add up to the cut-off reach it, whatever floating point makes of the sum.
ALIKE = 1e-9
AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """What is said of one set of households.

    `h` headcount: the part of the people who are deprived in indicators that weigh the cut-off or more; `a` intensity: how
    much their deprivations weigh on average (0 where nobody is); `m0` = h x a. Each with its bootstrap interval.
    `households` in the set, of whom `people`; `share` of all people; with fewer than `ENOUGH` households `ranked` is false.
    `censored` float64[d]: for each indicator the part of the people who are deprived overall and in it; `contribution`
    float64[d] what each indicator adds to `m0` (sums to 1, zeros where m0 is 0).
    """

    households: int
    people: float
    share: float
    h: float
    a: float
    m0: float
    h_interval: Interval
    a_interval: Interval
    m0_interval: Interval
    censored: Array
    contribution: Array

    @property
    def ranked(self) -> bool:
        return self.households >= ENOUGH


@dataclass(frozen=True, slots=True)
class Deprivation:
    """`whole` over all households, `groups` one each by its name (in rising order), `score` float64[n] of each household
    and `poor` bool[n]."""

    whole: Measure
    groups: dict[Any, Measure]
    score: Array
    poor: Array


def alkire_foster(
    deprived: Any, weights: Any, cutoff: float, groups: Any = None, *,
    people: Any = None, draws: int = 1000, level: float = 0.95, seed: int = 0,
) -> Deprivation:  # fmt: skip
    """H, A and M0 of households, of each group and by indicator, with bootstrap intervals.

    `deprived` bool[n, d]: household by indicator; `weights` float64[d] of the indicators, above zero, summing to 1;
    `cutoff` in (0, 1]: who is deprived in indicators weighing so much is counted; `groups` [n] names (a neighbourhood);
    `people` float64[n] members of each household (default 1: households are counted). Two identities hold to 1e-12:
    M0 is the mean of the groups' M0 by their shares of people, and the sum of weight x censored headcount.

    Intervals: the percentile bootstrap over households, `draws` samples of the set's own size from `seed`; with fewer
    than two households they span from 0 to 1, for one household says nothing of the others.

    Raises `ValueError` naming the row on answers that are neither yes nor no (a missing answer is to be settled before, for
    it is no "no"), on weights that do not sum to 1, a cut-off outside (0, 1], and people not above zero.
    """
    answers = _yes_or_no(deprived)
    weight = finite("weights", weights)
    same_length("weights", weight, answers.shape[1], "indicator")
    refuse_first("weights", weight, weight <= 0, "is not above zero")
    if abs(weight.sum() - 1) > ALIKE:
        raise ValueError(f"weights: they sum to {weight.sum()}, not to 1")
    if not 0 < cutoff <= 1:
        raise ValueError(f"cutoff: {cutoff} is not above 0 and at most 1")
    members = np.ones(len(answers)) if people is None else finite("people", people)
    same_length("people", members, len(answers), "household")
    refuse_first("people", members, members <= 0, "is not above zero")
    score = answers @ weight
    poor = score >= cutoff - ALIKE
    sample = _Sample(answers, weight, members, score, poor, draws, level)
    every = np.arange(len(answers))
    return Deprivation(
        whole=sample.measure(every, np.random.default_rng(seed)),
        groups=dict(sample.of_groups(groups, seed)) if groups is not None else {},
        score=score,
        poor=poor,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    answers: Array
    weight: Array
    members: Array
    score: Array
    poor: Array
    draws: int
    level: float

    def of_groups(self, groups: Any, seed: int) -> Iterator[tuple[Any, Measure]]:
        names = np.asarray(groups)
        same_length("groups", names, len(self.answers), "household")
        known, of = np.unique(names, return_inverse=True)
        order = np.argsort(of, kind="stable")
        for number, rows in enumerate(np.split(order, np.searchsorted(of[order], np.arange(1, len(known))))):
            # A group's own stream: its interval does not change when another group joins the survey.
            if len(rows):
                yield known[number].item(), self.measure(rows, np.random.default_rng([seed, *_stream(known[number])]))

    def measure(self, rows: Array, rng: np.random.Generator) -> Measure:
        members, poor = self.members[rows], self.poor[rows]
        people = float(members.sum())
        censored = (members * poor) @ self.answers[rows] / people if len(rows) else np.zeros(len(self.weight))
        parts = censored * self.weight
        m0 = float(parts.sum())
        h = float(members @ poor / people) if len(rows) else 0.0
        h_interval, a_interval, m0_interval = self._intervals(rows, rng)
        return Measure(
            households=len(rows), people=people, share=people / float(self.members.sum()) if len(rows) else 0.0,
            h=h, a=m0 / h if h else 0.0, m0=m0,
            h_interval=h_interval, a_interval=a_interval, m0_interval=m0_interval,
            censored=censored, contribution=parts / m0 if m0 else np.zeros(len(parts)),
        )  # fmt: skip

    def _intervals(self, rows: Array, rng: np.random.Generator) -> tuple[Interval, Interval, Interval]:
        if len(rows) < 2 or not self.draws:
            return (Interval(0.0, 1.0),) * 3
        # Households of one size and score are alike to the measure: drawing how many of each kind is the same as drawing
        # households one by one, and a survey has few kinds.
        kinds = np.column_stack([self.members[rows], np.where(self.poor[rows], self.score[rows], 0.0)])
        kind, many = np.unique(kinds, axis=0, return_counts=True)
        members, censored_score = kind.T
        h, m0 = np.empty(self.draws), np.empty(self.draws)
        at_once = max(1, AT_ONCE // len(kind))
        for start in range(0, self.draws, at_once):
            stop = min(start + at_once, self.draws)
            drawn = rng.multinomial(len(rows), many / len(rows), size=stop - start) * members
            people = drawn.sum(axis=1)
            h[start:stop] = drawn @ (censored_score > 0) / people
            m0[start:stop] = drawn @ censored_score / people
        tail = (1 - self.level) / 2
        met = h > 0
        a = m0[met] / h[met]
        return (
            Interval(*np.quantile(h, [tail, 1 - tail]).tolist()),
            Interval(*np.quantile(a, [tail, 1 - tail]).tolist()) if len(a) else Interval(0.0, 0.0),
            Interval(*np.quantile(m0, [tail, 1 - tail]).tolist()),
        )


def _stream(name: Any) -> list[int]:
    return list(str(name).encode())


def _yes_or_no(deprived: Any) -> Array:
    answers = np.asarray(deprived)
    if answers.ndim != 2:
        raise ValueError(f"deprived: a table of household by indicator is needed, not {answers.ndim} dimensions")
    if answers.dtype.kind not in "biuf":
        raise ValueError(f"deprived: yes or no is needed, not {answers.dtype}")
    neither = ~np.isin(answers, (0, 1))
    if neither.any():
        row, column = np.argwhere(neither)[0]
        raise ValueError(f"deprived: row {row}, indicator {column} ({answers[row, column]}) is neither yes nor no")
    return answers.astype(np.float64)
