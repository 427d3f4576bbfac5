"""An attacker who subtracts what is shown of places from what is shown of the place they lie in learns nothing withheld."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.flow.differencing import withheld_cells
from peyvand.flow.suppression import is_small, suppressed

COLUMNS = ["a", "b", "c", "d"]
TABLES = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=columns, max_size=columns),
            min_size=rows, max_size=rows,
        )
    )
)  # fmt: skip


def table_of(rows):
    return {place: dict(zip(COLUMNS, row, strict=False)) for place, row in enumerate(rows)}


def worked_out(unknown, sums):
    """What an attacker gets by solving the sums he knows (each the list of its unknown cells, with signs)."""
    unknown = sorted(unknown)
    if not unknown:
        return set()
    matrix = np.zeros((max(len(sums), 1), len(unknown)))
    for place, cells in enumerate(sums):
        for cell, sign in cells:
            if cell in unknown:
                matrix[place, unknown.index(cell)] += sign
    _, sizes, directions = np.linalg.svd(matrix)
    free = directions[int((sizes > 1e-9).sum()) :]
    return {cell for place, cell in enumerate(unknown) if not len(free) or np.abs(free[:, place]).max() < 1e-9}


def sums_of(rows, columns, wide, tall):
    """The sums along rows and columns of a table `tall` x `wide`, where they are known."""
    across = [[((row, name), 1) for name in wide] for row in rows]
    return across + [[((row, name), 1) for row in tall] for name in columns]


def protected(rows):
    """A place and its parts as their pages show them: the parent's own breakdown first, then that of the parts."""
    table = table_of(rows)
    names = list(table[0])
    whole = {name: sum(cells[name] for cells in table.values()) for name in names}
    heads = suppressed({row: sum(cells.values()) for row, cells in table.items()})
    above = withheld_cells({-1: whole}, rows_known=[-1], columns_known=[])
    known = (
        [row for row, figure in heads.items() if figure is not None],
        [name for name in names if (-1, name) not in above],
    )
    also = {(row, name) for row in table for name in names if row not in known[0] or name not in known[1]}
    return table, whole, above, known, withheld_cells(table, rows_known=known[0], columns_known=known[1], also=also)


@settings(max_examples=400, deadline=None)
@given(TABLES)
def test_solving_the_sums_of_parent_and_parts_gives_no_small_figure(rows):
    table, whole, above, (known, _), hidden = protected(rows)
    if is_small(sum(whole.values())):
        return  # the head figure is withheld, and with it every breakdown
    names = list(whole)
    sums = [*sums_of(known, [], names, table), [((-1, name), 1) for name in names]]
    sums += [[((-1, name), -1), *(((row, name), 1) for row in table)] for name in names]
    found = worked_out(above | hidden, sums)
    assert not [(row, name) for row, name in found if is_small(whole[name] if row < 0 else table[row][name])]


@settings(max_examples=400, deadline=None)
@given(TABLES)
def test_every_small_figure_is_withheld_and_nothing_where_none_is_small(rows):
    table, *_, hidden = protected(rows)
    small = {(row, name) for row, cells in table.items() for name, figure in cells.items() if is_small(figure)}
    assert small <= hidden
    if not small and all(
        suppressed({row: sum(cells.values()) for row, cells in table.items()}).get(row) is not None for row in table
    ):
        assert hidden == set()


def test_a_neighbour_s_cell_is_withheld_with_the_small_one_and_another_of_each_row():
    table = table_of([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    hidden = withheld_cells(table, rows_known=[0, 1, 2], columns_known=["a", "b", "c"])
    assert hidden == {(0, "a"), (0, "b"), (1, "a"), (1, "b")}


def test_without_any_known_sum_only_the_small_ones_are_withheld():
    assert withheld_cells(table_of([[3, 20], [7, 2]]), rows_known=[], columns_known=[]) == {(0, "a"), (1, "b")}


def test_two_cycles_joined_by_one_cell_do_not_hide_it():
    hidden = {(0, "a"), (0, "b"), (1, "a"), (1, "b"), (1, "c"), (2, "c"), (2, "d"), (3, "c"), (3, "d")}
    assert worked_out(hidden, sums_of(range(4), COLUMNS, COLUMNS, range(4))) == {(1, "c")}
    table = {row: {name: 3 if (row, name) in hidden else 50 for name in COLUMNS} for row in range(4)}
    more = withheld_cells(table, rows_known=range(4), columns_known=COLUMNS)
    assert not worked_out(more, sums_of(range(4), COLUMNS, COLUMNS, range(4)))
