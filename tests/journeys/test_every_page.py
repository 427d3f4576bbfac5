"""Every page that a role is led to opens, and every kind of page is fit for a phone, a desktop and a screen reader."""

import pytest
from tests.journeys.every_page import see_every_page
from tests.journeys.peopled import peopled
from tests.journeys.readers import READERS
from tests.world import World

from peyvand.scope.acting import Role


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def test_all_roles_are_here(world):
    assert {world[name].role for name in READERS if name} == set(Role) - {Role.PUBLIC, Role.SYSTEM}


def test_every_link_shown_opens_and_every_kind_of_page_is_fit_to_be_used(world, visitor):
    see_every_page(world, visitor)
