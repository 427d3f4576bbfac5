"""The whole job on files: what it writes is the answer of `match`, and what cannot be read is named."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from peyvand.engines.matching import BadTable, candidates, match_files, verify
from peyvand.engines.matching.job import REASONS, STEPS

from .lists import random_lists


def files(folder: Path, needs: pl.DataFrame, capacities: pl.DataFrame) -> tuple[Path, Path, Path]:
    paths = folder / "needs.parquet", folder / "capacities.parquet", folder / "matches.parquet"
    needs.write_parquet(paths[0])
    capacities.write_parquet(paths[1])
    return paths


@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_is_the_exact_answer(tmp_path: Path, seed: int) -> None:
    needs, capacities = random_lists(seed, 60, 25)
    needs = needs.with_columns(id=pl.int_range(len(needs)).map_elements("n{}".format, return_dtype=pl.String))
    told: list[str] = []
    summary = match_files(*files(tmp_path, needs, capacities), k=2, tell=told.append)
    assert tuple(told) == tuple(summary.seconds) == STEPS
    table = pl.read_parquet(tmp_path / "matches.parquet")
    assert table.columns == ["need", "capacity", "units", "km", "reason", "nearest_km", "within", "reachable", "lowest"]
    pairs, left = table.filter(pl.col("capacity").is_not_null()), table.filter(pl.col("capacity").is_null())
    graph = candidates(needs, capacities)
    flow = np.zeros(len(graph.indices), np.int64)
    edges = {
        (f"n{need}", int(capacity)): edge
        for need in range(len(needs))
        for edge in range(graph.indptr[need], graph.indptr[need + 1])
        for capacity in [graph.indices[edge]]
    }
    for need, capacity, units, km in pairs.select("need", "capacity", "units", "km").rows():
        flow[edges[need, capacity]] = units
        assert (km is None) == bool(np.isnan(graph.km[edges[need, capacity]]))
    certificate = verify(
        priority=needs["priority"].to_numpy(),
        demand=needs["demand"].to_numpy(),
        capacity=capacities["capacity"].to_numpy(),
        indptr=graph.indptr,
        indices=graph.indices,
        flow=flow,
    )
    assert certificate, certificate.fault
    assert summary.units_served == flow.sum() == pairs["units"].sum()
    assert summary.units == needs["demand"].sum() == table["units"].sum()
    assert set(left["reason"].to_list()) <= set(REASONS[4:])
    assert set(pairs["reason"].to_list()) <= set(REASONS[:4])
    assert table["need"].to_list() == sorted(table["need"].to_list(), key=lambda name: int(name[1:]))


def test_terms_of_the_lists_are_kept_and_told(tmp_path: Path) -> None:
    needs = {"kind": ["x"] * 4, "priority": [9.0, 5.0, 5.0, 1.0], "demand": [3, 1, 1, 2]}
    needs |= {"divisible": [False, True, True, True], "together": [None, "team", "team", None]}
    offers = {"kind": ["x", "x"], "capacity": [2, 2], "reach": ["country"] * 2, "smallest_lot": [1, 2]}
    paths = files(tmp_path, pl.DataFrame(needs), pl.DataFrame(offers))
    summary = match_files(*paths)
    assert (summary.proved, summary.gap, summary.served, summary.units_served) == (True, 0.0, 3, 4)
    table = pl.read_parquet(paths[2])
    assert table.select("need", "capacity", "units", "reason").rows() == [
        (0, None, 3, "terms"), (1, 0, 1, "within_reach"), (2, 0, 1, "within_reach"), (3, 1, 2, "within_reach"),
    ]  # fmt: skip


def test_lists_without_rows_give_a_file_without_rows(tmp_path: Path) -> None:
    needs, capacities = random_lists(1, 5, 5)
    assert match_files(*files(tmp_path, needs.head(0), capacities)).needs == 0
    assert pl.read_parquet(tmp_path / "matches.parquet").is_empty()
    assert match_files(*files(tmp_path, needs, capacities.head(0))).units_served == 0
    table = pl.read_parquet(tmp_path / "matches.parquet")
    assert set(table["reason"].to_list()) <= {"no_edge"}


NEED: dict[str, Any] = {"kind": ["x", "x"], "priority": [1.0, 2.0]}
OFFER: dict[str, Any] = {"kind": ["x", "x"], "capacity": [1, 1], "reach": ["country", "country"]}


@pytest.mark.parametrize(
    ("needs", "capacities", "message"),
    [
        ({"kind": ["x", None]}, {}, "needs.parquet, row 1, column kind: the cell is empty"),
        ({"kind": ["x", " "]}, {}, "needs.parquet, row 1, column kind: the cell is empty"),
        ({"kind": [1.5, 2.5]}, {}, "needs.parquet, column kind: the column holds Float64, and text or whole numbers is"),
        ({"priority": [1.0, float("nan")]}, {}, "needs.parquet, row 1, column priority: nan is not a finite number"),
        ({"priority": ["high", "low"]}, {}, "needs.parquet, column priority: the column holds String, and numbers is"),
        ({"demand": [1, -1]}, {}, "needs.parquet, row 1, column demand: -1 is less than zero"),
        ({"demand": [2**60, 1]}, {}, "needs.parquet, row 0, column demand: 1152921504606846976 is more than"),
        ({"lat": [1.0, 95.0], "lon": [1.0, 2.0]}, {}, "needs.parquet, row 1, column lat: 95.0 is not between -90 and 90"),
        ({"lat": [1.0, 2.0], "lon": [1.0, None]}, {}, "needs.parquet, row 1, column lon: lat is given, lon is not"),
        ({"lat": [1.0, 2.0]}, {}, "needs.parquet, row 0, column lon: lat is given, lon is not"),
        ({"id": ["a", "a"]}, {}, "needs.parquet, row 1, column id: a already stands in row 0"),
        ({}, {"capacity": [1, None]}, "capacities.parquet, row 1, column capacity: the cell is empty"),
        ({}, {"capacity": [1.0, 2.0]}, "capacities.parquet, column capacity: the column holds Float64"),
        ({}, {"reach": ["country", "city"]}, "capacities.parquet, row 1, column reach: 'city' is none of"),
        ({}, {"reach": ["country", "km"]}, "capacities.parquet, row 1, column reach_km: the cell is empty"),
        ({}, {"reach_km": [-1.0, 2.0]}, "capacities.parquet, row 0, column reach_km: -1.0 is less than zero"),
        ({}, {"reach_km": [float("inf"), 2.0]}, "capacities.parquet, row 0, column reach_km: inf is not a finite"),
    ],
)  # fmt: skip
def test_bad_cells_are_named_and_nothing_is_written(
    tmp_path: Path, needs: dict[str, Any], capacities: dict[str, Any], message: str
) -> None:
    paths = files(tmp_path, pl.DataFrame(NEED | needs), pl.DataFrame(OFFER | capacities))
    with pytest.raises(BadTable) as bad:
        match_files(*paths)
    assert message in str(bad.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capacities.parquet", "needs.parquet"]


def test_files_that_cannot_be_are_named(tmp_path: Path) -> None:
    needs, capacities, out = files(tmp_path, pl.DataFrame(NEED).drop("priority"), pl.DataFrame(OFFER))
    with pytest.raises(BadTable, match=r"needs.parquet: the column priority is missing; there are kind"):
        match_files(needs, capacities, out)
    with pytest.raises(BadTable, match=r"nowhere.parquet: there is no such file"):
        match_files(tmp_path / "nowhere.parquet", capacities, out)
    needs.write_text("kind,priority")
    with pytest.raises(BadTable, match=r"needs.parquet: this is no Parquet file"):
        match_files(needs, capacities, out)
    with pytest.raises(BadTable, match=r"capacities.parquet: the same file is given twice"):
        match_files(needs, capacities, capacities)
    with pytest.raises(BadTable, match=r"m.parquet: the file cannot be written"):
        match_files(needs, capacities, tmp_path / "no" / "m.parquet")
