"""A border drawn by hand is one simple area of a fitting size, in or near the place it is written in."""

from itertools import pairwise
from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOW, World

from peyvand.kernel.refusals import NotPermitted
from peyvand.places.actions import NameTaken, NewPlace, PlaceInUse, add_place, change_place, remove_place
from peyvand.places.drawing import (
    BorderCrosses,
    BorderFar,
    BorderOutside,
    BorderTooLarge,
    BorderTooSmall,
    CornerNotRead,
    CornerOffEarth,
    TooFewCorners,
    TooManyCorners,
    area_km2,
    check_border,
    contains,
    corners_of,
    point_inside,
    polygon,
    read_corners,
    write_corners,
)
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place

SQUARE = [(36.50, 53.00), (36.50, 53.02), (36.52, 53.02), (36.52, 53.00)]
HORSESHOE = [
    (36.50, 53.00), (36.50, 53.03), (36.53, 53.03), (36.53, 53.02), (36.51, 53.02), (36.51, 53.01), (36.53, 53.01), (36.53, 53.00),
]  # fmt: skip


def test_corners_are_read_in_either_digits_and_any_separator():
    text = "۳۶٫۵، ۵۳٫۰\n\n36.50 53.02\n(36.52; 53.02)\n36.52,53\n36.5, 53"
    assert read_corners(text) == SQUARE
    assert read_corners(write_corners(SQUARE)) == SQUARE
    assert write_corners(SQUARE[:1]) == "36.5, 53"


@pytest.mark.parametrize(
    ("text", "fault", "details"),
    [
        ("36.5, 53\nنوبنیاد", CornerNotRead, {"row": 2, "value": "نوبنیاد"}),
        ("36.5", CornerNotRead, {"row": 1, "value": "36.5"}),
        ("36.5 53 7", CornerNotRead, {"row": 1, "value": "36.5 53 7"}),
        ("nan nan", CornerOffEarth, {"row": 1}),
        ("\n153, 36", CornerOffEarth, {"row": 2}),
    ],
)
def test_a_line_that_is_no_corner_is_named(text, fault, details):
    with pytest.raises(fault) as answer:
        read_corners(text)
    assert answer.value.details == details


@pytest.mark.parametrize(
    ("corners", "fault"),
    [
        (SQUARE[:2], TooFewCorners),
        ([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[1]], TooFewCorners),
        ([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], BorderCrosses),
        ([(36.5, 53.0), (36.5, 53.02), (36.5, 53.01), (36.52, 53.01)], BorderCrosses),
        ([(36.5, 53.0), (36.5, 53.04), (36.52, 53.04), (36.5, 53.02), (36.52, 53.0)], BorderCrosses),
        ([(36.0, 53.0), (36.0, 53.5), (36.5, 53.5), (36.5, 53.0)], BorderTooLarge),
        ([(36.5, 53.0), (36.5, 53.0001), (36.5001, 53.0)], BorderTooSmall),
        ([(36.5 + number / 1e4, 53.0) for number in range(301)], TooManyCorners),
    ],
    ids=["two", "two twice", "crossed", "turns back", "touches", "large", "small", "many"],
)
def test_what_is_no_area_of_a_neighbourhood_is_refused(corners, fault):
    with pytest.raises(fault):
        check_border(corners)


def test_a_simple_area_passes_whichever_way_round():
    for corners in (SQUARE, SQUARE[::-1], HORSESHOE, [*SQUARE[:1], (36.5, 53.01), *SQUARE[1:]]):
        check_border(corners)


def test_the_area_is_that_of_the_sphere():
    # A field of 0.02 by 0.02 degrees at 36.51 north: R² · Δλ · (sin φ2 - sin φ1), with R = 6371.0 km.
    assert area_km2(SQUARE) == pytest.approx(3.9747, rel=1e-3)


def test_the_way_of_the_ring_and_back():
    for corners in (SQUARE, SQUARE[::-1]):
        border = polygon(corners)
        assert border["coordinates"][0][0] == border["coordinates"][0][-1]
        assert set(corners_of(border) or []) == set(SQUARE)
    ring = polygon(SQUARE)["coordinates"][0]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0, "the inside lies on the left"
    assert corners_of({"type": "MultiPolygon", "coordinates": [[ring], [ring]]}) is None
    assert corners_of(None) == []


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 359)), min_size=3, max_size=12, unique_by=lambda one: one[1])
)
def test_the_point_lies_inside_any_simple_border(arms):
    """Stars around a middle: corners at rising bearings, each at a distance of its own."""
    corners = [
        (round(36.5 + away / 1e3 * cos(radians(bearing)), 6), round(53.0 + away / 1e3 * sin(radians(bearing)), 6))
        for away, bearing in sorted(arms, key=lambda arm: arm[1])
    ]
    try:
        check_border(corners)
    except (BorderCrosses, BorderTooSmall):
        return
    assert contains(corners, point_inside(corners))


def test_the_point_of_a_horseshoe_lies_in_the_shoe():
    assert contains(HORSESHOE, point_inside(HORSESHOE))


# ---- The acts ----


@pytest.fixture
def world(db) -> World:
    world = World.build()
    border = polygon([(36.0, 52.0), (36.0, 54.0), (37.0, 54.0), (37.0, 52.0)])
    Place.objects.filter(pk=world.places["mz"].pk).update(boundary=border)
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=36.56, lon=53.06)
    return world


def drawn(world: World, corners=SQUARE, *, by="officer", name="کوی نو"):  # type: ignore[no-untyped-def]
    row = NewPlace(PlaceKind.NEIGHBOURHOOD, name, "new", world.places["sari"].path)
    return add_place(row=row, corners=corners, by=world[by], now=NOW)


def test_a_drawn_place_has_its_border_and_a_point_inside(world):
    place = Place.objects.get(pk=drawn(world, HORSESHOE).pk)
    assert place.boundary == polygon(HORSESHOE)
    assert contains(HORSESHOE, (place.lat, place.lon))


@pytest.mark.parametrize(
    ("move", "fault"),
    [
        ((0.0, 0.94), None),
        ((0.0, 1.05), None),
        ((0.0, 1.3), BorderOutside),
        ((0.0, -0.99), None),
        ((4.0, 0.0), BorderOutside),
    ],
)
def test_a_border_lies_in_or_near_the_province(world, move, fault):
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=None, lon=None)
    corners = [(lat + move[0], lon + move[1]) for lat, lon in SQUARE]
    if fault is None:
        assert drawn(world, corners).boundary
    else:
        with pytest.raises(fault):
            drawn(world, corners)


def test_a_border_lies_near_a_county_of_which_only_the_seat_is_known(world):
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=36.5, lon=51.0)
    with pytest.raises(BorderFar):
        drawn(world)


def test_a_name_is_written_once_and_others_are_free_to_change(world):
    place = drawn(world)
    with pytest.raises(NameTaken):
        drawn(world, name="كوی‌نو")
    changed = change_place(
        place_id=place.pk, name_fa="کوی نو بالا", name_en="Upper", corners=None, lat=36.51, lon=53.01, by=world["officer"], now=NOW
    )  # fmt: skip
    assert (changed.boundary, changed.path, changed.name_en) == (polygon(SQUARE), place.path, "Upper")
    with pytest.raises(NameTaken):
        change_place(place_id=place.pk, name_fa="نوبنیاد", name_en="", corners=None, by=world["officer"], now=NOW)
    bare = change_place(place_id=place.pk, name_fa="کوی نو", name_en="", corners=[], by=world["officer"], now=NOW)
    assert (bare.boundary, bare.lat) == (None, None)


@pytest.mark.parametrize("by", ["facilitator", "charity_manager", "auditor"])
def test_others_do_not_draw(world, by):
    with pytest.raises(NotPermitted):
        drawn(world, by=by)


def test_nobody_draws_outside_his_area_or_over_a_reference_place(world):
    for place in ("espiari", "sari"):
        with pytest.raises(NotPermitted):
            change_place(
                place_id=world.places[place].pk,
                name_fa="دیگر",
                name_en="",
                corners=SQUARE,
                by=world["officer"],
                now=NOW,
            )


def test_a_place_that_nothing_points_to_is_taken_away_and_one_in_use_stays(world):
    place = drawn(world)
    remove_place(place_id=place.pk, by=world["officer"], now=NOW)
    assert not Place.objects.filter(pk=place.pk).exists()
    world.need(1)  # of another organisation than the officer's own, or not: what hangs on a place holds it
    with pytest.raises(PlaceInUse):
        remove_place(place_id=world.places["nobonyad"].pk, by=world["officer"], now=NOW)
    for pk, by in ((world.places["ahangar"].pk, "field_leader"), (world.places["sari"].pk, "officer")):
        with pytest.raises(NotPermitted):
            remove_place(place_id=pk, by=world[by], now=NOW)
    assert Place.objects.filter(pk=world.places["nobonyad"].pk).exists()
