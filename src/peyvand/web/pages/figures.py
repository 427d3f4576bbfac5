"""Published figures beside what the data counts, each with its source and date."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.flow.figures import Figure, met_by
from peyvand.flow.need.enums import MetBy
from peyvand.flow.suppression import shown, suppressed
from peyvand.kernel.jalali import business_date
from peyvand.people.figures import Covered, covered
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.bulk import below
from peyvand.web.pages.access import everyone, now, open_to
from peyvand.web.pages.published import Mazandaran, mazandaran, solved
from peyvand.web.templatetags.peyvand_format import number, percent
from peyvand.web.templatetags.peyvand_pages import figure

# The middle links (the Positive-Life centres) are counted with the agencies here, so this is not the same measure.
_NOT_STATE = (MetBy.CHARITY, MetBy.FIRM, MetBy.RESIDENTS, MetBy.JOINTLY)


def _row(label: Any, said: str, counted: Figure) -> dict[str, Any]:
    return {"label": label, "said": said, "counted": figure(counted)}


def _rows(said: Mazandaran, place: Place | None, inside: int) -> list[dict[str, Any]]:
    data = covered(place.path) if place else Covered(0, 0, {})
    kinds = suppressed(dict(data.disabilities))
    rows = [
        _row(_("Neighbourhoods of the 2020 plan"), number(said.neighbourhoods), inside),
        _row(_("Households covered"), number(said.households), shown(data.households)),
        _row(_("Persons covered"), number(said.persons), shown(data.persons)),
    ]
    for one in said.disabilities:
        text = gettext("more than %(count)s") % {"count": number(one.count)} if one.least else number(one.count)
        rows.append(_row(gettext("Disability: %(kind)s") % {"kind": one.kind.label}, text, kinds.get(one.kind, 0)))
    both = gettext("%(sum)s by adding these up; the source states %(stated)s") % {
        "sum": number(said.sum_of_parts),
        "stated": number(said.disabled),
    }
    rows.append(_row(_("Persons with a disability, in all"), both, shown(sum(data.disabilities.values()))))
    return rows


def _not_state_share() -> float | None:
    """The part of the met needs that others than agencies met, wholly or jointly; None where a part of it is withheld."""
    country = Place.objects.filter(kind=PlaceKind.COUNTRY).order_by("path").first()
    total, parts = met_by(country.path, today=business_date(now())) if country else (0, {})
    figures = [parts.get(one) for one in _NOT_STATE]
    if not total or None in figures:
        return None
    return sum(value or 0 for value in figures) / total


@require_GET
@open_to(everyone)
def figures(request: HttpRequest) -> HttpResponse:
    said = mazandaran()
    place = Place.objects.filter(kind=PlaceKind.PROVINCE, name_fa=said.province).first()
    share = _not_state_share()
    within = Place.objects.filter(below(place.path, "path")) if place else Place.objects.none()
    inside = within.aggregate(
        all=Count("pk", filter=Q(kind=PlaceKind.NEIGHBOURHOOD)), invented=Count("pk", filter=Q(is_invented=True))
    )
    context = {
        "said": said,
        "rows": _rows(said, place, inside["all"]),
        "place": place,
        "invented": inside["invented"],
        "solved": solved(),
        "share": percent(share) if share is not None else gettext("too few to show"),
    }
    return render(request, "web/pages/figures.html", context)
