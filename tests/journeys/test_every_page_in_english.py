"""Every page in English, as `test_every_page` walks the Persian ones."""

import pytest
from tests.journeys.every_page import see_every_page
from tests.journeys.peopled import peopled
from tests.world import World


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def test_every_link_shown_opens_and_every_kind_of_page_is_fit_to_be_used(world, visitor):
    see_every_page(world, visitor, language="en", sizes=("desktop",), of_a_kind=1)
