"""Each kind of page looked at once, as the first role that is led to it; the first page as every role."""

from collections.abc import Callable, Iterable, Sequence

from tests.journeys.conftest import SIZES, Visitor
from tests.journeys.readers import READERS
from tests.journeys.walking import client_of, walk
from tests.world import World

PAGES = 60


def see_every_page(
    world: World, visitor: Callable[..., Visitor], *, language: str, sizes: Sequence[str], of_a_kind: int
) -> None:
    """Of one kind of page a role is led to many (each need, each neighbourhood): `of_a_kind` are opened; `make sheet` opens more."""
    walks = {
        name: walk(client_of(world, name, language), language, of_a_kind=of_a_kind, pages=PAGES) for name in READERS
    }
    assert not (faults := {name: done.faults for name, done in walks.items() if done.faults}), faults
    met: set[str] = set()
    for name, done in walks.items():
        opened = done.opened
        assert len(opened) > 5, (name, opened)
        fresh = {kind: url for url, kind in reversed(opened.items()) if kind not in met or kind == "home"}
        met |= fresh.keys()
        if fresh:
            _look_at(visitor(size=sizes[0], language=language), world, name, fresh.values(), sizes)


def _look_at(reader: Visitor, world: World, name: str, urls: Iterable[str], sizes: Sequence[str]) -> None:
    if name:
        reader.sign_in(world[name])
    for url in urls:
        reader.go(url)
        for size in sizes:
            reader.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            reader.check()
        reader.check_all_ways()
    reader.context.close()
