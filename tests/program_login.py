"""Requests of tests under the database login of the running program.

Tests sign in to PostgreSQL as the owner, who lays their rows down and whom row security does not bind; the program signs in as
`peyvand_app`. What a view reads outside a scope would pass under the one and fail under the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

from peyvand.scope.database import APP_ROLE


@contextmanager
def program_login() -> Iterator[None]:
    """What is asked of the database inside is asked by the program's login, to which `scope` gives back as to any other."""
    connection.ensure_connection()
    connection.connection.execute(f"SET SESSION AUTHORIZATION {APP_ROLE}")
    try:
        yield
    finally:
        # A transaction in error is undone, and the login with it.
        raw = connection.connection
        if raw is not None and raw.info.transaction_status != TransactionStatus.INERROR:
            raw.execute("RESET SESSION AUTHORIZATION")
