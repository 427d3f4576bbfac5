"""Votes as Pabulib files: read as examples, counted by the rule they name, and what was published or counted by hand comes out."""

import os
from pathlib import Path

import pytest
from tests.world import NOW, World

from peyvand.kernel.refusals import BadValue
from peyvand.people.models import Organisation
from peyvand.votes.pabulib import counts_again, import_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World.build()


PUBLISHED = Path(os.environ.get("PEYVAND_PABULIB", "pabulib-files"))
EXAMPLE = """META
key;value
description;A small town
num_projects;2
budget;1000.50
vote_type;approval
rule;greedy
currency;EUR
PROJECTS
project_id;cost;votes;name;selected
7;600.25;2;A road;1
8;400.25;1;A well;1
VOTES
voter_id;vote
a;7
b;7,8
"""


def _read(world, text):
    house = Organisation.objects.get(pk=world.organisations["centre"].pk)
    return import_example(
        text=text,
        source="Pabulib",
        place=world.places["nobonyad"],
        organisation=house,
        by=world["field_leader"],
        now=NOW,
    )


def test_a_file_of_pabulib_is_counted_as_an_example(world):
    vote = _read(world, EXAMPLE)
    assert (vote.budget, vote.digits, vote.currency) == (100050, 2, "EUR")
    assert (vote.result["chosen"], vote.result["as_published"]) == ([1, 2], True)
    assert _read(world, EXAMPLE.replace("A road;1", "A road;0")).result["as_published"] is False
    with pytest.raises(BadValue, match="VOTES: row 1: '9' is no project"):
        _read(world, EXAMPLE.replace("a;7", "a;9"))
    with pytest.raises(BadValue, match="the rule 'phragmen' is not counted"):
        _read(world, EXAMPLE.replace("rule;greedy", "rule;phragmen"))


# Counted by hand. 400 for four voters is 100 each. The road costs three of them 66 2/3 each, the least for what it is worth;
# the well's two have 33 1/3 and 100 left, too little for 150; the tree is paid by the fourth alone. By most votes the well
# follows the road and leaves 50, too little for the tree.
BY_HAND = """META
key;value
description;Counted by hand
num_projects;3
budget;400
vote_type;approval
rule;{rule}
PROJECTS
project_id;cost;votes;name;selected
road;200;3;Road;1
well;150;2;Well;{well}
tree;90;1;Tree;{tree}
VOTES
voter_id;vote
1;road
2;road
3;road,well
4;well,tree
"""


@pytest.mark.parametrize(("rule", "chosen"), [("equalshares", [1, 3]), ("greedy", [1, 2])])
def test_what_was_counted_by_hand_comes_out(world, rule, chosen):
    vote = _read(world, BY_HAND.format(rule=rule, well=int(2 in chosen), tree=int(3 in chosen)))
    assert (sorted(vote.result["chosen"]), vote.result["as_published"]) == (chosen, True)
    assert counts_again(vote.pk)


@pytest.mark.skipif(
    not (PUBLISHED / "winners.json").exists(), reason="PEYVAND_PABULIB names no folder with winners.json (README.md)"
)
def test_real_votes_read_as_examples_come_out_as_published(world):
    files = sorted(PUBLISHED.glob("*.pb"))
    assert files
    for file in files:
        vote = _read(world, file.read_text(encoding="utf-8"))
        assert vote.result["as_published"], file.name
        assert counts_again(vote.pk)
