"""The pages of ideas: told, joined, studied, planned. Each reads, or calls one action and leads on."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Organisation
from peyvand.programmes.assemblies import actions, permissions, queries, rules
from peyvand.programmes.assemblies.enums import IdeaState
from peyvand.programmes.assemblies.forms import IdeaFilters, IdeaForm, PlanLineForm, StudyForm
from peyvand.programmes.assemblies.models import Idea, PlanNeed, Study
from peyvand.scope.acting import Acting, Role
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import refuse
from peyvand.web.pages.words import listed, named
from peyvand.web.programmes import first_step
from peyvand.web.templatetags.peyvand_format import jdate, quantity, toman_long

SLUG = actions.SLUG
_TONES = {
    IdeaState.TOLD: "waiting", IdeaState.JOINED: "stopped", IdeaState.STUDIED: "going", IdeaState.INFEASIBLE: "stopped",
    IdeaState.ON_BALLOT: "going", IdeaState.CHOSEN: "done", IdeaState.PLANNED: "done",
}  # fmt: skip


def badge(idea: Idea) -> Badge:
    return Badge(idea.get_state_display(), _TONES[IdeaState(idea.state)])


LIST = ListSpec(
    name="ideas",
    title=_("Ideas of residents"),
    columns=(
        Column("title", _("Idea"), value="title", link=lambda row: reverse(f"{SLUG}:idea", args=[row.pk])),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("told", _("Day it was told"), value="told_at", kind="date", sort="told_at"),
    ),
    default_sort="-told_at",
    filters=IdeaFilters,
    empty_title=_("No idea yet"),
    empty_text=_("What residents want done in their neighbourhood is written down here."),
    first_step=first_step(
        SLUG, (permissions.may_tell, _("Write down an idea"), "new"),
        else_=_("Ideas are written down by those who work in the neighbourhood."),
    ),
)  # fmt: skip


def opened(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


@exportable
@require_GET
def all_ideas(request: HttpRequest) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    rows = queries.ideas(by)
    if (file := export(request, LIST, rows)) is not None:
        return file
    may_tell = permissions.may_tell(by) is None and opened(by)
    told = {"page": list_page(request, LIST, rows), "may_tell": may_tell, "resident": by.role is Role.RESIDENT}
    return render(request, "assemblies/list.html", told)


def new_idea(request: HttpRequest) -> HttpResponseBase:
    """Told once, it is held against like ones of the place; sent again with those seen, it is written down."""
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        form, resident = IdeaForm(request.POST or None, by=by), by.role is Role.RESIDENT
        if request.method != "POST" or not form.is_valid():
            return render(request, "assemblies/new.html", {"form": form, "resident": resident})
        said = form.cleaned_data
        like = [] if said["seen"] == said["title"] else queries.like_ideas(said["title"], said["place"].path)
        if like:
            seen = request.POST.copy()
            seen["seen"] = said["title"]
            form = IdeaForm(seen, by=by)
            return render(request, "assemblies/new.html", {"form": form, "like": like, "resident": resident})
        keeper = Organisation.objects.get(pk=by.organisation_id)
    try:
        idea = actions.tell_idea(
            title=said["title"], text=said["text"], place=said["place"], organisation=keeper, by=by, now=timezone.now()
        )
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return render(request, "assemblies/new.html", {"form": form, "resident": resident}, status=409)
    told = gettext("Your idea is told. It is studied, and then everyone reads it.")
    notices.done(request, told if resident else gettext("The idea was written down."))
    return redirect(f"{SLUG}:idea", idea_id=idea.pk)


@require_GET
def one_idea(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    return render(request, "assemblies/idea.html", _one(queries.one_idea(idea_id), by))


def _one(idea: Idea, by: Acting) -> dict[str, Any]:
    going = opened(by)
    works, decides = (
        going and permissions.may_work_on(by, idea) is None,
        going and permissions.may_decide(by, idea) is None,
    )
    like = queries.like_ideas(idea.title, idea.place_path, but=idea.pk)
    study: Study | None = getattr(idea, "study", None)
    told = idea.state == IdeaState.TOLD
    return {
        "idea": idea,
        "badge": badge(idea),
        "text": queries.words_of(idea, by),
        "facts": [
            (_("Where"), named(idea.place)),
            (_("Run by"), named(idea.organisation)),
            (_("Day it was told"), jdate(idea.told_at)),
        ],
        "study": study,
        "study_facts": study_facts(study) if study else [],
        "like": like if told and works else [],
        "joined": list(idea.joined.all()),
        "plan": _plan(idea),
        "may_study": works and told,
        "may_part": works and idea.state == IdeaState.JOINED,
        "may_publish": decides and told and study is not None,
        "may_plan": decides and idea.state == IdeaState.CHOSEN,
    }


def study_facts(study: Study) -> list[tuple[Any, str]]:
    labels = StudyForm.base_fields
    facts = [(labels[part].label, getattr(study, part) or "—") for part in (*rules.PARTS, *rules.ANNEX)]
    return [*facts, (_("Cost of the whole"), toman_long(study.cost_rial or None))]


def _plan(idea: Idea) -> list[tuple[str, str, str]]:
    """(what, its page, how far) of every need the plan opened."""
    rows = PlanNeed.objects.filter(idea=idea).select_related("need__specification").order_by("pk")
    return [
        (
            listed(named(row.need.specification), quantity(row.need.quantity, row.need.specification.unit)),
            reverse("need", args=[row.need.pk]),
            str(row.need.get_state_display()),
        )
        for row in rows
    ]


def _act(request: HttpRequest, idea_id: int, done: str, act: Any, **values: Any) -> HttpResponseBase:
    try:
        act(idea_id=idea_id, by=request.acting, now=timezone.now(), **values)  # type: ignore[attr-defined]
        notices.done(request, done)
    except Refusal as refusal:
        notices.refused(request, refusal)
    return redirect(f"{SLUG}:idea", idea_id=idea_id)


@require_POST
def join(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    by, to = request.acting, request.POST.get("to", "")  # type: ignore[attr-defined]
    try:
        actions.join_idea(idea_id=idea_id, to_id=int(to) if to.isdecimal() else 0, by=by, now=timezone.now())
    except Refusal as refusal:
        notices.refused(request, refusal)
    else:
        undo = reverse(f"{SLUG}:part", args=[idea_id])
        notices.done(request, gettext("Joined. The other idea goes on for both."), undo_url=undo)
    return redirect(f"{SLUG}:idea", idea_id=idea_id)


@require_POST
def part(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    return _act(request, idea_id, gettext("The idea goes on by itself again."), actions.part_idea)


def study(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        idea = queries.one_idea(idea_id)
        kept: Study | None = getattr(idea, "study", None)
        known = {part: getattr(kept, part) for part in (*rules.PARTS, *rules.ANNEX)} if kept else {}
        initial = known | ({"cost": kept.cost_rial or None, "feasible": kept.feasible} if kept else {})
        form = StudyForm(request.POST or None, initial=initial)
        if request.method != "POST" or not form.is_valid():
            return render(request, "assemblies/study.html", {"form": form, "idea": idea})
    findings = actions.Findings(form.parts, form.cleaned_data["cost"] or 0, form.cleaned_data["feasible"])
    try:
        actions.write_study(idea_id=idea_id, findings=findings, by=by, now=timezone.now())
    except Refusal as refusal:
        with scope(by):
            refuse(form, refusal)
            return render(request, "assemblies/study.html", {"form": form, "idea": idea}, status=409)
    notices.done(request, gettext("The study is kept. Once it is whole, it can be published."))
    return redirect(f"{SLUG}:idea", idea_id=idea_id)


@require_POST
def publish(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    return _act(request, idea_id, gettext("The study is published: everyone can read it."), actions.publish_study)


def plan(request: HttpRequest, idea_id: int) -> HttpResponseBase:
    """Up to three needs at once, the first is asked for; further ones are recorded as needs are."""
    by = request.acting  # type: ignore[attr-defined]
    with scope(by):
        idea = queries.one_idea(idea_id)
        given = request.POST if request.method == "POST" else None
        forms = [PlanLineForm(given, prefix=str(row), empty_permitted=row > 0) for row in range(3)]
        if given is None or not all(one.is_valid() for one in forms):
            page = {"forms": forms, "idea": idea}
            return render(request, "assemblies/plan.html", page, status=200 if given is None else 422)
        filled = [one.cleaned_data for one in forms if one.cleaned_data]
        lines = [actions.PlanLine(one["kind"], one["quantity"], one["due"]) for one in filled]

    def run() -> None:
        actions.plan_idea(idea_id=idea_id, lines=lines, by=by, now=timezone.now())

    def again(status: int) -> HttpResponse:
        return render(request, "assemblies/plan.html", {"forms": forms, "idea": idea}, status=status)

    here = reverse(f"{SLUG}:idea", args=[idea_id])
    return acts.taken(request, forms[0], run, gettext("The plan stands: its needs are open."), here, again)
