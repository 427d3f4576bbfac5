from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.matching import Feasibility, Refused, Rules, candidates, count_refusals
from peyvand.kernel.distance import great_circle_km

TEXTS = pl.List(pl.String)
NEED = {
    "kind": pl.String, "county": pl.String, "lat": pl.Float64, "lon": pl.Float64, "max_km": pl.Float64,
    "start": pl.Date, "end": pl.Date, "licences": TEXTS, "skills": TEXTS, "access": TEXTS, "languages": TEXTS,
    "person_gender": pl.String, "provider_gender": pl.String, "household": pl.String,
}  # fmt: skip
CAPACITY = {
    "kind": pl.String, "county": pl.String, "lat": pl.Float64, "lon": pl.Float64, "reach": pl.String,
    "reach_km": pl.Float64, "start": pl.Date, "end": pl.Date, "licences": TEXTS, "skills": TEXTS, "access": TEXTS,
    "languages": TEXTS, "gender": pl.String, "provider": pl.String,
}  # fmt: skip
RULES = Rules(
    substitutes=pl.DataFrame({"kind": ["bath", "ride"], "substitute": ["care", "ride"]}),
    kinds=pl.DataFrame(
        {
            "kind": ["bath", "care"],
            "licences": [["nurse"], None],
            "same_gender": [True, None],
            "at_venue": [False, True],
        }
    ),
    unwanted=pl.DataFrame({"household": ["h1", "h2", "h2"], "provider": ["p1", "p2", None]}),
)


def one_row(rng: np.random.Generator, schema: dict[str, Any]) -> dict[str, Any]:
    """Every column null now and then."""
    day = date(2026, 3, 21) + timedelta(int(rng.integers(0, 20)))
    some = {
        "kind": rng.choice(["bath", "care", "ride"]), "county": rng.choice(["Bam", "Yazd"]),
        "max_km": rng.choice([50.0, 400.0]), "start": day, "end": day + timedelta(int(rng.integers(0, 9))),
        "person_gender": rng.choice(["f", "m"]), "provider_gender": rng.choice(["f", "m"]),
        "gender": rng.choice(["f", "m"]), "household": rng.choice(["h1", "h2"]), "provider": rng.choice(["p1", "p2"]),
    }  # fmt: skip
    for name, values in (("licences", ["nurse", "driver"]), ("skills", ["lift", "sign"]), ("access", ["step-free"])):
        some[name] = [value for value in values if rng.random() < 0.4]
    some["languages"] = [value for value in ("fa", "ar", "tr") if rng.random() < 0.6]
    row = {name: some[name] if name in some and rng.random() < 0.8 else None for name in schema}
    row["kind"] = some["kind"]
    if rng.random() < 0.8:
        row["lat"], row["lon"] = float(rng.uniform(30, 33)), float(rng.uniform(50, 58))
    if "reach" in schema:
        row["reach"], row["reach_km"] = rng.choice(["county", "country", "km"]), 300.0
    return row


def frames(rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    sides = []
    for schema in (NEED, CAPACITY):
        known = [{"county": "Bam", "lat": 31.0, "lon": 54.0}, {}]  # so that both lists carry both levels
        rows = [one_row(rng, schema) | (known[0] if not number else {}) for number in range(int(rng.integers(1, 25)))]
        sides.append(pl.DataFrame(rows, schema=schema))
    return sides[0], sides[1]


def by_the_book(need: dict[str, Any], capacity: dict[str, Any]) -> set[str]:
    """The rules as one would say them, one pair at a time."""
    refused = set()
    at_bath = need["kind"] == "bath"
    if need["kind"] != capacity["kind"] and not (at_bath and capacity["kind"] == "care"):
        refused.add("kind")
    known = need["lat"] is not None and capacity["lat"] is not None
    km = great_circle_km((need["lat"], need["lon"]), (capacity["lat"], capacity["lon"])) if known else None
    near = {
        "country": True,
        "county": need["county"] is not None and need["county"] == capacity["county"],
        "km": km is not None and km <= capacity["reach_km"],
    }
    if not near[capacity["reach"]]:
        refused.add("place")
    if km is not None and need["max_km"] is not None and km > need["max_km"]:
        refused.add("distance")
    for one, other in ((need, capacity), (capacity, need)):
        if one["start"] is not None and other["end"] is not None and one["start"] > other["end"]:
            refused.add("time")
    for name, code, asked in (("licences", "licence", ["nurse"] if at_bath else []), ("skills", "skill", [])):
        if not set((need[name] or []) + asked) <= set(capacity[name] or []):
            refused.add(code)
    if need["provider_gender"] is not None and need["provider_gender"] != capacity["gender"]:
        refused.add("gender")
    if at_bath and (need["person_gender"] is None or need["person_gender"] != capacity["gender"]):
        refused.add("gender")
    if need["languages"] and not set(need["languages"]) & set(capacity["languages"] or []):
        refused.add("language")
    if need["kind"] == "care" and not set(need["access"] or []) <= set(capacity["access"] or []):
        refused.add("access")
    if (need["household"], capacity["provider"]) in {("h1", "p1"), ("h2", "p2")}:
        refused.add("household")
    return refused


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_each_pair_is_refused_by_the_rules_that_one_would_name(seed: int) -> None:
    needs, capacities = frames(np.random.default_rng(seed))
    ready = Feasibility(needs, capacities, RULES)
    pairs = np.indices((len(needs), len(capacities))).reshape(2, -1)
    rows = needs.to_dicts(), capacities.to_dicts()
    allowed = []
    for row, at, bits in zip(*pairs.tolist(), ready.codes(*pairs).tolist(), strict=True):
        refused = by_the_book(rows[0][row], rows[1][at])
        assert {code.value for place, code in enumerate(Refused) if bits >> place & 1} == refused
        allowed += [(row, at)] if not refused else []
    row, at = pairs[:, seed % len(pairs[0])].tolist()
    assert {code.value for code in ready.why_not(row, at)} == by_the_book(rows[0][row], rows[1][at])
    graph = ready.pairs()
    owner = np.repeat(np.arange(len(needs)), np.diff(graph.indptr))
    assert sorted(zip(owner.tolist(), graph.indices.tolist(), strict=True)) == allowed


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_refusals_are_counted_by_the_first_rule_and_by_all(seed: int) -> None:
    needs, capacities = frames(np.random.default_rng(seed))
    ready = Feasibility(needs, capacities, RULES)
    pairs = np.indices((len(needs), len(capacities))).reshape(2, -1)
    counted = count_refusals(ready.codes(*pairs))
    names = [code.value for code in Refused]
    bits = ready.codes(*pairs).tolist()
    reasons = [[code for place, code in enumerate(Refused) if one >> place & 1] for one in bits]
    assert counted["code"].to_list() == names
    assert counted["first"].to_list() == [sum(one[:1] == [code] for one in reasons) for code in Refused]
    assert counted["all"].to_list() == [sum(code in one for one in reasons) for code in Refused]


def test_without_rules_the_pairs_are_those_of_the_candidates() -> None:
    needs, capacities = frames(np.random.default_rng(7))
    columns = ["kind", "county", "lat", "lon"]
    needs, capacities = needs.select(columns), capacities.select(*columns, "reach", "reach_km")
    ours, plain = Feasibility(needs, capacities).pairs(), candidates(needs, capacities)
    assert [part.tolist() for part in (ours.indptr, ours.indices)] == [
        part.tolist() for part in (plain.indptr, plain.indices)
    ]


def test_a_name_is_the_same_for_ever() -> None:
    assert [code.value for code in Refused] == [
        "kind", "place", "distance", "time", "licence", "skill", "gender", "language", "access", "household"
    ]  # fmt: skip


def test_no_pairs_are_counted_as_nothing() -> None:
    assert count_refusals(np.zeros(0, np.uint16))["first"].sum() == 0
    needs = pl.DataFrame({"kind": []}, schema={"kind": pl.String})
    ready = Feasibility(needs, pl.DataFrame({"kind": ["care"], "reach": ["country"]}), RULES)
    assert len(ready.pairs().indices) == 0


def test_bad_input_is_named() -> None:
    needs, capacities = frames(np.random.default_rng(7))
    ready = Feasibility(needs, capacities)
    with pytest.raises(ValueError, match=r"need: 99 is no row \(there are"):
        ready.why_not(99, 0)
    with pytest.raises(ValueError, match="capacity: 1 rows, but one for each need is needed"):
        ready.codes([0, 0], [0])
    with pytest.raises(ValueError, match="substitutes: column substitute is missing"):
        Feasibility(needs, capacities, Rules(substitutes=pl.DataFrame({"kind": ["care"]})))
    with pytest.raises(ValueError, match="kinds: care stands twice"):
        Feasibility(needs, capacities, Rules(kinds=pl.DataFrame({"kind": ["care", "care"]})))
