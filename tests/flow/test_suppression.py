"""No figure under five can be read, nor worked out from the others."""

from hypothesis import given
from hypothesis import strategies as st

from peyvand.flow.suppression import LEAST, shown, suppressed

BREAKDOWNS = st.dictionaries(st.integers(0, 9), st.integers(0, 30), min_size=1, max_size=8)


def test_a_figure_alone():
    assert [shown(figure) for figure in (0, 1, 4, 5, 60)] == [0, None, None, 5, 60]


def test_one_small_part_takes_the_smallest_other_with_it():
    assert suppressed({"a": 3, "b": 9, "c": 40}) == {"a": None, "b": None, "c": 40}


def test_small_parts_whose_sum_says_they_are_small_take_another_with_them():
    assert suppressed({"a": 1, "b": 1, "c": 1, "d": 50, "e": 20}) == {
        "a": None,
        "b": None,
        "c": None,
        "d": 50,
        "e": None,
    }


def test_where_all_together_would_betray_one_nothing_is_said():
    assert suppressed({"a": 1, "b": 4, "c": 0}) == {"a": None, "b": None, "c": None}


def test_without_a_total_only_small_parts_are_withheld():
    assert suppressed({"a": 3, "b": 9, "c": 0}, total_known=False) == {"a": None, "b": 9, "c": 0}


@given(BREAKDOWNS)
def test_what_is_shown_is_true_and_never_small(parts):
    for key, figure in suppressed(parts).items():
        assert figure is None or (figure == parts[key] and (figure == 0 or figure >= LEAST))


@given(BREAKDOWNS)
def test_nobody_can_work_out_that_a_withheld_part_is_small(parts):
    """For every withheld part there is a breakdown, agreeing with all that is shown, in which it is five or more."""
    answer, total = suppressed(parts), sum(parts.values())
    withheld = [key for key, figure in answer.items() if figure is None]
    if not withheld or total < LEAST:
        return  # a total under five is withheld itself, and with it the equation
    if len(withheld) == len(parts):
        assert total >= LEAST  # noughts are withheld too, so any part may be the whole
    else:
        rest = total - sum(figure for figure in answer.values() if figure is not None)
        assert rest - (len(withheld) - 1) >= LEAST


@given(BREAKDOWNS)
def test_nothing_is_withheld_without_a_small_part(parts):
    if all(figure == 0 or figure >= LEAST for figure in parts.values()):
        assert suppressed(parts) == parts


@given(BREAKDOWNS, st.sets(st.integers(0, 9), max_size=3))
def test_what_is_withheld_for_another_reason_cannot_be_worked_out_either(parts, also):
    answer = suppressed(parts, also=also)
    withheld = [key for key, figure in answer.items() if figure is None]
    assert also & set(parts) <= set(withheld)
    if withheld and sum(parts.values()) >= LEAST and len(parts) > 1:
        assert len(withheld) > 1
