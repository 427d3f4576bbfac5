"""The map of a place: everything inside the frame, areas as the figures are, nothing withheld betrayed by its size."""

import re
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from peyvand.places.models import Place
from peyvand.web.maps import LEAST, MANY, MOST, WIDTH, Shown, draw

POINTS = st.tuples(st.floats(44, 63), st.floats(25, 40))
FIGURES = st.none() | st.integers(0, 100_000)
SQUARE = {"type": "Polygon", "coordinates": [[[52, 36], [53, 36], [53, 37], [52, 37], [52, 36]]]}


def drawn_of(own, outer, shown):
    return draw(own, outer, shown, words=lambda places, value: (f"{len(places)} محل", str(value)), twin="#table")


def shown(point, value, number=0):
    lon, lat = point
    return Shown(
        Place(name_fa=f"محل {number}", lon=lon, lat=lat), f"محل {number}", f"/places/{number}/", value, str(value)
    )


@given(st.lists(st.tuples(POINTS, FIGURES), min_size=1, max_size=40))
def test_every_place_lies_inside_and_its_area_is_its_figure(places):
    drawn = drawn_of(Place(), [], [shown(point, value, n) for n, (point, value) in enumerate(places)])
    assert drawn is not None
    assert sum(spot.places for spot in drawn.spots) == len(places)
    assert sum(spot.value or 0 for spot in drawn.spots) == sum(value or 0 for _point, value in places)
    if len(places) <= MANY:
        assert len(drawn.spots) == len(places)
    largest = max((value or 0 for _point, value in places), default=0) or 1
    for spot in drawn.spots:
        assert 0 <= spot.x <= WIDTH
        assert 0 <= spot.y <= drawn.height + 0.1
        grown = (spot.r - LEAST) / (max(one.r for one in drawn.spots) - LEAST or 1)
        assert isclose(grown**2, (spot.value or 0) / largest, abs_tol=0.03)
        assert spot.r <= MOST
        assert spot.value is not None or spot.r == LEAST, "the size of a withheld figure says nothing"


@given(st.lists(st.tuples(POINTS, st.integers(5, 1000)), min_size=2, max_size=30))
def test_no_name_covers_another(places):
    drawn = drawn_of(Place(), [], [shown(point, value, n) for n, (point, value) in enumerate(places)])
    named = [spot for spot in drawn.spots if spot.labelled]
    for one in named:
        for other in named:
            if one is not other:
                apart = abs(one.label_y - other.label_y) >= 13.9 or abs(one.x - other.x) >= 3.6 * len(one.label)
                assert apart


def test_the_largest_lies_undermost_so_that_none_is_hidden():
    drawn = drawn_of(Place(), [], [shown((52, 36), 5, 1), shown((52.1, 36), 500, 2), shown((52.2, 36), 50, 3)])
    assert [spot.value for spot in drawn.spots] == [500, 50, 5]


def test_a_place_without_a_border_is_framed_by_the_one_it_lies_in():
    province = Place(boundary=SQUARE)
    drawn = drawn_of(Place(), [Place(), province], [shown((52.4, 36.5), 9), shown((52.6, 36.6), 9)])
    assert len(drawn.borders) == 1
    assert drawn.own == []
    own = drawn_of(province, [], [shown((52.4, 36.5), 9)])
    assert (own.borders, len(own.own)) == ([], 1)
    corners = [(float(x), float(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", own.own[0])]
    assert all(0 <= x <= WIDTH and 0 <= y <= own.height for x, y in corners)


def test_a_place_without_a_point_is_counted_and_not_drawn():
    drawn = drawn_of(Place(), [], [shown((52, 36), 9), shown((None, None), 9)])
    assert (len(drawn.spots), drawn.unplaced) == (1, 1)
    assert drawn_of(Place(), [], [shown((None, None), 9)]) is None
    assert drawn_of(Place(), [], []) is None


def test_many_places_near_each_other_are_one_circle_that_leads_to_the_list():
    far = [shown((46 + n % 6 * 2, 30 + n // 6), 10, n) for n in range(MANY)]
    heap = [shown((52.0001 * 1, 37.9 + n / 10_000), None if n == 0 else 5, 100 + n) for n in range(6)]
    spots = drawn_of(Place(), [], far + heap).spots
    several = [spot for spot in spots if spot.places > 1]
    assert [(spot.places, spot.value, spot.url) for spot in several] == [(6, 25, "#table")]
    assert len(spots) == MANY + 1


def test_the_place_a_page_is_about_is_never_lost_in_a_heap():
    heap = [shown((52.0, 36 + n / 10_000), 50, n) for n in range(MANY + 5)]
    own = Shown(heap[3].place, "خود", "/own/", 3, "3", own=True)
    spots = drawn_of(Place(), [], [*heap[:3], own, *heap[4:]]).spots
    assert [(spot.label, spot.places) for spot in spots if spot.own] == [("خود", 1)]


@given(st.lists(st.tuples(POINTS, st.integers(5, 1000)), min_size=2, max_size=30))
def test_no_name_is_cut_off_at_an_edge(places):
    drawn = drawn_of(Place(), [], [shown(point, value, n) for n, (point, value) in enumerate(places)])
    assert all(8 <= spot.label_y <= drawn.height - 3 for spot in drawn.spots if spot.labelled)
