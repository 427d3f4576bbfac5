"""What programmes say in the frame of the site: their entries of the main navigation, and what waits in them on the first page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import Page, Programme, Waits
from peyvand.extend.switches import switches_above
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import at_once
from peyvand.web.lists import FirstStep
from peyvand.web.navigation import Entry, Group

FirstOf = Callable[[HttpRequest], FirstStep]


@dataclass(frozen=True)
class Known:
    """A programme that is or was on where the reader acts: how much waits behind its entry, and whether it is on today."""

    waiting: int
    is_on: bool


def known_programmes(request: HttpRequest) -> dict[str, Known]:
    """The programmes known where the reader acts; asked once a page, in one statement."""
    if not hasattr(request, "known_programmes"):
        request.known_programmes = _known(request.acting)  # type: ignore[attr-defined]
    return request.known_programmes  # type: ignore[attr-defined]


def _known(by: Acting) -> dict[str, Known]:
    today = business_date(timezone.now())
    waiting = {one.slug: rows for one in programmes().values() if (rows := _waiting(one, by)) is not None}
    switches, *counts = at_once(
        switches_above(by).order_by("slug").values("slug", "since", "until"),
        *(_counted(rows) for rows in waiting.values()),
    )
    numbers = {slug: told[0]["number"] if told else 0 for slug, told in zip(waiting, counts, strict=True)}
    on = {one["slug"] for one in switches if _holds(one["since"], one["until"], today)}
    slugs = dict.fromkeys(one["slug"] for one in switches if one["slug"] in programmes())
    return {slug: Known(numbers.get(slug, 0), slug in on) for slug in slugs}


def _holds(since: str, until: str | None, today: date) -> bool:
    return date.fromisoformat(since) <= today and (until is None or date.fromisoformat(until) > today)


def waits_for(request: HttpRequest) -> Iterator[tuple[str, Waits, QuerySet]]:
    """What waits for the reader in the programmes that are on where he acts, with the slug and the rows, not read yet."""
    by, today = request.acting, business_date(timezone.now())  # type: ignore[attr-defined]
    for slug, known in known_programmes(request).items():
        one = programmes()[slug]
        for waits in one.waits if known.is_on else ():
            if one.opens(one.page(waits.page), by.role) and (rows := waits.rows(by, today)) is not None:
                yield slug, waits, rows


def _waiting(programme: Programme, by: Acting) -> QuerySet | None:
    """The rows behind the first page of the menu that this role sees and that counts any."""
    shown = (page for page in programme.pages if page.in_menu and page.tally and programme.opens(page, by.role))
    page = next(shown, None)
    return page.tally(by, business_date(timezone.now())) if page and page.tally else None


def _counted(rows: QuerySet) -> QuerySet:
    return rows.order_by().values(whole=Value(1)).annotate(number=Count("pk")).values("number")


def _entry(programme: Programme, page: Page) -> Entry:
    def shown_to(request: HttpRequest) -> bool:
        acting = getattr(request, "acting", None)
        return acting is not None and programme.opens(page, acting.role) and programme.slug in known_programmes(request)

    def tally(request: HttpRequest) -> int | None:
        return known_programmes(request)[programme.slug].waiting or None

    return Entry(page.title, f"{programme.slug}:{page.name}", shown_to, tally if page.tally else None, Group.PROGRAMMES)


def entries() -> tuple[Entry, ...]:
    return tuple(_entry(one, page) for one in programmes().values() for page in one.pages if page.in_menu)


def first_step(slug: str, *ways: tuple[Callable[[Acting], Refusal | None], Any, str], else_: Any) -> FirstOf:
    """What to do first where a list of a programme is empty (`ListSpec.first_step`): the first of the ways (who may, label, route) that
    is open to the reader; where none is, or the programme is off, `else_` says who does it."""

    def step(request: HttpRequest) -> FirstStep:
        by: Acting = request.acting  # type: ignore[attr-defined]
        known = known_programmes(request).get(slug)
        open_ = ((label, route) for may, label, route in ways if known and known.is_on and may(by) is None)
        label, route = next(open_, (else_, ""))
        return FirstStep(label, reverse(f"{slug}:{route}") if route else "")

    return step


def one_of(*roles: Role) -> Callable[[Acting], Refusal | None]:
    """A permission that these roles have."""
    return lambda by: None if by.role in roles else NotPermitted(reason="")
