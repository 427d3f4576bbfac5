"""Where a reader can go from anywhere. Each entry says by itself whether it is for this reader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def everyone(request: HttpRequest) -> bool:
    return True


@dataclass(frozen=True)
class Entry:
    """`tally` gives the number that waits behind the entry, or None; it is called once a page."""

    title: Any
    route: str
    shown_to: Callable[[HttpRequest], bool] = everyone
    tally: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True)
class Link:
    title: Any
    url: str
    current: bool
    tally: int | None


def links(request: HttpRequest, entries: tuple[Entry, ...]) -> list[Link]:
    """The entries for this reader; the one whose address begins the current address longest is the current one."""
    shown = [(entry, reverse(entry.route)) for entry in entries if entry.shown_to(request)]
    within = [url for _entry, url in shown if request.path == url or (url != "/" and request.path.startswith(url))]
    nearest = max(within, key=len, default=None)
    return [
        Link(entry.title, url, url == nearest, entry.tally(request) if entry.tally else None) for entry, url in shown
    ]
