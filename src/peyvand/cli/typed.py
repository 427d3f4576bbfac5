"""`peyvand match --typed`: a whole country from two Parquet files."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from peyvand.lists.words import Language


def match_typed(needs: Path, capacities: Path, output: Path, language: "Language") -> None:
    """Match two lists that are typed already. A bad cell is told by file, row and column, and ends it with code 2."""
    from peyvand.engines.matching import BadTable, match_files
    from peyvand.engines.matching.job import STEPS
    from peyvand.lists.faults import Fault
    from peyvand.lists.words import say

    def tell(step: str) -> None:
        typer.echo(f"[{STEPS.index(step) + 1}/{len(STEPS)}] {say(f'typed_step.{step}', language)}", err=True)

    try:
        done = match_files(needs, capacities, output, tell=tell)
    except BadTable as bad:
        typer.echo(Fault(bad.file, bad.code, bad.row, bad.column, bad.details).say(language), err=True)
        typer.echo(say("summary.refused", language), err=True)
        raise typer.Exit(2) from None
    typer.echo(
        say(
            "summary.typed_done", language, needs=done.needs, served=done.served, part=done.part,
            left=done.needs - done.served - done.part, units=done.units, units_served=done.units_served,
            capacities=done.capacities, km=round(done.km), seconds=round(sum(done.seconds.values()), 1),
        )
    )  # fmt: skip
    if done.proved:
        typer.echo(say("summary.typed_proved", language, pairs=done.pairs, rounds=done.rounds))
    else:
        typer.echo(say("summary.typed_open", language, gap=round(100 * done.gap, 2)))
    typer.echo(say("summary.written", language, file=output))
