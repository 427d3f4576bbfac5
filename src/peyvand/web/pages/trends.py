"""What happened in a place month by month, for everyone."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from peyvand.flow.counting.cells import months_until
from peyvand.flow.trends import LINES, Trend, trend_of
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.web.charts import Chart, Line, drawn_lines, line
from peyvand.web.pages.access import everyone, now, open_to
from peyvand.web.pages.pictures import WITHHELD
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import jmonth, number
from peyvand.web.templatetags.peyvand_pages import place_url

NAMES = {
    "told": gettext_lazy("Needs told"),
    "promised": gettext_lazy("Promises made"),
    "delivered": gettext_lazy("Deliveries accepted"),
    "met": gettext_lazy("Needs met"),
    "stories": gettext_lazy("Stories published"),
}
_TONES = {"delivered": "joined", "met": "joined", "stories": "joined"}
USUAL = 12


def period_of(request: HttpRequest, today: date) -> tuple[JalaliMonth, JalaliMonth]:
    """What the reader chose of the months that are told apart; the last twelve where he chose nothing, or what is none."""
    months = months_until(today)
    first, last = _month(request.GET.get("from", "")), _month(request.GET.get("to", ""))
    first = first if first in months else months[-USUAL]
    last = last if last in months else months[-1]
    return (first, last) if first <= last else (last, first)


def _month(text: str) -> JalaliMonth | None:
    try:
        return JalaliMonth.parse(text)
    except ValueError:
        return None


def lines_of(trend: Trend) -> list[Line]:
    found = [
        line(NAMES[name], [(jmonth(one.month), one.lines[name]) for one in trend.months], _TONES.get(name, ""))
        for name in LINES
    ]
    days = [(jmonth(one.month), one.days or 0) for one in trend.months]
    return [*found, line(_("Days to the first promise"), days, "late")]


def trend_chart(place: Place, trend: Trend) -> Chart:
    headings = [_("Month"), *(str(name) for name in NAMES.values()), _("Days to the first promise (median)")]
    rows = [
        [jmonth(one.month), *(one.lines[name] for name in LINES), "—" if one.days is None else number(one.days)]
        for one in trend.months
    ]
    return Chart("trend", _("Month by month: %(name)s") % {"name": named(place)}, headings, rows, drawn_lines(lines_of(trend)), "",
                 [_("Each line has its own scale. A cross stands where a figure is withheld."), str(WITHHELD)])  # fmt: skip


@require_GET
@open_to(everyone)
def trends(request: HttpRequest, path: str) -> HttpResponse:
    place = get_object_or_404(Place, path=f"{path}/")
    today = business_date(now())
    first, last = period_of(request, today)
    trend = trend_of(place, today=today, first=first, last=last)
    options = [(str(one), jmonth(one)) for one in reversed(months_until(today))]
    context: dict[str, Any] = {
        "place": place,
        "path": path,
        "chart": trend_chart(place, trend),
        "lines": lines_of(trend),
        "options": options,
        "first": str(first),
        "last": str(last),
        "query": f"?from={first}&to={last}",
        "withheld": trend.withheld,
        "counted_at": trend.counted_at,
        "crumbs": [(named(one), place_url(one)) for one in chain(place.path)],
    }
    return render(request, "web/pages/trends.html", context)
