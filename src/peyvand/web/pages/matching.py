"""The runs of the matching: the history of a territory, asking for one, stopping it, taking it back, and computing it again."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from peyvand.flow.commitment import matching as runs
from peyvand.flow.commitment.enums import UNFINISHED_RUNS, RunState, RunStep
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.permissions import may_run_matching, may_see_promises
from peyvand.flow.commitment.rules import RunUnderway
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import open_to, refuse
from peyvand.web.pages.choices import PlaceField
from peyvand.web.pages.rows import in_place
from peyvand.web.pages.words import band_label, named, why_unserved
from peyvand.web.templatetags.peyvand_format import km

# Both sides stand at the point of the same place: a distance of nothing would only read oddly.
HERE_KM = 0.05
MOST_UNDERWAY = 20
_TONES = {
    RunState.WAITING: "waiting",
    RunState.RUNNING: "going",
    RunState.DONE: "done",
    RunState.CANCELLED: "stopped",
    RunState.FAILED: "wrong",
    RunState.UNDONE: "stopped",
}


def run_badge(run: MatchingRun) -> Badge:
    return Badge(run.get_state_display(), _TONES[RunState(run.state)])


def run_by(run: MatchingRun) -> str:
    return run.run_by.account.name if run.run_by else gettext("The site itself")


RUNS = ListSpec(
    name="matching-runs",
    title=_("Matching"),
    columns=(
        Column("started_at", _("When"), kind="time", sort="started_at", link=lambda row: reverse("matching_run", args=[row.pk])),
        Column("place", _("Territory"), lambda row: named(row.place)),
        Column("by", _("By whom"), run_by),
        Column("state", _("State"), run_badge, kind="badge"),
        Column("needs", _("Needs"), kind="number"),
        Column("capacities", _("Offers"), kind="number"),
        Column("served", _("Can be helped"), kind="number"),
        Column("unserved", _("Lack something"), kind="number"),
        Column("changed", _("Changed"), lambda row: row.fresh + row.moved + row.gone, kind="number"),
    ),
    default_sort="-started_at",
    empty_title=_("The matching has not been run here yet"),
    empty_text=_("It takes every open need of your organisation and finds for each the nearest offer, the most pressing needs first."),
)  # fmt: skip


class RunForm(Form):
    place = PlaceField(label=_("For which territory"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]


def runs_seen(by: Acting) -> QuerySet[MatchingRun]:
    own = below(by.organisation_path, "organisation_path") if by.is_staff else Q()
    rows = MatchingRun.objects.filter(in_area(by), own)
    return rows.select_related("place", "run_by__account").defer("place__boundary")


@exportable
@never_cache
@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def matching(request: HttpRequest) -> HttpResponseBase:
    """The history of runs, what is under way, and the form that asks for one for those who may."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    form = RunForm(request.POST, by=by) if request.method == "POST" else RunForm(by=by)
    if request.method == "POST" and form.is_valid() and (run := _asked(request, form, by)):
        notices.say(request, gettext("The matching has begun. You may go on working; this page tells how far it is."))
        return redirect("matching_run", run)
    with scope(by):
        rows = in_place(request, runs_seen(by))
        if file := export(request, RUNS, rows):
            return file
        may = may_run_matching(by)
        context = {
            "title": _("Matching"),
            "lead": _("Who can be helped, by whom, and why: the most pressing needs first, then the shortest ways."),
            "page": list_page(request, RUNS, rows),
            "underway": [underway(one) for one in rows.filter(state__in=UNFINISHED_RUNS).order_by("-pk")[:MOST_UNDERWAY]],
            "form": form if may is None else None,
            "why_not": may,
            "links": [(_("Suggestions"), reverse("suggestions"))],
        }  # fmt: skip
        return render(request, "web/pages/matching.html", context)


def _asked(request: HttpRequest, form: RunForm, by: Acting) -> int | None:
    """The number of the new run; None where the form says why there is none."""
    place = form.cleaned_data["place"]
    try:
        return acts.do(request, lambda: runs.ask_matching(place=place, by=by, now=timezone.now()).pk)
    except RunUnderway as refusal:
        refuse(form, refusal, run_underway="place")
        return None


def underway(run: MatchingRun) -> dict[str, Any]:
    """How far a run is, for a page that asks again by itself."""
    steps = list(RunStep)
    at = steps.index(RunStep(run.step)) if run.step else 0
    said = RunStep(run.step).label if run.step else run.get_state_display()
    return {"run": run, "name": named(run.place), "done": at, "all": len(steps), "said": said, "badge": run_badge(run)}


def _act(request: HttpRequest, pk: int, run: Callable[..., Any], said: str) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    at = timezone.now()
    return acts.act(request, lambda: run(run_id=pk, by=by, now=at), said, reverse("matching_run", args=[pk]))


@require_POST
@open_to(may_run_matching)
def matching_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, runs.cancel_matching, gettext("The matching was cancelled. Nothing of it stays."))


@require_POST
@open_to(may_run_matching)
def matching_undo(request: HttpRequest, pk: int) -> HttpResponse:
    said = gettext("The run was taken back: the suggestions stand as before it, where they still can.")
    return _act(request, pk, runs.undo_matching, said)


@require_POST
@open_to(may_run_matching)
def matching_repeat(request: HttpRequest, pk: int) -> HttpResponse:
    said = gettext("The run is being computed again from what was stored of it.")
    return _act(request, pk, runs.ask_repeat, said)


def suggestion_reason(row: Suggestion) -> str:
    """Why this pair, in words."""
    told = {"band": band_label(row.priority), "why": row.get_why_display() or gettext("Within the reach of the offer")}
    if row.km is None:
        return gettext("Priority band “%(band)s”. %(why)s.") % told
    if row.km < HERE_KM:
        return gettext("Priority band “%(band)s”. %(why)s, right there.") % told
    return gettext("Priority band “%(band)s”. %(why)s, %(km)s away.") % (told | {"km": km(row.km)})


def unserved_reason(row: Unserved) -> str:
    """The certificate of the run, in words."""
    said = why_unserved(row)
    return said if said.endswith(".") else f"{said}."
