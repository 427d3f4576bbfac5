"""Random lists of needs and capacities, and feasibility as the documentation words it, pair by pair."""

from math import asin, cos, radians, sin, sqrt
from typing import Any

import numpy as np
import polars as pl

from peyvand.engines.matching import Graph

LEVELS = ("province", "county", "neighbourhood")
REACHES = ("neighbourhood", "county", "province", "country", "km")


def random_lists(seed: int, needs: int, capacities: int, kinds: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lists in which any column of places may be missing, from one list or from both, and any row's."""
    rng = np.random.default_rng(seed)
    gaps = rng.choice([0.0, 0.3, 1.0], (2, 4), p=[0.5, 0.35, 0.15])

    def side(rows: int, gap: np.ndarray) -> dict[str, Any]:
        columns: dict[str, Any] = {"kind": [f"k{kind}" for kind in rng.integers(0, kinds, rows)]}
        for level, name in enumerate(LEVELS):
            columns[name] = [None if rng.random() < gap[level] else f"p{rng.integers(0, 3)}" for _ in range(rows)]
        known = rng.random(rows) >= gap[3]
        columns["lat"] = [
            float(value) if given else None for value, given in zip(rng.uniform(25, 39, rows), known, strict=True)
        ]
        columns["lon"] = [
            float(value) if given else None for value, given in zip(rng.uniform(44, 63, rows), known, strict=True)
        ]
        return columns

    types = dict.fromkeys(("kind", *LEVELS), pl.String) | {"lat": pl.Float64, "lon": pl.Float64}
    wanted, offered = side(needs, gaps[0]), side(capacities, gaps[1])
    wanted |= {"priority": rng.integers(0, 20, needs).astype(float), "demand": rng.integers(0, 4, needs)}
    offered |= {
        "capacity": rng.integers(0, 4, capacities),
        "reach": rng.choice(REACHES, capacities).tolist(),
        "reach_km": rng.choice([0.0, 100.0, 400.0, 900.0], capacities),
    }
    return pl.DataFrame(wanted, schema_overrides=types), pl.DataFrame(
        offered, schema_overrides=types | {"reach": pl.String}
    )


def kilometres(need: dict[str, Any], capacity: dict[str, Any]) -> float:
    """The haversine formula as it is usually written."""
    if need["lat"] is None or capacity["lat"] is None:
        return float("nan")
    here, there = radians(need["lat"]), radians(capacity["lat"])
    across = sin((there - here) / 2) ** 2
    along = sin(radians(capacity["lon"] - need["lon"]) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(across + cos(here) * cos(there) * along))


def feasible(needs: pl.DataFrame, capacities: pl.DataFrame) -> dict[int, dict[int, float]]:
    """For each need row its feasible capacity rows and their kilometres."""
    wanted, offered = needs.to_dicts(), capacities.to_dicts()

    def carries(rows: list[dict[str, Any]], level: str) -> bool:
        return any(row[level] is not None for row in rows)

    in_either = {level: carries(wanted, level) or carries(offered, level) for level in (*LEVELS, "lat")}
    in_both = {level: carries(wanted, level) and carries(offered, level) for level in LEVELS}

    def within(need: dict[str, Any], capacity: dict[str, Any]) -> bool:
        reach = capacity["reach"]
        if reach == "km":
            if in_either["lat"]:
                return kilometres(need, capacity) <= capacity["reach_km"]
            reach = "county"
        levels = [] if reach == "country" else list(LEVELS[: LEVELS.index(reach) + 1])
        while levels and not in_either[levels[-1]]:
            levels.pop()
        asked = levels[-1:] + [level for level in levels[:-1] if in_both[level]]
        return all(need[level] is not None and need[level] == capacity[level] for level in asked)

    return {
        row: {
            other: kilometres(need, capacity)
            for other, capacity in enumerate(offered)
            if need["kind"] == capacity["kind"] and within(need, capacity)
        }
        for row, need in enumerate(wanted)
    }


def rows_of(graph: Graph) -> list[tuple[list[int], np.ndarray]]:
    """The capacities and kilometres of each need."""
    parts = [slice(*bounds) for bounds in zip(graph.indptr[:-1], graph.indptr[1:], strict=True)]
    return [(graph.indices[part].tolist(), graph.km[part]) for part in parts]
