"""A promise is made only where the offer reaches, also when its reach is given in kilometres."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.world import NOW, World, in_days

from peyvand.flow.capacity.enums import Reach
from peyvand.flow.capacity.rules import DistanceUnknown, OutOfReach, TooFar, reach_refusal
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.commitment.suggestions import accept_suggestions
from peyvand.kernel.distance import great_circle_km
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

points = st.tuples(st.floats(25, 40), st.floats(44, 63))
SARI, AMOL = (36.5633, 53.0601), (36.4696, 52.3507)


def asked(km, here, there, need_path="ir/mz/amol/"):
    return reach_refusal(
        reach=Reach.KILOMETRES, reach_km=km, capacity_path="ir/mz/sari/", need_path=need_path, capacity_point=here,
        need_point=there,
    )  # fmt: skip


@given(points, points, st.integers(0, 3000))
def test_what_lies_farther_than_the_offer_reaches_is_refused_and_nothing_else(here, there, reach_km):
    km = great_circle_km(here, there)
    assume(abs(km - reach_km) > 1e-3)
    answer = asked(reach_km, here, there)
    assert (answer is None) == (km < reach_km)
    if answer is not None:
        assert (answer.code, answer.details["reach_km"]) == ("too_far", reach_km)
        assert float(answer.details["km"]) == pytest.approx(km, abs=0.06)


@pytest.mark.parametrize(("here", "there"), [(None, AMOL), (SARI, None), (None, None)])
def test_a_distance_nobody_knows_is_no_permission_but_one_s_own_place_is_reached(here, there):
    assert isinstance(asked(500, here, there), DistanceUnknown)
    assert asked(500, here, there, need_path="ir/mz/sari/") is None


def test_a_reach_by_area_asks_for_no_point():
    paths = {"capacity_path": "ir/mz/sari/", "capacity_point": None, "need_point": None, "reach_km": None}
    assert reach_refusal(reach=Reach.PROVINCE, need_path="ir/mz/amol/", **paths) is None
    assert isinstance(reach_refusal(reach=Reach.COUNTY, need_path="ir/mz/amol/", **paths), OutOfReach)


@pytest.fixture
def world(db):
    made = World.build()
    for code, (lat, lon) in (("sari", SARI), ("espiari", AMOL)):
        Place.objects.filter(code=code).update(lat=lat, lon=lon)
    return made


def promise(world, need, capacity):
    rows = [NewPromise(need.pk, capacity.pk, 1, in_days(10))]
    return commit(rows=rows, by=SYSTEM, now=NOW)[0]


def test_a_promise_by_hand_keeps_to_the_kilometres(world):
    far = world.need(by="leader", place="espiari")
    near = world.capacity(reach=Reach.KILOMETRES, reach_km=50)
    with pytest.raises(TooFar, match=r"reaches 50 kilometres, and the need lies 6\d\.\d kilometres away"):
        promise(world, far, near)
    assert promise(world, far, world.capacity(reach=Reach.KILOMETRES, reach_km=70)).quantity == 1
    with pytest.raises(DistanceUnknown):
        promise(world, world.need(place="nobonyad"), near)


def test_a_suggestion_is_refused_when_the_offer_s_place_turned_out_to_lie_elsewhere(world):
    world.need(by="leader", place="espiari")
    world.capacity(reach=Reach.KILOMETRES, reach_km=70)
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    with scope(SYSTEM):
        suggestion = Suggestion.objects.get()
    Place.objects.filter(code="espiari").update(lat=35.7, lon=51.4)
    with pytest.raises(TooFar):
        accept_suggestions(suggestion_ids=[suggestion.pk], due_date=in_days(10), by=SYSTEM, now=NOW)
    Place.objects.filter(code="espiari").update(lat=AMOL[0], lon=AMOL[1])
    assert accept_suggestions(suggestion_ids=[suggestion.pk], due_date=in_days(10), by=SYSTEM, now=NOW)


def test_points_are_read_once_for_a_whole_batch(world):
    needs = [world.need(by="leader", place="espiari") for _ in range(6)]
    capacity = world.capacity(9, reach=Reach.KILOMETRES, reach_km=70)
    rows = [NewPromise(need.pk, capacity.pk, 1, in_days(10)) for need in needs]
    with CaptureQueriesContext(connection) as one:
        commit(rows=rows[:1], by=SYSTEM, now=NOW)
    with CaptureQueriesContext(connection) as many:
        commit(rows=rows[1:], by=SYSTEM, now=NOW)
    assert len(many) == len(one)
