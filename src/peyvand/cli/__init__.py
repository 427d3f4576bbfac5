"""The `peyvand` command. Each command lives in its own module and imports what it needs when it runs."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def peyvand() -> None:
    """Peyvand: joins people's capacities to needs and accounts for every promise."""


from peyvand.cli import backup, doctor, match, migrate, up, verify  # noqa: E402, F401 - a command registers itself on `app`
