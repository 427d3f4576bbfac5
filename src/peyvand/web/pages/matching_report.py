"""How the service of a run falls on groups, beside first come, first served; and which capacity, where, would serve how many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.capacity.permissions import may_offer_capacity
from peyvand.flow.commitment.findings import Share, tables_of
from peyvand.flow.commitment.models import MatchingRun, RunFindings
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.suppression import shown
from peyvand.people.enums import Sex
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import models_at_once
from peyvand.web.charts import Bar, Chart, drawn_pairs
from peyvand.web.pages.access import acting, open_to
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.matching import runs_seen
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdatetime, number, percent, quantity
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


def _found(request: HttpRequest, pk: int) -> tuple[MatchingRun, RunFindings | None]:
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
        _("Of %(needs)s needs in %(place)s %(met)s can be served in full; first come, first served would serve %(queued)s.")
        % {"needs": figure(whole.needs), "place": named(run.place), "met": figure(whole.met), "queued": figure(whole.queued)}
    ]  # fmt: skip
    if found["tenth"]:
        first = found["tenth"][0]
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
    if not findings.complete:
        said.append(_("Not every pair was compared: first come, first served might have found a few places more."))
    return [*said, _(WITHHELD)] if outside else said


@require_GET
@open_to(may_see_promises)
def matching_report(request: HttpRequest, pk: int) -> HttpResponse:
    run, findings = _found(request, pk)
    outside = is_outside(request)
    context: dict[str, Any] = _around(run, _("Whom the matching of %(place)s serves") % {"place": named(run.place)})
    if findings is not None:
        found = tables_of(findings.shares, outside=outside)
        context |= {
            "words": in_words(run, found), "tables": tables(found), "notes": notes(findings, outside), "outside": outside,
            "inside": acting(request).role is not Role.AUDITOR,
        }  # fmt: skip
    return render(request, "web/pages/matching_report.html", context)


@require_GET
@open_to(may_see_promises)
def matching_report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper leaves the house: it is always what outsiders may see."""
    run, findings = _found(request, pk)
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
    around = frame(request, title, lead=jdatetime(run.started_at))
    body = papers.drawn_report(
        around, words=in_words(run, found), parts=parts, notes=notes(findings, outside=True), fonts=FONTS
    )
    return pdf(body, f"{title}.pdf")


def _around(run: MatchingRun, title: str) -> dict[str, Any]:
    crumbs = [
        (_("Matching"), reverse("matching")),
        (_("Matching of %(place)s") % {"place": named(run.place)}, reverse("matching_run", args=[run.pk])),
    ]
    return {"run": run, "title": title, "lead": jdatetime(run.started_at), "crumbs": crumbs}


@dataclass(frozen=True)
class Lack:
    """A bottleneck. Figures are None where they are withheld."""

    kind: Specification
    place: Place
    missing: int | None
    served: int | None
    worst_off: int | None

    @property
    def code(self) -> str:
        return f"{self.kind.pk}-{self.place.pk}"

    @property
    def offer_url(self) -> str:
        return f"{reverse('capacity_new')}?{self._asked()}"

    @property
    def agreement_url(self) -> str:
        return f"{reverse('agreement_new')}?{self._asked()}"

    def _asked(self) -> str:
        values: dict[str, Any] = {"kind": self.kind.pk, "place": self.place.pk}
        return urlencode(values | ({"quantity": self.served} if self.served else {}))


def lacks_of(findings: RunFindings, *, outside: bool) -> list[Lack]:
    rows = findings.lacks
    kinds, places = models_at_once(
        Specification.objects.filter(pk__in={row[0] for row in rows}),
        Place.objects.filter(path__in={row[1] for row in rows}).defer("boundary"),
    )
    by_kind, by_path = {one.pk: one for one in kinds}, {one.path: one for one in places}
    return [
        Lack(by_kind[kind], by_path[path], *_figures(figures, outside))
        for kind, path, *figures in rows
        if kind in by_kind and path in by_path
    ]


def _figures(figures: Iterable[int], outside: bool) -> list[int | None]:
    """The parts lie within each other, so a small difference tells as much as a small figure."""
    exact = list(figures)
    if not outside:
        return [*exact]
    missing, served, worst_off = exact
    safe = [shown(missing), shown(served), shown(worst_off)]
    if safe[2] is not None and served > worst_off and shown(served - worst_off) is None:
        safe[2] = None
    return safe


@require_GET
@open_to(may_see_promises)
def matching_lacks(request: HttpRequest, pk: int) -> HttpResponse:
    """For a territory: which kind of capacity, where, would serve how many of the worst-off."""
    run, findings = _found(request, pk)
    by: Acting = acting(request)
    found = lacks_of(findings, outside=is_outside(request)) if findings else []
    context = _around(run, _("What would help in %(place)s") % {"place": named(run.place)}) | {
        "lacks": found[:50],
        "more": max(len(found) - 50, 0),
        "may_offer": may_offer_capacity(by) is None,
        "may_agree": by.is_staff,
    }
    return render(request, "web/pages/matching_lacks.html", context)


@require_GET
@open_to(may_see_promises)
def matching_lack_paper(request: HttpRequest, pk: int, form: str, kind_id: int, place_id: int) -> HttpResponse:
    """One bottleneck as a paper: a call to everyone, or a letter to an agency. It leaves the house, so small figures are withheld."""
    _run, findings = _found(request, pk)
    found = lacks_of(findings, outside=True) if findings else []
    lack = next((one for one in found if (one.kind.pk, one.place.pk) == (kind_id, place_id)), None)
    if lack is None or form not in ("call", "request"):
        raise Http404
    title = (_("Who can give %(kind)s in %(place)s?") if form == "call" else _("Request: %(kind)s for %(place)s")) % {
        "kind": named(lack.kind),
        "place": named(lack.place),
    }
    around = frame(request, title)
    body = papers.drawn_report(around, words=_paper_words(lack, form), parts=[], notes=_paper_notes(), fonts=FONTS)
    return pdf(body, f"{title.replace('؟', '').replace('?', '').replace(':', ' –')}.pdf")


def _paper_words(lack: Lack, form: str) -> str:
    unit = lack.kind.unit
    names = {"kind": named(lack.kind), "place": named(lack.place)}
    amount = {"amount": quantity(lack.served, unit)} if lack.served else None
    if form == "call":
        said = [_("Families in %(place)s wait for “%(kind)s”, and nobody who offers it has any left.") % names]
        if amount:
            said.append(_("%(amount)s more would help: each reaches those who are worst off first.") % amount)
        else:
            said.append(_("Every single one would help: it reaches those who are worst off first."))
        said.append(_("Who can give it, lend it or do it, alone or with others: please tell the office named above."))
        return " ".join(said)
    said = [_("The matching of needs and offers shows that “%(kind)s” is lacking in %(place)s.") % names]
    if amount:
        said.append(_("%(amount)s more would meet as much of the needs that are unmet today.") % amount)
    if lack.worst_off:
        said.append(
            _("Of it, %(count)s would go to those who are worst off.") % {"count": quantity(lack.worst_off, unit)}
        )
    said.append(_("We ask you to say what of this you can give and by when; we would record it as an agreement."))
    return " ".join(said)


def _paper_notes() -> list[str]:
    counted = _(
        "Counted from the matching itself: what more of it would change while everyone who is served stays served."
    )
    return [counted, _(WITHHELD)]
