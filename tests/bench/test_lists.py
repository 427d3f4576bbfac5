"""The benchmark of the lists, small: what it grows is a country like the province it grew from, and its pages answer."""

import pytest
from django.db import connection
from tests.world import World

from bench import _asking, _country
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.models import Need
from peyvand.kernel.codes import read_code
from peyvand.people.models import Account, Household, Membership, Person
from peyvand.places.models import Place

FAMILIES, FLOWS = 3, 5


@pytest.fixture
def country(world: World) -> World:
    world.delivered(world.agreed(world.need(3, household=world.household()), world.capacity(9)))
    _country.grow(families=FAMILIES, flows=FLOWS)
    return world


@pytest.fixture
def world(db) -> World:
    return World.build()


def test_a_country_grows_out_of_a_province(country):
    assert (Household.objects.count(), Person.objects.count()) == (FAMILIES, FAMILIES)
    assert (Need.objects.count(), Commitment.objects.count()) == (FLOWS, FLOWS)
    codes = [row.tracking_code for row in Need.objects.all()]
    assert len(set(codes)) == FLOWS
    assert all(read_code(code) == code for code in codes)
    for row in Need.objects.select_related("place", "organisation", "household"):
        assert row.place_path == row.place.path
        assert row.organisation_path == row.organisation.path == row.household.organisation_path
    provinces = {row.place_path.split("/")[1] for row in Household.objects.all()}
    assert provinces == {"mz", "sm"}, "copies lie in other provinces"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Place.objects.filter(is_invented=True).exists()


def test_its_pages_are_asked_and_measured(country, settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    leader = Membership.objects.select_related("account").get(account=Account.objects.get(username="leader"))
    client = _asking.browser(leader)
    line, answer = _asking.ask(client, "leader", "/needs/", 2)
    page = _asking.shown(answer)
    assert page is not None
    at_home = [row for row in Need.objects.all() if row.place_path.startswith("ir/mz/")]
    assert page.count == len(at_home) == 2, "of five copies those of the home province"
    assert 0 < line.p50 <= line.p95 <= max(line.times)
    assert 0 < line.queries <= 10
    assert line.size > line.packed > 500
    asked = list(_asking.questions(page))
    assert {"state": "open"} in asked
    assert {"late": "on"} in asked
