"""`peyvand rerun`: compute a run of the matching again from what was stored of it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from peyvand.cli import app, operation


@app.command("rerun")
def rerun(
    run: Annotated[int, typer.Argument(help="The number of the run, as it stands in its address.", min=1)],
) -> None:
    """Compute a run of the matching again from its stored inputs, and say whether the same comes out (exit code 0; 1 where not)."""
    with operation.told(), operation.database():
        operation.open_site()
        from peyvand.flow.commitment.matching import repeat_run
        from peyvand.flow.commitment.models import MatchingRun
        from peyvand.scope.acting import SYSTEM
        from peyvand.scope.database import scope

        same = repeat_run(run_id=run, by=SYSTEM, now=datetime.now(UTC))
        with scope(SYSTEM):
            row = MatchingRun.objects.get(pk=run)
        typer.echo(f"Inputs: {row.inputs_sha256}")
        typer.echo(f"Result: {row.result_sha256}")
        typer.echo("The same came out." if same else "Something else came out: the inputs or the method have changed.")
        if not same:
            raise typer.Exit(1)
