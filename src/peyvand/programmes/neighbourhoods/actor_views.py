"""The actor map of a place: a picture of who is linked to whom, with its list as an equal twin, and both as files."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from peyvand.programmes.neighbourhoods import queries
from peyvand.programmes.neighbourhoods.actor_queries import Actor, Actors, actors_of
from peyvand.programmes.neighbourhoods.board_acts import board_url
from peyvand.programmes.neighbourhoods.enums import FIRM, BoardRole, TieKind
from peyvand.web import nets
from peyvand.web.charts import Cell, Chart, drawn_net
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_pages import place_url

MOST_LISTED = 100  # on the page; the file has all
MOST_NAMED = 8  # partners or places of one actor on the page; the file names all
_COUNTED = (
    ("objectives", lambda n: ngettext("a part in %(n)s open objective", "a part in %(n)s open objectives", n)),
    ("councils", lambda n: ngettext("a seat in %(n)s council", "a seat in %(n)s councils", n)),
    ("owed", lambda n: ngettext("owes %(n)s resolution", "owes %(n)s resolutions", n)),
    ("obstacles", lambda n: ngettext("is to clear %(n)s obstacle", "is to clear %(n)s obstacles", n)),
    ("needs", lambda n: ngettext("promised help to %(n)s need", "promised help to %(n)s needs", n)),
)


@require_GET
def actors(request: HttpRequest, place_id: int) -> HttpResponse:
    by = acting(request)
    place = queries.place_in_area(by, place_id)
    found = actors_of(by, place, today())
    drawn = _net(found)
    title = gettext("Who acts in %(name)s") % {"name": named(place)}
    chart = _chart(title, found, drawn, len(found.actors) if request.GET.get("form") == "csv" else MOST_NAMED)
    if file := asked_for(request, [chart]):
        return file
    context = {
        "title": title, "chart": chart, "net": drawn, "rows": chart.titled[:MOST_LISTED], "count": len(found.actors),
        "drawn": len(drawn.knots), "most": MOST_LISTED, "board_url": board_url(place.pk), "place_url": place_url(place),
    }  # fmt: skip
    return render(request, "neighbourhoods/actors.html", context)


def _net(found: Actors) -> nets.Net:
    """Those who are linked to most others; who is linked to nobody stands in the table alone."""
    shown = [one for one in found.actors if found.partners(one.organisation.pk)][: nets.MOST_SHOWN]
    at = {one.organisation.pk: place for place, one in enumerate(shown)}
    ties = [
        nets.Tie(at[first], at[second], bool(kinds & set(FIRM)))
        for (first, second), kinds in found.ties.items()
        if first in at and second in at
    ]
    # Broken threads first, so that the full ones lie above them.
    return nets.net(
        [_knot(one, found, place) for place, one in enumerate(shown, start=1)], sorted(ties, key=lambda tie: tie.firm)
    )


def _knot(actor: Actor, found: Actors, place: int) -> nets.Actor:
    name, many = named(actor.organisation), len(found.partners(actor.organisation.pk))
    linked = ngettext("%(name)s, linked to %(n)s other", "%(name)s, linked to %(n)s others", many)
    return nets.Actor(number(place), name, f"#actor-{place}", linked % {"name": name, "n": number(many)}, actor.own)


def _chart(title: str, found: Actors, drawn: nets.Net, most: int) -> Chart:
    headings = [
        gettext("Organisation"), gettext("Number in the picture"), gettext("Kind"), gettext("Where"), gettext("What it does"),
        gettext("Linked to whom"),
    ]  # fmt: skip
    names = {one.organisation.pk: named(one.organisation) for one in found.actors}
    rows = [_row(one, found, names, place, most) for place, one in enumerate(found.actors, start=1)]
    notes = [
        gettext("Source of the map: Jahani Press 1403/2/17 (“the support ecosystem has many actors”)."),
        gettext(
            "Of promises between others only those to five needs or more are told; an agreement is seen by its two sides."
        ),
    ]
    return Chart("actors", title, headings, rows, drawn_net(drawn), "", notes)


def _row(actor: Actor, found: Actors, names: dict[int, str], place: int, most: int) -> list[Cell]:
    one = actor.organisation
    where = sorted(named(found.names[path]) for path in actor.places if path in found.names)
    linked = [
        f"{names[pk]} ({listed(*(TieKind(kind).label for kind in sorted(kinds)))})"
        for pk, kinds in sorted(found.partners(one.pk).items(), key=lambda pair: names[pair[0]])
    ]
    drawn = number(place) if linked and place <= nets.MOST_SHOWN else "—"
    return [names[one.pk], drawn, str(one.get_kind_display()), _few(where, most), _does(actor), _few(linked, most)]


def _few(words: Sequence[str], most: int) -> str:
    more = len(words) - most
    if more <= 0:
        return listed(*words) or "—"
    return listed(*words[:most], gettext("and %(n)s more") % {"n": number(more)})


def _does(actor: Actor) -> str:
    told: list[Any] = [BoardRole(actor.board).label] if actor.board else []
    told += [said(many) % {"n": number(many)} for name, said in _COUNTED if (many := getattr(actor, name))]
    return listed(*told, *_offered(named(kind) for kind in actor.offers)) or "—"


def _offered(kinds: Iterable[str]) -> list[str]:
    names = list(kinds)
    return [gettext("offers %(kinds)s") % {"kinds": listed(*names)}] if names else []
