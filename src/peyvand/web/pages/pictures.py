"""The pictures of a place: its map, the way of its needs, who met them. Each stands beside a table that says the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peyvand.flow.figures import Figure, PlaceFigures
from peyvand.flow.need.enums import MetBy
from peyvand.flow.reached import Reached, reached
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.scope.bulk import below
from peyvand.web.charts import Bar, Chart, bars, drawn_bars, drawn_map
from peyvand.web.maps import Map, Shown, draw
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_pages import figure, place_url

# What a map can show of each place in it: the key of the head figure, and its name.
MEASURES = {
    "open": gettext_lazy("Open needs"), "met": gettext_lazy("Needs met"), "capacities": gettext_lazy("Open offers"),
    "told": gettext_lazy("Needs told"), "organisations": gettext_lazy("Organisations"),
}  # fmt: skip
WITHHELD = gettext_lazy(
    "Figures under five are withheld, and with them those from which they could be worked out: nobody shall be recognised."
)
Part = tuple[Place, str, Mapping[str, Figure]]


def measure_of(asked: str) -> str:
    return asked if asked in MEASURES else "open"


def measure_tabs(chosen: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": f"?map={name}#map", "current": name == chosen, "tally": None}
            for name, label in MEASURES.items()]  # fmt: skip


def parts_of(place: Place, figures: PlaceFigures, seats: Iterable[Mapping[str, Any]] | None = None) -> list[Part]:
    """The places in it with address and head figures; of a place without any, those it lies among, itself first.

    `seats` are the rows of `seats_around`, where they were read already.
    """
    found = [(one.place, one.counts) for one in figures.children or figures.near]
    homes = _by_part(_area(place, figures), found, seats_around(place, figures) if seats is None else seats)
    return [(one, place_url(one), {**counts, "organisations": homes.get(one.path, 0)}) for one, counts in found]


def _area(place: Place, figures: PlaceFigures) -> str:
    return place.path if figures.children else ancestors(place.path)[-2:][0]


def seats_around(place: Place, figures: PlaceFigures) -> QuerySet[Any, Any]:
    """How many registered organisations have their seat at each place (`seat`, `n`): the registry is public, so these are
    never withheld."""
    rows = Organisation.objects.filter(below(_area(place, figures), "place__path"), is_active=True).order_by()
    return rows.values(seat=F("place__path")).annotate(n=Count("pk"))


def _by_part(area: str, parts: Iterable[tuple[Place, Any]], seats: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    depth = area.count("/") + 1
    found = {one.path: 0 for one, _counts in parts}
    for one in seats:
        path = one["seat"]
        part = "/".join(path.split("/")[:depth]) + "/" if path != area else path
        if part in found:
            found[part] += one["n"]
    return found


def map_of(place: Place, outer: Sequence[Place], parts: Sequence[Part], measure: str) -> Map | None:
    """`outer` are the places it lies in, from the country down; `parts` as the table shows them."""
    among = [one for one, _url, _counts in parts]
    area = outer[-1] if place in among and outer else place
    shown = [
        Shown(part, named(part), url, counts.get(measure), figure(counts.get(measure)), own=part == place)
        for part, url, counts in parts
    ]
    around = [one for one in reversed(outer) if one != area]
    return draw(area, around, shown, words=_several, twin="#places-table")


def _several(places: Sequence[Shown], value: int | None) -> tuple[str, str]:
    """«آهنگرخیل و ۳ محل دیگر»: near places drawn as one circle, and what of them is shown."""
    others = ngettext("%(name)s and %(count)s more", "%(name)s and %(count)s more", len(places) - 1)
    label = others % {"name": places[0].label, "count": number(len(places) - 1)}
    hidden = sum(one.value is None for one in places)
    if not hidden:
        return label, number(value)
    if value is None:
        return label, _("withheld")
    return label, _("%(count)s, and %(hidden)s withheld") % {"count": number(value), "hidden": number(hidden)}


def map_chart(place: Place, parts: Sequence[Part], found: Map | None, measure: str) -> Chart:
    names = [name for name in MEASURES if name != measure]
    rows = [[named(part), counts.get(measure), *(counts.get(name) for name in names)] for part, _url, counts in parts]
    picture = (
        drawn_map(found)
        if found
        else drawn_bars(bars([(named(part), counts.get(measure)) for part, _url, counts in parts]))
    )
    headings = [_("Place"), str(MEASURES[measure]), *(str(MEASURES[name]) for name in names)]
    notes = [
        _("The larger the circle, the higher the figure; places are drawn at their middle, homes never."),
        str(WITHHELD),
    ]
    return Chart(
        "map",
        _("%(measure)s: %(name)s") % {"measure": MEASURES[measure], "name": named(place)},
        headings,
        rows,
        picture,
        "",
        notes,
    )


_STAGES = {
    "need": gettext_lazy("Needs told"),
    "commitment": gettext_lazy("Promised"),
    "delivery": gettext_lazy("Delivered"),
    "story": gettext_lazy("Told in a story"),
}


def river(found: Reached, *, reasons: bool = True) -> list[Bar]:
    """From told to told: how many needs came this far, as bars, and below each what fell out before the next, and why."""
    largest = found.told or 1
    return [
        Bar(
            _STAGES[stage], figure(count), 100 * (count or 0) / largest, "joined" if stage != "need" else "",
            [(label, figure(lost)) for label, lost in _fell_out(found, reasons=reasons and _some_shown(found))[stage] if lost != 0],
        )
        for stage, count in found.stages.items()
    ]  # fmt: skip


def _fell_out(found: Reached, *, reasons: bool = True) -> dict[str, list[tuple[Any, Figure]]]:
    """By stage what did not go on from there; with `reasons` each is followed by why, as far as that is known."""
    why = {one: rows if reasons else [] for one, rows in _reasons(found).items()}
    return {
        "need": [
            (gettext_lazy("Still waiting"), found.waiting), *why["waiting"], (gettext_lazy("Not vouched for yet"), found.drafts),
            (gettext_lazy("Withdrawn"), found.withdrawn), (gettext_lazy("Expired"), found.expired),
        ],
        "commitment": [
            (gettext_lazy("Promised, not delivered yet"), found.promised),
            *((_labelled(gettext_lazy("Promises that ended as “{why}”"), state.label), count) for state, count in found.ended.items()),
            *why["ended"],
        ],
        "delivery": [
            (gettext_lazy("Delivered in part"), found.partly), *why["refused"],
            (gettext_lazy("Met, not told yet"), found.untold),
        ],
        "story": [],
    }  # fmt: skip


def _some_shown(found: Reached) -> bool:
    """Where every reason is withheld the picture leaves them to the table: a row of “withheld” is nothing to look at."""
    return any(count for rows in _reasons(found).values() for _label, count in rows)


def _reasons(found: Reached) -> dict[str, list[tuple[Any, Figure]]]:
    waiting, ended = gettext_lazy("Waiting: {why}"), gettext_lazy("Reason for ending: {why}")
    unseen, unsaid = (
        gettext_lazy("Waiting: not looked at by a matching yet"),
        gettext_lazy("Ended without a reason given"),
    )
    refused = gettext_lazy("Deliveries refused: {why}")
    return {
        "waiting": [(_labelled(waiting, why.label) if why else unseen, count) for why, count in found.why.items()],
        "ended": [(_labelled(ended, why.label) if why else unsaid, count) for why, count in found.ended_why.items()],
        "refused": [(_labelled(refused, why.label), count) for why, count in found.refused.items()],
    }


def _labelled(words: Any, why: Any) -> Any:
    return format_lazy(words, why=why)


def way_chart(place: Place, figures: PlaceFigures) -> Chart:
    found = reached(figures)
    rows: list[list[str | int | None]] = []
    out = _fell_out(found)
    for stage, count in found.stages.items():
        rows.append([str(_STAGES[stage]), "", count])
        rows += [[str(_STAGES[stage]), str(label), lost] for label, lost in out[stage]]
    headings = [_("Stage"), _("What fell out, and why"), _("Count")]
    return Chart("way", _("The way of the needs: %(name)s") % {"name": named(place)}, headings, rows, drawn_bars(river(found)),
                 _("From told to told in a story: how many needs came this far, and what fell out"), [str(WITHHELD)])  # fmt: skip


def solvers_chart(place: Place, figures: PlaceFigures) -> Chart:
    met = [(str(by_whom.label), figures.met_by[by_whom]) for by_whom in MetBy]
    picture = drawn_bars(bars(met, str(MetBy.JOINTLY.label)))
    title = _("Who met the needs: %(name)s") % {"name": named(place)}
    return Chart("solvers", title, [_("Who"), _("Needs met")], [list(row) for row in met], picture, "", [str(WITHHELD)])
