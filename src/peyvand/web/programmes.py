"""The pages of programmes in the main navigation."""

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import Page, Programme
from peyvand.extend.switches import switches_above
from peyvand.kernel.jalali import business_date
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once
from peyvand.web.navigation import Entry, Group


def known_programmes(request: HttpRequest) -> dict[str, int]:
    """The programmes known where the reader acts, each with what waits behind its entries; asked once a page, in one statement."""
    if not hasattr(request, "known_programmes"):
        request.known_programmes = _known(request.acting)  # type: ignore[attr-defined]
    return request.known_programmes  # type: ignore[attr-defined]


def _known(by: Acting) -> dict[str, int]:
    waiting = {one.slug: rows for one in programmes().values() if (rows := _waiting(one, by)) is not None}
    slugs, *counts = at_once(
        switches_above(by).order_by("slug").values("slug").distinct(), *(_counted(rows) for rows in waiting.values())
    )
    numbers = {slug: told[0]["number"] if told else 0 for slug, told in zip(waiting, counts, strict=True)}
    return {one["slug"]: numbers.get(one["slug"], 0) for one in slugs if one["slug"] in programmes()}


def _waiting(programme: Programme, by: Acting) -> QuerySet | None:
    """The rows behind the first page of the menu that this role sees and that counts any."""
    shown = (page for page in programme.pages if page.in_menu and page.tally and _is_for(programme, page, by))
    page = next(shown, None)
    return page.tally(by, business_date(timezone.now())) if page and page.tally else None


def _is_for(programme: Programme, page: Page, by: Acting) -> bool:
    return by.role in programme.permission(page.permission).roles


def _counted(rows: QuerySet) -> QuerySet:
    return rows.order_by().values(whole=Value(1)).annotate(number=Count("pk")).values("number")


def _entry(programme: Programme, page: Page) -> Entry:
    def shown_to(request: HttpRequest) -> bool:
        acting = getattr(request, "acting", None)
        return acting is not None and _is_for(programme, page, acting) and programme.slug in known_programmes(request)

    def tally(request: HttpRequest) -> int | None:
        return known_programmes(request)[programme.slug] or None

    return Entry(page.title, f"{programme.slug}:{page.name}", shown_to, tally if page.tally else None, Group.PROGRAMMES)


def entries() -> tuple[Entry, ...]:
    return tuple(_entry(one, page) for one in programmes().values() for page in one.pages if page.in_menu)
