"""A chart as data: what its picture draws and what its table says are the same rows, on the page, as PNG and as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from peyvand.lists.formulas import guarded
from peyvand.web.maps import WIDTH, Map
from peyvand.web.nets import WIDTH as NET_WIDTH
from peyvand.web.nets import Net, R
from peyvand.web.templatetags.peyvand_format import number
from peyvand.web.templatetags.peyvand_pages import figure

Cell = str | int | None  # None is a figure that is withheld


@dataclass(frozen=True)
class Bar:
    """`out` are lines below it. As in `parts/bars.html` the value is formatted and the share lies between 0 and 100."""

    label: Any
    value: str
    share: float
    tone: str = ""
    out: Sequence[tuple[Any, str]] = ()


@dataclass(frozen=True)
class Mark:
    """A month of a line: its share of the highest, and its text; `withheld` where a cross stands for a column."""

    label: str
    text: str
    share: float
    withheld: bool

    @property
    def height(self) -> float:
        """In hundredths of the drawing; nought is a hair's breadth."""
        return max(self.share, 1.0)

    @property
    def top(self) -> float:
        return 100 - self.height


@dataclass(frozen=True)
class Line:
    label: Any
    most: str
    tone: str
    marks: Sequence[Mark]

    @property
    def first(self) -> str:
        return self.marks[0].label if self.marks else ""

    @property
    def last(self) -> str:
        return self.marks[-1].label if self.marks else ""


@dataclass(frozen=True)
class Chart:
    """`rows` begin with a label, and their figures stand under `headings`; `picture` is what `papers.picture` draws."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    picture: Mapping[str, Any]
    lead: str = ""
    notes: Sequence[str] = ()

    @property
    def shown(self) -> list[list[str]]:
        return [[cell if isinstance(cell, str) else figure(cell) for cell in row] for row in self.rows]

    @property
    def titled(self) -> list[list[tuple[str, str]]]:
        """Each cell with its heading."""
        return [list(zip(self.headings, row, strict=True)) for row in self.shown]

    def csv(self) -> bytes:
        """UTF-8 with its mark, so that a spreadsheet reads Persian; a withheld figure is said in words, never left as 0."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(self.headings)
        for row in self.rows:
            cells = (gettext("withheld") if cell is None else cell for cell in row)
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
        return out.getvalue().encode("utf-8-sig")


def bars(rows: Sequence[tuple[Any, int | None]], joined: object = None, most: int = 0) -> list[Bar]:
    """Figures as bars, as long as their part of the largest (or of `most`); a withheld one has none."""
    largest = most or max((value or 0 for _label, value in rows), default=0) or 1
    return [
        Bar(label, figure(value), 100 * (value or 0) / largest, "joined" if label == joined else "")
        for label, value in rows
    ]


def line(label: Any, marks: Sequence[tuple[str, int | None]], tone: str = "") -> Line:
    """A line of months on a scale of its own; `most` says what its highest column is."""
    most = max((value or 0 for _month, value in marks), default=0)
    said = gettext("highest: %(count)s") % {"count": number(most)}
    return Line(
        label,
        said,
        tone,
        [Mark(month, figure(value), 100 * (value or 0) / (most or 1), value is None) for month, value in marks],
    )


def drawn_bars(rows: Sequence[Bar]) -> dict[str, Any]:
    return {"kind": "bars", "rows": [_bar(one) for one in rows]}


def drawn_pairs(groups: Sequence[tuple[Any, Sequence[Bar]]]) -> dict[str, Any]:
    return {
        "kind": "pairs",
        "groups": [{"label": str(label), "rows": [_bar(one) for one in rows]} for label, rows in groups],
    }


def _bar(one: Bar) -> dict[str, Any]:
    out = [f"{label}: {text}" for label, text in one.out]
    return {"label": str(one.label), "share": one.share / 100, "tone": one.tone, "text": one.value, "out": out}


def drawn_lines(lines: Sequence[Line], across: int = 2) -> dict[str, Any]:
    return {"kind": "months", "across": across, "lines": [drawn_line(one) for one in lines]}


def drawn_line(one: Line) -> dict[str, Any]:
    marks = [{"share": mark.share / 100, "withheld": mark.withheld} for mark in one.marks]
    return {
        "label": str(one.label),
        "most": one.most,
        "tone": one.tone,
        "first": one.first,
        "last": one.last,
        "marks": marks,
    }


def drawn_map(found: Map) -> dict[str, Any]:
    return {
        "kind": "map", "width": WIDTH, "height": found.height, "borders": found.borders, "own": found.own,
        "spots": [{"x": one.x, "y": one.y, "r": one.r, "withheld": one.value is None, "nought": one.value == 0, "own": one.own}
                  for one in found.spots],
        "names": [{"x": one.x, "y": one.label_y, "text": one.label} for one in found.spots if one.labelled],
    }  # fmt: skip


def drawn_net(found: Net) -> dict[str, Any]:
    return {
        "kind": "net", "width": NET_WIDTH, "height": found.height, "r": R,
        "threads": [{"path": one.path, "firm": one.firm} for one in found.threads],
        "knots": [{"x": one.x, "y": one.y, "number": one.actor.number, "text": one.label, "label_x": one.label_x, "after": one.after,
                   "own": one.actor.own} for one in found.knots],
    }  # fmt: skip
