"""Counts are kept, read by the handful, and say the same as the rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.flow.lived import some_life
from tests.world import NOW, TODAY, World, later

from peyvand.flow.counting.actions import keep_counts
from peyvand.flow.counting.cells import median_of
from peyvand.flow.counting.models import KeptCounts
from peyvand.flow.figures import place_figures
from peyvand.flow.reached import reached
from peyvand.flow.trends import trend_of
from peyvand.kernel.jalali import JalaliMonth
from peyvand.kernel.refusals import NotPermitted
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def seen(world, code):
    figures = place_figures(world.places[code], today=TODAY)
    kinds = {one.specification.slug: (one.open, one.met, one.capacities) for one in figures.kinds}
    children = {child.place.code: dict(child.counts) for child in figures.children}
    return dict(figures.counts), dict(figures.met_by), kinds, figures.months, children, reached(figures)


def test_what_is_kept_says_the_same_as_the_rows():
    world = World.build()
    some_life(world)
    places = ("ir", "mz", "sm", "sari", "nobonyad", "espiari")
    live = [(seen(world, code), trend_of(world.places[code], today=TODAY).months) for code in places]
    assert place_figures(world.places["mz"], today=TODAY).counted_at is None
    keep_counts(by=SYSTEM, now=NOW)
    assert [(seen(world, code), trend_of(world.places[code], today=TODAY).months) for code in places] == live
    assert place_figures(world.places["mz"], today=TODAY).counted_at == NOW


def test_what_is_kept_stands_until_it_is_counted_again_and_for_a_day():
    world = World.build()
    some_life(world)
    keep_counts(by=SYSTEM, now=NOW)
    before = place_figures(world.places["mz"], today=TODAY).counts["open"]
    for _ in range(5):
        world.need(1)
    assert place_figures(world.places["mz"], today=TODAY).counts["open"] == before
    assert place_figures(world.places["mz"], today=TODAY + timedelta(days=2)).counts["open"] == before + 5
    keep_counts(by=SYSTEM, now=later(hours=1))
    assert place_figures(world.places["mz"], today=TODAY).counts["open"] == before + 5


def test_a_page_of_figures_reads_the_counts_of_neighbours_on_the_way_down_and_no_row_of_the_flow():
    world = World.build()
    some_life(world)
    keep_counts(by=SYSTEM, now=NOW)
    with CaptureQueriesContext(connection) as found:
        figures = place_figures(world.places["nobonyad"], today=TODAY)
        reached(figures)
    texts = [one["sql"] for one in found if "set_config" not in one["sql"] and "SAVEPOINT" not in one["sql"]]
    assert len(texts) == 2
    assert not [
        text
        for text in texts
        if any(f'"{table}"' in text for table in ("need_need", "commitment_commitment", "capacity_capacity"))
    ]
    with scope(SYSTEM):
        read = figures.heads.counts.cells
        assert len(read) <= 1 + sum(len(parts) for parts in figures.heads.counts.beside.values())


def test_only_the_system_counts_and_nobody_else_reads_what_is_exact():
    world = World.build()
    some_life(world)
    keep_counts(by=SYSTEM, now=NOW)
    with pytest.raises(NotPermitted):
        keep_counts(by=world["leader"], now=NOW)
    for acting in world.acting.values():
        with scope(acting):
            assert not KeptCounts.objects.exists()


def test_a_trend_tells_months_and_the_wait_for_the_first_promise():
    world = World.build()
    some_life(world)
    trend = trend_of(world.places["mz"], today=TODAY)
    assert len(trend.months) == 24
    last = trend.months[-1]
    assert last.month == JalaliMonth.of(TODAY)
    assert last.lines == {"told": 32, "promised": 15, "delivered": 15, "met": 15, "stories": 0}
    assert last.days == 0
    assert trend.months[0].days is None
    two = trend_of(world.places["mz"], today=TODAY, first=last.month.shift(-1), last=last.month).months
    assert two == trend.months[-2:], "a period shows fewer months, and no other figures"


def test_a_trend_withholds_a_few_and_what_they_could_be_worked_out_from():
    world = World.build()
    for place, count in (("nobonyad", 3), ("ahangar", 9)):
        for _ in range(count):
            world.need(1, place=place)
    assert trend_of(world.places["sari"], today=TODAY).months[-1].lines["told"] == 12
    for code in ("nobonyad", "ahangar"):
        assert trend_of(world.places[code], today=TODAY).months[-1].lines["told"] is None


def test_the_median_is_a_value_that_occurs():
    assert median_of({3: 1}) == 3
    assert median_of({0: 2, 9: 2}) == 0
    assert median_of({0: 1, 4: 3, 90: 1}) == 4
