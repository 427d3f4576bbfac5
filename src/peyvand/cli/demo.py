"""`peyvand demo`: the demo province, built once and served with a way in for each role."""

import os
import sys
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

import typer

from peyvand.cli import app, operation
from peyvand.cli.up import Host, Port

if TYPE_CHECKING:
    from peyvand.demo.links import WayIn

_STAGES = {
    "places": "places and kinds of help",
    "organisations": "organisations and accounts",
    "families": "families",
    "months": "fourteen months of needs, offers and promises",
    "stories": "stories",
    "programmes": "programmes",
}
_ENTER = "enter/{code}/"  # the page of a sign-in link


def _switch(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "no", "false")


def _scale(text: str) -> float:
    """Refused before anything is started or removed when the demo could not be built at it."""
    from peyvand.demo.plan import Plan
    from peyvand.kernel.refusals import BadValue
    from peyvand.kernel.text import latin_digits

    try:
        size = float(latin_digits(text.strip() or "1").replace("٫", "."))
    except ValueError:
        raise BadValue(field="SCALE", reason=f"«{text}» is not a number like 0.02 or 1") from None
    return Plan.of(size).scale


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    scale: Annotated[str, typer.Option(envvar="SCALE", help="The size: 1 is the province as published.")] = "1",
    reset: Annotated[str, typer.Option(envvar="RESET", help="1 removes the demo there is and builds it afresh.")] = "",
    serve: Annotated[bool, typer.Option(help="Serve the site when the demo is there.")] = True,
) -> None:
    """Build the demo province where the database is empty, and serve it. A second start keeps the data."""
    from peyvand.cli import serving
    from peyvand.cli.ports import need_free_port

    status = 0
    with operation.told():
        size = _scale(scale)
        if serve:
            _need_loopback(host)
            need_free_port(host, port)
        os.environ["PEYVAND_DEMO"] = "1"
        with operation.database() as running:
            operation.migrate()
            _prepare(size, _switch(reset))
            if serve:
                status = serving.serve(host, port, running, _tell_ways_in)
    raise typer.Exit(status)


def _need_loopback(host: str) -> None:
    """Sign-in links lie open on the screen, so a demo is for this machine only (decision D18)."""
    from peyvand.kernel.refusals import BadValue

    if host != "localhost" and not (_is_address(host) and ip_address(host).is_loopback):
        raise BadValue(
            field="host", reason="the demo is served on this machine only, as 127.0.0.1; `peyvand up` serves others"
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _prepare(scale: float, reset: bool) -> None:
    """The demo as asked for: built, kept, or built afresh. Refuses over the data of a real office."""
    from peyvand.demo import state
    from peyvand.demo.build import build

    if reset:
        state.clear()
        typer.echo("What was there of the demo has been removed.")
    built = state.check()
    if built is None:
        typer.echo(f"Building the demo province at scale {scale:g} (invented people and organisations)...")
        progress = _Progress()
        built = build(scale=scale, now=datetime.now(UTC), progress=progress)
        progress.end()
    else:
        typer.echo(f"The demo is kept as it was built, at scale {built.scale:g}. RESET=1 builds it afresh.")
    figures = built.figures
    typer.echo(
        f"Mazandaran: {figures['households']:,} households, {figures['persons']:,} persons,"
        f" {sum(figures['disabilities'].values()):,} of them with a disability; {figures['neighbourhoods']} neighbourhoods."
    )


def _tell_ways_in(address: str) -> None:
    from peyvand.demo.links import ways_in

    typer.echo("Single-use sign-in links, one for each role (a new start gives new ones):")
    for way in ways_in(now=datetime.now(UTC)):
        typer.echo(_line(way, address))


def _line(way: "WayIn", address: str) -> str:
    return f"  {way.role.value:<21} {address}{_ENTER.format(code=way.code)}  {way.name}"


class _Progress:
    """One line a stage; on a terminal the share grows on that line."""

    def __init__(self) -> None:
        self.begun, self.stage, self.shown = datetime.now(UTC), "", -1

    def __call__(self, stage: str, share: float) -> None:
        if stage not in _STAGES:
            return
        percent = int(share * 100)
        if stage != self.stage:
            self._finish_line()
            self.stage, self.shown = stage, -1
        if sys.stdout.isatty() and percent != self.shown:
            typer.echo(f"\r  {_STAGES[stage]} {percent} %", nl=False)
        elif self.shown < 0:
            typer.echo(f"  {_STAGES[stage]}")
        self.shown = percent

    def _finish_line(self) -> None:
        if self.stage and sys.stdout.isatty():
            typer.echo(f"\r  {_STAGES[self.stage]} 100 %")

    def end(self) -> None:
        self._finish_line()
        typer.echo(f"  done in {(datetime.now(UTC) - self.begun).total_seconds():.0f} seconds")
