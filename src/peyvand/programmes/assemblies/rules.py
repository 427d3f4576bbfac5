"""The rules of assemblies, pure: the life of an idea, when a study is whole, and what is alike."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.kernel.text import search_key
from peyvand.programmes.assemblies.enums import IdeaState

LIFE = LifeCycle(
    "idea",
    IdeaState.TOLD,
    [
        ("join_idea", IdeaState.TOLD, IdeaState.JOINED),
        ("part_idea", IdeaState.JOINED, IdeaState.TOLD),
        ("publish_study", IdeaState.TOLD, IdeaState.STUDIED),
        ("find_infeasible", IdeaState.TOLD, IdeaState.INFEASIBLE),
        ("put_to_vote", IdeaState.STUDIED, IdeaState.ON_BALLOT),
        ("choose_idea", IdeaState.ON_BALLOT, IdeaState.CHOSEN),
        ("leave_idea", IdeaState.ON_BALLOT, IdeaState.STUDIED),
        ("plan_idea", IdeaState.CHOSEN, IdeaState.PLANNED),
    ],
)

# The parts of a feasibility study (source S2, 2.11) and of its justice annex (source S0, 0.8).
PARTS = ("technical", "money", "law", "people", "risk")
ANNEX = ("gains", "left_out")
SHORTEST = 10  # signs of a part: a dash is no answer
ALIKE = 0.34
PITCH_MINUTES = (3, 10)  # how long each idea is told where nothing else is said, and at most


class StudyNotPublished(Refusal):
    code = "study_not_published"
    message = "The vote opens once the study of every idea in it is published. Still missing: {titles}"


class StudyNotWhole(Refusal):
    code = "study_not_whole"
    message = "A study is published whole: each of its five parts, who gains, who is left out, and what it costs."


class JoinedOne(Refusal):
    code = "idea_is_joined"
    message = "An idea is joined to one that goes on by itself, of the same place."


def pitch_order(numbers: Iterable[int], lot: str) -> list[int]:
    """The order in which the options of a vote are told, drawn from its public lot: the same for everyone, chosen by nobody."""
    return sorted(numbers, key=lambda number: sha256(f"pitch {lot} {number}".encode()).digest())


def whole(study: Mapping[str, str], cost_rial: int) -> bool:
    return cost_rial >= 1 and all(len(study[part].strip()) >= SHORTEST for part in (*PARTS, *ANNEX))


def likeness(one: str, other: str) -> float:
    """How alike two texts are: the part of their trigrams that both have (Jaccard), 0 to 1, after folding.

    Counted here, for the embedded server has no trigram index (decision record 13); only ideas of one place are compared.
    """
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def _trigrams(text: str) -> set[str]:
    return {
        padded[start : start + 3]
        for padded in (f"  {word} " for word in search_key(text).split())
        for start in range(len(padded) - 2)
    }
