"""Breakdowns of neighbouring places beside that of the place they lie in: nothing withheld follows from what is shown, pure.

The figures of siblings by category are a table. A reader knows the head figure of a row and the parent's figure of a column
where these are shown, and subtracts. A withheld cell follows from such sums exactly when it is a bridge of the graph whose
nodes are the rows and columns and whose edges are the withheld cells (the rows without a known sum are one node, and so are
the columns, for the sum of all is known): through every other edge runs a cycle, along which amounts can be moved without
changing any sum (Gusfield, "A graph theoretic approach to statistical data security", 1988).
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import TypeVar

from peyvand.flow.suppression import is_small, safe

Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)
Cell = tuple[Row, Column]
_OTHER_ROWS, _OTHER_COLUMNS = ("rows",), ("columns",)


def withheld_cells(
    table: Mapping[Row, Mapping[Column, int]],
    *,
    rows_known: Collection[Row],
    columns_known: Collection[Column],
    also: Collection[Cell] = (),
) -> set[Cell]:
    """The cells to withhold: every figure under five, those in `also`, and of the others the smallest that protect them.

    Every row has the same columns. `rows_known` and `columns_known` are those whose sums a reader knows.
    """
    hidden = {(row, name) for row, cells in table.items() for name, figure in cells.items() if is_small(figure)}
    hidden |= set(also)
    names = list(next(iter(table.values()), {}))
    lines = [[(row, name) for name in names] for row in table if row in rows_known]
    lines += [[(row, name) for row in table] for name in names if name in columns_known]
    while True:
        fresh = _unsafe_sums(table, lines, hidden) or _betrayed(table, lines, hidden, rows_known, columns_known)
        if not fresh:
            return hidden
        hidden |= fresh


def _next(table: Mapping[Row, Mapping[Column, int]], line: Collection[Cell], hidden: set[Cell]) -> set[Cell]:
    """The smallest shown figure of a line; where none is left but noughts, all of these."""
    shown = [cell for cell in line if cell not in hidden]
    figures = [cell for cell in shown if table[cell[0]][cell[1]]]
    return {min(figures, key=lambda cell: table[cell[0]][cell[1]])} if figures else set(shown)


def _unsafe_sums(
    table: Mapping[Row, Mapping[Column, int]], lines: Collection[Collection[Cell]], hidden: set[Cell]
) -> set[Cell]:
    """What must be withheld too because the withheld part of a known sum says that one of its figures is small."""
    fresh: set[Cell] = set()
    for line in lines:
        while not safe([table[row][name] for row, name in line if (row, name) in hidden or (row, name) in fresh]):
            more = _next(table, line, hidden | fresh)
            if not more:
                break
            fresh |= more
    return fresh


def _betrayed(
    table: Mapping[Row, Mapping[Column, int]],
    lines: Collection[Collection[Cell]],
    hidden: set[Cell],
    rows_known: Collection[Row],
    columns_known: Collection[Column],
) -> set[Cell]:
    """What must be withheld next because a withheld cell follows from the sums."""
    for cell in _bridges(hidden, rows_known, columns_known):
        for line in lines:
            if cell in line and (fresh := _next(table, line, hidden)):
                return fresh
    return set()


def _bridges(hidden: set[Cell], rows_known: Collection[Row], columns_known: Collection[Column]) -> list[Cell]:
    """The withheld cells that lie on no cycle."""
    ends: dict[Cell, tuple[tuple, tuple]] = {
        (row, name): (
            ("row", row) if row in rows_known else _OTHER_ROWS,
            ("column", name) if name in columns_known else _OTHER_COLUMNS,
        )
        for row, name in hidden
    }
    at: dict[tuple, list[tuple[Cell, tuple]]] = defaultdict(list)
    for cell, (one, other) in ends.items():
        at[one].append((cell, other))
        at[other].append((cell, one))
    seen: dict[object, int] = {}
    lowest: dict[object, int] = {}
    found: list[Cell] = []
    for root in at:
        if root in seen:
            continue
        seen[root] = lowest[root] = len(seen)
        stack: list[tuple[tuple, Cell | None, Iterator[tuple[Cell, tuple]]]] = [(root, None, iter(at[root]))]
        while stack:
            node, came, edges = stack[-1]
            step = next(edges, None)
            if step is None:
                stack.pop()
                if came is not None:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                    if lowest[node] > seen[above]:
                        found.append(came)
                continue
            cell, other = step
            if cell == came:
                continue
            if other in seen:
                lowest[node] = min(lowest[node], seen[other])
            else:
                seen[other] = lowest[other] = len(seen)
                stack.append((other, cell, iter(at[other])))
    return sorted(found, key=repr)
