"""A country grown out of one demo province: copies of its rows in other provinces, by one statement a table.

The demo province (`SCALE` a small one) is built by the product's own acts; its rows are then copied by `INSERT ... SELECT`, each copy
into the counties of another province and under organisations of its own. Families are copied `families` times; what they need, what is
given, promised and delivered `flows` times. Nothing is drawn: the same sizes give the same rows. Triggers rest meanwhile and indexes
are built afterwards; CHECK and UNIQUE constraints hold all the time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Max

from peyvand.kernel.text import persian_digits, search_key, sort_key
from peyvand.people.models import Account, Household, Membership, Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import subtree
from peyvand.scope.bulk import below

_PEOPLE = ("Account", "Membership", "Household", "Person", "Task", "Consent", "Disability")
_STAGES = {
    "need": ("Need", "PriorityLine", "PriorityOverride"), "capacity": ("Capacity",),
    "commitment": ("MatchingRun", "Suggestion", "Unserved", "Agreement", "Commitment"), "delivery": ("Delivery",),
    "story": ("Story", "StoryDelivery", "StoryConsent"),
}  # fmt: skip
_LARGE = 5  # provinces in which every second copy lies, so that they differ in size as real ones do

# The check digit of `kernel.codes`, so that a copied code can be searched for as any other.
_CODES = """
CREATE FUNCTION pg_temp.moved_code(code text, copy bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body || ((10 - sum(
        CASE WHEN place % 2 = 0 THEN digit ELSE digit * 2 - CASE WHEN digit > 4 THEN 9 ELSE 0 END END
    ) % 10) % 10)::text
    FROM (SELECT lpad(((substr(code, 1, 11)::bigint + copy * 390625007) % 100000000000)::text, 11, '0') body) one,
         generate_series(1, 11) place, LATERAL (SELECT substr(body, place, 1)::int digit) of_place
    GROUP BY body
$$
"""


def grow(*, families: int, flows: int) -> None:
    """Every later copy of the province: `families` copies of its people, `flows` copies of what became of their needs."""
    people, flow = _models("people", _PEOPLE), [one for app, names in _STAGES.items() for one in _models(app, names)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'; SET work_mem = '128MB'"
        )
        cursor.execute(_CODES)
        _maps(cursor, max(families, 1))
        copied = {model: _largest(model) for model in (*people, *flow)}
        indexes = list(_without_indexes(cursor, copied))
        for model in people:
            _copy(cursor, model, copied, families, families)
        for model in flow:
            _copy(cursor, model, copied, flows, families)
        _journal(cursor)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
        numbered: list[type[models.Model]] = [*copied, Place, Organisation]
        for model in numbered:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
            )


def _models(app: str, names: Sequence[str]) -> list[type[models.Model]]:
    return [apps.get_app_config(app).get_model(name) for name in names]


def _largest(model: type[models.Model]) -> int:
    return model._default_manager.aggregate(most=Max("pk"))["most"] or 0


def _without_indexes(cursor: Any, tables: dict[type[models.Model], int]) -> Iterator[str]:
    """Drop what only makes finding fast, and give the statements that put it back."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY (%s) AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass)",
        [[*(model._meta.db_table for model in tables), "journal_event"]],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
        yield definition


# ---- Where a copy lies


Moved = tuple[int, int, int, str, str]  # copy, old id, new id, old path, new path


def _maps(cursor: Any, copies: int) -> None:
    """Temporary tables that say what becomes of a place, an organisation and a path in each copy."""
    places = _places(copies)
    organisations = _organisations(copies, {(copy, old): new for copy, old, new, _old, _new in places})
    cursor.execute(
        "CREATE TEMP TABLE of_place (copy int, old bigint, new bigint, old_path text, new_path text);"
        "CREATE TEMP TABLE of_organisation (LIKE of_place)"
    )
    for table, rows in (("of_place", places), ("of_organisation", organisations)):
        with cursor.copy(f"COPY {table} FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
    cursor.execute(
        "CREATE TEMP TABLE of_path AS SELECT copy, old_path old, new_path new FROM of_place"
        " UNION ALL SELECT copy, old_path, new_path FROM of_organisation;"
        "ANALYZE of_place; ANALYZE of_organisation; ANALYZE of_path"
    )


def _province_of(copy: int, count: int) -> int:
    return (copy // 2) % min(_LARGE, count) if copy % 2 else (copy // 2) % count


def home() -> Place:
    """The province the demo stands in."""
    path = Household.objects.order_by("pk").values_list("place_path", flat=True)[0]
    return Place.objects.get(path="/".join(path.split("/")[:2]) + "/")


def _places(copies: int) -> list[Moved]:
    """Every place of the province in each copy: neighbourhoods are added, all else is there."""
    province = home()
    others = list(Place.objects.filter(kind=PlaceKind.PROVINCE).exclude(pk=province.pk).order_by("path"))
    base = list(Place.objects.filter(below(province.path, "path")).order_by("path"))
    rows: list[tuple[int, Place, Place]] = []
    fresh: list[Place] = []
    for copy in range(1, copies):
        target = others[_province_of(copy, len(others))]
        found = _stands_in(base, target, copy)
        fresh += [place for place in found.values() if place.pk is None]
        rows += [(copy, one, found[one.pk]) for one in base]
    Place.objects.bulk_create(fresh, batch_size=2000)
    return [(copy, one.pk, new.pk, one.path, new.path) for copy, one, new in rows]


def _stands_in(base: Sequence[Place], target: Place, copy: int) -> dict[int, Place]:
    """By the id of a place of the province: the one that stands for it in another province."""
    inside = list(Place.objects.filter(below(target.path, "path"), is_invented=False).order_by("path"))
    counties = [one for one in inside if one.kind == PlaceKind.COUNTY]
    found = {base[0].pk: target}
    for number, one in enumerate(base):
        if one.kind == PlaceKind.COUNTY:
            found[one.pk] = counties[(number + copy) % len(counties)]
    for number, one in enumerate(base):
        if one.pk in found:
            continue
        county = found[one.parent_id or 0]
        if one.kind == PlaceKind.NEIGHBOURHOOD:
            found[one.pk] = _neighbourhood(one, county, copy)
        else:
            own = [city for city in inside if city.parent_id == county.pk and city.kind == one.kind] or [county]
            found[one.pk] = own[number % len(own)]
    return found


def _neighbourhood(one: Place, county: Place, copy: int) -> Place:
    code = f"{one.code}-{copy}"
    return Place(
        kind=one.kind, name_fa=one.name_fa, name_en=one.name_en, parent=county, code=code, path=f"{county.path}{code}/",
        search_key=one.search_key, sort_key=one.sort_key, lat=county.lat, lon=county.lon, deprivation=one.deprivation,
        deprivation_source=one.deprivation_source, source=one.source, is_invented=True,
    )  # fmt: skip


def _organisations(copies: int, places: dict[tuple[int, int], int]) -> list[Moved]:
    """Every organisation in each copy. The demo's head office becomes the country's: a province gets one office under it."""
    base = list(Organisation.objects.order_by("path"))
    by_id = {one.pk: one for one in base}
    largest = max(by_id)
    keeper = Household.objects.select_related("organisation").order_by("pk")[0].organisation
    head = next(one for one in base if one.path == keeper.path.split("/")[0] + "/")
    offices: dict[int, Organisation] = {}
    rows, fresh = list[Moved](), list[Organisation]()
    for copy in range(1, copies):
        found: dict[int, Organisation] = {}
        for one in sorted(base, key=lambda row: row.path.count("/")):
            place = places.get((copy, one.place_id), one.place_id)
            if one.pk == head.pk and place in offices:
                found[one.pk] = offices[place]
                continue
            above = head if one.pk == head.pk else found.get(one.parent_id or 0)
            found[one.pk] = new = _organisation(by_id[one.pk], largest * copy + one.pk, place, above, copy)
            fresh.append(new)
            if one.pk == head.pk:
                offices[place] = new
        rows += [(copy, one.pk, found[one.pk].pk, one.path, found[one.pk].path) for one in base]
    Organisation.objects.bulk_create(fresh, batch_size=2000)
    return rows


def _organisation(one: Organisation, pk: int, place: int, above: Organisation | None, copy: int) -> Organisation:
    name = f"{one.name_fa} {persian_digits(copy)}"
    return Organisation(
        pk=pk, kind=one.kind, name_fa=name, name_en=one.name_en, parent=above, path=f"{above.path if above else ''}{pk}/",
        place_id=place, search_key=search_key(f"{name} {one.name_en}"), sort_key=sort_key(name), is_active=one.is_active,
    )  # fmt: skip


# ---- The rows


def _copy(
    cursor: Any, model: type[models.Model], copied: dict[type[models.Model], int], copies: int, families: int
) -> None:
    """All copies of one table. `n.c` numbers the copy, `n.f` the copy of families it belongs to."""
    joins: list[str] = []
    columns = {
        field.column: _value(field, model, copied, joins) for field in model._meta.local_concrete_fields if not field.generated
    }  # fmt: skip
    table = model._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(columns.values())}'
        f' FROM (SELECT c, mod(c, %s) f FROM generate_series(1, %s) c) n CROSS JOIN "{table}" b {" ".join(joins)} ORDER BY n.c, b.id',
        [families, copies - 1],
    )


def _value(field: Any, model: type[models.Model], copied: dict[type[models.Model], int], joins: list[str]) -> str:
    old = f'b."{field.column}"'
    if field.primary_key:
        return f"{old} + n.c * {copied[model]}"
    if field.is_relation:
        to = field.related_model
        if to in (Place, Organisation):
            table = "of_place" if to is Place else "of_organisation"
            return f"coalesce({_joined(joins, table, old)}.new, {old})"
        if to in copied:
            return f"{old} + n.{'f' if to._meta.app_label == 'people' else 'c'} * {copied[to]}"
    if field.name.endswith("_path"):
        return f"coalesce({_joined(joins, 'of_path', old)}.new, {old})"
    return _told_apart(field, model, old)


def _told_apart(field: Any, model: type[models.Model], old: str) -> str:
    if field.name == "tracking_code":
        return f"pg_temp.moved_code({old}, n.c)"
    if (model, field.name) in ((Household, "code"), (Account, "username")):
        return f"{old} || '-' || n.c"
    if field.name == "priority":
        return f"greatest(0, least(100, {old} + mod(n.c, 9) - 4))"
    if isinstance(field, models.DateTimeField):
        return f"{old} - n.c * interval '37 seconds'"
    return old


def _joined(joins: list[str], table: str, old: str) -> str:
    alias = f"m{len(joins)}"
    joins.append(f"LEFT JOIN {table} {alias} ON {alias}.copy = n.f AND {alias}.old = {old}")
    return alias


_EVENTS = """
INSERT INTO journal_event (at, act, subject_kind, subject_id, account_id, membership_id, role, place_path, organisation_path, data)
SELECT at, act, kind, id, coalesce(account_id, 0), coalesce(membership_id, 0), coalesce(role, 'system'), place_path, path, '{}' FROM (
    SELECT created_at at, 'persons.added' act, 'person' kind, id, NULL::bigint membership, place_path, organisation_path path
    FROM people_person
    UNION ALL SELECT created_at, 'need.told', 'need', id, opened_by_id, place_path, organisation_path FROM need_need
    UNION ALL SELECT vouched_at, 'need.vouched', 'need', id, vouched_by_id, place_path, organisation_path
    FROM need_need WHERE vouched_at IS NOT NULL
    UNION ALL SELECT offered_at, 'commitment.offered', 'commitment', id, NULL, place_path, asker_path FROM commitment_commitment
    UNION ALL SELECT recorded_at, 'delivery.recorded', 'delivery', id, recorded_by_id, place_path, asker_path FROM delivery_delivery
) told LEFT JOIN (SELECT id membership_id, account_id, role FROM people_membership) one ON one.membership_id = membership ORDER BY at
"""


def _journal(cursor: Any) -> None:
    """An event for every person, need, promise and delivery, as where each was told by itself."""
    cursor.execute(_EVENTS)


def settle() -> None:
    """What a server does in its quiet hours: counts its rows, and marks what every reader may see."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def enlarge_task(membership: Membership, files: int) -> int:
    """Give somebody the task with so many families of his own area and organisation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_task (household_id, membership_id, organisation_path, place_path, since)"
            " SELECT id, %s, organisation_path, place_path, now() FROM people_household home"
            " WHERE place_path >= %s AND place_path < %s AND organisation_path >= %s AND organisation_path < %s"
            " AND NOT EXISTS (SELECT 1 FROM people_task one"
            " WHERE one.household_id = home.id AND one.membership_id = %s AND one.until IS NULL)"
            " ORDER BY id LIMIT %s",
            [
                membership.pk,
                *subtree(membership.place.path),
                *subtree(membership.organisation.path),
                membership.pk,
                files,
            ],
        )
        return cursor.rowcount
