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

            if holds_demo():
                os.environ["PEYVAND_DEMO"] = "1"
            status = serve(host, port, running)
    raise typer.Exit(status)


@app.command()
def worker() -> None:
    """Do the background work only: more of these may run, here or on other machines with the same DATABASE_URL."""
    load_site(as_owner=False)
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--shutdown-graceful-timeout=8")
