"""The routes of programmes, below `/programmes/<slug>`: found with their folders, closed as their pages are."""

from collections.abc import Iterator

from ninja import Router

from peyvand.extend.discovery import programmes
from peyvand.extend.pages import opened
from peyvand.extend.programme import Programme


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
