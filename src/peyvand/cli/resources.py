"""`peyvand resources`: the starter set of what is needed and offered."""

from datetime import UTC, datetime

import typer

from peyvand.cli import app, operation

resources = typer.Typer(no_args_is_help=True, help="What can be needed and offered.")
app.add_typer(resources, name="resources")


@resources.callback()
def _group() -> None:
    """Keep `load` a command of its own, however many there are."""


@resources.command()
def load() -> None:
    """Load the starter set, which is a draft and no official list. A second time changes nothing."""
    with operation.told(), operation.database():
        operation.open_site()
        from peyvand.resources.actions import put_qualities, put_specifications, starter
        from peyvand.scope.acting import SYSTEM

        put = put_specifications(rows=starter().specifications, by=SYSTEM, now=datetime.now(UTC))
        qualities = put_qualities(rows=starter().qualities, by=SYSTEM, now=datetime.now(UTC))
        typer.echo(
            f"Specifications («{starter().status}»): {put.added} added, {put.changed} changed, {put.same} as they were."
        )
        typer.echo(
            "Languages, skills, licences and ways in: "
            f"{qualities.added} added, {qualities.changed} changed, {qualities.same} as they were."
        )
