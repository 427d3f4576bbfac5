"""The reason of a refusal is said in the reader's language, like the sentence it stands in."""

from datetime import date
from pathlib import Path

from django.utils import translation

from peyvand.flow.capacity import permissions
from peyvand.flow.commitment.rules import DueInPast
from peyvand.web.catalogue import messages_in
from peyvand.web.templatetags.peyvand_format import refusal


def test_reasons_and_fields_are_message_ids():
    ids = {words for words, _context in messages_in(Path(permissions.__file__))}
    assert "an offer is changed by the organisation that made it" in ids


def test_a_date_in_a_refusal_is_jalali():
    with translation.override("en"):
        assert "30 Aban 1405" in refusal(DueInPast(due=date(2026, 11, 21)))
