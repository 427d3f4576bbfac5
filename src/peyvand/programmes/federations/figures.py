"""What federations promise, counted (their manifest says it in words)."""

from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum

from peyvand.extend.programme import Counted
from peyvand.programmes.federations.buying_models import Portion
from peyvand.programmes.federations.enums import MemberState, TakingState
from peyvand.programmes.federations.models import Election, Elector, Member, Taking
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.votes.enums import VoteState


def _members(by: Acting) -> QuerySet[Member]:
    return Member.objects.filter(below(by.place_path), state=MemberState.MEMBER)


def members(by: Acting, today: date) -> Counted:
    with scope(SYSTEM):
        count = _members(by).count()
    return Counted(float(count), count)


def turnout(by: Acting, today: date) -> Counted:
    """Of the members on the rolls of counted elections, how many gave a ballot."""
    with scope(SYSTEM):
        rows = Election.objects.filter(below(by.place_path, "vote__place_path"), vote__state=VoteState.COUNTED)
        entitled = Elector.objects.filter(election__in=rows).count()
        ballots = rows.aggregate(all=Sum("vote__counted"))["all"] or 0
    return Counted(ballots / entitled if entitled else None, entitled)


def promised(by: Acting, today: date) -> Counted:
    """Of what members took from the shared lists and was answered, what became a promise."""
    with scope(SYSTEM):
        rows = Taking.objects.filter(below(by.place_path, "shared__federation__place_path"))
        kept = Count("pk", filter=Q(state=TakingState.PROMISED))
        told = rows.filter(state__in=[TakingState.PROMISED, TakingState.DECLINED]).aggregate(
            answered=Count("pk"), kept=kept
        )
    return Counted(told["kept"] / told["answered"] if told["answered"] else None, told["answered"])


def arrived(by: Acting, today: date) -> Counted:
    """Of the parts members pay for in joint buyings, how many arrived whole."""
    with scope(SYSTEM):
        rows = Portion.objects.filter(below(by.place_path), share_rial__isnull=False)
        told = rows.aggregate(owed=Count("pk"), there=Count("pk", filter=Q(received__gte=F("quantity"))))
    return Counted(told["there"] / told["owed"] if told["owed"] else None, told["owed"])
