import pytest

from peyvand.flow.capacity.rules import LIFE as CAPACITY
from peyvand.flow.commitment.rules import LIFE as COMMITMENT
from peyvand.flow.need.rules import LIFE as NEED
from peyvand.flow.story.rules import LIFE as STORY
from peyvand.kernel.states import WrongState


@pytest.mark.parametrize("life", [NEED, CAPACITY, COMMITMENT, STORY], ids=lambda life: life.name)
def test_every_state_is_reachable(life):
    states = type(life.start)
    assert life.reachable() == set(states)


def test_a_step_that_the_table_lacks_is_refused_with_act_and_state():
    with pytest.raises(WrongState) as refusal:
        COMMITMENT.after("accept_commitment", "kept")
    assert refusal.value.details == {"act": "accept_commitment", "state": "kept"}
    assert refusal.value.code == "wrong_state"


def test_the_diagram_names_every_step():
    drawn = NEED.diagram()
    assert all(f"{move.source.value} --> {move.target.value}: {move.act}" in drawn for move in NEED.transitions)
