"""What a programme says on the page of a place: to its own readers, in the statement the page reads anyway."""

from datetime import timedelta

import pytest
from tests.programmes.test_conformance import _client
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.programmes.neighbourhoods.actions import SLUG
from peyvand.programmes.neighbourhoods.board_actions import set_lead
from peyvand.scope.acting import SYSTEM

pytestmark = pytest.mark.django_db
HERE, DAMGHAN = "/places/ir/mz/sari/nobonyad/", "/places/ir/sm/damghan/"


def test_the_board_of_a_place_is_told_on_its_page_and_leads_back():
    world = World.build()
    place = world.places["nobonyad"]
    board = f"/programmes/{SLUG}/boards/{place.pk}/"
    assert board not in _client(world, "facilitator").get(HERE).content.decode()
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    set_lead(place=place, organisation=world.organisations["charity"], by=world["governor"], now=NOW)
    for name in ("facilitator", "governor"):
        client = _client(world, name)
        told = client.get(HERE).content.decode()
        assert board in told
        assert "خیریهٔ نمونه" in told
        assert HERE in client.get(board).content.decode()
    assert f"/programmes/{SLUG}/boards/" not in _client(world, "facilitator").get(DAMGHAN).content.decode()
