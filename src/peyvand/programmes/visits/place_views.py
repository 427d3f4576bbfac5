"""Which places have been seen less, and why; how evenly visits are spread; the counter to the year's goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from peyvand.engines.deprivation import theil
from peyvand.extend.discovery import programme
from peyvand.extend.figures import shown
from peyvand.flow import suppression
from peyvand.kernel.refusals import NotFound
from peyvand.places.models import Place
from peyvand.programmes.visits import permissions, queries
from peyvand.programmes.visits.views import SLUG, badge, opened, today
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number, percent

SHOWN = 60  # places of the list; the rest is counted below it


@require_GET
def unseen(request: HttpRequest) -> HttpResponse:
    """The places of one's own area, those seen least first."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    terms = queries.terms_on(today())
    rows = queries.standings(by.place_path, today(), terms=terms)
    context = {
        "rows": rows[:SHOWN],
        "rest": max(0, len(rows) - SHOWN),
        "terms": terms,
        "months": queries.HELP_MONTHS,
        "may_plan": permissions.may_plan(by, by.place_path) is None and opened(by),
    }
    return render(request, "visits/unseen.html", context)


@require_GET
def place(request: HttpRequest, place_id: int) -> HttpResponseBase:
    """Every part of one place's score, and the visits of one's own organisation there."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    found = Place.objects.defer("boundary").filter(below(by.place_path, "path"), pk=place_id).first()
    if found is None:
        raise NotFound
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


@dataclass(frozen=True)
class Gauge:
    """How evenly visits are spread over parts: `theil` is None where fewer than two parts have what is weighed, and where it is
    `withheld`, for a count under five could be worked out from it."""

    title: str
    theil: float | None
    unknown: int
    withheld: bool = False


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(SYSTEM):  # opened once: what is counted below is counted under it too
        spread = queries.spread(by.place_path, today())
        counted = shown(programme(SLUG), by, today())
    outside = not by.is_staff
    balances = [balance(_("Provinces of the country"), spread.provinces, outside=outside)]
    if spread.counties:
        balances.append(balance(_("Counties of your area"), spread.counties, outside=outside))
    seen, own = (suppression.shown(number) if outside else number for number in (spread.seen, spread.own))
    context = {
        "figures": counted,
        "seen": seen, "own": own, "terms": spread.terms, "balances": balances,
        "may_settle": permissions.may_set_terms(by) is None,
    }  # fmt: skip
    return render(request, "visits/figures.html", context)


def balance(title: str, parts: Sequence[queries.Part], *, outside: bool) -> dict[str, Any]:
    """Visits against people, and against people x deprivation, each as a gauge and as the rows of one table.

    To a reader from `outside` no count under five is shown, nor what would betray one.
    """
    counted: Mapping[int, int | None] = {part.place.pk: part.visits for part in parts}
    if outside:
        counted = suppression.suppressed({part.place.pk: part.visits for part in parts})
    hidden = None in counted.values()
    by_people = [(part, float(part.people)) for part in parts if part.people]
    by_both = [(part, people * part.deprivation) for part, people in by_people if part.deprivation]
    gauges = [
        _gauge(_("against population"), by_people, len(parts), hidden),
        _gauge(_("against population and deprivation"), by_both, len(parts), hidden),
    ]
    due = dict(_shares(by_people))
    rows = [
        {
            "name": named(part.place), "visits": counted[part.place.pk], "people": number(part.people) if part.people else "—",
            "deprivation": number(part.deprivation) if part.deprivation is not None else "—",
            "due": percent(due[part.place.pk]) if part.place.pk in due else "—",
        }
        for part in sorted(parts, key=lambda one: (-(counted[one.place.pk] or 0), one.place.path))
    ]  # fmt: skip
    return {"title": title, "gauges": gauges, "rows": rows, "withheld": hidden}


def _shares(weighed: Sequence[tuple[queries.Part, float]]) -> list[tuple[int, float]]:
    total = sum(weight for _, weight in weighed) or 1.0
    return [(part.place.pk, weight / total) for part, weight in weighed]


def _gauge(title: str, weighed: Sequence[tuple[queries.Part, float]], parts: int, hidden: bool) -> Gauge:
    if len(weighed) < 2 or hidden:
        return Gauge(title, None, parts - len(weighed), withheld=hidden)
    found = theil([part.visits for part, _ in weighed], [weight for _, weight in weighed])
    return Gauge(title, found.theil, parts - len(weighed))
