"""What proposals promise, counted (their manifest says it in words). Proposals are public: all of the area are counted,
inside the reader's own scope."""

from datetime import date
from statistics import median

from django.db.models import Count, Q, QuerySet

from peyvand.extend.programme import Counted
from peyvand.kernel.jalali import add_months, business_date
from peyvand.programmes.proposals import queries
from peyvand.programmes.proposals.enums import ProposalState
from peyvand.programmes.proposals.models import Proposal, Reply
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below

MONTHS = 12


def _recent(by: Acting, today: date) -> QuerySet[Proposal]:
    """Handed in within the last twelve Jalali months, meant for the actor's area."""
    return Proposal.objects.filter(below(by.place_path), written_at__date__gte=add_months(today, -MONTHS))


def how_many(by: Acting, today: date) -> Counted:
    many = _recent(by, today).count()
    return Counted(float(many), many)


def days_to_answer(by: Acting, today: date) -> Counted:
    times = Reply.objects.filter(proposal__in=_recent(by, today)).values_list("proposal__written_at", "answer__at")
    days = [(business_date(answered) - business_date(written)).days for written, answered in times]
    return Counted(float(median(days)) if days else None, len(days))


def answered_in_time(by: Acting, today: date) -> Counted:
    """Of those whose answer was due or given: given on the last day or before. What waits beyond it counts as late."""
    rows = _recent(by, today).filter(answer_by__isnull=False)
    late = rows.filter(queries.overdue(today), merged_into__isnull=True).count()
    given = Reply.objects.filter(proposal__in=rows).values_list("proposal__answer_by", "answer__at")
    kept = [business_date(at) <= last for last, at in given if last is not None]
    of = len(kept) + late
    return Counted(sum(kept) / of if of else None, of)


def carried_out(by: Acting, today: date) -> Counted:
    """Of those accepted whose story has ended: carried out."""
    many = _recent(by, today).aggregate(
        done=Count("id", filter=Q(state=ProposalState.DONE)),
        ended=Count("id", filter=Q(state__in=(ProposalState.DONE, ProposalState.NOT_DONE))),
    )
    return Counted(many["done"] / many["ended"] if many["ended"] else None, many["ended"])
