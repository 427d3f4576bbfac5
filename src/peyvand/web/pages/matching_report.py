"""How the service of a run falls on groups, beside first come, first served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.commitment.findings import Share, tables_of
from peyvand.flow.commitment.models import MatchingRun, RunFindings
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.suppression import is_small
from peyvand.people.enums import Sex
from peyvand.places.models import Place
from peyvand.scope.acting import Role
from peyvand.web.charts import Bar, Chart, drawn_pairs
from peyvand.web.pages.access import acting, open_to
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.matching import runs_seen
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdatetime, number, percent
from peyvand.web.templatetags.peyvand_pages import figure

WITHHELD = gettext_noop(
    "Figures under five are withheld, and with them those from which they could be worked out: nobody shall be recognised."
)


@dataclass(frozen=True)
class Table:
    """One way of dividing the needs: what the picture draws and what the table says are the same rows."""

    chart: Chart
    groups: Sequence[tuple[str, Sequence[Bar]]]


def is_outside(request: HttpRequest) -> bool:
    """An auditor looks from outside; anyone may see what outsiders would."""
    return acting(request).role is Role.AUDITOR or request.GET.get("outside") == "1"


def found_of(request: HttpRequest, pk: int) -> tuple[MatchingRun, RunFindings | None]:
    run = get_object_or_404(runs_seen(acting(request)).select_related("findings"), pk=pk)
    return run, getattr(run, "findings", None)


def _titles() -> dict[str, str]:
    return {
        "tenth": _("By priority: ten equal parts of the needs"),
        "county": _("By county"),
        "sex": _("By sex: of the one it is for, or of the head of the family"),
        "disability": _("By disability: of the one it is for, or of anyone in the family"),
    }


def _group_names(table: str, places: Mapping[str, Place]) -> dict[str | None, str]:
    if table == "tenth":
        names: dict[str | None, str] = {str(tenth): digits(tenth) for tenth in range(1, 11)}
        return names | {"1": _("1, the most pressing"), "10": _("10, the least pressing")}
    if table == "county":
        return {path: named(place) for path, place in places.items()}
    if table == "sex":
        return {one.value: str(one.label) for one in Sex} | {None: _("Not known, or nobody’s alone")}
    return {"yes": _("With a disability"), "no": _("No disability recorded"), None: _("Nobody’s alone")}


def tables(found: Mapping[str, Sequence[Share]]) -> list[Table]:
    paths = [row.group for row in found["county"] if row.group]
    places = {one.path: one for one in Place.objects.filter(path__in=paths).defer("boundary")}
    made = []
    for name, title in _titles().items():
        names = _group_names(name, places)
        rows = [(names.get(row.group, str(row.group or "—")), row) for row in found[name]]
        made.append(_table(name, title, rows))
    return made


def _table(name: str, title: str, rows: Sequence[tuple[str, Share]]) -> Table:
    headings = [_("Group"), _("Needs"), _("Served: the most pressing first"), _("By first come, first served")]
    ours, queue = _("The most pressing first"), _("First come, first served")
    groups = [
        (label, [_bar(ours, row.met, row.needs, "joined"), _bar(queue, row.queued, row.needs, "")])
        for label, row in rows
    ]
    cells = [[label, row.needs, row.met, row.queued] for label, row in rows]
    return Table(Chart(name, title, headings, cells, drawn_pairs(groups)), groups)


def _bar(label: str, met: int | None, needs: int | None, tone: str) -> Bar:
    if met is None or not needs:
        return Bar(label, figure(met), 0, tone)
    return Bar(label, f"{percent(met / needs, 0)} ({number(met)})", 100 * met / needs, tone)


def in_words(run: MatchingRun, found: Mapping[str, Sequence[Share]]) -> str:
    """The whole in sentences, for those who would rather read than look."""
    [whole] = found["all"] or [Share(None, 0, 0, 0)]
    said = [
        _("Of %(needs)s needs in %(place)s, %(met)s can be served in full; first come, first served would serve %(queued)s.")
        % {"needs": figure(whole.needs), "place": named(run.place), "met": figure(whole.met), "queued": figure(whole.queued)}
    ]  # fmt: skip
    first = found["tenth"][0] if found["tenth"] else None
    # A sentence in which every figure is withheld says nothing.
    if first and None not in (first.needs, first.met, first.queued):
        said.append(
            _("Of the most pressing tenth %(met)s of %(needs)s are served, instead of %(queued)s.")
            % {"met": figure(first.met), "needs": figure(first.needs), "queued": figure(first.queued)}
        )
    return " ".join(said)


def notes(findings: RunFindings, outside: bool) -> list[str]:
    said = [
        _("Both are counted on the same needs and the same offers."),
        _("First come, first served: each takes the nearest offer with something left, in the order in which needs were told."),
        _("Served in full are needs for which every unit was found; nothing is promised by that yet."),
    ]  # fmt: skip
    if apart := _apart(findings, outside):
        took_no_part = ngettext(
            "%(count)s need took no part and is not counted here: something keeps it back, as its reason says.",
            "%(count)s needs took no part and are not counted here: something keeps them back, as their reasons say.",
            apart,
        )
        said.append(took_no_part % {"count": number(apart)})
    if not findings.complete:
        said.append(
            _(
                "Not every pair was compared: first come, first served might have found a few places more, "
                "and some ways might be shorter."
            )
        )
    if findings.lots:
        said.append(lots_in_words(findings.lots))
        said.append(
            _(
                "First come, first served is counted as if everything could be shared and split; else it would serve no more."
            )
        )
    return [*said, _(WITHHELD)] if outside else said


def _apart(findings: RunFindings, outside: bool) -> int:
    """How many needs of the run are in none of the tables; small ones are not told to outsiders."""
    counted = sum(row[2] for row in findings.shares if row[0] == "all")
    apart = findings.run.needs - counted
    return 0 if outside and (is_small(apart) or is_small(counted)) else apart


def not_proved(findings: RunFindings | None) -> str:
    """What a run could not prove, in words; nothing where its answer is the best there is."""
    lots = findings.lots if findings else None
    return lots_in_words(lots) if lots and (lots["gap"] or lots["km_gap"]) else ""


def lots_in_words(lots: Mapping[str, Any]) -> str:
    """How sure the answer is where something may not be shared or split: a gap is never hidden."""
    sure = not lots["gap"] and not lots["km_gap"]
    if not lots["parts"] and sure:
        return _("What goes together, or may not be shared or split, stood in nobody’s way: the answer is exact.")
    asked = _("Where something goes together, or may not be shared or split, %(needs)s needs hang together in %(parts)s groups.") % {
        "needs": number(lots["needs"]), "parts": number(lots["parts"]),
    }  # fmt: skip
    if sure:
        return f"{asked} " + _("For all of them it is proved that nobody more pressing could be served.")
    gap = _(
        "It is not proved that this is the best: of the most pressing priority in question at most %(gap)s could be missing, "
        "and at most %(km)s of the way could be saved."
    )
    said = gap % {"gap": percent(lots["gap"], 1), "km": percent(lots["km_gap"], 1)}
    return f"{asked} {said}" if lots["parts"] else said


@require_GET
@open_to(may_see_promises)
def matching_report(request: HttpRequest, pk: int) -> HttpResponse:
    run, findings = found_of(request, pk)
    outside = is_outside(request)
    context: dict[str, Any] = around(run, _("Whom the matching of %(place)s serves") % {"place": named(run.place)})
    if findings is not None:
        found = tables_of(findings.shares, outside=outside)
        divided = tables(found)
        if file := asked_for(request, [table.chart for table in divided]):
            return file
        context |= {
            "words": in_words(run, found), "tables": divided, "notes": notes(findings, outside), "outside": outside,
            "inside": acting(request).role is not Role.AUDITOR,
        }  # fmt: skip
    return render(request, "web/pages/matching_report.html", context)


@require_GET
@open_to(may_see_promises)
def matching_report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper leaves the house: it is always what outsiders may see."""
    run, findings = found_of(request, pk)
    if findings is None:
        raise Http404
    found = tables_of(findings.shares, outside=True)
    parts = []
    for table in tables(found):
        chart = table.chart
        numeric, widths = [False, True, True, True], [4, 2, 3, 3]
        sheet = papers.Sheet(chart.title, chart.headings, numeric, chart.shown, widths, _("No needs."))
        parts.append((chart.picture, sheet))
    title = _("Whom the matching of %(place)s serves") % {"place": named(run.place)}
    framed = frame(request, title, lead=jdatetime(run.started_at))
    body = papers.drawn_report(
        framed, words=in_words(run, found), parts=parts, notes=notes(findings, outside=True), fonts=FONTS
    )
    return pdf(body, f"{title}.pdf")


def around(run: MatchingRun, title: str) -> dict[str, Any]:
    crumbs = [
        (_("Matching"), reverse("matching")),
        (_("Matching of %(place)s") % {"place": named(run.place)}, reverse("matching_run", args=[run.pk])),
    ]
    return {"run": run, "title": title, "lead": jdatetime(run.started_at), "crumbs": crumbs}
