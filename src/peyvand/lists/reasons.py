"""Why each need is served by whom or left: from the graph and the certificate of the engine, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peyvand.lists.words import Language, say

if TYPE_CHECKING:
    from peyvand.engines.matching import Matched

LEFT = ("no_kind", "no_reach", "no_place", "no_units", "full", "full_widened")
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result: `need` and `capacity` are row numbers of the good rows, from 0; -1 is no capacity."""

    need: int
    capacity: int
    units: int
    km: float | None
    code: str
    demand: int
    details: Mapping[str, Any] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """The reason as a sentence."""
        if self.capacity == _NOBODY:
            sentence = say(f"reason.{self.code}", language, **self.details)
            part = self.units < self.demand
            rest = say("reason.left_part", language, units=self.units, demand=self.demand) if part else ""
            return sentence + rest
        distance = "" if self.km is None else say("reason.distance", language, km=round(self.km, 1))
        part = self.units < self.demand
        of = say("reason.part", language, units=self.units, demand=self.demand) if part else ""
        return say(f"reason.{self.code}", language, distance=distance, part=of, **self.details)


def lines(needs: pl.DataFrame, capacities: pl.DataFrame, matched: "Matched") -> list[Line]:
    """Every line, in the order of the needs, each need's nearest capacity first, what is left of it last.

    `needs`: kind, kind_shown, priority, demand, placed (does the row say where it is); `capacities`: kind, capacity.
    """
    found = [*_served(needs, capacities, matched), *_left(needs, capacities, matched)]
    return sorted(found, key=lambda line: (line.need, line.capacity == _NOBODY, line.km is None, line.km or 0.0))


def _served(needs: pl.DataFrame, capacities: pl.DataFrame, matched: "Matched") -> list[Line]:
    from peyvand.engines.matching import Why, pairs

    found = pairs(matched.graph, matched.assignment.flow, capacities["capacity"].to_numpy())
    shown, demand = needs["kind_shown"].to_list(), needs["demand"].to_list()
    told = []
    for need, capacity, units, km, why, nearest in zip(
        found.need.tolist(), found.capacity.tolist(), found.units.tolist(), found.km.tolist(), found.why.tolist(),
        found.nearest.tolist(), strict=True,
    ):  # fmt: skip
        details = {"kind": shown[need]} | ({"nearest": round(nearest, 1)} if why == Why.MOVED else {})
        known = None if np.isnan(km) else km
        told.append(Line(need, capacity, units, known, Why(why).name.lower(), demand[need], details))
    return told


def _left(needs: pl.DataFrame, capacities: pl.DataFrame, matched: "Matched") -> list[Line]:
    from peyvand.engines.matching import Reason, reasons

    graph = matched.graph
    why = reasons(
        priority=needs["priority"].to_numpy(),
        capacity=capacities["capacity"].to_numpy(),
        indptr=graph.indptr,
        indices=graph.indices,
        demand=needs["demand"].to_numpy(),
        flow=matched.assignment.flow,
    )
    of_kind = dict(capacities.group_by("kind").len().iter_rows())
    rows = needs.select("kind", "kind_shown", "priority", "placed", "demand").rows()
    found = []
    for need, code, missing, within, reachable, lowest in zip(
        why.need, why.code, why.missing, why.within, why.reachable, why.lowest, strict=True
    ):
        kind, shown, priority, placed, demand = rows[need]
        details: dict[str, Any] = {"kind": shown}
        if code == Reason.NO_EDGE:
            name = "no_kind" if kind not in of_kind else "no_reach" if placed else "no_place"
            details["count"] = of_kind.get(kind, 0)
        elif np.isinf(lowest):
            name, details["count"] = "no_units", int(within)
        else:
            name = "full" if matched.complete else "full_widened"
            details |= {"count": int(reachable), "least": float(lowest), "priority": priority}
        found.append(Line(int(need), _NOBODY, int(missing), None, name, demand, details))
    return found
