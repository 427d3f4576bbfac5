"""The manifest of micro-projects: all that the core reads of this folder."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from peyvand.extend.programme import Call, Figure, Job, Page, Permission, Programme, Retention, Route, Step
from peyvand.extend.switches import ProgrammeOff, pairs_off
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.programmes.micro_projects import figures, permissions, queries, rules, views
from peyvand.programmes.micro_projects.actions import SLUG, blank_words, follow_needs, forget_circumstances
from peyvand.programmes.micro_projects.api import API_ROUTES
from peyvand.programmes.micro_projects.enums import ProjectState
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.programmes.micro_projects.seed import seed
from peyvand.programmes.micro_projects.specifications import USED
from peyvand.programmes.micro_projects.waits import WAITS
from peyvand.scope.acting import STAFF, SYSTEM, Acting, Role
from peyvand.web.pages.programme_figures import figures_of


def held_back(step: Step) -> dict[int, Refusal]:
    """Nothing is promised to the need of a micro-project before its approval, nor while the programme is off."""
    rows = list(MicroProject.objects.filter(pk__in=step.ids["need"]).select_related("need").order_by("pk"))
    held: dict[int, Refusal] = {
        row.pk: rules.NotApproved(code=spoken(row.need.tracking_code))
        for row in rows
        if row.state not in (ProjectState.APPROVED, ProjectState.DONE)
    }
    where = {row.pk: (row.need.place_path, row.need.organisation_path) for row in rows}
    off = pairs_off(SLUG, where.values(), business_date(step.now))
    return held | {
        pk: ProgrammeOff(programme=PROGRAMME.title) for pk, pair in where.items() if pair in off and pk not in held
    }


def approved_first(step: Step) -> Refusal | None:
    """The same said of the few needs of one act: the first reason there is."""
    return next(iter(held_back(step).values()), None)


def follow(call: Call) -> None:
    """Bring projects in line with the needs an act touched; at night, with all."""
    follow_needs(need_ids=call.ids["need"] if call.act else None, by=SYSTEM, now=call.now)


def forget(before: date, now: datetime) -> int:
    return forget_circumstances(ended_before=before, by=SYSTEM, now=now)


def blank(call: Call) -> None:
    """Somebody of the family was erased: why a proposal was returned may have named him."""
    blank_words(need_ids=call.ids["need"], by=SYSTEM, now=call.now)


def waiting(by: Acting, today: date) -> QuerySet | None:
    """What waits behind the entry of the menu: for approvers, the proposals they can decide on."""
    if by.role not in permissions.APPROVERS:
        return None
    return queries.waiting_for(by)


PROGRAMME = Programme(
    slug=SLUG,
    title=_("Micro-projects"),
    purpose=_("Small, urgent help after something sudden: one approver, days not months."),
    stages=("need", "commitment", "delivery"),
    specifications=USED,
    roles=(*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR),
    permissions=(
        Permission("see", _("See micro-projects"), STAFF),
        Permission("propose", _("Propose micro-projects"), permissions.PROPOSERS),
        Permission("decide", _("Approve or return micro-projects"), permissions.APPROVERS),
        Permission("withdraw", _("Withdraw micro-projects"), tuple({*permissions.PROPOSERS, *permissions.APPROVERS})),
        Permission(
            "figures",
            _("See the figures of micro-projects"),
            (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR),
        ),
        Permission("settle", _("Set the ceiling and the clocks"), permissions.SETTLERS),
    ),
    life_cycles=(rules.LIFE,),
    guards={"commit": approved_first},
    reactions={
        "delivery.accepted": "follow",
        "delivery.reversed": "follow",
        "need.withdrawn": "follow",
        "need.expired": "follow",
        "need.forgotten": "blank",
    },
    pages=(
        Page("list", _("Micro-projects"), "see", in_menu=True, tally=waiting),
        Page("one", _("Micro-project"), "see"),
        Page("figures", _("Figures of micro-projects"), "figures"),
        Page("new", _("Propose a micro-project"), "propose", writes=True),
        Page("again", _("Ask again"), "propose", writes=True),
        Page("decide", _("Decide on a micro-project"), "decide", writes=True),
        Page("withdraw", _("Withdraw a micro-project"), "withdraw", writes=True),
        Page("terms", _("Ceiling and clocks"), "settle", writes=True),
    ),
    routes=(
        Route("", "list", views.all_projects),
        Route("new/", "new", views.new_project),
        Route("figures/", "figures", figures_of(SLUG)),
        Route("terms/", "terms", views.terms),
        Route("<int:need_id>/", "one", views.one_project),
        Route("<int:need_id>/approve/", "decide", views.approve, "approve"),
        Route("<int:need_id>/return/", "decide", views.give_back, "return"),
        Route("<int:need_id>/again/", "again", views.ask_again),
        Route("<int:need_id>/withdraw/", "withdraw", views.withdraw),
    ),
    jobs=(
        Job("follow", _("Follow the needs of micro-projects"), follow, daily=True),
        Job("blank", _("Erase words about people who are erased"), blank),
    ),
    figures=(
        Figure(
            "how_many",
            _("Micro-projects"),
            _("Whoever meets with something sudden is heard at once."),
            _("Micro-projects whose need was told in the last six Jalali months, in whatever state."),
            figures.how_many,
        ),
        Figure(
            "days_to_delivery",
            _("From telling to delivery"),
            _("Days, not months."),
            _("The median of the days from telling the need to its last accepted delivery, of those done."),
            figures.days_to_delivery,
            "days",
        ),
        Figure(
            "in_time",
            _("Delivered in time"),
            _("Each is delivered within the days promised at its approval."),
            _("Of those done or overdue, the share done on the promised day or before."),
            figures.share_in_time,
            "percent",
        ),
    ),
    seed=seed,
    retention=(Retention(_("What happened to the family, when, and why a proposal was returned"), 24, forget),),
    api_routes=API_ROUTES,
    held_back=held_back,
    waits=WAITS,
    words={
        "micro_project": _("Micro-project"),
        "micro_project_terms": _("Ceiling and clocks"),
        "micro_project.proposed": _("Micro-project proposed"),
        "micro_project.approved": _("Micro-project approved"),
        "micro_project.returned": _("Micro-project returned"),
        "micro_project.withdrawn": _("Micro-project withdrawn"),
        "micro_project.closed": _("Micro-project closed"),
        "micro_project.reopened": _("Micro-project reopened"),
        "micro_project.terms_set": _("Ceiling and clocks of micro-projects set"),
        "micro_project.forgotten": _("Words about families of micro-projects forgotten"),
    },
)
