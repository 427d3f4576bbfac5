"""Reads of micro-projects."""

from datetime import date

from django.db.models import Q, QuerySet

from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.programmes.micro_projects.enums import LIVE, ProjectState
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.programmes.micro_projects.rules import Terms
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area, only


def terms_on(day: date) -> Terms:
    """The terms in force; the defaults where nobody has set any."""
    row = MicroProjectTerms.objects.filter(since__lte=day).order_by("-since").first()
    return Terms(row.ceiling_rial, row.decide_days, row.deliver_days) if row else Terms()


def projects(by: Acting) -> QuerySet[MicroProject]:
    """Those in the actor's own area, with all a list shows."""
    related = ("need__specification", "need__place", "need__organisation")
    return MicroProject.objects.filter(in_area(by, "need__place_path")).select_related(*related)


def waiting_for(by: Acting) -> QuerySet[MicroProject]:
    """Those the actor can decide on: of his area and organisation, proposed by somebody else."""
    own = below(by.organisation_path, "need__organisation_path") & in_area(by, "need__place_path")
    return MicroProject.objects.filter(own, state=ProjectState.PROPOSED).exclude(proposed_by_id=by.account_id)


def late(today: date) -> Q:
    """Nobody decided in time, or it was not delivered in time."""
    return Q(state=ProjectState.PROPOSED, decide_by__lt=today) | Q(state=ProjectState.APPROVED, deliver_by__lt=today)


def one(need_id: int) -> MicroProject:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    related = (
        "need__specification",
        "need__place",
        "need__organisation",
        "need__household",
        "proposed_by",
        "decided_by",
    )
    return only(MicroProject.objects.select_related(*related).filter(pk=need_id))


def live_of(household_id: int, specification_id: int) -> Need | None:
    """The need of a micro-project of this kind that is under way for a family."""
    found = MicroProject.objects.select_related("need").filter(
        state__in=LIVE, need__household_id=household_id, need__specification_id=specification_id
    )
    project = found.first()
    return project.need if project else None


def out_of_line() -> QuerySet[MicroProject]:
    """Projects whose need has gone on without them: closed, or opened again."""
    open_again = Q(state=ProjectState.DONE) & ~Q(need__closed_as=ClosedAs.MET)
    return MicroProject.objects.filter(Q(state__in=LIVE, need__state=NeedState.CLOSED) | open_again)
