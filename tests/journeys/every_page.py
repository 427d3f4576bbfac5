"""Each kind of page looked at once, as the first role that is led to it; the first page as every role."""

from collections.abc import Callable, Collection

from django.test import Client
from tests.journeys import fitness
from tests.journeys.conftest import SIZES, Visitor
from tests.journeys.links import read
from tests.journeys.readers import READERS
from tests.journeys.walking import client_of, faults_of, walk
from tests.world import World

PAGES, OF_A_KIND = 60, 2
Open = Callable[..., Visitor]


def see_every_page(world: World, visitor: Open) -> None:
    """Every link in Persian; then each kind of page in Persian on a phone in every theme, and in English on a desktop.

    `make sheet` looks at all of them, in both languages, at both sizes, in all themes.
    """
    papers: set[str] = set()
    walks = {
        name: walk(client_of(world, name, "fa"), "fa", of_a_kind=OF_A_KIND, pages=PAGES, papers=papers)
        for name in READERS
    }
    assert not (faults := {name: done.faults for name, done in walks.items() if done.faults}), faults
    met: set[str] = set()
    for name, done in walks.items():
        opened = done.opened
        assert len(opened) > 5, (name, opened)
        fresh = {kind: url for url, kind in reversed(opened.items()) if kind not in met or kind == "home"}
        met |= fresh.keys()
        if fresh:
            _look_at(visitor(size="phone", language="fa"), world, name, fresh.values(), "desktop", all_ways=True)
            _read_in_english(client_of(world, name, "en"), fresh.values())
            _look_at(visitor(size="desktop", language="en"), world, name, fresh.values(), "phone")


def _look_at(
    reader: Visitor, world: World, name: str, urls: Collection[str], other_size: str, all_ways: bool = False
) -> None:
    if name:
        reader.sign_in(world[name])
    for url in urls:
        page = reader.go(url)
        size = page.viewport_size
        reader.check()
        told = fitness.cut_off_when_large(page)
        page.set_viewport_size(SIZES[other_size])  # type: ignore[arg-type]
        told += [f"{other_size}: {one}" for one in (*fitness.cut_off(page), *fitness.cut_off_when_large(page))]
        if all_ways:
            told += [*fitness.faults_of_themes(page), *fitness.cut_off_when_narrow(page), *reader.faults]
        assert not told, f"{url}: {told}"
        page.set_viewport_size(size or SIZES[other_size])  # type: ignore[arg-type]
    reader.context.close()


def _read_in_english(client: Client, urls: Collection[str]) -> None:
    for url in urls:
        answer = client.get(url, follow=True)
        assert answer.status_code == 200, url
        assert not (told := faults_of(read(url, answer.content.decode()), "en")), f"{url}: {told}"
