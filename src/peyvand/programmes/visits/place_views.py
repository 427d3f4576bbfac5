"""Which places have been seen less, and why."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from peyvand.places.models import Place
from peyvand.programmes.visits import permissions, queries
from peyvand.programmes.visits.forms import UnseenFilters
from peyvand.programmes.visits.views import SLUG, badge, opened
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, only
from peyvand.web.bulk import offered_on
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages.access import today
from peyvand.web.pages.words import named


def _part(name: str) -> Callable[[Any], float | None]:
    """A part kept in thousandths; -1 is none."""

    def read(row: Any) -> float | None:
        thousandths = getattr(row, f"{name}_part")
        return None if thousandths < 0 else thousandths / 1000

    return read


def _last(row: Any) -> date | None:
    return date.fromordinal(row.last_day) if row.last_day else None


def _source(row: Any) -> str:
    return _("Household survey") if row.by_survey else row.deprivation_from


UNSEEN = ListSpec(
    name="unseen",
    title=gettext_lazy("Less-seen neighbourhoods"),
    columns=(
        Column("place", gettext_lazy("Place"), value=named, link=lambda row: reverse(f"{SLUG}:place", args=[row.pk])),
        Column("within", gettext_lazy("Lies in"), value=lambda row: named(row.parent)),
        Column("score", gettext_lazy("Score"), value=lambda row: None if row.score < 0 else row.score, kind="number", sort="score"),
        Column("deprivation", gettext_lazy("Deprivation"), value=_part("deprivation"), kind="percent", sort="deprivation_part"),
        Column("time", gettext_lazy("Time part"), value=_part("time"), kind="percent", sort="time_part"),
        Column("help", gettext_lazy("Little help"), value=_part("help"), kind="percent", sort="help_part"),
        Column("last", gettext_lazy("Last visit"), value=_last, kind="date", sort="last_day"),
        Column("source", gettext_lazy("Source of deprivation"), value=_source),
    ),
    default_sort="-score",
    filters=UnseenFilters,
    acts=offered_on("unseen"),
    empty_title=gettext_lazy("No neighbourhood or settlement is known in your area."),
    empty_text=gettext_lazy("They are brought in from a file, or drawn, by those who run the site."),
)  # fmt: skip


@exportable
@require_GET
def unseen(request: HttpRequest) -> HttpResponseBase:
    """The places of one's own area, those seen least first."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    terms = queries.terms_on(today())
    rows = queries.places_of(queries.standings(by.place_path, today(), terms=terms))
    if (file := export(request, UNSEEN, rows)) is not None:
        return file
    context = {"page": list_page(request, UNSEEN, rows), "terms": terms, "months": queries.HELP_MONTHS}
    return render(request, "visits/unseen.html", context)


@require_GET
def place(request: HttpRequest, place_id: int) -> HttpResponseBase:
    """Every part of one place's score, and the visits of one's own organisation there."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    found = only(Place.objects.defer("boundary").filter(below(by.place_path, "path"), pk=place_id))
    terms = queries.terms_on(today())
    rows = queries.standings(found.path, today(), only=found, draws=1000, terms=terms)
    visits = list(queries.visits(by).filter(place=found).order_by("-created_at", "-pk")[:20])
    context = {
        "place": found,
        "one": rows[0] if rows else None,
        "terms": terms,
        "months": queries.HELP_MONTHS,
        "visits": [{"row": one, "badge": badge(one)} for one in visits],
        "may_plan": permissions.may_plan(by, found.path) is None and opened(by),
    }
    return render(request, "visits/place.html", context)
