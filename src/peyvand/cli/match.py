"""`peyvand match`: two lists in, matches out, without any server."""

import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from peyvand.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peyvand.lists import ListMatch
    from peyvand.lists.pairing import Progress
    from peyvand.lists.words import Language


def _show_synonyms(asked: bool) -> None:
    if asked:
        from importlib import resources

        typer.echo(resources.files("peyvand.lists").joinpath("synonyms.toml").read_text(encoding="utf-8"), nl=False)
        raise typer.Exit


@app.command("match")
def match(
    needs: Annotated[Path, typer.Argument(help="The list of needs: CSV, XLSX, XLS, HTML saved as .xls, or Parquet.")],
    capacities: Annotated[Path, typer.Argument(help="The list of capacities, in any of the same formats.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The matches: .csv, .xlsx or .parquet.")],
    report: Annotated[Path | None, typer.Option(help="A page to look at and print (HTML).")] = None,
    fa: Annotated[bool, typer.Option("--fa", help="Persian headings, reasons, report and messages.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Go on without bad rows and write them here with their reasons.")
    ] = None,
    synonyms: Annotated[
        Path | None,
        typer.Option(help="Your own words for headings, cells and kinds (TOML), added to the built-in ones."),
    ] = None,
    typed: Annotated[
        bool,
        typer.Option(
            "--typed",
            help="Both lists are Parquet files in the columns of the engine (kind, priority, demand; kind, capacity, reach):"
            " nothing is guessed or corrected, rows count from 0, and a million needs take about a minute.",
        ),
    ] = False,
    show_synonyms: Annotated[
        bool,
        typer.Option(
            "--show-synonyms", callback=_show_synonyms, is_eager=True, help="Print the built-in words and end."
        ),
    ] = False,
) -> None:
    """Match a list of needs with a list of capacities: the worst-off first, as many as can be served, with reasons."""
    from peyvand.lists import ListRefused, Synonyms, match_lists
    from peyvand.lists.pairing import STEPS
    from peyvand.lists.writing import check_outputs, check_suffix

    language: Language = "fa" if fa else "en"
    outputs = [path for path in (output, rejects, report) if path]
    if typed:
        from peyvand.cli.typed import match_typed

        if report or rejects or synonyms or output.suffix.lower() != ".parquet":
            raise typer.BadParameter(
                "--typed writes one .parquet file, and takes no --report, --rejects or --synonyms."
            )
        match_typed(needs, capacities, output, language)
        return
    try:
        for table in filter(None, (output, rejects)):
            check_suffix(table)
        check_outputs(outputs, [needs, capacities, *([synonyms] if synonyms else [])])
        with _progress(language) as progress:
            words = Synonyms.load(synonyms)
            result = match_lists(needs, capacities, synonyms=words, rejects=rejects is not None, progress=progress)
            progress(STEPS[-1], len(STEPS) - 1, len(STEPS))
            _write(result, output, report, rejects, language)
    except ListRefused as refused:
        _tell_refusal(refused, language, offer_rejects=rejects is None)
        raise typer.Exit(2) from None
    _tell_result(result, outputs, rejects, language)


def _write(result: "ListMatch", output: Path, report: Path | None, rejects: Path | None, language: "Language") -> None:
    from peyvand.lists.report import render
    from peyvand.lists.writing import table_bytes, write_together

    right_to_left = language == "fa"
    contents = {output: table_bytes(result.frame(language), output, right_to_left=right_to_left)}
    if rejects:
        contents[rejects] = table_bytes(result.rejects(language), rejects, right_to_left=right_to_left)
    if report:
        page = render(
            result.figures,
            language=language,
            today=dt.datetime.now(ZoneInfo("Asia/Tehran")).date(),
            files=(result.needs.table.file, result.capacities.table.file),
            notes=result.sentences(language),
            rejected=len(result.rejected),
        )
        contents[report] = page.encode()
    write_together(contents)


def _tell_refusal(refused: Any, language: "Language", *, offer_rejects: bool) -> None:
    from peyvand.lists.words import say

    typer.echo(refused.say(language), err=True)
    typer.echo(say("summary.refused", language), err=True)
    if offer_rejects and all(fault.row is not None for fault in refused.faults):
        typer.echo(say("summary.use_rejects", language), err=True)


def _tell_result(result: "ListMatch", outputs: list[Path], rejects: Path | None, language: "Language") -> None:
    from peyvand.lists.words import say

    total, figures = result.figures.total, result.figures
    for note in result.sentences(language):
        typer.echo(note, err=True)
    if result.rejected and rejects:
        typer.echo(say("summary.rejected", language, count=len(result.rejected), file=rejects), err=True)
    typer.echo(
        say(
            "summary.done", language, needs=total.needs, served=total.served, part=total.part, left=total.left,
            units=total.units, units_served=total.units_served, used=figures.capacities_used,
            capacities=figures.capacities,
        )
    )  # fmt: skip
    for output in outputs:
        typer.echo(say("summary.written", language, file=output))


@contextmanager
def _progress(language: "Language") -> "Iterator[Progress]":
    """A bar on a terminal, one line a step elsewhere; always on the error stream, so that output stays clean."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from peyvand.lists.words import say

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, done, total: typer.echo(f"[{done + 1}/{total}] {say(f'step.{step}', language)}", err=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("")
        yield lambda step, done, total: bar.update(
            task, description=say(f"step.{step}", language), completed=done, total=total
        )
