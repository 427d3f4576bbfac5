"""Printed papers as PDF and pictures of figures as PNG, pure: words in, bytes out.

Every text reaches the page as data, so none can act as markup.

The words come finished in the reader's language from whoever prints; a template holds the layout alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import typst

from peyvand.kernel.refusals import Refusal

_FOLDER = Path(__file__).parent
Pairs = Sequence[tuple[str, str]]


class FontMissing(Refusal):
    code = "font_missing"
    message = "The font for printing is not installed; run the build of the site (python -m peyvand.web.build)."


@dataclass(frozen=True)
class Frame:
    """What stands around every paper. `printed` is a date in words, `demo` the mark of invented data or empty."""

    language: str
    title: str
    office: str
    printed: str
    lead: str = ""
    foot: str = ""
    demo: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table in words: `numeric[i]` sets column i against the other edge, `widths[i]` is its share of the page."""

    title: str
    headings: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    empty: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a form to be filled in by hand: "lines" to write on by label, "ticks" to choose from, "rows" of a
    table with these headings, or "free" lines; `count` is how many rows or free lines."""

    title: str
    kind: str
    labels: Sequence[str] = ()
    count: int = 0


@dataclass(frozen=True)
class Told:
    """One good practice in a briefing book, in words: each part is its heading and its text, each figure its name, its value
    and where it is known from; `story` is a title, the teller's words and who told them, or empty."""

    title: str
    lead: str
    problem: tuple[str, str]
    steps: tuple[str, Sequence[str]]
    parts: Pairs
    figures: tuple[str, Sequence[tuple[str, str, str]]]
    story: Sequence[str] = ()


@dataclass(frozen=True)
class Tile:
    value: str
    label: str
    note: str = ""
    tone: str = ""


def receipt(frame: Frame, *, code_label: str, code: str, facts: Pairs, notes: Sequence[str], fonts: Path) -> bytes:
    """The paper the one who asked takes home (A5)."""
    return _pdf("receipt", frame, fonts, code_label=code_label, code=code, facts=facts, notes=notes)


def slip(frame: Frame, *, code_label: str, code: str, facts: Pairs, steps: Sequence[str], fonts: Path) -> bytes:
    """A sign-in code to be handed over, with the steps of using it (A5)."""
    return _pdf("slip", frame, fonts, code_label=code_label, code=code, facts=facts, steps=steps)


def visit_form(frame: Frame, *, parts: Sequence[Part], signatures: Sequence[str], note: str, fonts: Path) -> bytes:
    """A blank form for a visit (A4)."""
    return _pdf("visit", frame, fonts, parts=[asdict(part) for part in parts], signatures=signatures, note=note)


def meeting_list(frame: Frame, *, sheet: Sheet, note: str, fonts: Path) -> bytes:
    """A list to lay on the table of a meeting (A4)."""
    return _pdf("meeting", frame, fonts, **asdict(sheet), note=note)


def monthly_report(
    frame: Frame, *, tiles: Sequence[Tile], sheets: Sequence[Sheet], notes: Sequence[str], empty: str, fonts: Path
) -> bytes:
    """The report of a month to one's superiors (A4). `empty` is the sentence for a month in which nothing happened."""
    tables, tops = [asdict(sheet) for sheet in sheets], [asdict(tile) for tile in tiles]
    return _pdf("monthly", frame, fonts, tiles=tops, tables=tables, notes=notes, empty=empty)


def one_page(frame: Frame, *, tiles: Sequence[Tile], words: Mapping[str, object], fonts: Path) -> bytes:
    """A place on exactly one page (A4), set smaller where its words are many. `words` are the parts that `place.typ` names."""
    return _pdf("place", frame, fonts, tiles=[asdict(tile) for tile in tiles], **words)


def minutes(frame: Frame, *, facts: Pairs, sheets: Sequence[Sheet], fonts: Path) -> bytes:
    """The minutes of a session on exactly one page (A4), set smaller where its words are many."""
    return _pdf("minutes", frame, fonts, facts=facts, tables=[asdict(sheet) for sheet in sheets])


def drawn_report(
    frame: Frame, *, words: str, parts: Sequence[tuple[Mapping[str, object], Sheet]], notes: Sequence[str], fonts: Path
) -> bytes:
    """A report in words and pictures (A4): each part is a picture with the table that says the same, or an empty picture."""
    told = [{"picture": picture, **asdict(sheet)} for picture, sheet in parts]
    return _pdf("drawn", frame, fonts, words=words, parts=told, notes=notes)


def gift(
    frame: Frame, *, words: str, picture: Mapping[str, object], sheet: Sheet, notes: Sequence[str], fonts: Path
) -> bytes:
    """What became of something that was offered (A4)."""
    return _pdf("gift", frame, fonts, words=words, picture=picture, **asdict(sheet), notes=notes)


def briefing_book(
    frame: Frame, *, contents: str, items: Sequence[Told], notes: Sequence[str], empty: str, fonts: Path
) -> bytes:
    """What a high session reads before it meets (A4): contents, then one page each. `notes` stand below the contents' last page."""
    told = [asdict(item) for item in items]
    return _pdf("briefing", frame, fonts, contents=contents, items=told, notes=notes, empty=empty)


def share_card(frame: Frame, *, words: str, asked: str, fonts: Path) -> bytes:
    """A story as a picture of 1200 by 630 dots (PNG): the beginning of its words, and what its reader is asked to do."""
    return _set("card", "png", frame, fonts, {"words": words, "asked": asked})


def story_sheet(
    frame: Frame,
    *,
    words: Sequence[str],
    asks: str,
    ways: Sequence[str],
    address: str,
    notes: Sequence[str],
    fonts: Path,
) -> bytes:
    """A story to be hung up (A4): its paragraphs, what can be done, and where."""
    return _pdf("story", frame, fonts, words=words, asks=asks, ways=ways, address=address, notes=notes)


def picture(frame: Frame, *, picture: Mapping[str, object], notes: Sequence[str], fonts: Path) -> bytes:
    """A chart or map as PNG, as wide as a page at 150 dots an inch. `picture` has a `kind` and what `drawing.typ` draws of it."""
    return _set("picture", "png", frame, fonts, {"picture": picture, "notes": notes})


def _pdf(template: str, frame: Frame, fonts: Path, **data: object) -> bytes:
    return _set(template, "pdf", frame, fonts, data)


def _set(template: str, kind: Literal["pdf", "png"], frame: Frame, fonts: Path, data: Mapping[str, object]) -> bytes:
    if not any(fonts.glob("*.ttf")):
        raise FontMissing
    words: Mapping[str, object] = {"frame": asdict(frame), **data}
    return bytes(
        typst.compile(
            str(_FOLDER / f"{template}.typ"),
            root=str(_FOLDER),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format=kind,
            ppi=150.0 if kind == "png" else None,
            sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
        )
    )
