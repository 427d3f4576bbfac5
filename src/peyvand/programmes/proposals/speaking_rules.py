"""The rules of representatives, pure: the life of a choosing, who is chosen, and what is refused."""

from collections.abc import Mapping, Sequence

from peyvand.kernel.refusals import Refusal
from peyvand.programmes.proposals.rules import CHOOSING as CHOOSING

# Figures of fewer voices are told to nobody (decision record 9).
LEAST_SHOWN = 5


class NoAuthor(Refusal):
    code = "proposals_no_author"
    message = "Only authors of this theme's proposals stand for it and choose who speaks for it."


class ChoosingOver(Refusal):
    code = "proposals_choosing_over"
    message = "The day until which one could choose has passed."


class NoRepresentative(Refusal):
    code = "proposals_no_representative"
    message = "Only its representative speaks for a theme, within the term."


def chosen(voices: Mapping[int, int], in_order: Sequence[int], seats: int) -> list[int]:
    """The candidates with the most voices, at least one each; of equal ones who stood first. `in_order`: as they stood."""
    found = [one for one in in_order if voices.get(one, 0) > 0]
    return sorted(found, key=lambda one: -voices[one])[:seats]
