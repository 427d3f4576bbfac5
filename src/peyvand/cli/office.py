"""`peyvand office`: a real office begins."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from peyvand.cli import app, operation

office = typer.Typer(no_args_is_help=True, help="Begin a real office.")
app.add_typer(office, name="office")


@office.callback()
def _group() -> None:
    """Keep `new` a command of its own, however many there are."""


@office.command()
def new(
    province: Annotated[str, typer.Option(help="Its name in Persian or English, or its code (IR-02).")],
    organisation: Annotated[str, typer.Option(help="The name of the organisation that runs the office.")],
    administrator: Annotated[str, typer.Option(help="The name of the person who administers it.")],
    username: Annotated[str, typer.Option(help="The user name of the administrator.")] = "admin",
) -> None:
    """Make an empty province ready to work: places, specifications, the organisation and its administrator."""
    with operation.told(), operation.database():
        operation.migrate()
        from peyvand.office.actions import open_office
        from peyvand.scope.acting import SYSTEM

        opened = open_office(
            province=province, organisation=organisation, administrator=administrator, username=username,
            by=SYSTEM, now=datetime.now(UTC),
        )  # fmt: skip
        typer.echo(f"«{opened.organisation.name_fa}» in {opened.province.name_fa} is ready.")
        typer.echo(f"Administrator: {opened.account.name} (user name: {opened.account.username})")
        typer.echo(f"Sign-in code, for one use within a day: {opened.code}")
        typer.echo("Start the site with `peyvand up`, sign in with the code, and set a password.")
