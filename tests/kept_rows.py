"""What the first small province of a test run wrote, to be laid back in one statement instead of some fifty acts.

Serial numbers do not go back with a rollback, so the kept rows are out of the way of all that come later; where a test
set the numbers back, they go on behind the kept rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from psycopg import sql

Answer = TypeVar("Answer")

_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum), min(a.attname) FILTER (WHERE a.attidentity <> '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname
"""
_ROWS = (
    "SELECT coalesce(json_agg(to_json(row)), '[]')::text FROM {table} row WHERE NOT (to_jsonb(row) = ANY(%s::jsonb[]))"
)
_BEFORE = "SELECT coalesce(array_agg(to_jsonb(row)::text), '{{}}') FROM {table} row"
_INSERT = """
    INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM json_populate_recordset(NULL::{table}, {rows});
"""
_NUMBER = """
    SELECT setval(numbers, greatest((SELECT max({column}) FROM {table}), nextval(numbers)))
    FROM pg_get_serial_sequence({name}, {column_name}) numbers;
"""


@dataclass(frozen=True)
class Kept(Generic[Answer]):
    answer: Answer
    statement: str

    def lay_back(self) -> None:
        """As the owner of the database and without its triggers: the rows went through them when they were made."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.statement)


def keep(act: Callable[[], Answer]) -> Kept[Answer]:
    """Do the act once and note every row that it added to any table."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        before = [_one(cursor, sql.SQL(_BEFORE).format(table=sql.Identifier(name))) for name, _, _ in tables]
        answer = act()
        inserts: list[sql.Composable] = [sql.SQL("SET LOCAL session_replication_role = replica;")]
        for (name, columns, numbered), known in zip(tables, before, strict=True):
            table = sql.Identifier(name)
            rows = _one(cursor, sql.SQL(_ROWS).format(table=table), [known])
            if rows == "[]":
                continue
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            inserts.append(sql.SQL(_INSERT).format(table=table, columns=names, rows=sql.Literal(rows)))
            if numbered:
                words: dict[str, sql.Composable] = {"table": table, "column": sql.Identifier(numbered)}
                words |= {"name": sql.Literal(name), "column_name": sql.Literal(numbered)}
                inserts.append(sql.SQL(_NUMBER).format(**words))
        inserts.append(sql.SQL("SET LOCAL session_replication_role = origin;"))
        return Kept(answer, sql.Composed(inserts).as_string(cursor.connection))


def _one(cursor: Any, query: sql.Composed, values: list[object] | None = None) -> Any:
    cursor.execute(query, values)
    return cursor.fetchone()[0]
