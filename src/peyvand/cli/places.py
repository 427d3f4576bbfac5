"""`peyvand places`: the reference places, and lists of finer places that an operator has."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from peyvand.cli import app, operation

places = typer.Typer(no_args_is_help=True, help="Provinces, counties and cities; finer places from your own lists.")
app.add_typer(places, name="places")


@places.command()
def load() -> None:
    """Load the country, its provinces, counties and cities. A second time changes nothing."""
    with operation.told(), operation.database():
        operation.open_site()
        from peyvand.places.reference import CREDIT, load_reference
        from peyvand.scope.acting import SYSTEM

        put = load_reference(by=SYSTEM, now=datetime.now(UTC))
        typer.echo(f"Places: {put.added} added, {put.changed} changed, {put.same} as they were. Points: {CREDIT}.")


@places.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="GeoJSON, CSV or a workbook.", dir_okay=False)],
    kind: Annotated[str, typer.Option(help="What every row is that does not say: county, neighbourhood, ...")] = "",
    within: Annotated[str, typer.Option(help='The path of the place that all rows lie in, as "ir/02/".')] = "",
    source: Annotated[
        str, typer.Option(help="Where the list comes from, with its licence; shown with the places.")
    ] = "",
) -> None:
    """Add places of a list and bring known ones up to date: all or nothing, with every fault named by row and column."""
    with operation.told(), operation.database():
        operation.open_site()
        from peyvand.places.enums import PlaceKind
        from peyvand.places.importing import import_places
        from peyvand.scope.acting import SYSTEM

        if kind and kind not in PlaceKind.values:
            raise typer.BadParameter(f"{kind} is none of {', '.join(PlaceKind.values)}", param_hint="--kind")
        put = import_places(
            path=file,
            kind=PlaceKind(kind) if kind else None,
            within=within,
            source=source,
            by=SYSTEM,
            now=datetime.now(UTC),
        )
        typer.echo(f"{file.name}: {put.added} places added, {put.changed} changed, {put.same} as they were.")


@places.command()
def census(
    file: Annotated[Path, typer.Argument(help="CSV or a workbook with one row for each county.", dir_okay=False)],
    source: Annotated[str, typer.Option(help="Which census, by whom and under which licence; shown with the figures.")],
) -> None:
    """Give counties their population and a deprivation counted from census indicators, and provinces their sum.

    Needed are the columns province, county, population, dependency_ratio, unemployment_rate, female_unemployment_rate and
    illiterate_share_of_active. Figures that came from another list stay as they are; a second time changes nothing.
    """
    with operation.told(), operation.database():
        operation.open_site()
        from peyvand.places.census import take_census
        from peyvand.scope.acting import SYSTEM

        taken = take_census(path=file, source=source, by=SYSTEM, now=datetime.now(UTC))
        typer.echo(f"{file.name}: {taken.changed} places changed, {taken.same} as they were.")
        if taken.kept:
            typer.echo(f"Figures of another source were left as they are: {taken.kept}.")
        for name in taken.unmatched:
            typer.echo(f"No such county among the places: {name}.")
