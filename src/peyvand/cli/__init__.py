"""The `peyvand` command. Each command lives in its own module and imports what it needs when it runs."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def peyvand() -> None:
    """Peyvand: joins people's capacities to needs and accounts for every promise."""


from peyvand.cli import (  # noqa: E402 - a command registers itself on `app`
    backup,  # noqa: F401
    demo,  # noqa: F401
    doctor,  # noqa: F401
    keys,  # noqa: F401
    match,  # noqa: F401
    migrate,  # noqa: F401
    office,  # noqa: F401
    places,  # noqa: F401
    programme,  # noqa: F401
    rerun,  # noqa: F401
    resources,  # noqa: F401
    up,  # noqa: F401
    verify,  # noqa: F401
)
