"""Finding a row, and reading and writing many at once."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, Q, QuerySet
from psycopg.errors import UniqueViolation

from peyvand.kernel.refusals import AlreadyThere, NotFound
from peyvand.scope.acting import Acting, subtree

M = TypeVar("M", bound=Model)
R = TypeVar("R")
_DRAWS = 5


def only(rows: QuerySet[Any, R]) -> R:
    """The one row asked for. Raises `NotFound` where it does not exist or lies outside the scope."""
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def lock(rows: QuerySet[M], ids: Iterable[int], of: tuple[str, ...] = ()) -> dict[int, M]:
    """Lock the rows in the order of their ids (so that two acts cannot wait for each other) and give them by id.

    `of` names what is locked where rows are read with others beside them. Raises `NotFound` where one is missing or outside the scope.
    """
    wanted = sorted(set(ids))
    found = {row.pk: row for row in rows.select_for_update(of=of).filter(pk__in=wanted).order_by("pk")}
    if len(found) != len(wanted):
        raise NotFound
    return found


def add(model: type[Model], deltas: Mapping[int, Sequence[int]], columns: Sequence[str]) -> None:
    """Add whole numbers to counters of many rows in one statement; `deltas[id]` follows the order of `columns`."""
    if not deltas:
        return
    sets = ", ".join(f'"{column}" = t."{column}" + d.d{place}' for place, column in enumerate(columns))
    names = ", ".join(f"d{place}" for place in range(len(columns)))
    arrays = ", ".join(["%s::bigint[]"] * (len(columns) + 1))
    statement = f'UPDATE "{model._meta.db_table}" t SET {sets} FROM unnest({arrays}) d(id, {names})'
    # The ids are said twice: behind row policies the planner expects one row, and would go through all of them for each id.
    statement += " WHERE t.id = d.id AND t.id = ANY (%s::bigint[])"
    ids = list(deltas)
    values: list[Any] = [ids, *([row[place] for row in deltas.values()] for place in range(len(columns))), ids]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount != len(deltas):
            raise NotFound


def create_with_codes(rows: Sequence[M], draw: Callable[[], str], batch_size: int = 2000) -> list[M]:
    """Insert rows that carry a drawn `tracking_code`, drawing again where a code is taken already, also by a row out of sight.

    Eleven free digits are plenty for one code and few for a country's: among 300,000 two are equal in two runs of five.
    """
    if not rows:
        return []
    used: set[str] = set()
    for row in rows:
        while row.tracking_code in used:  # type: ignore[attr-defined]
            row.tracking_code = draw()  # type: ignore[attr-defined]
        used.add(row.tracking_code)  # type: ignore[attr-defined]
    model = type(rows[0])
    for _ in range(_DRAWS):
        try:
            with transaction.atomic():
                return model._default_manager.bulk_create(rows, batch_size=batch_size)
        except IntegrityError as error:
            cause = error.__cause__
            if not isinstance(cause, UniqueViolation) or "tracking_code" not in (cause.diag.constraint_name or ""):
                raise
        seen = set(model._default_manager.filter(tracking_code__in=used).values_list("tracking_code", flat=True))
        for row in rows:
            row.pk, row._state.adding = None, True
            if not seen or row.tracking_code in seen:  # type: ignore[attr-defined]
                row.tracking_code = draw()  # type: ignore[attr-defined]
        used = {row.tracking_code for row in rows}  # type: ignore[attr-defined]
    raise AlreadyThere


def in_area(acting: Acting, field: str = "place_path") -> Q:
    """The acting role's own area, said in the query too so that the planner starts from the path index."""
    return below(acting.place_path, field)


def below(path: str, field: str = "place_path") -> Q:
    start, end = subtree(path)
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def first_rows(rows: QuerySet, count: int) -> list[Any]:
    """The first rows of an ordered list: inside which they are, around it what stands beside them.

    Said flat, the planner may join and look up for every row before it sorts; ids alone come straight from an index.
    """
    return list(rows.filter(pk__in=rows.values("pk")[:count]))


def at_once(*asked: QuerySet[Any, Any]) -> list[list[dict[str, Any]]]:
    """The rows of several `values()` querysets, of small answers each, in one statement under one role.

    Values come as JSON has them: a date or a time is its ISO text.
    """
    return _in_one("(SELECT coalesce(json_agg({row}), '[]') FROM ({sql}) one({columns}))", "[]", asked)


def heads_at_once(asked: Iterable[QuerySet[Any, Any]], first: int, most: int) -> list[tuple[list[dict[str, Any]], int]]:
    """Of each queryset its first rows, as `at_once` gives them, and how many rows it has, of which `most` are counted."""
    told = f"json_build_array(coalesce(json_agg({{row}}) FILTER (WHERE place <= {first:d}), '[]'), count(*))"
    part = f"(SELECT {told} FROM (SELECT *, row_number() OVER () AS place FROM ({{sql}}) one({{columns}})) two)"
    return [(rows, number) for rows, number in _in_one(part, "[[], 0]", (rows[:most] for rows in asked))]


def _in_one(part: str, empty: str, asked: Iterable[QuerySet[Any, Any]]) -> list[Any]:
    """What each `part` of one statement says of a queryset's rows: JSON; `empty` where the queryset can have none."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in asked:
        query = rows.query
        names = list(query.selected or [*query.values_select, *query.annotation_select])
        try:
            sql, own = query.get_compiler(rows.db).as_sql()
        except EmptyResultSet:
            parts.append(f"'{empty}'::json")
            continue
        columns = ", ".join(f"c{place}" for place in range(len(names)))
        row = "json_build_object(" + ", ".join(f"'{name}', c{place}" for place, name in enumerate(names)) + ")"
        parts.append(part.format(row=row, sql=sql, columns=columns))
        params += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return [json.loads(told) if isinstance(told, str) else told for told in cursor.fetchone()]


def models_at_once(*asked: QuerySet[Any, Any]) -> list[list[Any]]:
    """The rows themselves of several querysets, each without what stands beside it, in one statement under one role."""
    told = at_once(*(rows.values() for rows in asked))
    return [[_made(rows.model, row) for row in found] for rows, found in zip(asked, told, strict=True)]


def _made(model: type[Model], values: dict[str, Any]) -> Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in values.items()})
