"""The pages of programmes in the main navigation."""

from django.http import HttpRequest
from django.utils import timezone

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import Page, Programme
from peyvand.extend.switches import known_to
from peyvand.kernel.jalali import business_date
from peyvand.web.navigation import Entry, Group


def known_programmes(request: HttpRequest) -> set[str]:
    """The programmes known where the reader acts; asked once a page."""
    if not hasattr(request, "known_programmes"):
        request.known_programmes = known_to(request.acting)  # type: ignore[attr-defined]
    return request.known_programmes  # type: ignore[attr-defined]


def _entry(programme: Programme, page: Page) -> Entry:
    roles = programme.permission(page.permission).roles

    def shown_to(request: HttpRequest) -> bool:
        acting = getattr(request, "acting", None)
        return acting is not None and acting.role in roles and programme.slug in known_programmes(request)

    def tally(request: HttpRequest) -> int | None:
        return page.tally(request.acting, business_date(timezone.now())) if page.tally else None  # type: ignore[attr-defined]

    return Entry(page.title, f"{programme.slug}:{page.name}", shown_to, tally if page.tally else None, Group.PROGRAMMES)


def entries() -> tuple[Entry, ...]:
    return tuple(_entry(one, page) for one in programmes().values() for page in one.pages if page.in_menu)
