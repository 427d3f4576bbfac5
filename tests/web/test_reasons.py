"""The reason of a refusal is said in the reader's language, like the sentence it stands in."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from peyvand.flow.capacity import permissions
from peyvand.flow.capacity.rules import LIFE
from peyvand.flow.commitment import rules as commitment
from peyvand.flow.need import rules as need
from peyvand.flow.story import rules as story
from peyvand.kernel.due import DueInPast
from peyvand.kernel.states import WrongState
from peyvand.web.act_words import ACTS, STATES
from peyvand.web.catalogue import messages_in
from peyvand.web.templatetags.peyvand_format import refusal


def test_reasons_and_fields_are_message_ids():
    ids = {words for words, _context in messages_in(Path(permissions.__file__))}
    assert "an offer is changed by the organisation that made it" in ids


def test_a_date_in_a_refusal_is_jalali():
    with translation.override("en"):
        assert "30 Aban 1405" in refusal(DueInPast(due=date(2026, 11, 21)))


def test_an_act_and_a_state_are_said_in_words():
    with translation.override("en"), pytest.raises(WrongState) as answer:
        LIFE.after("pause_capacity", "closed")
    with translation.override("en"):
        assert refusal(answer.value) == "“pausing the offer” is not possible while the state is “Closed”."


@pytest.mark.parametrize("life", [need.LIFE, LIFE, commitment.LIFE, story.LIFE], ids=lambda life: life.name)
def test_every_state_and_every_act_of_people_has_words(life):
    by_itself = {"expire_need", "meet_need", "lapse_commitment", "keep_commitment", "reopen_commitment"}
    assert {move.act for move in life.transitions} - by_itself <= set(ACTS)
    assert {state.value for state in life.reachable()} <= set(STATES)
