"""`peyvand resources load` and `peyvand rerun`: what can be asked and offered comes in once, and a run is computed again."""

from datetime import UTC, datetime

import polars as pl
import pytest

from peyvand.flow.commitment import reckoning
from peyvand.resources.actions import starter
from peyvand.server.roles import connect

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def inputs():
    """Two needs and one offer of one kind in one county."""
    both = {"kind": [1, 1], "province": "a", "county": "b"}
    needs = pl.DataFrame(
        both | {"need": [1, 2], "priority": [2.0, 1.0], "told": [60, 40], "demand": [1, 1], "arrived": 0}
    )
    offer = {
        "offer": [1],
        "kind": 1,
        "capacity": 1,
        "held": 0,
        "lot": 1,
        "reach": "county",
        "province": "a",
        "county": "b",
    }
    return reckoning.Inputs(
        reckoning._completed(needs, reckoning.NEED_COLUMNS),
        reckoning._completed(pl.DataFrame(offer), reckoning.CAPACITY_COLUMNS),
        pl.DataFrame(schema=reckoning.RULE_COLUMNS),
    )


def keep_run(owner, pk, files, result):
    owner.execute(
        "INSERT INTO commitment_matchingrun (id, place_id, place_path, organisation_path, state, step, failure, attempts, started_at,"
        " finished_at, needs, capacities, served, unserved, fresh, moved, gone, unchanged, inputs_sha256, result_sha256)"
        " VALUES (%s, 1, 'ir/', '', 'done', '', '', 1, %s, %s, 2, 1, 1, 1, 1, 0, 0, 0, %s, %s)",
        [pk, NOW, NOW, reckoning.fingerprint(*files), result],
    )
    owner.execute(
        "INSERT INTO commitment_runinputs (run_id, needs, capacities, rules, size, expires_at) VALUES (%s, %s, %s, %s, 1, %s)",
        [pk, *files, NOW],
    )


def test_the_starter_set_comes_in_once_and_runs_are_computed_again(migrated, shared, in_one_process):
    stored, files = inputs(), inputs().packed()
    result = reckoning.reckon(stored).fingerprint()
    with connect(shared.dsn("owner")) as owner:
        owner.execute(
            "INSERT INTO places_place (id, kind, name_fa, name_en, code, path, search_key, sort_key, deprivation_source,"
            " population_source, source, is_invented) VALUES (1, 'country', 'ایران', '', 'ir', 'ir/', '', '', '', '', '', false)"
        )
        keep_run(owner, 1, files, result)
        keep_run(owner, 2, files, "0" * 64)
    load = ("resources", "load")
    answers = in_one_process(load, load, ("rerun", "1"), ("rerun", "2"), ("rerun", "9"))
    qualities = len(starter().qualities)
    for (ended, said), (status, sentence) in zip(
        answers,
        (
            (0, f"ways in: {qualities} added, 0 changed, 0 as they were"),
            (0, f"ways in: 0 added, 0 changed, {qualities} as they were"),
            (0, "The same came out."),
            (1, "Something else came out"),
            (1, "no longer kept"),
        ),
        strict=True,
    ):
        assert ended == status, said
        assert sentence in said, said
    assert f"Result: {result}" in answers[2][1]
    with connect(shared.dsn("owner")) as owner:
        told = owner.execute("SELECT id, repeat_same FROM commitment_matchingrun ORDER BY id").fetchall()
    assert told == [(1, True), (2, False)]
