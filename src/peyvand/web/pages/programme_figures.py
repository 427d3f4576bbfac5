"""The figures of one programme: what it promises, how that is counted, and how it stands where the reader acts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from peyvand.extend.discovery import programme
from peyvand.extend.figures import shown
from peyvand.web.pages.access import acting, today

Crumbs = Callable[[], Sequence[tuple[Any, str]]]


def figures_of(slug: str, crumbs: Crumbs | None = None) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a programme's page `figures`, which gives it its title; `crumbs` are the pages it lies under."""

    @require_GET
    def figures(request: HttpRequest) -> HttpResponse:
        one = programme(slug)
        context = {
            "title": one.page("figures").title,
            "figures": shown(one, acting(request), today()),
            "crumbs": crumbs() if crumbs else (),
        }
        return render(request, "web/pages/programme_figures.html", context)

    return figures
