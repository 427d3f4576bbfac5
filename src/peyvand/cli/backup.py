"""`peyvand backup` and `peyvand restore`."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from peyvand.cli import app, operation


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The backup to write; it must not exist.")]) -> None:
    """Write the database and the files into one backup. The keys are never in it."""
    from peyvand import server
    from peyvand.server import address
    from peyvand.server.backup import backup as take

    with operation.told(), operation.database():
        made = take(
            file.absolute(),
            owner_dsn=address.database_url("owner"),
            media=server.media_folder(),
            version=_version(),
            now=datetime.now(UTC),
        )
        typer.echo(f"{file}: the database and {len(made.sums) - 1} files, {file.stat().st_size / 1e6:.1f} MB.")
        typer.echo(f"The keys are not in it. Keep a copy of {server.keys_folder()} apart from the backups.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup that `peyvand backup` wrote.")]) -> None:
    """Bring a backup into an empty database, bring its tables to this version, and verify what came back."""
    from peyvand import server
    from peyvand.server import address
    from peyvand.server.backup import restore as bring_back

    with operation.told(), operation.database():
        found = bring_back(
            file.absolute(),
            owner_dsn=address.database_url("owner"),
            media=server.media_folder(),
            app_user=address.app_user(),
        )
        typer.echo(f"Restored: the database and {len(found.sums) - 1} files of {found.made_at}.")
        operation.migrate()
        if not server.keys_folder().is_dir():
            typer.echo(f"Bring the keys of that time to {server.keys_folder()} before you serve the site.")
        elif importlib.util.find_spec("peyvand.cli.verify"):
            raise typer.Exit(subprocess.run([sys.executable, "-m", "peyvand", "verify"]).returncode)


def _version() -> str:
    try:
        return importlib.metadata.version("peyvand")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
