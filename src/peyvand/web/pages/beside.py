"""A place beside another of its kind: the same figures on the same scale, in words too, and never a ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from peyvand.flow.figures import Figure, beside_figures
from peyvand.kernel.jalali import business_date
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.web.charts import Bar, Chart, drawn_pairs
from peyvand.web.pages.access import everyone, now, open_to
from peyvand.web.pages.pictures import WITHHELD
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_pages import figure, place_url

NAMES = {
    "told": gettext_lazy("Needs told"),
    "open": gettext_lazy("Open needs"),
    "met": gettext_lazy("Needs met"),
    "capacities": gettext_lazy("Open offers"),
    "kept": gettext_lazy("Promises kept"),
    "late": gettext_lazy("Late promises"),
}
_NOWHERE = 1e9


@dataclass(frozen=True)
class Pair:
    """A figure of both places; `rates` per 1,000 people where both populations are known and neither figure is withheld."""

    label: Any
    figures: tuple[Figure, Figure]
    rates: tuple[float, float] | None


def neighbours(place: Place) -> list[Place]:
    """The others of its kind in the same place, the nearest first."""
    if place.parent_id is None:
        return []
    rows = Place.objects.filter(parent=place.parent_id, kind=place.kind).exclude(pk=place.pk).order_by("sort_key")
    return sorted(rows, key=lambda one: _far(place, one))


def _far(one: Place, other: Place) -> float:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return _NOWHERE
    return hypot(one.lat - other.lat, (one.lon - other.lon) * cos(radians(one.lat)))


def other_of(request: HttpRequest, place: Place, others: Sequence[Place]) -> Place | None:
    asked = request.GET.get("with", "")
    return next((one for one in others if one.code == asked), others[0] if others else None)


def pairs_of(place: Place, other: Place) -> list[Pair]:
    found = beside_figures(place.path, today=business_date(now()))
    here, there = found.get(place.path, {}), found.get(other.path, {})
    return [Pair(label, (here.get(name), there.get(name)), _rates(place, here.get(name), other, there.get(name)))
            for name, label in NAMES.items()]  # fmt: skip


def _rates(place: Place, here: Figure, other: Place, there: Figure) -> tuple[float, float] | None:
    if here is None or there is None or not place.population or not other.population:
        return None
    return 1000 * here / place.population, 1000 * there / other.population


def groups_of(place: Place, other: Place, pairs: Sequence[Pair]) -> list[tuple[Any, list[Bar]]]:
    """All bars on one scale: per 1,000 people where that is known of both places, else as counted. A withheld one has none."""
    by_people = bool(place.population and other.population)
    values = [_values(pair, by_people) for pair in pairs]
    most = max((value for both in values for value in both), default=0) or 1
    return [
        (pair.label, [
            Bar(named(one), _text(count, rate if by_people else None), 100 * rate / most, tone)
            for one, count, rate, tone in zip((place, other), pair.figures, both, ("joined", ""), strict=True)
        ])
        for pair, both in zip(pairs, values, strict=True)
    ]  # fmt: skip


def _values(pair: Pair, by_people: bool) -> tuple[float, float]:
    if by_people:
        return pair.rates or (0.0, 0.0)
    here, there = pair.figures
    return float(here or 0), float(there or 0)


def _text(count: Figure, rate: float | None) -> str:
    if rate is None or count is None:
        return figure(count)
    return _("%(rate)s in 1,000 people (%(count)s)") % {"rate": number(rate, 1), "count": figure(count)}


def sentences(place: Place, other: Place, pairs: Sequence[Pair]) -> list[str]:
    """The same in words, for those who would rather read than look; it says no better and no worse."""
    said = _("%(label)s: %(here)s in %(place)s, %(there)s in %(other)s.")
    return [
        said % {"label": pair.label, "here": figure(pair.figures[0]), "place": named(place), "there": figure(pair.figures[1]),
                "other": named(other)}
        for pair in pairs
    ]  # fmt: skip


def beside_chart(place: Place, other: Place, pairs: Sequence[Pair]) -> Chart:
    headings = [_("Figure"), named(place), named(other)]
    rows: list[list[Any]] = [[str(pair.label), *pair.figures] for pair in pairs]
    if any(pair.rates for pair in pairs):
        per = _("%(name)s, in 1,000 people")
        headings += [per % {"name": named(place)}, per % {"name": named(other)}]
        for row, pair in zip(rows, pairs, strict=True):
            row += [number(rate, 1) for rate in pair.rates] if pair.rates else ["—", "—"]
    title = _("%(name)s beside %(other)s") % {"name": named(place), "other": named(other)}
    picture = drawn_pairs(groups_of(place, other, pairs))
    return Chart("beside", title, headings, rows, picture, "", [str(NO_RANKING), str(WITHHELD)])


NO_RANKING = gettext_lazy(
    "This is no ranking. Places differ in people and in how much is written down: more needs told may only mean that more was heard."
)


@require_GET
@open_to(everyone)
def beside(request: HttpRequest, path: str) -> HttpResponse:
    place = get_object_or_404(Place.objects.select_related("parent"), path=f"{path}/")
    others = neighbours(place)
    other = other_of(request, place, others)
    context: dict[str, Any] = {
        "place": place,
        "path": path,
        "other": other,
        "others": others,
        "note": NO_RANKING,
        "crumbs": [(named(one), place_url(one)) for one in chain(place.path)],
    }
    if other is not None:
        pairs = pairs_of(place, other)
        context |= {
            "chart": beside_chart(place, other, pairs), "groups": groups_of(place, other, pairs), "query": f"?with={other.code}",
            "sentences": sentences(place, other, pairs), "withheld": any(None in pair.figures for pair in pairs),
            "no_people": not any(pair.rates for pair in pairs),
        }  # fmt: skip
    return render(request, "web/pages/beside.html", context)
