"""What a run of the matching is computed from, and what comes out: tables of ids and numbers, no row of the database.

The same inputs give the same result, so that a run can be computed again from what was stored of it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array
from peyvand.engines.matching import Reason, Reasons, Why, bottlenecks, candidates, first_come, reasons
from peyvand.engines.matching import pairs as pairs_of
from peyvand.engines.matching.exchanges import Arcs, backward_arcs, lowest_reached
from peyvand.flow.commitment.enums import PairReason, RunStep, UnservedReason
from peyvand.flow.commitment.pairing import (
    CAPACITY_RULES,
    NEED_RULES,
    RULE_COLUMNS,
    Columns,
    Solved,
    share_not_proved,
    solve,
)

_PLACES: Columns = {
    "province": pl.String,
    "county": pl.String,
    "neighbourhood": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
}
# `priority` is the order of serving, `told` the priority people know; `arrived` seconds since 1970.
NEED_COLUMNS: Columns = (
    {
        "need": pl.Int64,
        "kind": pl.Int64,
        "priority": pl.Float64,
        "told": pl.Int16,
        "demand": pl.Int64,
        "arrived": pl.Int64,
    }
    | _PLACES
    | NEED_RULES
)
# `capacity` is what may be proposed; `held` stands proposed to needs that take no part in this run.
CAPACITY_COLUMNS: Columns = (
    {
        "offer": pl.Int64,
        "kind": pl.Int64,
        "capacity": pl.Int64,
        "held": pl.Int64,
        "lot": pl.Int64,
        "reach": pl.String,
        "reach_km": pl.Float64,
    }
    | _PLACES
    | CAPACITY_RULES
)
_PAIRS: Columns = {
    "need": pl.Int64,
    "offer": pl.Int64,
    "quantity": pl.Int64,
    "km": pl.Float64,
    "why": pl.String,
}
_LEFT: Columns = {
    "need": pl.Int64,
    "missing": pl.Int64,
    "reason": pl.String,
    "reachable": pl.Int64,
    "lowest": pl.Int16,
}
_UNITS: Columns = {"need": pl.Int64, "served": pl.Int64, "first_come": pl.Int64}
_LACKS: Columns = {
    "kind": pl.Int64,
    "province": pl.String,
    "county": pl.String,
    "missing": pl.Int64,
    "served": pl.Int64,
    "worst_off": pl.Int64,
}
Tell = Callable[[RunStep], None]
Led = tuple[Arcs, Array]  # the exchanges of an answer, backward; and how many offers serve each row
_WHY = np.array([PairReason[one.name].value for one in Why], object)
# The steps of the engine as the run tells them.
_STEPS = {"candidates": RunStep.PAIRING, "matching": RunStep.MATCHING, "travel": RunStep.TRAVEL, "lots": RunStep.LOTS}


def untold(step: RunStep) -> None:
    """For a run that nobody watches."""


@dataclass(frozen=True)
class Inputs:
    needs: pl.DataFrame
    capacities: pl.DataFrame
    rules: pl.DataFrame

    def packed(self) -> tuple[bytes, bytes, bytes]:
        """The tables as compressed Parquet files."""
        return _parquet(self.needs), _parquet(self.capacities), _parquet(self.rules)


def unpacked(*files: bytes) -> Inputs:
    """What `packed` gave, also of a run from before a column was kept: then nobody could ask for what it says."""
    needs, capacities, *rules = (pl.read_parquet(io.BytesIO(one)) for one in files)
    found = rules[0] if rules else pl.DataFrame(schema=RULE_COLUMNS)
    return Inputs(_completed(needs, NEED_COLUMNS), _completed(capacities, CAPACITY_COLUMNS), found)


def _completed(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """Missing columns of rules say that nothing is asked; any need could be shared."""
    missing = [
        pl.lit(True if name == "divisible" else None, kind).alias(name)
        for name, kind in columns.items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(*columns)


@dataclass(frozen=True)
class Result:
    """`pairs` (`_PAIRS`, the most pressing need first) and `left` (`_LEFT`) name needs and offers by their ids.

    A need that is served in part stands in both. `lowest` is null where nobody is served where it leads. `units` are those
    each need of the inputs gets (`served`) and would get where who comes first is served first (`first_come`); `lacks` says
    which kind of capacity, in which county, would serve how many (`bottlenecks`). Where the lists are so long that not every
    pair was looked at (`complete` is false), both are at least what they say. `lots` is None where nothing is bound to them:
    else in how many `parts` with how many `needs` they were asked, and which share of units (`gap`) and of kilometres
    (`km_gap`) is not proved to be the best.
    """

    pairs: pl.DataFrame
    left: pl.DataFrame
    units: pl.DataFrame
    lacks: pl.DataFrame
    complete: bool
    lots: dict[str, Any] | None = None

    def fingerprint(self) -> str:
        """Of what was found, whatever the order of its rows. Kilometres follow from the places, so they are left out."""
        pairs = self.pairs.select("need", "offer", "quantity").sort("need", "offer")
        return fingerprint(pairs.write_csv().encode(), self.left.sort("need", "reason").write_csv().encode())


def fingerprint(*parts: bytes) -> str:
    """SHA-256 of several files, each with its length, as hexadecimal text."""
    found = sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()


def reckon(inputs: Inputs, tell: Tell = untold) -> Result:
    """Who can help whom, and why each other need is left: worst-off first, exactly, then by the shortest ways."""
    if not len(inputs.needs):
        tell(RunStep.PAIRING)
        pairs, left, units, lacks = (pl.DataFrame(schema=one) for one in (_PAIRS, _LEFT, _UNITS, _LACKS))
        return Result(pairs, left, units, lacks, complete=True)
    solved = solve(inputs.needs, inputs.capacities, inputs.rules, lambda step: tell(_STEPS[step]))
    tell(RunStep.REASONS)
    pairs = _pairs(inputs, solved)
    # Where several offers share a week, no lot was held while they were matched.
    pairs = pairs.filter(pairs["quantity"].to_numpy() >= inputs.capacities["lot"].to_numpy()[pairs["offer"].to_numpy()])
    pairs = _groups_whole(inputs, pairs)
    return Result(
        _named(inputs, pairs),
        _named(inputs, _left(inputs, solved, pairs)),
        _units(inputs, solved, _served(inputs, pairs)),
        _lacks(inputs, solved),
        solved.problem.complete,
        _lots_kept(inputs, solved, pairs),
    )


def _served(inputs: Inputs, pairs: pl.DataFrame) -> Array:
    served = np.zeros(len(inputs.needs), np.int64)
    np.add.at(served, pairs["need"].to_numpy(), pairs["quantity"].to_numpy())
    return served


def _groups_whole(inputs: Inputs, pairs: pl.DataFrame) -> pl.DataFrame:
    """What goes together and lost a member to the lots of a week is given to nobody."""
    together = inputs.needs["together"]
    lacking = _served(inputs, pairs) < inputs.needs["demand"].to_numpy()
    broken = together.filter(pl.Series(lacking)).drop_nulls().unique()
    if broken.is_empty():
        return pairs
    return pairs.filter(~together.gather(pairs["need"]).is_in(broken.implode()).fill_null(value=False))


def _lots_kept(inputs: Inputs, solved: Solved, pairs: pl.DataFrame) -> dict[str, Any] | None:
    if solved.lots is None:
        return None
    gap = share_not_proved(solved, inputs.needs["priority"].to_numpy(), _served(inputs, pairs))
    parts = solved.lots.parts
    return {
        "parts": len(parts),
        "needs": sum(len(part.needs) for part in parts),
        "gap": gap,
        "km_gap": solved.lots.cost_gap,
    }


def _pairs(inputs: Inputs, solved: Solved) -> pl.DataFrame:
    """Pairs by the rows of both tables."""
    found = pairs_of(solved.problem.graph, solved.flow, solved.problem.arrays["capacity"])
    columns = {
        "need": found.need,
        "offer": found.capacity,
        "quantity": found.units,
        "km": found.km,
        "why": _WHY[found.why],
    }
    frame = pl.DataFrame(columns, schema=_PAIRS).with_columns(pl.col("km").fill_nan(None).round(1))
    order = pl.Series(inputs.needs["priority"].to_numpy()[found.need])
    return frame.with_columns(order.alias("order")).sort("order", "need", descending=[True, False]).drop("order")


def _left(inputs: Inputs, solved: Solved, pairs: pl.DataFrame) -> pl.DataFrame:
    """The certificate of every need that lacks something, by the rows of the table."""
    served = _served(inputs, pairs)
    found = reasons(**solved.problem.arrays, flow=solved.plain)
    of_need = found.need < solved.problem.needs
    led = _backward(solved)
    lowest = _lowest_told(inputs, solved, led)[found.need[of_need]]
    columns = {
        "need": found.need[of_need],
        "reason": _said(inputs, solved, found, led)[of_need],
        "reachable": found.reachable[of_need],
        "lowest": pl.Series(lowest, nan_to_null=True),
    }
    known = pl.DataFrame(columns, schema={name: _LEFT[name] for name in columns})
    missing = inputs.needs["demand"].to_numpy() - served
    left = pl.DataFrame({"need": np.flatnonzero(missing > 0), "missing": missing[missing > 0]})
    bound = _bound(inputs, solved, pairs)[left["need"].to_numpy()]
    within = np.diff(solved.problem.graph.indptr)[left["need"].to_numpy()]
    joined = left.with_columns(bound=pl.Series(bound, dtype=pl.String), within=pl.Series(within)).join(
        known, on="need", how="left"
    )
    filled = joined.with_columns(
        reason=pl.coalesce("reason", "bound"), reachable=pl.coalesce("reachable", "within").cast(pl.Int64)
    )
    return filled.sort("need").select(*_LEFT)


def _backward(solved: Solved) -> Led:
    """Of the answer without lots."""
    arrays, flow = solved.problem.arrays, solved.plain
    owners = np.searchsorted(arrays["indptr"], np.flatnonzero(flow), side="right") - 1
    served = np.bincount(owners, minlength=len(arrays["demand"]))
    return backward_arcs(arrays["indptr"], arrays["indices"], flow, len(arrays["capacity"])), served


def _lowest_told(inputs: Inputs, solved: Solved, led: Led) -> Array:
    """float64[rows]: the lowest priority, as people know it, of the needs served where each one leads; NaN where nobody is.

    Not that of the last in the order of serving: inside a band who waits longer goes before.
    """
    arrays, people = solved.problem.arrays, solved.problem.needs
    # Rows that hold back a week are nobody.
    told = np.append(
        inputs.needs["told"].to_numpy().astype(np.float64), np.full(len(arrays["demand"]) - people, np.inf)
    )
    backward, served = led
    found = lowest_reached(backward, told, served, np.zeros(len(arrays["capacity"])))
    return np.where(np.isfinite(found), found, np.nan)


def _bound(inputs: Inputs, solved: Solved, pairs: pl.DataFrame) -> Array:
    """By the rows of needs, why one that would be served if everything could be shared and split is not: its own terms, the lots
    of those it can reach, or that these went whole to others.
    """
    graph, lot = solved.problem.graph, inputs.capacities["lot"].to_numpy()
    left_over = solved.problem.arrays["capacity"].copy()
    np.subtract.at(left_over, pairs["offer"].to_numpy(), pairs["quantity"].to_numpy())
    owner = np.repeat(np.arange(len(inputs.needs)), np.diff(graph.indptr))
    asks_less = inputs.needs["demand"].to_numpy()[owner] < lot[graph.indices]
    by_lot = np.zeros(len(inputs.needs), bool)
    by_lot[owner[asks_less | (left_over[graph.indices] > 0)]] = True
    said = UnservedReason
    return np.select(
        [inputs.needs["together"].is_not_null().to_numpy(), ~inputs.needs["divisible"].to_numpy(), by_lot],
        [said.TOGETHER.value, said.NOT_SHARED.value, said.BELOW_LOT.value], said.FULL.value,
    )  # fmt: skip


def _said(inputs: Inputs, solved: Solved, found: Reasons, led: Led) -> Array:
    """The engine's reason in the words of the field. What is held for others would serve a need as soon as they decline."""
    problem, arrays, capacities = solved.problem, solved.problem.arrays, inputs.capacities
    backward, served = led

    def leads_to(there: Array) -> Array:
        return np.isneginf(lowest_reached(backward, arrays["priority"], served, there)[found.need])

    held_back = capacities["capacity"].to_numpy() - arrays["capacity"]
    np.add.at(held_back, arrays["indices"][problem.edges :], solved.plain[problem.edges :])
    said = np.select(
        [found.code != Reason.FULL, leads_to(capacities["held"].to_numpy()), leads_to(held_back)],
        [UnservedReason.OUT_OF_REACH.value, UnservedReason.PROPOSED.value, UnservedReason.WEEK.value],
        UnservedReason.FULL.value,
    ).astype(object)
    alone = np.flatnonzero((found.code != Reason.FULL) & (found.need < problem.needs))
    said[alone] = _why_no_pair(inputs, found.need[alone])
    return said


def _why_no_pair(inputs: Inputs, rows: Array) -> list[str]:
    """Of needs without any pair: nobody offers their kind or what may be given instead, nobody reaches them, or none of these fits."""
    swaps = inputs.rules.filter(pl.col("rule") == "substitute")
    kinds = inputs.needs.select("kind").with_row_index("row")[rows]
    could = pl.concat([kinds, kinds.join(swaps, on="kind").select("row", kind="substitute")])
    offered = could.filter(pl.col("kind").is_in(inputs.capacities["kind"].implode()))["row"].unique().to_numpy()
    asked = inputs.needs.with_row_index("row").join(could.select("row", taken="kind"), on="row", how="inner")
    near = candidates(asked.with_columns(kind="taken"), inputs.capacities, k=1)
    reached = asked["row"].to_numpy()[np.diff(near.indptr) > 0]
    found = np.select(
        [np.isin(rows, reached), np.isin(rows, offered)],
        [UnservedReason.REFUSED.value, UnservedReason.OUT_OF_REACH.value], UnservedReason.NO_CAPACITY.value,
    )  # fmt: skip
    return [str(one) for one in found]


def _units(inputs: Inputs, solved: Solved, served: Array) -> pl.DataFrame:
    """Units by needs. By first come, first served each takes the nearest offer with something left, within the same weeks."""
    arrived = inputs.needs["arrived"].to_numpy().astype(np.float64)
    arrays = solved.problem.arrays
    before_all = np.full(len(arrays["demand"]) - len(arrived), arrived.min() - 1)
    queued = first_come(
        arrived=np.append(arrived, before_all), capacity=arrays["capacity"], indptr=arrays["indptr"],
        indices=arrays["indices"], demand=arrays["demand"],
    )  # fmt: skip
    columns = {"need": inputs.needs["need"], "served": served, "first_come": queued[: len(arrived)]}
    return pl.DataFrame(columns, schema=_UNITS)


def _lacks(inputs: Inputs, solved: Solved) -> pl.DataFrame:
    """Which kind of capacity, in which county, would serve how many: those that would serve most of the worst-off first."""
    problem, by = solved.problem, ("kind", "province", "county")
    rows = inputs.needs.select(*by, "priority", "demand")
    more = {name: problem.arrays[name][problem.needs :] for name in ("priority", "demand")}
    rows = pl.concat([rows, pl.DataFrame(more, schema={"priority": pl.Float64, "demand": pl.Int64})], how="diagonal")
    found = bottlenecks(
        rows, capacity=problem.arrays["capacity"], indptr=problem.arrays["indptr"], indices=problem.arrays["indices"],
        flow=solved.plain, by=by,
    )  # fmt: skip
    return found.select(*_LACKS)


def _named(inputs: Inputs, frame: pl.DataFrame) -> pl.DataFrame:
    """Ids in the place of the tables' rows."""
    named = frame.with_columns(inputs.needs["need"].gather(frame["need"]).alias("need"))
    if "offer" in frame.columns:
        named = named.with_columns(inputs.capacities["offer"].gather(frame["offer"]).alias("offer"))
    return named


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()
