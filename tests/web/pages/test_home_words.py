"""By when something waits, in words; and the one next step of all that waits."""

from datetime import timedelta

import pytest
from django.utils import translation
from tests.world import TODAY

from peyvand.web.pages.home_reading import Block, Line, next_step
from peyvand.web.pages.home_words import due, waits


@pytest.mark.parametrize(
    ("days", "persian", "english", "late"),
    [
        (-2, "۲ روز دیرکرد", "2 days late", True),
        (-1, "۱ روز دیرکرد", "1 day late", True),
        (0, "تا امروز", "by today", False),
        (1, "تا فردا", "by tomorrow", False),
        (5, "تا ۵ روز دیگر", "within 5 days", False),
        (40, "تا ۱۰ دی ۱۴۰۵", "by 10 Dey 1405", False),
    ],
)
def test_a_due_day_is_said_as_people_say_it(days, persian, english, late):
    day = TODAY + timedelta(days=days)
    with translation.override("fa"):
        assert (due(day, TODAY).text, due(day, TODAY).late) == (persian, late)
    with translation.override("en"):
        assert due(day, TODAY).text == english


def test_what_has_no_day_says_how_long_it_has_waited():
    with translation.override("fa"):
        assert waits(TODAY, TODAY).text == "از امروز در انتظار"
        assert waits(TODAY - timedelta(days=5), TODAY).text == "۵ روز در انتظار"


def test_the_next_step_is_what_is_late_longest_then_due_soonest_then_waiting_longest():
    def line(name, when):
        return Line(name, f"/{name}/", when=when)

    late = [line("late", due(TODAY - timedelta(days=days), TODAY)) for days in (1, 9, 3)]
    soon = [line("soon", due(TODAY + timedelta(days=days), TODAY)) for days in (4, 1)]
    long = [line("long", waits(TODAY - timedelta(days=days), TODAY)) for days in (80, 300)]
    blocks = [
        Block("a", "A", 2, long, step="a"),
        Block("b", "B", 2, soon, step="b"),
        Block("c", "C", 3, late, step="c"),
    ]
    assert next_step(blocks) == (blocks[2], late[1])
    assert next_step(blocks[:2]) == (blocks[1], soon[1])
    assert next_step(blocks[:1]) == (blocks[0], long[1])
    assert next_step([Block("d", "D", 1, late)]) is None
    assert next_step([]) is None
