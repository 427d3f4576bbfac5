"""The addresses of programmes. A page is closed until its permission opens it."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLResolver, include, path
from django.utils import timezone

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import OfPlace, Page, Programme
from peyvand.extend.switches import ever_on, is_on, known_to, off_refusal
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal, require
from peyvand.scope.acting import Acting

View = Callable[..., HttpResponseBase]


def page_refusal(programme: Programme, page: Page, by: Acting, now: datetime) -> Refusal | None:
    """Why this page is closed to the acting role, or None.

    Where the programme never was on, its pages are not there at all; where it was switched off, only its reading pages are.
    A page that is for the public too stands in no place: it is there once the programme was on anywhere, and whether something
    is done under it the act says, which knows the place.
    """
    if not programme.opens(page, by.role):
        return NotPermitted(reason="this page is for other roles")
    if programme.is_public(page):
        return None if ever_on(programme.slug) else NotFound()
    if page.writes:
        return off_refusal(programme.slug, [(by.place_path, by.organisation_path)], business_date(now))
    return None if programme.slug in known_to(by) else NotFound()


def opened(programme: Programme, page: Page, view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, **values: object) -> HttpResponseBase:
        require(page_refusal(programme, page, request.acting, timezone.now()))  # type: ignore[attr-defined]
        return view(request, **values)

    return answer


def urlpatterns() -> list[URLResolver]:
    """`/programmes/<slug>/...` of every programme, named `<slug>:<name>`."""
    patterns = []
    for one in programmes().values():
        routes = [
            path(route.path, opened(one, one.page(route.page), route.view), name=route.name or route.page)
            for route in one.routes
        ]
        patterns.append(path(f"programmes/{one.slug}/", include((routes, one.slug))))
    return patterns


def of_places(by: Acting, known: Collection[str]) -> list[OfPlace]:
    """Of the programmes `known` where the actor stands, those that say something on the page of a place, to this role."""
    told = [(one, one.of_place) for one in programmes().values() if one.slug in known]
    return [of_place for one, of_place in told if of_place is not None and one.opens(one.page(of_place.page), by.role)]


def writes_are_open(programme: Programme, by: Acting, now: datetime) -> bool:
    """Whether pages offer acts at all: a page shows no button that would only be refused."""
    return is_on(
        programme.slug, place_path=by.place_path, organisation_path=by.organisation_path, today=business_date(now)
    )


def lack_takers(by: Acting, known: Collection[str]) -> list[Programme]:
    """The programmes, of those known here, that take up what lacks, for those to whom the page of it is open."""
    told = [(one, one.takes_lack) for one in programmes().values() if one.slug in known]
    return [one for one, taker in told if taker is not None and one.opens(one.page(taker.page), by.role)]
