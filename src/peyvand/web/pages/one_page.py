"""A place on one printed page: map, figures, trend, what waits longest, what lies idle, three stories. For everyone."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.figures import PlaceFigures, place_figures
from peyvand.flow.idle import WITH_WAITS, idle, longest
from peyvand.flow.reached import reached
from peyvand.flow.story.queries import published
from peyvand.flow.trends import GROUPS, trend_from
from peyvand.kernel.jalali import business_date
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.web.charts import drawn_bars, drawn_line, drawn_map
from peyvand.web.pages.access import everyone, now, open_to
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.pictures import MEASURES, WITHHELD, map_of, parts_of, river
from peyvand.web.pages.trends import USUAL, lines_of
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdatetime, jmonth, number
from peyvand.web.templatetags.peyvand_pages import figure

ROWS, STORIES, STORY_LETTERS = 8, 3, 320
_LINES_SHOWN = 4


@require_GET
@open_to(everyone)
def one_page(request: HttpRequest, path: str) -> HttpResponse:
    *outer, place = chain(f"{path}/") or [Place()]
    if place.path != f"{path}/":
        raise Http404
    figures = place_figures(place, today=business_date(now()), groups={*WITH_WAITS, *GROUPS})
    lead = (
        " · ".join([str(place.get_kind_display()), listed(*[named(one) for one in reversed(outer)])]) if outer else ""
    )
    around = frame(request, named(place), lead=lead)
    body = papers.one_page(around, tiles=_tiles(figures), words=_words(place, outer, figures), fonts=FONTS)
    return pdf(body, f"{named(place)}.pdf")


def _tiles(figures: PlaceFigures) -> list[papers.Tile]:
    counts = figures.counts
    rows = [
        (_("Needs told"), "told", ""), (_("Open needs"), "open", ""), (_("Needs met"), "met", "joined"),
        (_("Open offers here"), "capacities", ""), (_("Promises kept"), "kept", "joined"),
        (_("Late promises"), "late", "late" if counts["late"] else ""),
    ]  # fmt: skip
    return [papers.Tile(figure(counts[name]), label, "", tone) for label, name, tone in rows]


def _words(place: Place, outer: list[Place], figures: PlaceFigures) -> dict[str, Any]:
    found = map_of(place, outer, parts_of(place, figures), "open")
    this = figures.heads.counts.months[-1]
    lines = lines_of(trend_from(figures.heads, first=this.shift(1 - USUAL), last=this))[:_LINES_SHOWN]
    waits = [
        [_("%(kind)s (%(count)s open)") % {"kind": named(one.specification), "count": number(one.needs)},
         _("%(days)s days") % {"days": number(one.days)}]
        for one in longest(figures)[:ROWS]
    ]  # fmt: skip
    unused = [
        [named(one.specification), _("%(count)s offers") % {"count": number(one.offers)}] for one in idle(figures, ROWS)
    ]
    few = _("Nothing to show, or too few of each kind.")
    return {
        "map": drawn_map(found) if found else None,
        "map_title": str(MEASURES["open"]),
        "no_map": _("No place here has a point yet."),
        "way_title": _("The way of the needs"),
        "way": drawn_bars(river(reached(figures), reasons=False))["rows"],
        "trend_title": _("The last twelve months"),
        "trend": [drawn_line(one) for one in lines],
        "longest": _listed(_("What has waited longest, by kind (median)"), waits, few),
        "idle": _listed(_("What lies idle"), unused, few),
        "stories": _listed(_("Stories from here"), _stories(place), _("No story has been published from here yet.")),
        "notes": _notes(figures),
    }  # fmt: skip


def _listed(title: str, rows: list[list[str]], empty: str) -> dict[str, Any]:
    return {"title": title, "rows": rows, "empty": empty}


def _stories(place: Place) -> list[list[str]]:
    """Published ones only: each was published with the consent of everyone it shows."""
    return [
        [Truncator(one.title).chars(80), Truncator(one.body).chars(STORY_LETTERS),
         listed(named(one.organisation), jmonth(one.published_at))]
        for one in published(place.path).order_by("-published_at")[:STORIES]
    ]  # fmt: skip


def _notes(figures: PlaceFigures) -> list[str]:
    counted = figures.counted_at or now()
    sources = _("Borders of provinces from Natural Earth; points from GeoNames, CC BY 4.0; the rest as written here.")
    return [" ".join([_("Counted on %(when)s.") % {"when": jdatetime(counted)}, str(WITHHELD), sources])]
