"""The report of a month to one's superiors: one set of words and numbers for the page, the PDF and the workbook."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.monthly import MonthlyReport, may_report_month, monthly_report
from peyvand.flow.need.rules import band
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.people.models import Membership
from peyvand.web.pages.access import acting, now, open_to
from peyvand.web.pages.downloads import attachment, pdf
from peyvand.web.pages.office_frame import FONTS, demo_mark, frame
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdate, number

MONTHS_BACK = 24


@dataclass(frozen=True)
class Table:
    """Cells as they are: numbers stay numbers until a page or paper writes them in its digits; None is a dash."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int | float | None]]
    widths: Sequence[int]
    empty: str = ""

    @property
    def numeric(self) -> list[bool]:
        return [
            place > 0 and all(not isinstance(row[place], str) for row in self.rows)
            for place in range(len(self.headings))
        ]

    def shown(self) -> list[list[str]]:
        return [[cell if isinstance(cell, str) else number(cell, 1) for cell in row] for row in self.rows]


@open_to(may_report_month)
@require_GET
def month(request: HttpRequest, month_of: str = "") -> HttpResponse:
    report = _report(request, month_of)
    tables = tables_of(report)
    this = JalaliMonth.of(business_date(now()))
    context = {
        "report": report,
        "label": report.month.label(_language()),
        "office": _office(request),
        "empty": _empty(report),
        "tiles": tiles_of(report),
        "tables": [(table, [list(zip(table.headings, table.numeric, row, strict=True)) for row in table.shown()]) for table in tables],
        "notes": notes_of(report),
        "months": [(str(one), one.label(_language()), one == report.month) for one in (this.shift(-back) for back in range(MONTHS_BACK))],
    }  # fmt: skip
    return render(request, "web/office/month.html", context)


@open_to(may_report_month)
@require_GET
def month_pdf(request: HttpRequest, month_of: str) -> HttpResponse:
    report = _report(request, month_of)
    tiles = [papers.Tile(tile["value"], tile["label"], tile["note"], tile["tone"]) for tile in tiles_of(report)]
    around = frame(request, _title(report), office=_office(request), lead=_lead(report))
    body = papers.monthly_report(
        around,
        tiles=tiles,
        sheets=sheets_of(tables_of(report)),
        notes=notes_of(report),
        empty=_empty(report),
        fonts=FONTS,
    )
    return pdf(body, f"{report.month}.pdf")


def sheets_of(tables: Sequence[Table]) -> list[papers.Sheet]:
    return [
        papers.Sheet(table.title, table.headings, table.numeric, table.shown(), table.widths, table.empty)
        for table in tables
    ]


@open_to(may_report_month)
@require_GET
def month_xlsx(request: HttpRequest, month_of: str) -> HttpResponse:
    report = _report(request, month_of)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold, head = (
        book.add_worksheet(),
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"bold": True, "font_size": 14}),
    )
    if _language() == "fa":
        sheet.right_to_left()
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 16)
    sheet.write_string(0, 0, _title(report), head)
    for line, text in enumerate(filter(None, [_office(request), _lead(report), demo_mark(), _empty(report)]), 1):
        sheet.write_string(line, 0, text)
    line = 6
    for table in tables_of(report):
        sheet.write_string(line, 0, table.title, head)
        sheet.write_row(line + 1, 0, table.headings, bold)
        for place, row in enumerate(table.rows, line + 2):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(place, column, cell)
                elif cell is not None:
                    sheet.write_number(place, column, cell)
        line += len(table.rows) + 4
    for note in notes_of(report):
        sheet.write_string(line, 0, note)
        line += 1
    book.close()
    return attachment(out.getvalue(), f"{report.month}.xlsx")


def _report(request: HttpRequest, month_of: str) -> MonthlyReport:
    asked = request.GET.get("month") or month_of
    try:
        chosen = JalaliMonth.parse(asked) if asked else JalaliMonth.of(business_date(now()))
        if not 1390 <= chosen.year <= 1500:
            raise ValueError(asked)
    except ValueError:
        raise Http404 from None
    return monthly_report(chosen, by=acting(request), now=now())


def tiles_of(report: MonthlyReport) -> list[dict[str, str]]:
    """The four head figures, each with last month's beside it."""
    this, last = report.now, report.before
    pairs = [
        (_("Needs opened"), this.opened, last.opened, ""),
        (_("Needs met"), this.met, last.met, "joined"),
        (_("Promises kept"), this.kept, last.kept, "joined"),
        (_("Promises late"), this.late_at_end, last.late_at_end, "late" if this.late_at_end else ""),
    ]
    before = _("last month {count}")
    return [
        {"label": label, "value": number(count), "note": before.format(count=number(then)), "tone": tone}
        for label, count, then, tone in pairs
    ]


def tables_of(report: MonthlyReport) -> list[Table]:
    """Every number of the report, in the order in which it is read."""
    compared = [_("Figure"), _("This month"), _("Last month"), _("Difference")]
    parts = [_("Needs opened"), _("Needs met"), _("Open at the end"), _("Capacities offered")]
    widths, nothing = [5, 2, 2, 2], _("Nothing in this month.")
    by_part = [
        (_("By kind"), _("Kind"), [(named(kind), counts) for kind, counts in report.kinds]),
        (_("By county"), _("County"), [(named(place) if place else _("Whole area"), counts) for place, counts in report.counties]),
    ]  # fmt: skip
    solvers = [(solver.label, count, report.met_by_before[solver]) for solver, count in report.met_by.items()]
    return [
        Table(_("Needs"), compared, _compared(_needs(report)), widths),
        Table(_("Who met them"), compared, _compared(solvers), widths),
        Table(_("Promises and deliveries"), compared, _compared(_promises(report)), widths),
        *(
            Table(title, [heading, *parts], [_part(name, counts) for name, counts in rows], [4, 2, 2, 2, 2], nothing)
            for title, heading, rows in by_part
        ),
        Table(
            _("What waits longest"),
            [_("Tracking code"), _("Kind"), _("Neighbourhood"), _("Priority"), _("Days"), _("Left")],
            [
                [digits(spoken(one.code)), named(one.specification), named(one.place), str(band(one.priority).label), one.days, one.left]
                for one in report.longest
            ],
            [4, 4, 4, 2, 2, 2],
            _("No need is open."),
        ),
    ]  # fmt: skip


def _part(name: str, counts: Any) -> list[str | int]:
    return [name, counts.opened, counts.met, counts.open_at_end, counts.offered]


def _needs(report: MonthlyReport) -> list[tuple[Any, float | None, float | None]]:
    this, last = report.now, report.before
    return [
        (_("Told"), this.told, last.told),
        (_("Opened"), this.opened, last.opened),
        (_("Met"), this.met, last.met),
        (_("Expired"), this.expired, last.expired),
        (_("Withdrawn"), this.withdrawn, last.withdrawn),
        (_("Open at the end"), this.open_at_end, last.open_at_end),
        (_("Days from opened to met (median)"), this.waiting_days, last.waiting_days),
    ]


def _promises(report: MonthlyReport) -> list[tuple[Any, float | None, float | None]]:
    this, last = report.now, report.before
    return [
        (_("Promises made"), this.promised, last.promised),
        (_("Promises kept"), this.kept, last.kept),
        (_("Promises broken"), this.broken, last.broken),
        (_("Promises taken back or lapsed"), this.taken_back, last.taken_back),
        (_("Promises late at the end"), this.late_at_end, last.late_at_end),
        (_("Deliveries accepted"), this.accepted, last.accepted),
        (_("Deliveries refused"), this.refused, last.refused),
        (_("Capacities offered"), this.offered, last.offered),
        (_("Capacities on which something was promised"), this.used, last.used),
        (_("Stories published"), this.stories, last.stories),
    ]


def _compared(rows: Sequence[tuple[Any, float | None, float | None]]) -> list[list[str | int | float | None]]:
    return [
        [str(label), this, last, None if this is None or last is None else this - last] for label, this, last in rows
    ]


def notes_of(report: MonthlyReport) -> list[str]:
    day = _("“At the end” is the state on {day}.").format(day=jdate(report.day))
    return [
        day,
        _(
            "Counted are rows of this organisation in this area, not quantities; promises count on whichever side we stand."
        ),
    ]


def _empty(report: MonthlyReport) -> str:
    return _("Nothing was recorded in this month.") if report.now.nothing_happened else ""


def _title(report: MonthlyReport) -> str:
    return _("Report of {month}").format(month=report.month.label(_language()))


def _lead(report: MonthlyReport) -> str:
    before = report.month.shift(-1).label(_language())
    return _("Compared with {month}. Counts only; no name is in it.").format(month=before)


def _office(request: HttpRequest) -> str:
    membership: Membership = request.membership  # type: ignore[attr-defined]
    return " · ".join(named(one) for one in (membership.organisation, membership.place))


def _language() -> str:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"
