"""Where a reader can go from anywhere. Each entry says by itself whether it is for this reader, and how near at hand."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from peyvand.scope.acting import PUBLIC, Role


def everyone(request: HttpRequest) -> bool:
    return True


class Group(Enum):
    """`WORK` stands in the row, `OFFICE` and `PROGRAMMES` open below "More", `PUBLIC` stands in the foot for those signed in."""

    WORK = "work"
    OFFICE = "office"
    PROGRAMMES = "programmes"
    PUBLIC = "public"


_TITLES = {Group.OFFICE: _("Office"), Group.PROGRAMMES: _("Programmes")}


@dataclass(frozen=True)
class Entry:
    """`tally` gives the number that waits behind the entry, or None; it is called once a page.

    For the roles of `first_for` it stands in the row, before the rest, whatever its group.
    """

    title: Any
    route: str
    shown_to: Callable[[HttpRequest], bool] = everyone
    tally: Callable[[HttpRequest], int | None] | None = None
    group: Group = Group.OFFICE
    first_for: Collection[Role] = ()


@dataclass(frozen=True)
class Link:
    title: Any
    url: str
    current: bool
    tally: int | None


@dataclass(frozen=True)
class Navigation:
    """`row` is always seen; `more` are titled groups of links behind one button; `foot` stands at the end of the page."""

    row: list[Link] = field(default_factory=list)
    more: list[tuple[Any, list[Link]]] = field(default_factory=list)
    foot: list[Link] = field(default_factory=list)

    @property
    def more_is_current(self) -> bool:
        return any(link.current for _title, links in self.more for link in links)

    @property
    def more_waiting(self) -> int:
        return sum(link.tally or 0 for _title, links in self.more for link in links)


def navigation(request: HttpRequest, entries: tuple[Entry, ...]) -> Navigation:
    """The entries for this reader; the one whose address begins the current address longest is the current one."""
    role = getattr(request, "acting", PUBLIC).role
    shown = [(entry, reverse(entry.route)) for entry in entries if entry.shown_to(request)]
    shown.sort(key=lambda one: role not in one[0].first_for)
    within = [url for _entry, url in shown if request.path == url or (url != "/" and request.path.startswith(url))]
    nearest = max(within, key=len, default=None)
    found = Navigation()
    groups: dict[Group, list[Link]] = {}
    for entry, url in shown:
        link = Link(entry.title, url, url == nearest, entry.tally(request) if entry.tally else None)
        if entry.group is Group.WORK or role in entry.first_for or role is Role.PUBLIC:
            found.row.append(link)
        elif entry.group is Group.PUBLIC:
            found.foot.append(link)
        else:
            groups.setdefault(entry.group, []).append(link)
    if sum(len(links) for links in groups.values()) == 1:
        found.row.extend(groups.popitem()[1])  # a button that opens one link only would be in the way
    found.more.extend((title, groups[group]) for group, title in _TITLES.items() if group in groups)
    return found
