"""`peyvand keys`: another key for the protected columns, and everything encrypted anew under it (decision D7)."""

from datetime import UTC, datetime
from enum import StrEnum

import typer

from peyvand.cli import app, operation

keys = typer.Typer(no_args_is_help=True, help="The keys of the protected columns.")
app.add_typer(keys, name="keys")


class Ring(StrEnum):
    """The rings that are rotated by command: what lies under the others cannot be written anew."""

    COLUMN = "column"


@keys.command()
def rotate(ring: Ring) -> None:
    """Add a key, write with it from now on, and encrypt anew what lies under an older one. The older ones stay in the file."""
    with operation.told(), operation.database():
        operation.open_site()  # before the key is added: where nothing can be renewed, none is needed
        from django.conf import settings

        from peyvand.server.keys import rotate as add_key

        settings.COLUMN_KEYS = added = add_key(ring.value)  # this process has read the older ring
        typer.echo(f"The key {added.current} was added to {added.file}. Make a copy of the file now.")
        _renew()
        typer.echo("Restart the site on every machine, with this file, so that it writes with the new key; then run")
        typer.echo("`peyvand keys renew`. After that, and once no backup needs it, an older key can be taken out.")


@keys.command()
def renew() -> None:
    """Encrypt anew what still lies under an older key. A second time changes nothing."""
    with operation.told(), operation.database():
        operation.open_site()
        _renew()


def _renew() -> None:
    from peyvand.people.protection import renew_protected
    from peyvand.scope.acting import SYSTEM

    typer.echo(f"Encrypted anew: {renew_protected(by=SYSTEM, now=datetime.now(UTC)):,} values.")
