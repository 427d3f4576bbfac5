"""The matching: running it for a territory, and what a run found: who can be helped, who is left, and why."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from peyvand.flow.commitment.enums import UnservedReason
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.permissions import may_run_matching, may_see_promises
from peyvand.flow.figures import shortages
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import address, open_to
from peyvand.web.pages.choices import PlaceField
from peyvand.web.pages.rows import with_county, with_giver
from peyvand.web.pages.words import band_label, held_reason, named
from peyvand.web.templatetags.peyvand_format import jdatetime, km, number, quantity, unit

# Both sides stand at the point of the same place: a distance of nothing would only read oddly.
HERE_KM = 0.05

RUNS = ListSpec(
    name="matching-runs",
    title=_("Matching"),
    columns=(
        Column("started_at", _("When"), kind="time", sort="started_at", link=lambda row: reverse("matching_run", args=[row.pk])),
        Column("place", _("Territory"), lambda row: named(row.place)),
        Column("needs", _("Needs"), kind="number"),
        Column("capacities", _("Offers"), kind="number"),
        Column("served", _("Can be helped"), kind="number"),
        Column("unserved", _("Lack something"), kind="number"),
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
    return MatchingRun.objects.filter(in_area(by)).select_related("place").defer("place__boundary")


@exportable
@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def matching(request: HttpRequest) -> HttpResponseBase:
    """The history of runs, and the form that starts one for those who may."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    form = RunForm(request.POST, by=by) if request.method == "POST" else RunForm(by=by)
    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data["place"]
        run = acts.do(request, lambda: run_matching(place=place, by=by, now=timezone.now()).pk)
        notices.done(request, gettext("The matching has run. Nothing is promised yet: people decide."))
        return redirect("matching_run", run)
    with scope(by):
        rows = runs_seen(by)
        if file := export(request, RUNS, rows):
            return file
        context = {
            "title": _("Matching"),
            "lead": _("Who can be helped, by whom, and why: the most pressing needs first, then the shortest ways."),
            "page": list_page(request, RUNS, rows),
            "form": form if may_run_matching(by) is None else None,
            "why_not": may_run_matching(by),
            "links": [(_("Suggestions"), reverse("suggestions"))],
        }
        return render(request, "web/pages/matching.html", context)


def suggestion_reason(row: Suggestion) -> str:
    """Why this pair, in words."""
    if row.km is None:
        near = gettext("within the reach of the offer")
    elif row.km < HERE_KM:
        near = gettext("there is something left right there")
    else:
        near = gettext("nearest with something left, %(km)s away") % {"km": km(row.km)}
    return gettext("Priority band “%(band)s”; %(near)s.") % {"band": band_label(row.priority), "near": near}


def unserved_reason(row: Unserved) -> str:
    """The certificate of the run, in words."""
    if row.reason == UnservedReason.FULL and row.lowest_priority is not None:
        said = ngettext(
            "The one offer that could reach it, even by exchanging, is full with needs of band “%(band)s” or above.",
            "All %(count)s offers that could reach it, even by exchanging, are full with needs of band “%(band)s” or above.",
            row.reachable,
        )
        return said % {"count": number(row.reachable), "band": band_label(row.lowest_priority)}
    return held_reason(row) or str(UnservedReason(row.reason).label) + "."


UNSERVED = ListSpec(
    name="unserved",
    title=_("Lack something"),
    columns=(
        Column("kind", _("Need"), lambda row: named(row.need.specification), link=lambda row: address("need", row.need_id)),
        Column("quantity", _("Lacks"), kind="number", sort="quantity"),
        Column("unit", _("Unit"), lambda row: unit(row.need.specification.unit)),
        Column("county", _("County")),
        Column("band", _("Priority band"), lambda row: band_label(row.need.priority)),
        Column("reason", _("Why"), unserved_reason),
    ),
    default_sort="-need__priority",
    empty_title=_("No need of this run lacks anything"),
    empty_text=_("Or a later run has taken its reasons over."),
)  # fmt: skip

SERVED = ListSpec(
    name="suggestions",
    title=_("Can be helped"),
    columns=(
        Column("kind", _("Need"), lambda row: named(row.need.specification), link=lambda row: reverse("suggestion", args=[row.pk])),
        Column("text", _("Quantity"), lambda row: quantity(row.quantity, row.need.specification.unit)),
        Column("giver", _("Who could give")),
        Column("county", _("County")),
        Column("reason", _("Why"), suggestion_reason),
    ),
    default_sort="-priority",
    empty_title=_("This run found nobody for these needs"),
)  # fmt: skip


@exportable
@require_GET
@open_to(may_see_promises)
def matching_run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One run: its figures, where more capacity would help, and every need of it with its reason."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    run = get_object_or_404(runs_seen(by), pk=pk)
    left = with_county(Unserved.objects.filter(run=run).select_related("need__specification"))
    found = suggestions_of(run)
    tab = "served" if request.GET.get("tab") == "served" else "unserved"
    spec, rows = (SERVED, found) if tab == "served" else (UNSERVED, left)
    if file := export(request, spec, rows):
        return file
    here = reverse("matching_run", args=[pk])
    context = {
        "run": run,
        "title": gettext("Matching of %(place)s") % {"place": named(run.place)},
        "lead": jdatetime(run.started_at),
        "page": list_page(request, spec, rows),
        "tabs": [
            {"label": _("Lack something"), "url": f"{here}?tab=unserved", "current": tab == "unserved", "tally": run.unserved},
            {"label": _("Can be helped"), "url": f"{here}?tab=served", "current": tab == "served", "tally": run.served},
        ],
        "shortages": shortages(run)[:12],
        "replaced": run.unserved - left.count(),
        "crumbs": [(_("Matching"), reverse("matching"))],
        "suggestions_url": f"{reverse('suggestions')}?run={pk}",
    }  # fmt: skip
    return render(request, "web/pages/matching_run.html", context)


def suggestions_of(run: MatchingRun) -> QuerySet[Suggestion]:
    return with_giver(with_county(Suggestion.objects.filter(run=run).select_related("need__specification")))
