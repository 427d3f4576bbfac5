"""Reads of assemblies."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Assembly, Candidate, Idea
from peyvand.programmes.assemblies.rules import ALIKE, likeness
from peyvand.scope.acting import STAFF, Acting, Role
from peyvand.scope.bulk import below, in_area, only
from peyvand.votes.models import Vote

_COMPARED, _SHOWN = 500, 5
MOST_TO_VOTE_ON = 200


def ideas(by: Acting) -> QuerySet[Idea]:
    """Those in the actor's own area and organisation, with all a list shows; for a resident those of his place, whoever keeps them."""
    own = in_area(by) if by.role is Role.RESIDENT else in_area(by) & below(by.organisation_path, "organisation_path")
    return Idea.objects.filter(own).select_related("place", "organisation")


def ideas_to_vote_on(by: Acting) -> QuerySet[Idea]:
    """The newest that can be put to a vote, at most `MOST_TO_VOTE_ON`: nobody chooses from more on one page."""
    rows = ideas(by).filter(state__in=[IdeaState.TOLD, IdeaState.STUDIED]).order_by("-id")
    return rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:MOST_TO_VOTE_ON]))


def one_idea(idea_id: int) -> Idea:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(Idea.objects.select_related("place", "organisation", "joined_to", "study").filter(pk=idea_id))


@dataclass(frozen=True)
class Like:
    """An idea of the same place, and how alike it is (0 to 1)."""

    idea: Idea
    likeness: float


def like_ideas(text: str, place_path: str, *, but: int = 0) -> list[Like]:
    """Ideas of a place that go on by themselves and are alike, the most alike first."""
    rows = Idea.objects.filter(place_path=place_path).exclude(state=IdeaState.JOINED).exclude(pk=but).order_by("-id")
    found = [Like(one, likeness(text, one.title)) for one in rows[:_COMPARED]]
    return sorted((one for one in found if one.likeness >= ALIKE), key=lambda one: -one.likeness)[:_SHOWN]


def seen_votes() -> QuerySet[Vote]:
    """The votes of assemblies, and examples: those that are under way or over, and one's own drafts (the policies say which)."""
    ours = Q(pk__in=Assembly.objects.values("pk")) | Q(example=True)
    return Vote.objects.filter(ours).select_related("place")


def candidates_of(vote_id: int) -> list[Candidate]:
    rows = Candidate.objects.filter(assembly_id=vote_id).select_related("option", "idea", "idea__study")
    return list(rows.order_by("option__number"))


def words_of(idea: Idea, by: Acting) -> str:
    """What stands beside the title: for those who work with it, and for whoever told it."""
    mine = 0 < by.account_id == idea.told_by_id
    return idea.text if mine or by.role in STAFF else ""


def unpublished(candidates: list[Candidate]) -> list[str]:
    """Titles of ideas in a vote whose study is not published, or says that it cannot be done."""
    return [
        one.idea.title
        for one in candidates
        if (study := getattr(one.idea, "study", None)) is None or study.published_at is None or not study.feasible
    ]
