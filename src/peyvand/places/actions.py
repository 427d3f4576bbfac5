"""Writes of places: an operator draws or imports neighbourhoods; reference places come by command."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key, word_key
from peyvand.places.drawing import Corner, check_border, check_inside, check_near, point_inside, polygon
from peyvand.places.enums import FINE, PARENTS, PlaceKind
from peyvand.places.geometry import is_border
from peyvand.places.models import Place
from peyvand.places.queries import chain
from peyvand.scope.acting import Acting, Role, within
from peyvand.scope.bulk import only
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
    population: int | None = None
    population_source: str = ""


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
    if row.boundary is not None and not is_border(row.boundary):
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
        population=row.population,
        population_source=row.population_source,
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
    "name_fa", "name_en", "search_key", "sort_key", "lat", "lon", "boundary", "deprivation", "deprivation_source",
    "population", "population_source", "source",
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


class NameTaken(Refusal):
    code = "place_name_taken"
    message = "A place of this name is written there already. Open that one to change it."


@action
def add_place(*, row: NewPlace, corners: Sequence[Corner] = (), by: Acting, now: datetime) -> Place:
    """Add one place written or drawn by hand. Corners make its border, and its point is then one inside.

    Raises a refusal of `places.drawing` where the border will not do, `NameTaken` where its name stands already.
    """
    require(may_add_place(by, row.parent_path))
    # Two who write the same name at once wait for each other here; those who only point to the parent do not.
    above = Place.objects.select_for_update(no_key=True).filter(path=row.parent_path)
    parents = {place.path: place for place in above}
    if row.parent_path not in parents:
        raise BadValue(field="parent", reason="there is no such place")
    parent = parents[row.parent_path]
    _need_free_name(row.name_fa, parent, own=None)
    if corners:
        lat, lon = _drawn(corners, parent)
        row = replace(row, boundary=polygon(corners), lat=lat, lon=lon)
    return _add([row], parents, by, now)[0]


@action
def change_place(
    *, place_id: int, name_fa: str, name_en: str, corners: Sequence[Corner] | None, lat: float | None = None,
    lon: float | None = None, by: Acting, now: datetime,
) -> Place:  # fmt: skip
    """Change the names, border and point of a neighbourhood or village; reference places stay as they come.

    `corners`: None leaves the border as it stands, an empty list takes it away, others draw it anew with its point inside.
    """
    place = Place.objects.select_for_update(of=("self",)).select_related("parent").filter(pk=place_id).first()
    if place is None or place.parent is None:
        raise NotFound
    require(may_change_place(by, place))
    if not name_fa.strip():
        raise BadValue(field="name", reason="a place has a name")
    _need_free_name(name_fa, place.parent, own=place)
    place.name_fa, place.name_en = name_fa.strip(), name_en.strip()
    place.search_key, place.sort_key = search_key(f"{name_fa} {name_en}"), sort_key(name_fa)
    if corners:
        place.boundary, (lat, lon) = polygon(corners), _drawn(corners, place.parent)
    elif corners is not None:
        place.boundary = None
    if lat is not None or place.boundary is None:  # a border that stands keeps a point
        place.lat, place.lon = lat, lon
    place.save(update_fields=["name_fa", "name_en", "search_key", "sort_key", "boundary", "lat", "lon"])
    _record("places.changed", [place], by, now)
    return place


class PlaceInUse(Refusal):
    code = "place_in_use"
    message = "“{place}” is in use already: something is kept there. It can be changed, and no longer taken away."


@action
def remove_place(*, place_id: int, by: Acting, now: datetime) -> None:
    """Take away a neighbourhood or village that nothing points to yet, seen by the actor or not. Raises `PlaceInUse`."""
    place = only(Place.objects.select_for_update().filter(pk=place_id))
    require(may_change_place(by, place))
    try:
        with transaction.atomic():
            place.delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the actor cannot see holds the place as well
    except (ProtectedError, IntegrityError):
        raise PlaceInUse(place=place.name_fa) from None
    place.pk = place_id  # which its deletion took away, and the event names
    _record("places.removed", [place], by, now)


def may_change_place(by: Acting, place: Place) -> Refusal | None:
    if place.kind not in FINE:
        return NotPermitted(reason="provinces, counties and cities stay as the reference lists have them")
    return may_add_place(by, place.path)


def _need_free_name(name: str, parent: Place, *, own: Place | None) -> None:
    beside = Place.objects.filter(parent=parent, kind__in=FINE).values_list("pk", "name_fa")
    if any(word_key(name) == word_key(one) for pk, one in beside if own is None or pk != own.pk):
        raise NameTaken


def _drawn(corners: Sequence[Corner], parent: Place) -> Corner:
    """The point of a border that was found good: simple, of the right size, in or near the places above it."""
    check_border(corners)
    above = chain(parent.path)
    bordered = next((one for one in reversed(above) if one.boundary), None)
    if bordered is not None and bordered.boundary is not None:
        check_inside(corners, bordered.boundary)
    seat = above[-1]
    if seat.boundary is None and seat.kind != PlaceKind.COUNTRY and seat.lat is not None and seat.lon is not None:
        check_near(corners, (seat.lat, seat.lon))
    return point_inside(corners)
