"""Whether the walls in the database stand: constraints, and row security on every table that had it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection


@dataclass(frozen=True)
class Gap:
    """`what` is missing (a constraint is not there), not_checked (it is not enforced on all rows) or open (no row security)."""

    what: str
    table: str
    name: str


# Check and foreign-key constraints stand in pg_constraint; a unique one with a condition is an index only.
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, convalidated FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = current_schema()::regnamespace AND indisunique
"""
_POLICIES = """
SELECT DISTINCT polrelid::regclass::text FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE NOT relrowsecurity
"""


def gaps() -> Iterator[Gap]:
    """Every constraint the models name that the database does not hold, and every table whose policies are switched off."""
    with connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS)
        known = {(table.strip('"'), name.strip('"')): valid for table, name, valid in cursor.fetchall()}
        cursor.execute(_POLICIES)
        unprotected = [row[0] for row in cursor.fetchall()]
    for model in apps.get_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            valid = known.get((table, constraint.name))
            if not valid:
                yield Gap("missing" if valid is None else "not_checked", table, constraint.name)
    for table in unprotected:
        yield Gap("open", table, "row security")
