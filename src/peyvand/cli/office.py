"""`peyvand office`: a real office begins."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from peyvand.cli import app, operation

office = typer.Typer(no_args_is_help=True, help="Begin a real office.")
app.add_typer(office, name="office")


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


@office.command()
def code(
    username: Annotated[str, typer.Argument(help="The user name of somebody who cannot sign in any more.")],
    forget_password: Annotated[bool, typer.Option(help="Take the forgotten password away too.")] = False,
) -> None:
    """A new sign-in code for an account, for whoever keeps this machine: an administrator has nobody above to ask."""
    with operation.told(), operation.database():
        operation.load_site(as_owner=False)
        from peyvand.kernel.jalali import business_date
        from peyvand.kernel.refusals import BadValue
        from peyvand.office.actions import CODE_LASTS
        from peyvand.people.accounts import issue_sign_in_code
        from peyvand.people.models import Account
        from peyvand.people.queries import memberships_in_force
        from peyvand.scope.acting import SYSTEM

        now = datetime.now(UTC)
        account = Account.objects.filter(username__iexact=username, is_active=True).first()
        membership = memberships_in_force(account, business_date(now)).first() if account else None
        if membership is None:
            raise BadValue(field="username", reason=f"nobody called «{username}» has a role here")
        told = issue_sign_in_code(
            membership=membership, valid_for=CODE_LASTS, forget_password=forget_password, by=SYSTEM, now=now
        )
        typer.echo(f"Sign-in code for {membership.account.name}, for one use within a day: {told}")
