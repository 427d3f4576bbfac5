"""`peyvand verify`: does the journal still say what happened, and do the figures follow from it? `peyvand seal` seals it."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from peyvand.cli import app
from peyvand.cli.operation import database, open_site, told

if TYPE_CHECKING:
    from rich.progress import Progress

_SEAL = {
    "changed": "Event {event} was changed after it was sealed (seal {seal}).",
    "removed": "Event {event} was removed from the journal (seal {seal}).",
    "inserted": "Event {event} was put into the journal afterwards (seal {seal}).",
    "broken_chain": "Seal {seal} is not the one that was written.",
    "key_missing": "Seal {seal} names a key that is not in the key file, so its events could not be checked.",
    "cut_off": "The journal was cut off: it was sealed up to event {event}.",
}
_WALL = {
    "missing": "Table {table}: the constraint {name} is missing.",
    "not_checked": "Table {table}: the constraint {name} is not enforced on all rows.",
    "open": "Table {table}: row security is switched off.",
}


@dataclass(frozen=True)
class Found:
    """One finding: which check made it, its sentence, and the facts behind it."""

    check: str
    sentence: str
    facts: dict[str, Any]


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for machines.")] = False,
) -> None:
    """Check the seals of the journal, replay it against the stored quantities, and look at the walls of the database."""
    with told(), redirect_stdout(sys.stderr) if as_json else nullcontext(), database():
        open_site()
        found, events = _check(show=sys.stderr.isatty())
    _tell(found, events, as_json)
    if found:
        raise typer.Exit(1)


@app.command()
def seal() -> None:
    """Seal every finished event that has no seal yet (a job does this every few minutes)."""
    with told(), database():
        open_site()
        from django.utils import timezone

        from peyvand.journal import seals

        typer.echo(f"{seals.seal(now=timezone.now()):,} events were sealed.")


def _check(*, show: bool) -> tuple[list[Found], dict[str, int]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from peyvand.journal.models import Event, Seal
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope

    with scope(SYSTEM):
        last = Seal.objects.last()
        sealed = last.last_event if last else 0
        events = {
            "sealed": Event.objects.filter(id__lte=sealed).count(),
            "not_sealed": Event.objects.filter(id__gt=sealed).count(),
        }
        seals = Seal.objects.count()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not show, transient=True) as progress:
        return [*_seals(progress, seals), *_quantities(progress), *_walls()], events


def _seals(progress: "Progress", seals: int) -> Iterator[Found]:
    from peyvand.journal.seals import check_seals

    task = progress.add_task("Seals of the journal", total=seals)
    for one in check_seals(step=lambda: progress.advance(task)):
        sentence = _SEAL[one.what].format(event=one.event_id, seal=one.seal_id)
        yield Found("journal", sentence, asdict(one))


def _quantities(progress: "Progress") -> Iterator[Found]:
    from peyvand.flow.replay import replay

    task = progress.add_task("Quantities from the journal", total=1)
    for one in replay():
        sentence = (
            f"Table {one.table}, row {one.row_id}: {one.column} is {one.stored}, and the journal gives {one.replayed}."
        )
        yield Found("quantities", sentence, asdict(one))
    progress.advance(task)


def _walls() -> Iterator[Found]:
    from peyvand.scope.walls import gaps

    for one in gaps():
        yield Found("walls", _WALL[one.what].format(table=one.table, name=one.name), asdict(one))


def _tell(found: list[Found], events: dict[str, int], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"sound": not found, "events": events, "findings": [asdict(one) for one in found]}))
        return
    for one in found:
        typer.echo(one.sentence)
    typer.echo(
        f"{events['sealed']:,} sealed events were checked; {events['not_sealed']:,} newer ones have no seal yet."
    )
    if found:
        typer.echo(
            f"{len(found):,} findings. Keep this output, make no changes, and compare with the newest good backup."
        )
    else:
        typer.echo("The journal is whole, the quantities follow from it, and the walls of the database stand.")
