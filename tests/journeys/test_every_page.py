"""Every page that a role is led to opens, and every kind of page is fit for a phone, a desktop and a screen reader."""

from collections.abc import Iterable, Sequence

import pytest
from tests.journeys.conftest import SIZES, Visitor
from tests.journeys.peopled import peopled
from tests.journeys.readers import READERS
from tests.journeys.walking import client_of, walk
from tests.world import World

from peyvand.scope.acting import Role

# Of one kind of page a role is led to many (each need, each neighbourhood): so many are opened. `make sheet` opens more of them.
OF_A_KIND = {"fa": 2, "en": 1}
PAGES = 60


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def test_all_roles_are_here(world):
    assert {world[name].role for name in READERS if name} == set(Role) - {Role.PUBLIC, Role.SYSTEM}


@pytest.mark.parametrize(("language", "sizes"), [("fa", ("phone", "desktop")), ("en", ("desktop",))])
def test_every_link_shown_opens_and_every_kind_of_page_is_fit_to_be_used(world, visitor, language, sizes):
    """Each kind of page is looked at once, as the first role that is led to it; the first page as every role."""
    met: set[str] = set()
    for name in READERS:
        done = walk(client_of(world, name, language), language, of_a_kind=OF_A_KIND[language], pages=PAGES)
        assert not done.faults, (name, done.faults)
        opened = done.opened
        assert len(opened) > 5, (name, opened)
        fresh = {kind: url for url, kind in reversed(opened.items()) if kind not in met or kind == "home"}
        met |= fresh.keys()
        if fresh:
            look_at(visitor(size=sizes[0], language=language), world, name, fresh.values(), sizes)


def look_at(reader: Visitor, world: World, name: str, urls: Iterable[str], sizes: Sequence[str]) -> None:
    if name:
        reader.sign_in(world[name])
    for url in urls:
        reader.go(url)
        for size in sizes:
            reader.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            reader.check()
        reader.check_all_ways()
    reader.context.close()
