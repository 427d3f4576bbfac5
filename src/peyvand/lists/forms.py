"""The two lists of a matching: which columns needs and capacities have, and how far a capacity reaches.

Places and coordinates are optional, and the finest that is given counts (see `settle_reach`).
"""

from collections.abc import Iterable, Mapping, Sequence

from peyvand.lists import columns
from peyvand.lists.columns import Column, Form, RowFault
from peyvand.lists.headings import Synonyms

USUAL_PRIORITY = 50.0
# An Iranian county is about 3,400 square kilometres: a circle of 33 km. Who gives only a point is taken to serve
# about a county.
USUAL_KM = 30.0
_COARSER = {"neighbourhood": ("neighbourhood", "county", "province", "km"), "county": ("county", "province", "km")}
_COARSER |= {"province": ("province", "km"), "km": ("km", "neighbourhood", "county", "province")}
_UNSAID = ("county", "province", "km", "neighbourhood")


def needs_form(synonyms: Synonyms) -> Form:
    return Form(
        "needs",
        (
            *_identity(columns.at_least_one),
            Column("priority", columns.priority(synonyms), default=USUAL_PRIORITY),
            *_places(),
        ),
        _point_is_whole,
    )


def capacities_form(synonyms: Synonyms) -> Form:
    return Form(
        "capacities",
        (*_identity(columns.whole), Column("reach", columns.reach(synonyms)), *_places()),
        _point_is_whole,
    )


def _identity(quantity: columns.Parser) -> tuple[Column, ...]:
    return (
        Column("id", columns.text, required=True, unique=True),
        Column("kind", columns.word, required=True),
        Column("quantity", quantity, default=1),
    )


def _places() -> tuple[Column, ...]:
    return (
        Column("lat", columns.degrees(90)),
        Column("lon", columns.degrees(180)),
        Column("province", columns.place),
        Column("county", columns.place),
        Column("neighbourhood", columns.place),
    )


def _point_is_whole(row: Mapping[str, object]) -> Iterable[RowFault]:
    for given, other in (("lat", "lon"), ("lon", "lat")):
        if row[given] is not None and row[other] is None:
            yield other, "half_a_point", {"given": given, "missing": other}


def levels(row: Mapping[str, object]) -> set[str]:
    """Which kinds of place a row gives; a point is "km", for only distances can be told from it."""
    given = {name for name in ("neighbourhood", "county", "province") if row[name] is not None}
    return given | ({"km"} if row["lat"] is not None else set())


def settle_reach(
    capacities: Sequence[Mapping[str, object]], needed: set[str]
) -> tuple[list[tuple[str, float | None]], dict[str, int], list[int]]:
    """How far each capacity reaches, by what both lists give (`needed`: the levels that needs give).

    A capacity keeps its reach where its row gives that place and the needs do too; else the next coarser place that
    both give counts, else a distance. Without a word on reach: its county, else its province, else 30 km. Where one
    of the lists gives no place at all nothing can be told apart, and everything reaches everything.

    Returns the reaches, how often each kind of stand-in was taken (for the notes), and the rows that say a reach but
    give no place while others do: those are faults.
    """
    placed = set().union(*(levels(row) for row in capacities)) if capacities else set()
    reaches: list[tuple[str, float | None]] = []
    notes: dict[str, int] = {}
    placeless: list[int] = []
    for index, row in enumerate(capacities):
        said = row["reach"]
        word, km = said if isinstance(said, tuple) else (None, None)
        given = levels(row)
        if word == "country" or not given | ({word} if word else set()):
            reaches.append(("country", None))
        elif not placed or not needed:
            reaches.append(("country", None))
            notes["no_places"] = notes.get("no_places", 0) + (1 if word else 0)
        elif not given:
            reaches.append(("country", None))
            placeless.append(index)
        else:
            level = next((level for level in _COARSER.get(word or "", _UNSAID) if level in given & needed), None)
            comparable = level or next(level for level in _UNSAID if level in given)
            reaches.append((comparable, (km or USUAL_KM) if comparable == "km" else None))
            _count(notes, level, word)
    return reaches, notes, placeless


def _count(notes: dict[str, int], level: str | None, word: str | None) -> None:
    name = "not_comparable" if level is None else f"stands_in_{level}" if word and level != word else ""
    name = name or ("usual_km" if level == "km" and not word else "")
    if name:
        notes[name] = notes.get(name, 0) + 1


def fill_in_parents(rows: Sequence[dict[str, object]]) -> None:
    """Give a county without a province the province that it has elsewhere in the lists, and a neighbourhood its county.

    A name never seen with a parent gets one of its own, so that the finest place given still counts; a name seen with
    several stays without, for then it does not say which place is meant.
    """
    for child, parent in (("county", "province"), ("neighbourhood", "county")):
        seen: dict[object, set[object]] = {}
        for row in rows:
            if row[child] is not None and row[parent] is not None:
                seen.setdefault(row[child], set()).add(row[parent])
        if not seen:
            continue
        for row in rows:
            if row[child] is not None and row[parent] is None:
                parents = seen.get(row[child], {f"?{row[child]}"})
                row[parent] = next(iter(parents)) if len(parents) == 1 else None
