"""The routes of programmes, below `/programmes/<slug>`: found with their folders, closed as their pages are."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from peyvand.api.answers import reading, say, today
from peyvand.extend.discovery import programme, programmes
from peyvand.extend.figures import shown
from peyvand.extend.pages import opened
from peyvand.extend.programme import Programme


class ProgrammeFigureOut(Schema):
    """`value` is null where there is nothing to count, or (`withheld`) fewer than five rows for readers from outside."""

    slug: str
    title: str
    kind: str
    value: float | None
    of: int | None
    withheld: bool


class ProgrammeFigures(Schema):
    items: list[ProgrammeFigureOut]


def figures_of(slug: str) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a programme's route `/figures`."""

    def get_figures(request: HttpRequest) -> HttpResponse:
        with reading(request) as by:
            items = [
                ProgrammeFigureOut(
                    slug=one.figure.slug, title=str(one.figure.title), kind=one.figure.kind, value=one.value, of=one.of,
                    withheld=one.withheld,
                )
                for one in shown(programme(slug), by, today())
            ]  # fmt: skip
            return say(ProgrammeFigures(items=items))

    return get_figures


def routers() -> Iterator[tuple[str, Router]]:
    for one in programmes().values():
        if one.api_routes:
            yield f"/programmes/{one.slug}", _router(one)


def _router(programme: Programme) -> Router:
    router = Router(tags=[programme.slug.replace("_", " ").capitalize()])
    for route in programme.api_routes:
        router.add_api_operation(
            route.path, [route.method], opened(programme, programme.page(route.page), route.view), response=route.answer,
            operation_id=f"{programme.slug}_{route.view.__name__}", summary=route.summary,
        )  # fmt: skip
    return router
