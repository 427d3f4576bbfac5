"""Enough needs met, open and waiting in two neighbourhoods that figures of them can be shown."""

from tests.world import World


def some_life(world: World) -> None:
    capacity = world.capacity(100)
    for place, count in (("nobonyad", 6), ("ahangar", 9)):
        for _ in range(count):
            world.delivered(world.agreed(world.need(1, place=place), capacity))
        for _ in range(count + 1):
            world.need(1, place=place, kind="tutoring")
