"""The pages of micro-projects: each reads, or calls one action and leads on."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.kernel.business_days import SOURCE, estimates
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Household
from peyvand.programmes.micro_projects import actions, permissions, queries, rules
from peyvand.programmes.micro_projects.enums import ProjectState, ReasonKind
from peyvand.programmes.micro_projects.forms import AgainForm, ProjectFilters, ProposalForm, ReturnForm, TermsForm
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.programmes.micro_projects.specifications import in_language
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, refuse, today
from peyvand.web.pages.thread import Step
from peyvand.web.pages.words import code_at, listed
from peyvand.web.programmes import first_step
from peyvand.web.templatetags.peyvand_format import digits, jdate, quantity, toman_long

SLUG = actions.SLUG
_TONES = {
    ProjectState.PROPOSED: "waiting", ProjectState.RETURNED: "stopped", ProjectState.APPROVED: "going",
    ProjectState.DONE: "done", ProjectState.WITHDRAWN: "stopped",
}  # fmt: skip


def _name(row: Any) -> str:
    return in_language(row, get_language() or "fa")


def is_late(project: MicroProject) -> bool:
    return rules.is_late(state=project.state, decide_by=project.decide_by, deliver_by=project.deliver_by, today=today())


def _badge(project: MicroProject) -> Badge:
    label = project.get_state_display()
    if is_late(project):
        return Badge(gettext("%(state)s, late") % {"state": label}, "late")
    return Badge(label, _TONES[ProjectState(project.state)])


def _due(project: MicroProject) -> date | None:
    return rules.due_date(state=project.state, decide_by=project.decide_by, deliver_by=project.deliver_by)


LIST = ListSpec(
    name="micro-projects",
    title=_("Micro-projects"),
    columns=(
        Column(
            "code", _("Need"), value=code_at("need.tracking_code"), kind="code",
            link=lambda row: reverse(f"{SLUG}:one", args=[row.pk]),
        ),
        Column("kind", _("What is needed"), value=lambda row: _name(row.need.specification)),
        Column("place", _("Where"), value=lambda row: _name(row.need.place)),
        Column("reason", _("What happened"), value=lambda row: row.get_reason_kind_display()),
        Column("estimate", _("Estimate"), value="estimate_rial", kind="toman", sort="estimate_rial"),
        Column("state", _("State"), value=_badge, kind="badge"),
        Column("due", _("By when"), value=_due, kind="date"),
        Column("proposed", _("Proposed"), value="proposed_at", kind="date", sort="proposed_at"),
    ),
    default_sort="-proposed_at",
    filters=ProjectFilters,
    empty_title=_("No micro-project yet"),
    empty_text=_("When something sudden happens to a family, propose one: it is decided within days."),
    first_step=first_step(
        SLUG, (permissions.may_propose, _("Propose a micro-project"), "new"),
        else_=_("Micro-projects are proposed by those who work with families."),
    ),
)  # fmt: skip


@exportable
@require_GET
def all_projects(request: HttpRequest) -> HttpResponseBase:
    by, day = acting(request), today()
    rows = queries.projects(by)
    only = request.GET.get("show", "")
    if only == "late":
        rows = rows.filter(queries.late(day))
    elif only == "waiting":
        rows = rows.filter(pk__in=queries.waiting_for(by).values("pk"))
    if (file := export(request, LIST, rows)) is not None:
        return file
    decides = by.role in permissions.APPROVERS
    context = {
        "page": list_page(request, LIST, rows),
        "only": only,
        "waiting": queries.waiting_for(by).count() if decides else 0,
        "late": queries.projects(by).filter(queries.late(day)).count(),
        "may_propose": permissions.may_propose(by) is None and _open(by),
    }
    return render(request, "micro_projects/list.html", context)


def _open(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


def new_project(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    with scope(by):
        households = Household.objects.filter(in_area(by))
        terms = queries.terms_on(today())
        asked: dict[str, Any] = {"households": households, "today": today(), "ceiling_rial": terms.ceiling_rial}
        form = ProposalForm(request.POST or None, **asked, initial={"household": request.GET.get("household", "")})
        if request.method != "POST" or not form.is_valid():
            return _form_page(request, form, terms)
        row = _row(form.cleaned_data)
    try:
        project = actions.propose_project(row=row, by=by, now=timezone.now())
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return _form_page(request, form, terms, status=409)
    notices.done(request, gettext("The micro-project waits for approval."))
    return redirect(f"{SLUG}:one", need_id=project.pk)


def _row(said: dict[str, Any]) -> actions.NewProject:
    return actions.NewProject(
        household=said["household"],
        specification=Specification.objects.get(slug=said["kind"]),
        reason_kind=ReasonKind(said["reason_kind"]),
        happened_date=said["happened_date"],
        estimate_rial=said["estimate"],
        quantity=said["quantity"],
        note=said["note"],
    )


def _form_page(request: HttpRequest, form: ProposalForm, terms: rules.Terms, status: int = 200) -> HttpResponse:
    return render(request, "micro_projects/new.html", {"form": form, "terms": terms}, status=status)


def _thread(project: MicroProject) -> list[Step]:
    need, state = project.need, project.state
    over = state in (ProjectState.WITHDRAWN, ProjectState.RETURNED)
    late = "late" if is_late(project) else "current"
    approved = state in (ProjectState.APPROVED, ProjectState.DONE)
    promised = approved and need.committed > 0
    deciding = "done" if approved else "stopped" if over else late
    promising = "done" if promised else late if state == ProjectState.APPROVED else "ahead"
    delivering = "done" if state == ProjectState.DONE else late if promised else "ahead"
    return [
        Step(_("Told"), "done", jdate(need.created_at)),
        Step(_("Decided"), deciding, jdate(project.decided_at or project.decide_by)),
        Step(_("Promised"), promising),
        Step(_("Delivered"), delivering, jdate(project.closed_at or project.deliver_by)),
    ]


def _facts(project: MicroProject) -> list[tuple[Any, str]]:
    need = project.need
    facts = [
        (_("What is needed"), listed(_name(need.specification), quantity(need.quantity, need.specification.unit))),
        (_("Where"), _name(need.place)),
        (_("Kept by"), _name(need.organisation)),
        (_("What happened"), project.get_reason_kind_display()),
        (_("On which day"), jdate(project.happened_date)),
        (_("Estimated cost of the whole"), toman_long(project.estimate_rial)),
        (_("Ceiling"), toman_long(project.ceiling_rial)),
        (_("Proposed by"), project.proposed_by.name if project.proposed_by else jdate(None)),
    ]
    if need.household is not None:
        facts.insert(0, (_("Family file"), digits(need.household.code)))
    if project.decided_by is not None:
        facts.append((_("Decided by"), project.decided_by.name))
    return facts


@require_GET
def one_project(request: HttpRequest, need_id: int) -> HttpResponseBase:
    by = acting(request)
    project = queries.one(need_id)
    return render(request, "micro_projects/one.html", _one(project, by))


def _one(project: MicroProject, by: Acting) -> dict[str, Any]:
    need, opened = project.need, _open(by)
    acts = set(rules.LIFE.acts(project.state))
    undecided = project.state == ProjectState.PROPOSED
    return {
        "project": project,
        "thread": _thread(project),
        "facts": _facts(project),
        "is_late": is_late(project),
        "moving": _moving(business_date(project.proposed_at), project.decide_by) if undecided else [],
        "source": SOURCE,
        "today": today(),
        "may_decide": opened and "approve_project" in acts and permissions.may_decide(by, project, need) is None,
        "may_withdraw": opened and "withdraw_project" in acts and permissions.may_withdraw(by, need) is None,
        "may_ask_again": opened and "propose_again" in acts and permissions.may_propose_again(by, need) is None,
        "switched_off": not opened,
        "return_form": ReturnForm(),
        "again_form": AgainForm(initial={"estimate": project.estimate_rial}),
    }


@require_POST
def approve(request: HttpRequest, need_id: int) -> HttpResponseBase:
    return _act(request, need_id, gettext("Approved. The need can be promised now."), actions.approve_project)


@require_POST
def give_back(request: HttpRequest, need_id: int) -> HttpResponseBase:
    by, form = acting(request), ReturnForm(request.POST)

    def run() -> None:
        actions.return_project(need_id=need_id, reason=form.cleaned_data["reason"], by=by, now=timezone.now())

    return _taken(request, need_id, "return_form", form, run, gettext("Returned. The proposer sees your reason."))


@require_POST
def withdraw(request: HttpRequest, need_id: int) -> HttpResponseBase:
    return _act(request, need_id, gettext("Withdrawn, and the need with it."), actions.withdraw_project)


@require_POST
def ask_again(request: HttpRequest, need_id: int) -> HttpResponseBase:
    by, form = acting(request), AgainForm(request.POST)

    def run() -> None:
        rial = form.cleaned_data["estimate"]
        actions.propose_again(need_id=need_id, estimate_rial=rial, by=by, now=timezone.now())

    return _taken(request, need_id, "again_form", form, run, gettext("The micro-project waits for approval."))


def _act(request: HttpRequest, need_id: int, done: str, act: Any) -> HttpResponseBase:
    by = acting(request)
    return acts.act(request, lambda: act(need_id=need_id, by=by, now=timezone.now()), done, to_one(need_id))


def _taken(
    request: HttpRequest, need_id: int, name: str, form: Form, run: Callable[[], None], done: str
) -> HttpResponse:
    """What a form of the page of a micro-project asks; `name` is where the page has it."""

    def again(status: int) -> HttpResponse:
        page = _one(queries.one(need_id), acting(request)) | {name: form}
        return render(request, "micro_projects/one.html", page, status=status)

    return acts.taken(request, form, run, done, to_one(need_id), again)


def to_one(need_id: int) -> str:
    return reverse(f"{SLUG}:one", args=[need_id])


def _moving(after: date, until: date) -> list[str]:
    """The lunar holidays between two days whose dates are estimates, in words."""
    language = "fa_IR" if (get_language() or "fa").startswith("fa") else "en_US"
    return [f"{name} ({jdate(day)})" for day, name in estimates(after, until, language)]


def terms(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    form = TermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        fresh = rules.Terms(said["ceiling"], said["decide_days"], said["deliver_days"])
        try:
            actions.set_terms(terms=fresh, since=said["since"], source=said["source"], by=by, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, gettext("The setting was recorded."))
            return redirect(f"{SLUG}:terms")
    with scope(by):
        rows = list(MicroProjectTerms.objects.order_by("-since")[:50])
        day = today()
        context = {"form": form, "rows": rows, "now": queries.terms_on(day), "today": day, "source": SOURCE}
        context["moving"] = _moving(day, day + timedelta(days=365))
        return render(request, "micro_projects/terms.html", context)
