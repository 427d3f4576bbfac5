"""What a run of the matching is computed from, and what comes out: tables of ids and numbers, no row of the database.

The same inputs give the same result, so that a run can be computed again from what was stored of it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl

from peyvand.engines.matching import Matched, Reason, Reasons, bottlenecks, first_come, match, reasons
from peyvand.engines.matching.exchanges import exchanges, lowest_reached
from peyvand.flow.commitment.enums import RunStep, UnservedReason

Columns = dict[str, type[pl.DataType]]
_PLACES: Columns = {
    "province": pl.String,
    "county": pl.String,
    "neighbourhood": pl.String,
    "lat": pl.Float64,
    "lon": pl.Float64,
}
# `priority` is the order of serving, `told` the priority people know; `arrived` seconds since 1970.
NEED_COLUMNS: Columns = {
    "need": pl.Int64,
    "kind": pl.Int64,
    "priority": pl.Float64,
    "told": pl.Int16,
    "demand": pl.Int64,
    "arrived": pl.Int64,
} | _PLACES
# `capacity` is what may be proposed; `held` stands proposed to needs that take no part in this run.
CAPACITY_COLUMNS: Columns = {
    "offer": pl.Int64,
    "kind": pl.Int64,
    "capacity": pl.Int64,
    "held": pl.Int64,
    "lot": pl.Int64,
    "reach": pl.String,
    "reach_km": pl.Float64,
} | _PLACES
_PAIRS: Columns = {"need": pl.Int64, "offer": pl.Int64, "quantity": pl.Int64, "km": pl.Float64}
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


def untold(step: RunStep) -> None:
    """For a run that nobody watches."""


@dataclass(frozen=True)
class Inputs:
    needs: pl.DataFrame
    capacities: pl.DataFrame

    def packed(self) -> tuple[bytes, bytes]:
        """Both tables as compressed Parquet files."""
        return _parquet(self.needs), _parquet(self.capacities)


def unpacked(needs: bytes, capacities: bytes) -> Inputs:
    return Inputs(pl.read_parquet(io.BytesIO(needs)), pl.read_parquet(io.BytesIO(capacities)))


@dataclass(frozen=True)
class Result:
    """`pairs` (`_PAIRS`, the most pressing need first) and `left` (`_LEFT`) name needs and offers by their ids.

    A need that is served in part stands in both. `lowest` is null where nobody is served where it leads. `units` are those
    each need of the inputs gets (`served`) and would get where who comes first is served first (`first_come`); `lacks` says
    which kind of capacity, in which county, would serve how many (`bottlenecks`). Where the lists are so long that not every
    pair was looked at (`complete` is false), both are at least what they say.
    """

    pairs: pl.DataFrame
    left: pl.DataFrame
    units: pl.DataFrame
    lacks: pl.DataFrame
    complete: bool

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
    tell(RunStep.PAIRING)
    if not len(inputs.needs):
        pairs, left, units, lacks = (pl.DataFrame(schema=one) for one in (_PAIRS, _LEFT, _UNITS, _LACKS))
        return Result(pairs, left, units, lacks, complete=True)
    matched = match(inputs.needs, inputs.capacities, least_travel=True)
    tell(RunStep.REASONS)
    pairs = _pairs(inputs, matched)
    lots = inputs.capacities["lot"].to_numpy()[pairs["offer"].to_numpy()]
    enough = pairs["quantity"].to_numpy() >= lots
    left = pl.concat([_left(inputs, matched), _below_lot(pairs.filter(~enough))])
    left = left.unique("need", keep="first", maintain_order=True)
    given = pairs.filter(enough)
    return Result(
        _named(inputs, given),
        _named(inputs, left),
        _units(inputs, matched, given),
        _lacks(inputs, matched),
        matched.complete,
    )


def _pairs(inputs: Inputs, matched: Matched) -> pl.DataFrame:
    """Pairs by the rows of both tables."""
    edges = np.flatnonzero(matched.assignment.flow)
    owners = np.searchsorted(matched.graph.indptr, edges, side="right") - 1
    columns = {
        "need": owners,
        "offer": matched.graph.indices[edges],
        "quantity": matched.assignment.flow[edges],
        "km": matched.graph.km[edges],
    }
    frame = pl.DataFrame(columns, schema=_PAIRS).with_columns(pl.col("km").fill_nan(None).round(1))
    order = pl.Series(inputs.needs["priority"].to_numpy()[owners])
    return frame.with_columns(order.alias("order")).sort("order", "need", descending=[True, False]).drop("order")


def _below_lot(pairs: pl.DataFrame) -> pl.DataFrame:
    """What is left of an offer may be less than it gives at a time."""
    return pairs.select(
        "need",
        pl.col("quantity").alias("missing"),
        pl.lit(UnservedReason.BELOW_LOT.value).alias("reason"),
        pl.lit(1, pl.Int64).alias("reachable"),
        pl.lit(None, pl.Int16).alias("lowest"),
    )


def _left(inputs: Inputs, matched: Matched) -> pl.DataFrame:
    """The certificate of every need that lacks something, by the rows of the table."""
    found = reasons(
        priority=inputs.needs["priority"].to_numpy(), capacity=inputs.capacities["capacity"].to_numpy(),
        indptr=matched.graph.indptr, indices=matched.graph.indices, demand=inputs.needs["demand"].to_numpy(),
        flow=matched.assignment.flow,
    )  # fmt: skip
    told = dict(zip(inputs.needs["priority"].to_list(), inputs.needs["told"].to_list(), strict=True))
    columns = {
        "need": found.need,
        "missing": found.missing,
        "reason": _said(inputs, matched, found),
        "reachable": found.reachable,
        "lowest": [told.get(one) for one in found.lowest.tolist()],
    }
    return pl.DataFrame(columns, schema=_LEFT)


def _said(inputs: Inputs, matched: Matched, found: Reasons) -> list[str]:
    """The engine's reason in the words of the field. What is held for others would serve a need as soon as they decline."""
    offered = np.isin(inputs.needs["kind"].to_numpy(), inputs.capacities["kind"].to_numpy())[found.need]
    _, backward = exchanges(
        matched.graph.indptr, matched.graph.indices, matched.assignment.flow, len(inputs.capacities)
    )
    label = lowest_reached(
        backward,
        inputs.needs["priority"].to_numpy(),
        matched.assignment.served,
        inputs.capacities["held"].to_numpy(),
    )
    full, held = found.code == Reason.FULL, np.isneginf(label[found.need])
    said = np.where(offered, UnservedReason.OUT_OF_REACH.value, UnservedReason.NO_CAPACITY.value)
    said = np.where(full, np.where(held, UnservedReason.PROPOSED.value, UnservedReason.FULL.value), said)
    return said.tolist()


def _units(inputs: Inputs, matched: Matched, pairs: pl.DataFrame) -> pl.DataFrame:
    """Units by needs. By first come, first served each takes the nearest offer with something left."""
    demand = inputs.needs["demand"].to_numpy()
    served = np.zeros(len(demand), np.int64)
    np.add.at(served, pairs["need"].to_numpy(), pairs["quantity"].to_numpy())
    queued = first_come(
        arrived=inputs.needs["arrived"].to_numpy().astype(np.float64),
        capacity=inputs.capacities["capacity"].to_numpy(), indptr=matched.graph.indptr, indices=matched.graph.indices,
        demand=demand,
    )  # fmt: skip
    return pl.DataFrame({"need": inputs.needs["need"], "served": served, "first_come": queued}, schema=_UNITS)


def _lacks(inputs: Inputs, matched: Matched) -> pl.DataFrame:
    """Which kind of capacity, in which county, would serve how many: those that would serve most of the worst-off first."""
    found = bottlenecks(
        inputs.needs, capacity=inputs.capacities["capacity"].to_numpy(), indptr=matched.graph.indptr,
        indices=matched.graph.indices, flow=matched.assignment.flow, by=("kind", "province", "county"),
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
