"""Reads of promises and suggestions used more than once."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from peyvand.flow.commitment.enums import GaveWay, RunState, SuggestionState
from peyvand.flow.commitment.models import Commitment, MatchingRun, Suggestion
from peyvand.flow.need.queries import of_family
from peyvand.people.queries import looked_into
from peyvand.scope.acting import NOWHERE, Acting, Role
from peyvand.scope.bulk import below, in_area


def either_side(by: Acting, now: datetime) -> Q:
    """Rows of promises and suggestions of which the actor stands on one side, or into whose organisation he may look."""
    if by.role is Role.AUDITOR:
        return looked_into(by, now, "asker_path")
    asker = in_area(by) & below(by.organisation_path, "asker_path")
    return asker | in_area(by, "giver_place_path") & below(by.organisation_path, "giver_path")


def promises_of(by: Acting, now: datetime) -> QuerySet[Commitment]:
    """Of both sides, or to a resident's own family."""
    return Commitment.objects.filter(of_family(by, "need__") if by.role is Role.RESIDENT else either_side(by, now))


def suggestions_of(by: Acting, now: datetime) -> QuerySet[Suggestion]:
    return Suggestion.objects.filter(either_side(by, now))


def changes_of(run: MatchingRun, kind: str) -> QuerySet[Suggestion]:
    """What a run changed of the suggestions that stood, seen from it: "new" for needs that had none, "moved" of needs that had
    another (both what they have and what they had), "gone" for needs that have none any more, answered ones included.
    """
    other = Suggestion.objects.filter(need=OuterRef("need_id"), since_id__lt=run.pk)
    stood = Q(gave_way_to=run) | Q(answered_at__isnull=True) | Q(answered_at__gt=run.finished_at)
    had = Exists(other.filter(stood))
    if kind == "new":
        return Suggestion.objects.filter(~had, since=run)
    if kind == "moved":
        return Suggestion.objects.filter(Q(had, since=run) | Q(gave_way_to=run, gave_way=GaveWay.MOVED))
    ended = Q(gave_way_to=run) & ~Q(gave_way__in=[GaveWay.MOVED, GaveWay.UNDONE])
    if run.previous is not None:
        answered = (SuggestionState.ACCEPTED, SuggestionState.DECLINED, SuggestionState.ENDED)
        own = below(run.place_path) & below(run.organisation_path, "asker_path")
        since = Q(answered_at__gt=run.previous.finished_at, answered_at__lte=run.finished_at, state__in=answered)
        ended |= own & since if run.organisation_path != NOWHERE else below(run.place_path) & since
    return Suggestion.objects.filter(ended)


def later_runs(run: MatchingRun) -> QuerySet[MatchingRun]:
    """Runs after this one of the same organisation whose territory overlaps."""
    parts = run.place_path.split("/")
    around = ["/".join(parts[:depth]) + "/" for depth in range(1, len(parts))]
    overlapping = Q(place_path__in=around) | below(run.place_path)
    later = MatchingRun.objects.filter(overlapping, pk__gt=run.pk, organisation_path=run.organisation_path)
    return later.filter(state=RunState.DONE)
