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
    return _add(rows, _parents(rows), by, now)


def _parents(rows: Sequence[NewPlace]) -> dict[str, Place]:
    return {place.path: place for place in Place.objects.filter(path__in={row.parent_path for row in rows})}


def _add(rows: Sequence[NewPlace], parents: dict[str, Place], by: Acting, now: datetime) -> list[Place]:
    fresh = []
    for row in rows:
        require(may_add_place(by, row.parent_path))
        if row.parent_path and row.parent_path not in parents:
            raise BadValue(field="parent", reason=f"there is no place {row.parent_path}")
        fresh.append(_checked(row, parents.get(row.parent_path)))
    places = Place.objects.bulk_create(fresh, batch_size=1000)
    _record("places.added", places, by, now)
    return places


@dataclass(frozen=True)
class Put:
    """What came of putting places: how many were added, changed, and stood already as given."""

    added: int
    changed: int
    same: int


# What a second import may bring up to date. An empty value of the import leaves what stands.
_KEPT_CURRENT = (
    "name_fa", "name_en", "search_key", "sort_key", "lat", "lon", "boundary", "deprivation", "deprivation_source", "source",
)  # fmt: skip


@action
def put_places(*, rows: Sequence[NewPlace], by: Acting, now: datetime) -> Put:
    """Add the places that are missing and bring the others up to date, all or none; doing it twice changes nothing.

    A place is known by its parent and code. Parents may stand in `rows` too, before or after.
    """
    added = changed = 0
    by_depth: dict[int, list[NewPlace]] = {}
    for row in rows:
        by_depth.setdefault(row.parent_path.count("/"), []).append(row)
    for _, level in sorted(by_depth.items()):
        paths = [f"{row.parent_path}{row.code}/" for row in level]
        standing = {place.path: place for place in Place.objects.select_for_update().filter(path__in=paths)}
        missing = [row for row, path in zip(level, paths, strict=True) if path not in standing]
        parents = _parents(level)
        if missing:
            added += len(_add(missing, parents, by, now))
        old = [(row, standing[path]) for row, path in zip(level, paths, strict=True) if path in standing]
        changed += _bring_up_to_date(old, parents, by, now)
    return Put(added, changed, len(rows) - added - changed)


def _bring_up_to_date(
    pairs: Sequence[tuple[NewPlace, Place]], parents: dict[str, Place], by: Acting, now: datetime
) -> int:
    changed = []
    for row, place in pairs:
        require(may_add_place(by, row.parent_path))
        wanted = _checked(row, parents.get(row.parent_path))
        differing = [name for name in _KEPT_CURRENT if getattr(wanted, name) not in (None, "", getattr(place, name))]
        for name in differing:
            setattr(place, name, getattr(wanted, name))
        if differing:
            changed.append(place)
    Place.objects.bulk_update(changed, list(_KEPT_CURRENT), batch_size=500)
    if changed:
        _record("places.changed", changed, by, now)
    return len(changed)


def _record(act: str, places: Sequence[Place], by: Acting, now: datetime) -> None:
    path = places[0].path
    record(
        act, kind="place", subject=places[0].pk if len(places) == 1 else None, by=by, now=now,
        place_path=path[: path.rstrip("/").rfind("/") + 1] or path, organisation_path=by.organisation_path,
        rows=[(place.pk,) for place in places],
    )  # fmt: skip
