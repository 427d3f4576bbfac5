"""Counting the ballots of a vote by its rule: numbers in, a result with its steps out. Runs the engine; knows no table.

The result is plain JSON; fractions are texts ("1250/3"), options their numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import numpy as np

from peyvand.engines.ballots import approval, equal_shares, greedy, ranking
from peyvand.engines.ballots.equal_shares import Completion, Utility
from peyvand.votes.enums import Method
from peyvand.votes.rules import Choice, Rule, first_of_equals

Result = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The options of a vote: `numbers` rising, `costs` beside them."""

    numbers: Sequence[int]
    costs: Sequence[int]


def tally(rule: Rule, asked: Asked, ballots: Sequence[Choice], *, lot: str) -> Result:
    """The result of a vote. Raises `ValueError` where a ballot names what is no option."""
    arrays = _arrays(rule, asked, ballots)
    ties = first_of_equals(rule, costs=asked.costs, numbers=asked.numbers, lot=lot)
    count = {
        Method.EQUAL_SHARES: _shares,
        Method.GREEDY: _greedy,
        Method.APPROVAL: _approval,
        Method.RANKING: _ranking,
    }[rule.method]
    result = count(rule, asked, arrays, ties)
    return {"ballots": len(ballots), "received": _received(rule, asked, ballots)} | result


def _arrays(rule: Rule, asked: Asked, ballots: Sequence[Choice]) -> dict[str, Any]:
    row_of = {number: row for row, number in enumerate(asked.numbers)}
    named = [row_of[number] for one in ballots for number in one.options]
    given = [point for one in ballots for point in one.points]
    rows = np.cumsum([0, *(len(one.options) for one in ballots)])
    arrays: dict[str, Any] = {"indptr": rows, "indices": np.array(named, np.int64)}
    return arrays | ({"points": np.array(given, np.int64)} if given else {})


def _received(rule: Rule, asked: Asked, ballots: Sequence[Choice]) -> dict[str, int]:
    """Points of each option; in a ranking, the ballots that name it first."""
    found = dict.fromkeys(asked.numbers, 0)
    for one in ballots:
        if rule.method == Method.RANKING:
            for number in one.options[:1]:
                found[number] += 1
            continue
        for number, points in zip(one.options, one.points or (1,) * len(one.options), strict=True):
            found[number] += points
    return {str(number): points for number, points in found.items()}


def _shares(rule: Rule, asked: Asked, arrays: Mapping[str, Any], ties: list[int]) -> Result:
    """Equals by the rank of the vote; where it is the usual one ("cheaper") more points come first, as in Pabulib."""
    usual = None if rule.ties == "cheaper" else ties
    found = equal_shares(
        cost=asked.costs, budget=rule.budget, **arrays, utility=cast(Utility, rule.utility.value),
        completion=cast(Completion, rule.completion.value),
        step=rule.step, ties=usual,
    )  # fmt: skip
    number = asked.numbers
    chosen, completed = [number[row] for row in found.chosen], [number[row] for row in found.completed]
    return {
        "chosen": [*chosen, *completed],
        "completed": completed,
        "share": _text(found.share),
        "steps": found.steps,
        "bought": [
            {
                "option": number[one.project], "per_point": _text(one.per_point), "in_full": one.in_full,
                "the_rest": one.the_rest, "from_the_rest": _text(one.from_the_rest),
            }
            for one in found.bought
        ],
        "missed": [
            {"option": number[one.project], "supporters": one.supporters, "left": _text(one.left), "cost": one.cost}
            for one in found.missed
        ],
        "left": rule.budget - _cost(asked, [*found.chosen, *found.completed]),
    }  # fmt: skip


def _greedy(rule: Rule, asked: Asked, arrays: Mapping[str, Any], ties: list[int]) -> Result:
    """With a step for each option in the order of points: what was left when its turn came."""
    found = [
        int(row)
        for row in greedy(
            cost=asked.costs, budget=rule.budget, **arrays, threshold=rule.threshold, skip=rule.skip, ties=ties
        )
    ]
    points = np.zeros(len(asked.numbers), np.int64)
    np.add.at(points, arrays["indices"], arrays.get("points", 1))
    left, steps = rule.budget, []
    for row in (int(one) for one in np.lexsort((np.array(ties), -points))):
        steps.append({"option": asked.numbers[row], "left": left, "taken": row in found})
        left -= asked.costs[row] if row in found else 0
    return {"chosen": [asked.numbers[row] for row in found], "turns": steps, "left": left}


def _approval(rule: Rule, asked: Asked, arrays: Mapping[str, Any], ties: list[int]) -> Result:
    found, _received = approval(candidates=len(asked.numbers), seats=rule.seats, **arrays, ties=ties)
    return {"chosen": [asked.numbers[row] for row in found], "left": rule.seats - len(found)}


def _ranking(rule: Rule, asked: Asked, arrays: Mapping[str, Any], ties: list[int]) -> Result:
    found = ranking(candidates=len(asked.numbers), seats=rule.seats, **arrays, ties=ties)
    number = asked.numbers
    return {
        "chosen": [number[row] for row in found.elected],
        "quota": found.quota,
        "rounds": [
            {
                "had": {str(number[row]): _text(worth) for row, worth in one.had.items()},
                "what": one.what,
                "option": number[one.candidate],
                "tied": [number[row] for row in one.tied],
            }
            for one in found.rounds
        ],
        "left": rule.seats - len(found.elected),
    }


def _cost(asked: Asked, rows: Sequence[int]) -> int:
    return sum(asked.costs[row] for row in rows)


def _text(value: Fraction) -> str:
    return str(value)
