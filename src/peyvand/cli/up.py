"""`peyvand up`: everything a running office needs, in one process tree. `peyvand worker`: background work alone."""

import os
from typing import Annotated

import typer

from peyvand.cli import app
from peyvand.cli.operation import database, load_site, migrate, told

Host = Annotated[str, typer.Option(help="The address to listen on; 127.0.0.1 is this machine only.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


@app.command()
def up(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Start the database, bring the tables to this version, and serve the site with its background worker."""
    from peyvand.cli.ports import need_free_port
    from peyvand.cli.serving import serve

    with told():
        need_free_port(host, port)
        with database() as running:
            migrate()
            from peyvand.demo.state import holds_demo
            from peyvand.office.actions import is_empty

            if holds_demo():
                os.environ["PEYVAND_DEMO"] = "1"
            status = serve(host, port, running, _tell_start_code if is_empty() else None)
    raise typer.Exit(status)


def _tell_start_code(address: str) -> None:
    """While nobody has an account, whoever reads this terminal may open the office."""
    from peyvand.office.actions import start_code

    code = start_code()
    grouped = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    typer.echo(f"This installation is empty. Open the office at {address}start/ with the start code {grouped}")


@app.command()
def worker() -> None:
    """Do the background work only: more of these may run, here or on other machines with the same DATABASE_URL."""
    load_site(as_owner=False)
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--shutdown-graceful-timeout=8")
