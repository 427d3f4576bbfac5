"""Figures of a place, as everyone may see them."""

import pytest
from tests.world import TODAY, World, later

from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Unserved
from peyvand.flow.figures import met_by, place_figures, shortages
from peyvand.flow.need.enums import MetBy
from peyvand.kernel.jalali import JalaliMonth
from peyvand.kernel.refusals import NotPermitted
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def met(world, count, place="nobonyad"):
    capacity = world.capacity(count)
    for _ in range(count):
        world.delivered(world.agreed(world.need(1, place=place), capacity))


def test_what_happened_in_a_place_is_counted_and_said_by_whom():
    world = World.build()
    met(world, 6)
    for _ in range(7):
        world.need(1)
    figures = place_figures(world.places["nobonyad"], today=TODAY)
    assert (figures.counts["told"], figures.counts["open"], figures.counts["met"]) == (13, 7, 6)
    assert figures.counts["kept"] == 6
    assert figures.met_by[MetBy.CHARITY] == 6
    assert figures.months[-1] == (JalaliMonth.of(TODAY), 6)
    assert met_by(world.places["ir"].path, today=TODAY)[0] == 6


def test_a_small_neighbour_is_not_shown_and_cannot_be_worked_out():
    world = World.build()
    for place, count in (("nobonyad", 2), ("ahangar", 8)):
        for _ in range(count):
            world.need(1, place=place)
    county = place_figures(world.places["sari"], today=TODAY)
    told = {child.place.code: child.counts["told"] for child in county.children}
    assert told == {"nobonyad": None, "ahangar": None}
    # The same figure is withheld on the neighbour's own page, or the county's total would betray the other.
    assert place_figures(world.places["ahangar"], today=TODAY).counts["told"] is None
    assert county.counts["told"] == 10
    assert county.withheld


def test_needs_told_are_withheld_where_they_would_betray_the_few_that_were_met():
    """25 told and 22 open would say that three were met."""
    world = World.build()
    met(world, 3)
    for _ in range(22):
        world.need(1)
    counts = place_figures(world.places["nobonyad"], today=TODAY).counts
    assert (counts["told"], counts["open"], counts["met"]) == (None, 22, None)
    figures = place_figures(world.places["nobonyad"], today=TODAY)
    assert set(figures.met_by.values()) == {None}
    assert {count for _month, count in figures.months} == {None}
    whole = place_figures(world.places["ir"], today=TODAY).counts
    assert (whole["told"], whole["open"], whole["met"]) == (None, 22, None)


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    world = World.build()
    met(world, 2)
    with django_assert_max_num_queries(60) as few:
        place_figures(world.places["nobonyad"], today=TODAY)
    met(world, 6)
    with django_assert_max_num_queries(len(few)):
        place_figures(world.places["nobonyad"], today=TODAY)


def test_where_more_capacity_would_help_is_said_by_kind_and_county():
    world = World.build()
    for _ in range(3):
        world.need(2)
    world.need(1, kind="tutoring")
    run = run_matching(place=world.places["sari"], by=world["field_leader"], now=later())
    with scope(world["field_leader"]):
        found = shortages(run)
        assert Unserved.objects.count() == 4
    assert [(one.specification.slug, one.county.code, one.needs, one.quantity) for one in found] == [
        ("wheelchair", "sari", 3, 6),
        ("tutoring", "sari", 1, 1),
    ]


def test_matching_is_run_inside_ones_own_area():
    world = World.build()
    with pytest.raises(NotPermitted):
        run_matching(place=world.places["amol"], by=world["field_leader"], now=later())


def test_a_kind_withheld_in_one_place_does_not_follow_from_its_neighbour_and_their_county():
    world = World.build()
    for kind, place, count in (
        ("tutoring", "nobonyad", 2),
        ("wheelchair", "nobonyad", 8),
        ("tutoring", "ahangar", 9),
        ("wheelchair", "ahangar", 10),
    ):
        for _ in range(count):
            world.need(kind=kind, place=place)

    def kinds(place):
        figures = place_figures(world.places[place], today=TODAY)
        return figures.counts["open"], {one.specification.slug: one.open for one in figures.kinds}

    assert kinds("sari") == (29, {"wheelchair": 18, "tutoring": 11})
    assert kinds("nobonyad") == (10, {"wheelchair": None, "tutoring": None})
    assert kinds("ahangar") == (19, {"wheelchair": None, "tutoring": None})
