"""The map of a place: everything inside the frame, areas as the figures are, nothing withheld betrayed by its size."""

import re
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from peyvand.places.models import Place
from peyvand.web.maps import LEAST, MOST, WIDTH, Shown, draw

POINTS = st.tuples(st.floats(44, 63), st.floats(25, 40))
FIGURES = st.none() | st.integers(0, 100_000)
SQUARE = {"type": "Polygon", "coordinates": [[[52, 36], [53, 36], [53, 37], [52, 37], [52, 36]]]}


def shown(point, value, number=0):
    lon, lat = point
    return Shown(
        Place(name_fa=f"محل {number}", lon=lon, lat=lat), f"محل {number}", f"/places/{number}/", value, str(value)
    )


@given(st.lists(st.tuples(POINTS, FIGURES), min_size=1, max_size=40))
def test_every_place_lies_inside_and_its_area_is_its_figure(places):
    drawn = draw(Place(), [], [shown(point, value, n) for n, (point, value) in enumerate(places)])
    assert drawn is not None
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
    drawn = draw(Place(), [], [shown(point, value, n) for n, (point, value) in enumerate(places)])
    named = [spot for spot in drawn.spots if spot.labelled]
    for one in named:
        for other in named:
            if one is not other:
                apart = abs(one.label_y - other.label_y) >= 13.9 or abs(one.x - other.x) >= 3.6 * len(one.label)
                assert apart


def test_the_largest_lies_undermost_so_that_none_is_hidden():
    drawn = draw(Place(), [], [shown((52, 36), 5, 1), shown((52.1, 36), 500, 2), shown((52.2, 36), 50, 3)])
    assert [spot.value for spot in drawn.spots] == [500, 50, 5]


def test_a_place_without_a_border_is_framed_by_the_one_it_lies_in():
    province = Place(boundary=SQUARE)
    drawn = draw(Place(), [Place(), province], [shown((52.4, 36.5), 9), shown((52.6, 36.6), 9)])
    assert len(drawn.borders) == 1
    assert drawn.own == []
    own = draw(province, [], [shown((52.4, 36.5), 9)])
    assert (own.borders, len(own.own)) == ([], 1)
    corners = [(float(x), float(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", own.own[0])]
    assert all(0 <= x <= WIDTH and 0 <= y <= own.height for x, y in corners)


def test_a_place_without_a_point_is_counted_and_not_drawn():
    drawn = draw(Place(), [], [shown((52, 36), 9), shown((None, None), 9)])
    assert (len(drawn.spots), drawn.unplaced) == (1, 1)
    assert draw(Place(), [], [shown((None, None), 9)]) is None
    assert draw(Place(), [], []) is None
