"""What lacks in a territory: which kind of help, where, would serve how many; and what is done about it, on paper or in one press."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from peyvand import papers
from peyvand.extend.pages import lack_takers
from peyvand.extend.programme import Lacking, Programme
from peyvand.flow.capacity.permissions import may_offer_capacity
from peyvand.flow.commitment.findings import Lack, lacks_of
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, open_to
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.matching_report import WITHHELD, around, found_of, is_outside
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.programmes import known_programmes
from peyvand.web.templatetags.peyvand_format import quantity


@dataclass(frozen=True)
class Line:
    """A lack with what a reader can do about it."""

    lack: Lack
    offer_url: str
    agreement_url: str


def _line(lack: Lack) -> Line:
    values: dict[str, Any] = {"kind": lack.kind.pk, "place": lack.place.pk}
    asked = urlencode(values | ({"quantity": lack.served} if lack.served else {}))
    return Line(lack, f"{reverse('capacity_new')}?{asked}", f"{reverse('agreement_new')}?{asked}")


@require_GET
@open_to(may_see_promises)
def matching_lacks(request: HttpRequest, pk: int) -> HttpResponse:
    """For a territory: which kind of capacity, where, would serve how many of the worst-off."""
    run, findings = found_of(request, pk)
    by: Acting = acting(request)
    found = lacks_of(findings, outside=is_outside(request)) if findings else []
    context = around(run, _("What would help in %(place)s") % {"place": named(run.place)}) | {
        "lines": [_line(one) for one in found[:50]],
        "more": max(len(found) - 50, 0),
        "may_offer": may_offer_capacity(by) is None,
        "may_agree": by.is_staff,
        "terms": bool(findings and findings.lots),
        "takers": lack_takers(by, known_programmes(request)) if by.is_staff else [],
    }
    return render(request, "web/pages/matching_lacks.html", context)


@require_POST
@open_to(may_see_promises)
def matching_lack_take(request: HttpRequest, pk: int, kind_id: int, place_id: int, slug: str) -> HttpResponse:
    """A programme takes up what lacks, by one act of its own; the next page is where it stands then."""
    by: Acting = acting(request)
    with scope(by):
        taker, lack = _taker(request, slug), _lack(request, pk, kind_id, place_id, outside=False)
    lacking = Lacking(lack.kind, lack.place, lack.served or 0)
    try:
        address = acts.do(request, lambda: taker.takes_lack.take(lacking, by, timezone.now()))  # type: ignore[union-attr]
    except (NotFound, NotPermitted):
        raise
    except Refusal as answer:
        notices.refused(request, answer)
        return redirect("matching_lacks", pk)
    notices.done(request, _("It is taken up, and stands here from now on."))
    return redirect(str(address))


def _taker(request: HttpRequest, slug: str) -> Programme:
    by: Acting = acting(request)
    found = next((one for one in lack_takers(by, known_programmes(request)) if one.slug == slug), None)
    if found is None or not by.is_staff:
        raise Http404
    return found


def _lack(request: HttpRequest, pk: int, kind_id: int, place_id: int, *, outside: bool) -> Lack:
    _run, findings = found_of(request, pk)
    found = lacks_of(findings, outside=outside) if findings else []
    lack = next((one for one in found if (one.kind.pk, one.place.pk) == (kind_id, place_id)), None)
    if lack is None:
        raise Http404
    return lack


@require_GET
@open_to(may_see_promises)
def matching_lack_paper(request: HttpRequest, pk: int, form: str, kind_id: int, place_id: int) -> HttpResponse:
    """One bottleneck as a paper: a call to everyone, or a letter to an agency. It leaves the house, so small figures are withheld."""
    lack = _lack(request, pk, kind_id, place_id, outside=True)
    if form not in ("call", "request"):
        raise Http404
    title = (_("Who can give %(kind)s in %(place)s?") if form == "call" else _("Request: %(kind)s for %(place)s")) % {
        "kind": named(lack.kind),
        "place": named(lack.place),
    }
    body = papers.drawn_report(
        frame(request, title), words=_paper_words(lack, form), parts=[], notes=_paper_notes(), fonts=FONTS
    )
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
