"""What assemblies promise, counted (their manifest says it in words)."""

from datetime import date

from django.db.models import QuerySet, Sum

from peyvand.extend.programme import Counted
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.models import Assembly, Idea
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.votes.enums import VoteState
from peyvand.votes.models import Vote, Voter

_DECIDED = (IdeaState.CHOSEN, IdeaState.PLANNED)


def _ideas(by: Acting) -> QuerySet[Idea]:
    rows = Idea.objects.filter(below(by.place_path))
    return rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows


def _counted(by: Acting) -> QuerySet[Vote]:
    rows = Vote.objects.filter(below(by.place_path), pk__in=Assembly.objects.values("pk"), state=VoteState.COUNTED)
    return rows.filter(below(by.organisation_path, "organisation_path")) if by.is_staff else rows


def how_many(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        count = _ideas(by).count()
    return Counted(float(count), count)


def turnout(by: Acting, today: date) -> Counted:
    """Of those on the rolls of counted votes, who gave a ballot."""
    with scope(SYSTEM):
        votes = _counted(by)
        entitled = Voter.objects.filter(vote__in=votes).count()
        ballots = votes.aggregate(all=Sum("counted"))["all"] or 0
    return Counted(ballots / entitled if entitled else None, entitled)


def planned(by: Acting, today: date) -> Counted:
    """Of ideas the residents chose, those whose plan has opened its needs."""
    with scope(SYSTEM):
        rows = _ideas(by)
        chosen, made = rows.filter(state__in=_DECIDED).count(), rows.filter(state=IdeaState.PLANNED).count()
    return Counted(made / chosen if chosen else None, chosen)
