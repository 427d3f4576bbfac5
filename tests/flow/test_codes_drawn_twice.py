"""A tracking code that is taken is drawn again, whoever's row has it, and an act of many rows does not fail for one."""

from random import Random

import pytest
from tests.world import NOW, World, in_days

from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.replay import replay

pytestmark = pytest.mark.django_db


def test_a_code_that_is_taken_out_of_sight_is_drawn_again():
    world = World.build()
    kind = world.specifications["wheelchair"]
    codes = []
    for by, place in (("facilitator", "nobonyad"), ("charity_manager", "espiari")):
        rows = [NewNeed(kind, 1, world.places[place]) for _ in range(20)]
        codes += [one.tracking_code for one in open_needs(rows=rows, by=world[by], now=NOW, random=Random(7))]
    assert len(set(codes)) == 40
    capacities = []
    for by, place in (("charity_manager", "sari"), ("firm_manager", "amol")):
        rows = [NewCapacity(kind, 5, world.places[place], draft=by == "firm_manager")]
        capacities += offer_capacities(rows=rows, by=world[by], now=NOW, random=Random(7))
    assert capacities[0].tracking_code != capacities[1].tracking_code
    promises = []
    for _ in range(2):
        row = NewPromise(world.need().pk, capacities[0].pk, 1, in_days(2))
        promises += commit(rows=[row], by=world["facilitator"], now=NOW, random=Random(7))
    assert promises[0].tracking_code != promises[1].tracking_code
    assert replay() == []
