"""Writes of places: an operator draws or imports neighbourhoods; reference places come by command."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key
from peyvand.places.enums import PARENTS, PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, Role, within
from peyvand.scope.database import action

_MAY_ADD = (Role.SYSTEM, Role.ADMINISTRATOR, Role.COUNTY_OFFICER, Role.HQ_LEADER)


@dataclass(frozen=True)
class NewPlace:
    """`parent_path` is empty for the country. `code` is unique among the children of one parent, without "/"."""

    kind: PlaceKind
    name_fa: str
    code: str
    parent_path: str = ""
    name_en: str = ""
    lat: float | None = None
    lon: float | None = None
    boundary: dict[str, Any] | None = None
    deprivation: int | None = None
    deprivation_source: str = ""
    source: str = ""
    is_invented: bool = False


def may_add_place(by: Acting, parent_path: str) -> Refusal | None:
    if by.role not in _MAY_ADD:
        return NotPermitted(reason="places are added by officers and administrators")
    if by.role is not Role.SYSTEM and not within(parent_path, by.place_path):
        return NotPermitted(reason="the place lies outside your area")
    return None


def _checked(row: NewPlace, parent: Place | None) -> Place:
    if not row.name_fa.strip():
        raise BadValue(field="name", reason="a place has a name")
    if not row.code or "/" in row.code:
        raise BadValue(field="code", reason="a code is a short word without '/'")
    allowed = PARENTS[row.kind]
    if (parent is None) != (not allowed) or (parent is not None and PlaceKind(parent.kind) not in allowed):
        raise BadValue(
            field="parent", reason=f"a {row.kind} does not stand below a {parent.kind if parent else 'nothing'}"
        )
    if row.boundary is not None and row.boundary.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadValue(field="boundary", reason="a border is a GeoJSON Polygon or MultiPolygon")
    return Place(
        kind=row.kind,
        name_fa=row.name_fa.strip(),
        name_en=row.name_en,
        parent=parent,
        code=row.code,
        path=f"{parent.path if parent else ''}{row.code}/",
        search_key=search_key(f"{row.name_fa} {row.name_en}"),
        sort_key=sort_key(row.name_fa),
        lat=row.lat,
        lon=row.lon,
        boundary=json.loads(json.dumps(row.boundary)) if row.boundary else None,
        deprivation=row.deprivation,
        deprivation_source=row.deprivation_source,
        source=row.source,
        is_invented=row.is_invented,
    )


@action
def add_places(*, rows: Sequence[NewPlace], by: Acting, now: datetime) -> list[Place]:
    """Add places whose parents exist already; all or none."""
    parents = {place.path: place for place in Place.objects.filter(path__in={row.parent_path for row in rows})}
    fresh = []
    for row in rows:
        require(may_add_place(by, row.parent_path))
        if row.parent_path and row.parent_path not in parents:
            raise BadValue(field="parent", reason=f"there is no place {row.parent_path}")
        fresh.append(_checked(row, parents.get(row.parent_path)))
    places = Place.objects.bulk_create(fresh, batch_size=1000)
    record(
        "places.added",
        kind="place",
        subject=places[0].pk if len(places) == 1 else None,
        by=by,
        now=now,
        place_path=rows[0].parent_path or places[0].path,
        organisation_path=by.organisation_path,
        rows=[(place.pk,) for place in places],
    )
    return places
