"""The format of Pabulib: read, counted as published, written and read again."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.engines.ballots import Election, equal_shares, greedy, read, write

SMALL = """META
key;value
description;"Streets; and wells"
budget;1000.50
vote_type;cumulative
PROJECTS
project_id;cost;name
a;600.25;A road
b/2;400;A well
VOTES
voter_id;vote;points;age
1;a,b/2;3,1;30
2;b/2;2;
3;;;41
"""


def test_money_points_and_names_are_read():
    election = read(SMALL)
    votes = election.arrays()
    assert (votes.cost.tolist(), votes.budget) == ([60025, 40000], 100050)
    assert (votes.indptr.tolist(), votes.indices.tolist(), votes.points.tolist()) == (
        [0, 2, 3, 3],
        [0, 1, 1],
        [3, 1, 2],
    )
    assert (election.ids, election.meta["description"]) == (["a", "b/2"], "Streets; and wells")
    assert election.votes[2] == {"voter_id": "3", "vote": "", "points": "", "age": "41"}


def test_ranks_become_points_of_borda():
    text = SMALL.replace("cumulative", "ordinal").replace("1000.50", "1000")
    assert read(text).arrays().points.tolist() == [2, 1, 2]


def test_what_is_written_is_read_again_with_the_winners():
    election = read(SMALL)
    assert read(write(election)) == election
    assert [row["selected"] for row in read(write(election, selected=[1])).projects] == ["0", "1"]


plain = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12).map(str.strip)


@given(st.lists(plain, min_size=1, max_size=4), st.lists(st.lists(st.integers(0, 3), unique=True), max_size=4))
def test_any_words_of_a_file_survive_it(names, ballots):
    projects = [{"project_id": str(row), "cost": "10", "name": name} for row, name in enumerate(names)]
    rows = [
        {"voter_id": str(row), "vote": ",".join(str(one) for one in ballot if one < len(names))}
        for row, ballot in enumerate(ballots)
    ]
    election = Election({"budget": "20", "vote_type": "approval"}, projects, rows)
    assert read(write(election)) == election


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a,b/2", "a,c", "VOTES: row 1: 'c' is no project of this file"),
        ("3,1", "3", "VOTES: row 1: 2 projects, but 1 points"),
        ("600.25", "much", "project a: cost: 'much' is no amount"),
        ("VOTES\n", "", "the section VOTES is missing"),
        ("META\n", "", "line 1: a section is missing before it"),
        ("project_id;cost;name", "project_id;price;name", "PROJECTS: row 1: cost is missing"),
    ],
)
def test_what_is_wrong_is_named(old, new, said):
    with pytest.raises(ValueError, match=said):
        read(SMALL.replace(old, new)).arrays()


PUBLISHED = Path(os.environ.get("PEYVAND_PABULIB", "pabulib-files"))


@pytest.mark.skipif(
    not (PUBLISHED / "winners.json").exists(), reason="PEYVAND_PABULIB names no folder with winners.json (README.md)"
)
def test_real_votes_come_out_as_published():
    for known in json.loads((PUBLISHED / "winners.json").read_text(encoding="utf-8")):
        election = read((PUBLISHED / known["file"]).read_text(encoding="utf-8"))
        votes = election.arrays()._asdict()
        if known["rule"] == "equalshares/add1":
            won = equal_shares(**votes, completion="step").chosen
        else:
            won = greedy(**votes, threshold=int(known["threshold"] or 0), skip=known["rule"] != "greedy-no-skip")
        assert [election.ids[row] for row in won] == known["winners"], known["file"]
