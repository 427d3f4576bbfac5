"""The pictures of a place: its map, and the way of its needs. Each stands beside a table that says the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from peyvand.flow.figures import Figure
from peyvand.flow.reached import Reached
from peyvand.places.models import Place
from peyvand.web.maps import Map, Shown, draw
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_pages import figure

# What a map can show of each place in it: the key of the head figure, and its name.
MEASURES = {"open": _("Open needs"), "met": _("Needs met"), "capacities": _("Open offers"), "told": _("Needs told")}


def measure_tabs(chosen: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": f"?map={name}#map", "current": name == chosen, "tally": None}
            for name, label in MEASURES.items()]  # fmt: skip


def map_of(
    place: Place, outer: Sequence[Place], parts: Sequence[tuple[Place, str, Mapping[str, Figure]]], measure: str
) -> Map | None:
    """`parts` are the places in it with address and head figures, as the table shows them."""
    shown = [Shown(part, named(part), url, counts[measure], figure(counts[measure])) for part, url, counts in parts]
    return draw(place, list(reversed(outer)), shown)


def river(reached: Reached) -> list[dict[str, Any]]:
    """From told to told: how many needs came this far, as bars, and below each what fell out before the next."""
    largest = reached.told or 1
    ended = {state.label: count for state, count in reached.ended.items()}
    out: dict[str, dict[Any, Figure]] = {
        "need": {_("Still waiting"): reached.waiting, _("Not vouched for yet"): reached.drafts,
                 _("Withdrawn"): reached.withdrawn, _("Expired"): reached.expired},
        "commitment": {_("Promised, not delivered yet"): reached.promised,
                       **{_promise(label): count for label, count in ended.items()}},
        "delivery": {_("Delivered in part"): reached.partly, _("Met, not told yet"): reached.untold},
        "story": {},
    }  # fmt: skip
    names = {
        "need": _("Needs told"),
        "commitment": _("Promised"),
        "delivery": _("Delivered"),
        "story": _("Told in a story"),
    }
    return [
        {
            "label": names[stage], "value": figure(count), "share": 100 * (count or 0) / largest,
            "tone": "joined" if stage != "need" else "",
            "out": [(label, figure(lost)) for label, lost in out[stage].items() if lost != 0],
        }
        for stage, count in reached.stages.items()
    ]  # fmt: skip


def _promise(label: Any) -> Any:
    return format_lazy(_("Promises that ended as “{state}”"), state=label)
