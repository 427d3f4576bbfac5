"""How far the needs of a place have come: every need in one part, and no part that could be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import TODAY, World

from peyvand.flow.figures import place_figures
from peyvand.flow.reached import Reached, reached

PARTS = ("waiting", "promised", "partly", "met", "untold", "in_story", "drafts", "withdrawn", "expired")


@pytest.mark.django_db
def test_each_need_is_counted_once_and_the_parts_make_up_the_head_figures():
    world = World.build()
    capacity = world.capacity(100)
    for _ in range(6):
        world.need(1)
    for _ in range(7):
        world.agreed(world.need(1), capacity)
    for _ in range(8):
        world.delivered(world.agreed(world.need(2), capacity, 1), 1)
    for _ in range(9):
        world.delivered(world.agreed(world.need(1), capacity))
    place = world.places["nobonyad"]
    found = reached(place_figures(place, today=TODAY))
    assert (found.waiting, found.promised, found.partly, found.untold, found.in_story) == (6, 7, 8, 9, 0)
    assert (found.drafts, found.withdrawn, found.expired) == (0, 0, 0)
    assert found.stages == {"need": 30, "commitment": 24, "delivery": 17, "story": 0}


@pytest.mark.django_db
def test_a_few_are_withheld_and_the_sums_with_them():
    world = World.build()
    capacity = world.capacity(100)
    for _ in range(20):
        world.need(1)
    for _ in range(2):
        world.agreed(world.need(1), capacity)
    place = world.places["nobonyad"]
    found = reached(place_figures(place, today=TODAY))
    assert found.promised is None
    assert found.stages["commitment"] is None
    assert found.waiting is None, "told less waiting would say how many were promised"


@given(st.lists(st.integers(0, 50), min_size=9, max_size=9), st.sets(st.sampled_from(PARTS)))
def test_a_sum_is_shown_only_where_all_its_parts_are(figures, withheld):
    parts = {name: None if name in withheld else figure for name, figure in zip(PARTS, figures, strict=True)}
    stages = Reached(told=sum(figures), ended={}, why={}, ended_why={}, refused={}, **parts).stages
    assert (stages["delivery"] is None) == bool(withheld & {"partly", "met"})
    assert (stages["commitment"] is None) == bool(withheld & {"promised", "partly", "met"})
    if stages["commitment"] is not None:
        assert stages["commitment"] >= stages["delivery"]
