"""What the database needs while far more is written in minutes than an office writes in years."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

_FLOW = ("need", "capacity", "commitment", "delivery")


@contextmanager
def unhurried_commits() -> Iterator[None]:
    """Let commits reach the disk a moment later: an interrupted demo is built afresh anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def analyse() -> None:
    """Let the planner know every table as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def analyse_flow() -> None:
    """The tables of the flow: with the numbers of empty tables the policies are planned a hundred times slower."""
    tables = [model._meta.db_table for stage in _FLOW for model in apps.get_app_config(stage).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
