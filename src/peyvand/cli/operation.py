"""What the commands of operation share: the database while they work, Django, and refusals told as sentences."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from peyvand import server
from peyvand.kernel.refusals import Refusal
from peyvand.server import address
from peyvand.server.roles import connect

_MIGRATING = 7_369_110  # the number of the lock that keeps two migrations apart


@contextmanager
def told() -> Iterator[None]:
    """A refusal ends the command with its sentence and status 1, never with a traceback."""
    try:
        yield
    except Refusal as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"The system refused: {error}. Check the disk and the permissions, and try again.", err=True)
        raise typer.Exit(1) from None


@contextmanager
def database() -> Iterator[server.Server | None]:
    """The database ready to be used: the embedded server, started or joined, or None for an external one."""
    if address.is_external():
        typer.echo(f"Using the server of DATABASE_URL: {address.spoken()}")
        server.prepare_roles(address.database_url("owner"), app_user=address.app_user())
        yield None
        return
    joined = server.running(server.data_folder())
    running = server.start()
    typer.echo(f"{'Using' if joined else 'Started'} {address.spoken()}")
    try:
        yield running
    finally:
        if running.stop():
            typer.echo("The database server has stopped; the data are kept.")
        else:
            typer.echo("The database server goes on: another command of this checkout uses it.")


def load_site(*, as_owner: bool) -> None:
    """Set Django up, signed in as the owner (to migrate) or as the app. Once in a process."""
    os.environ["PEYVAND_AS_OWNER"] = "1" if as_owner else "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peyvand.site.settings")
    import django

    django.setup()


class NotMigrated(Refusal):
    code = "not_migrated"
    message = (
        "The tables of the database are not at this version ({waiting} migrations wait). "
        "Run `peyvand migrate` first; nothing was changed."
    )


def waiting_migrations() -> int:
    """How many migrations the database still waits for; Django is set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        connection.close()


def open_site() -> None:
    """Set Django up, signed in as the app, over tables of this version. Raises `NotMigrated`."""
    load_site(as_owner=False)
    if waiting := waiting_migrations():
        raise NotMigrated(waiting=waiting)


def migrate() -> None:
    """Bring the tables to this version, as the owner; one at a time, however many processes ask."""
    load_site(as_owner=True)
    from django.core.management import call_command

    with connect(address.database_url("owner")) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        call_command("migrate", interactive=False, verbosity=1 if sys.stdout.isatty() else 0)
    typer.echo("The tables are at this version.")
