"""How evenly visits are spread, how many there are month by month, and the counter to the year's goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from peyvand.engines.deprivation import theil
from peyvand.extend.discovery import programme
from peyvand.extend.figures import shown
from peyvand.flow import suppression
from peyvand.programmes.visits import figures as counting
from peyvand.programmes.visits import permissions, queries
from peyvand.programmes.visits.figures import MonthMade
from peyvand.programmes.visits.views import SLUG
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope
from peyvand.web.charts import Bar, Chart, Line, drawn_lines, drawn_pairs, line
from peyvand.web.pages.access import today
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jmonth, number, percent
from peyvand.web.templatetags.peyvand_pages import figure

MOST_SOURCES = 4  # named below a balance; figures of one office come from one or two


@dataclass(frozen=True)
class Gauge:
    """How evenly visits are spread over parts: `theil` is None where fewer than two parts have what is weighed, and where it is
    `withheld`, for a count under five could be worked out from it."""

    title: str
    theil: float | None
    unknown: int
    withheld: bool = False


@dataclass(frozen=True)
class Balance:
    """The visits of this year in each part, against its people, and against people x deprivation. No count in it betrays one under
    five to a reader from outside."""

    name: str
    title: str
    gauges: Sequence[Gauge]
    rows: Sequence[dict[str, Any]]
    withheld: bool
    sources: Sequence[str] = ()

    @property
    def groups(self) -> list[tuple[str, list[Bar]]]:
        """Two groups of bars over the same parts: what part of the visits they had, and what part of the people lives there."""
        all_visits = sum(row["visits"] or 0 for row in self.rows) or 1
        had = [
            Bar(row["name"], figure(row["visits"]), 100 * (row["visits"] or 0) / all_visits, "joined")
            for row in self.rows
        ]
        people = [Bar(row["name"], row["due"], 100 * row["share"]) for row in self.rows]
        return [(_("Visits this year"), had), (_("Share of the people"), people)]

    @property
    def chart(self) -> Chart:
        headings = [_("Place"), _("Visits this year"), _("Population"), _("Share of the people"), _("Deprivation")]
        rows = [[row["name"], row["visits"], row["people"], row["due"], row["deprivation"]] for row in self.rows]
        notes = [
            _("The visits of a place as part of all visits, and its people as part of all people: the more alike, the more even."),
            *([_("Population and deprivation: %(sources)s.") % {"sources": listed(*self.sources)}] if self.sources else []),
            *([_withheld()] if self.withheld else []),
        ]  # fmt: skip
        return Chart(self.name, self.title, headings, rows, drawn_pairs(self.groups), "", notes)


def _withheld() -> str:
    return _(
        "Counts under five are not shown, nor others from which they could be worked out: nobody shall be recognised."
    )


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(SYSTEM):  # opened once: what is counted below is counted under it too
        spread = queries.spread(by.place_path, today())
        counted = shown(programme(SLUG), by, today())
        months = counting.by_month(by, today())
    seen, own = (suppression.shown(one) if not by.is_staff else one for one in (spread.seen, spread.own))
    chart, lines = _months_chart(months, by)
    balances = _balances(spread, by)
    if file := asked_for(request, [chart, *(one.chart for one in balances)]):
        return file
    context = {
        "figures": counted,
        "seen": seen, "own": own, "terms": spread.terms,
        "balances": balances, "lines": lines, "chart": chart,
        "may_settle": permissions.may_set_terms(by) is None,
    }  # fmt: skip
    return render(request, "visits/figures.html", context)


def _balances(spread: queries.Spread, by: Acting) -> list[Balance]:
    outside = not by.is_staff
    found = [balance("provinces", _("Provinces of the country"), spread.provinces, outside=outside)]
    if spread.counties:
        found.append(balance("counties", _("Counties of your area"), spread.counties, outside=outside))
    return found


def balance(name: str, title: str, parts: Sequence[queries.Part], *, outside: bool) -> Balance:
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
            "due": percent(due[part.place.pk]) if part.place.pk in due else "—", "share": due.get(part.place.pk, 0.0),
        }
        for part in sorted(parts, key=lambda one: (-(counted[one.place.pk] or 0), one.place.path))
    ]  # fmt: skip
    sources = sorted(frozenset().union(*(part.sources for part in parts)))
    return Balance(name, title, gauges, rows, hidden, [f"\u2068{one}\u2069" for one in sources[:MOST_SOURCES]])


def _shares(weighed: Sequence[tuple[queries.Part, float]]) -> list[tuple[int, float]]:
    total = sum(weight for _, weight in weighed) or 1.0
    return [(part.place.pk, weight / total) for part, weight in weighed]


def _gauge(title: str, weighed: Sequence[tuple[queries.Part, float]], parts: int, hidden: bool) -> Gauge:
    if len(weighed) < 2 or hidden:
        return Gauge(title, None, parts - len(weighed), withheld=hidden)
    found = theil([part.visits for part, _ in weighed], [weight for _, weight in weighed])
    return Gauge(title, found.theil, parts - len(weighed))


def _told(months: Sequence[MonthMade], by: Acting) -> dict[str, list[int | None]]:
    """The three lines by name; to a reader from outside no month under five, nor what would betray one."""

    left = {place for place, one in enumerate(months) if suppression.is_small(one.visits - one.followed)}

    def line_of(name: str) -> list[int | None]:
        counts = {place: getattr(one, name) for place, one in enumerate(months)}
        if by.is_staff:
            return list(counts.values())
        return list(suppression.suppressed(counts, also=left if name == "followed" else ()).values())

    return {name: line_of(name) for name in ("visits", "contacts", "followed")}


def _months_chart(months: Sequence[MonthMade], by: Acting) -> tuple[Chart, list[Line]]:
    told, names = _told(months, by), [jmonth(one.month) for one in months]
    titles = {
        "visits": _("Visits made"),
        "contacts": _("First contacts"),
        "followed": _("Visits that something followed"),
    }
    lines = [
        line(titles[name], list(zip(names, told[name], strict=True)), "" if name == "visits" else "joined") for name in titles
    ]  # fmt: skip
    rows = [list(row) for row in zip(names, *(told[name] for name in titles), strict=True)]
    notes = [_("Each line has its own scale; a month without any stands at nought, and the last month is not over.")]
    if any(None in some for some in told.values()):
        notes.append(_withheld())
    title = _("Visits month by month")
    return Chart("months", title, [_("Month"), *titles.values()], rows, drawn_lines(lines), "", notes), lines
