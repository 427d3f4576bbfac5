"""Reading and writing many rows at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet

from peyvand.kernel.refusals import NotFound
from peyvand.scope.acting import Acting, subtree

M = TypeVar("M", bound=Model)


def lock(rows: QuerySet[M], ids: Iterable[int]) -> dict[int, M]:
    """Lock the rows in the order of their ids (so that two acts cannot wait for each other) and give them by id.

    Raises `NotFound` where one is missing or outside the scope.
    """
    wanted = sorted(set(ids))
    found = {row.pk: row for row in rows.select_for_update().filter(pk__in=wanted).order_by("pk")}
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
    statement = f'UPDATE "{model._meta.db_table}" t SET {sets} FROM unnest({arrays}) d(id, {names}) WHERE t.id = d.id'
    values: list[Any] = [list(deltas), *([row[place] for row in deltas.values()] for place in range(len(columns)))]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount != len(deltas):
            raise NotFound


def in_area(acting: Acting, field: str = "place_path") -> Q:
    """The acting role's own area, said in the query too so that the planner starts from the path index."""
    return below(acting.place_path, field)


def below(path: str, field: str = "place_path") -> Q:
    start, end = subtree(path)
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})
