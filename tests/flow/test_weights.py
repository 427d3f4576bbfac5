"""The weights of priority are dated rows: a new one never changes what was in force before."""

from datetime import timedelta

import pytest
from tests.world import NOW, TODAY, World

from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import PriorityWeights
from peyvand.flow.need.priorities import weights_on
from peyvand.flow.need.weights import set_weights
from peyvand.kernel.refusals import BadValue, NotPermitted

pytestmark = pytest.mark.django_db
EVEN = dict.fromkeys(PriorityPart, 20)


def set_them(world, who="administrator", **changes):
    options = {"since": TODAY, "weights": EVEN, "source": "مصوبهٔ شورا", "by": world[who], "now": NOW} | changes
    return set_weights(**options)


def test_new_weights_hold_from_their_day_on():
    world = World.build()
    before = weights_on(TODAY)
    set_them(world, since=TODAY + timedelta(days=2))
    assert weights_on(TODAY + timedelta(days=1)) == before
    assert weights_on(TODAY + timedelta(days=2)) == EVEN


@pytest.mark.parametrize(
    "changes",
    [
        {"since": TODAY - timedelta(days=1)},
        {"weights": dict.fromkeys(PriorityPart, 0)},
        {"weights": EVEN | {PriorityPart.URGENCY: 101}},
        {"weights": {PriorityPart.URGENCY: 5}},
        {"source": "x"},
    ],
)
def test_what_cannot_be_is_refused(changes):
    with pytest.raises(BadValue):
        set_them(World.build(), **changes)
    assert not PriorityWeights.objects.exists()


@pytest.mark.parametrize("who", ["facilitator", "field_leader", "charity_manager", "governor", "auditor"])
def test_other_roles_set_no_weights(who):
    with pytest.raises(NotPermitted):
        set_them(World.build(), who)
