"""The way of one gift, for its giver: step by step as a picture and in words, with its rows, and on paper."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.permissions import may_see_capacities
from peyvand.flow.gifts import Gift, Part, gift_of, may_see_gift, may_see_gifts
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.refusals import require
from peyvand.web.charts import Chart
from peyvand.web.pages.access import acting, open_to
from peyvand.web.pages.chart_files import FORMS, file_of
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jmonth, number, quantity

MOST_NOTES = 6


def _gift(request: HttpRequest, pk: int) -> Gift:
    row = get_object_or_404(Capacity.objects.select_related("specification", "organisation"), pk=pk)
    require(may_see_gift(acting(request), row))
    return gift_of(row)


def steps_of(gift: Gift) -> list[dict[str, Any]]:
    """From offered to told: label, quantity, state as in `parts/steps.html`, and what there is to say of it."""
    unit, stories = gift.capacity.specification.unit, len(gift.stories)
    over = gift.capacity.state == CapacityState.CLOSED and not gift.promised
    since = JalaliMonth.of(business_date(gift.capacity.created_at))
    back = (
        [_("%(amount)s came back because the promise ended early") % {"amount": quantity(gift.returned, unit)}]
        if gift.returned
        else []
    )
    refused = (
        [_("%(amount)s was not accepted as delivered") % {"amount": quantity(gift.refused, unit)}]
        if gift.refused
        else []
    )
    told = ngettext("%(count)s story", "%(count)s stories", stories) % {"count": number(stories)}
    return [
        _step(_("Offered by the giver"), quantity(gift.offered, unit), "done", [jmonth(since)]),
        _step(_("Promised"), quantity(gift.promised, unit), _state(gift.promised, gift.offered, over), [*_where(gift), *back]),
        _step(_("Delivered"), quantity(gift.delivered, unit), _state(gift.delivered, gift.promised), refused),
        _step(_("Accepted by those who receive"), quantity(gift.accepted, unit), _state(gift.accepted, gift.promised), []),
        _step(_("Told in a story"), told, "done" if stories else "ahead", [one.title for one in gift.stories[:MOST_NOTES]]),
    ]  # fmt: skip


def _step(label: str, text: str, state: str, notes: list[str]) -> dict[str, Any]:
    return {"label": label, "text": text, "state": state, "notes": notes, "note": " · ".join([text, *notes]), "url": ""}


def _state(reached: int, of: int, over: bool = False) -> str:
    if over:
        return "stopped"
    return "done" if reached and reached >= of else "current" if reached else "ahead"


def _where(gift: Gift) -> list[str]:
    """For which kind of need, and in which counties: as much as a giver learns of those who receive."""
    counties: dict[str, int] = {}
    for part in gift.parts:
        if part.promised > part.returned:
            counties[named(part.county)] = counties.get(named(part.county), 0) + part.promised - part.returned
    unit = gift.capacity.specification.unit
    said = _("%(amount)s for needs of “%(kind)s” in %(county)s")
    kind = named(gift.capacity.specification)
    found = [
        said % {"amount": quantity(amount, unit), "kind": kind, "county": county} for county, amount in counties.items()
    ]
    more = len(found) - MOST_NOTES
    return found if more <= 0 else [*found[:MOST_NOTES], _("and in %(count)s more counties") % {"count": number(more)}]


def words_of(gift: Gift) -> str:
    """The whole way in a few sentences."""
    unit = gift.capacity.specification.unit
    said = [
        _("%(giver)s offered %(amount)s of “%(kind)s”.")
        % {
            "giver": named(gift.capacity.organisation),
            "amount": quantity(gift.offered, unit),
            "kind": named(gift.capacity.specification),
        }
    ]
    if not gift.parts:
        return " ".join([*said, _("Nothing of it has been promised to a need yet.")])
    counties = sorted({named(part.county) for part in gift.parts if part.promised > part.returned})
    if counties:
        said.append(_("%(amount)s of it is promised or given to needs in %(counties)s.")
                    % {"amount": quantity(gift.promised, unit), "counties": listed(*counties)})  # fmt: skip
    if gift.accepted:
        said.append(
            _("%(amount)s has arrived and was accepted by those who receive it.")
            % {"amount": quantity(gift.accepted, unit)}
        )
    if gift.returned:
        said.append(_("%(amount)s came back and can help elsewhere.") % {"amount": quantity(gift.returned, unit)})
    if gift.left:
        said.append(_("%(amount)s is still free.") % {"amount": quantity(gift.left, unit)})
    if gift.stories:
        said.append(_("It is told of in “%(title)s”.") % {"title": gift.stories[0].title})
    return " ".join(said)


def headings() -> list[str]:
    return [
        _("Month of the promise"),
        _("County"),
        _("Promised"),
        _("On its way"),
        _("Accepted"),
        _("Not accepted"),
        _("Came back"),
        _("State"),
    ]


def rows_of(gift: Gift) -> list[list[Any]]:
    def row(part: Part) -> list[Any]:
        state = str(part.state.label)
        return [
            jmonth(part.month),
            named(part.county),
            part.promised,
            part.underway,
            part.accepted,
            part.refused,
            part.returned,
            state,
        ]

    return [row(part) for part in gift.parts]


def gift_chart(gift: Gift) -> Chart:
    title = _("The way of a gift: %(kind)s") % {"kind": named(gift.capacity.specification)}
    steps = [{name: step[name] for name in ("label", "text", "state", "notes")} for step in steps_of(gift)]
    picture = {"kind": "thread", "steps": steps}
    return Chart("gift", title, headings(), rows_of(gift), picture, words_of(gift), [note()])


def note() -> str:
    return _("The giver learns kind, county and month; who receives is known only to those who work with the family.")


@require_GET
@open_to(may_see_gifts)
def gift(request: HttpRequest, pk: int) -> HttpResponse:
    found = _gift(request, pk)
    crumbs = []
    if may_see_capacities(acting(request)) is None:
        crumbs = [
            (_("What can be given"), reverse("capacities")),
            (named(found.capacity.specification), reverse("capacity", args=[pk])),
        ]
    context = {
        "gift": found,
        "chart": gift_chart(found),
        "steps": steps_of(found),
        "words": words_of(found),
        "note": note(),
        "crumbs": crumbs,
    }
    return render(request, "web/pages/gift.html", context)


@require_GET
@open_to(may_see_gifts)
def gift_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    if form not in (*FORMS, "pdf"):
        raise Http404
    found = _gift(request, pk)
    chart = gift_chart(found)
    if form in FORMS:
        return file_of(request, chart, form)
    cells = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in chart.rows]
    numeric = [all(not isinstance(row[at], str) for row in chart.rows) for at in range(len(chart.headings))]
    sheet = papers.Sheet(_("Promises from this offer"), chart.headings, numeric, cells, [3, 4, 2, 2, 2, 2, 2, 3])
    body = papers.gift(
        frame(request, chart.title),
        words=chart.lead,
        picture=chart.picture,
        sheet=sheet,
        notes=chart.notes,
        fonts=FONTS,
    )
    return pdf(body, f"{chart.title.replace(':', ' –')}.pdf")
