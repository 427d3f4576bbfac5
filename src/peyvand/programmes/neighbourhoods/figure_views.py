"""The page of figures, with cohesion and speed month by month as a picture and as a table."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from peyvand.extend.discovery import programme
from peyvand.extend.figures import LEAST, shown
from peyvand.programmes.neighbourhoods.actions import SLUG
from peyvand.programmes.neighbourhoods.trend import MonthTold, by_month
from peyvand.scope.acting import Acting
from peyvand.web.charts import Cell, Chart, Line, drawn_lines, line
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.templatetags.peyvand_format import jmonth, number, percent


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    by, one = acting(request), programme(SLUG)
    months = by_month(by, today())
    lines = _lines(months, by)
    chart = _chart(months, lines, by)
    if file := asked_for(request, [chart]):
        return file
    context = {
        "title": one.page("figures").title,
        "figures": shown(one, by, today()),
        "lines": lines,
        "chart": chart,
    }
    return render(request, "neighbourhoods/figures.html", context)


def cohesion(request: HttpRequest) -> Chart:
    by = acting(request)
    months = by_month(by, today())
    return _chart(months, _lines(months, by), by)


def _hidden(count: int, by: Acting) -> bool:
    """Counted from fewer than five, for readers from outside (decision record 9)."""
    return 0 < count < LEAST and not by.is_staff


def _lines(months: Sequence[MonthTold], by: Acting) -> list[Line]:
    joint = [(jmonth(one.month), None if _hidden(one.wanted, by) else round(100 * (one.joint or 0))) for one in months]
    days = [(jmonth(one.month), None if _hidden(one.done, by) else round(one.days or 0)) for one in months]
    return [line(_("Cohesion: objectives of several agencies, in percent"), joint, "joined"),
            line(_("Speed: days from resolution to done, the fewer the faster"), days, "late")]  # fmt: skip


def _chart(months: Sequence[MonthTold], lines: Sequence[Line], by: Acting) -> Chart:
    headings = [
        _("Month"),
        _("Objectives set"),
        _("Of several agencies"),
        _("Resolutions done"),
        _("Days to done (median)"),
    ]
    return Chart(
        "cohesion", _("Cohesion and speed, month by month"), headings, [_row(one, by) for one in months], drawn_lines(lines), "",
        [_("Source of the two gauges: IRNA, Sari, undated (“more coherent from day to day”, “a leap in speed”)."),
         _("Each line has its own scale; a month without any stands at nought, and the last month is not over.")],
    )  # fmt: skip


def _row(one: MonthTold, by: Acting) -> list[Cell]:
    joint: list[Cell] = [one.wanted, "—" if one.joint is None else percent(one.joint)]
    done: list[Cell] = [one.done, "—" if one.days is None else number(one.days, 1)]
    return [
        jmonth(one.month),
        *([None, None] if _hidden(one.wanted, by) else joint),
        *([None, None] if _hidden(one.done, by) else done),
    ]
