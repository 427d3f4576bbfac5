"""The API: its routers, its errors and its description."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from peyvand.api import (
    account,
    capacities,
    commitments,
    deliveries,
    docs,
    families,
    figures,
    matching,
    needs,
    problems,
    registers,
    stories,
    tracking,
)
from peyvand.api.identity import SIGNED_IN
from peyvand.api.throttle import USUAL

DESCRIPTION = """The acts and lists of Peyvand: a need is seen, a capacity is found for it, a promise is made, delivered, accepted and told.
What a caller sees is what the role of the token or session may see. Every POST takes an `Idempotency-Key`; lists are read page by page
with `limit` and `after`; errors are `application/problem+json` with a stable `code`."""

_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9_-]+$"},
    "description": "The same key with the same body gives the same answer, and nothing is done twice; with another body 422.",
    "example": "9b2f0c1e-need-42",
}
_ERRORS = {
    "400": "The request could not be read",
    "401": "Not signed in, or the token is not valid",
    "403": "The role does not allow it",
    "404": "Not there, or outside what the role may see",
    "409": "Not possible as things stand; `code` says why",
    "422": "A value is not acceptable, or an idempotency key was used for another request",
    "429": "Too many requests; see Retry-After",
}


class PeyvandAPI(NinjaAPI):
    """Adds to the description what holds for every route: problems, and the idempotency key of writes."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        described["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        described["components"]["schemas"] |= described["components"]["schemas"]["Problem"].pop("$defs", {})
        shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
        for address, methods in described["paths"].items():
            for method, operation in methods.items():
                if method == "post" and not address.endswith("/tracking"):
                    operation.setdefault("parameters", []).append(_KEY_HEADER)
                for status, words in _ERRORS.items():
                    operation["responses"].setdefault(
                        status, {"description": words, "content": {problems.CONTENT_TYPE: shape}}
                    )
        return described


api = PeyvandAPI(
    title="Peyvand",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
    auth=SIGNED_IN,
    throttle=[USUAL],
)
problems.install(api)
for prefix, router in (
    ("/me", account.me),
    ("/tokens", account.tokens),
    ("/needs", needs.router),
    ("/capacities", capacities.router),
    ("/matching-runs", matching.runs),
    ("/suggestions", matching.router),
    ("/commitments", commitments.router),
    ("/deliveries", deliveries.router),
    ("/stories", stories.router),
    ("/families", families.router),
):
    api.add_router(prefix, router)
for prefix, router in (
    ("/published-stories", stories.published),
    ("/places", registers.places),
    ("/organisations", registers.organisations),
    ("/specifications", registers.specifications),
    ("/figures", figures.router),
    ("/tracking", tracking.router),
):
    api.add_router(prefix, router, auth=None)


def openapi(request: HttpRequest) -> HttpResponse:
    return docs.openapi(api)


def guide(request: HttpRequest) -> HttpResponse:
    return docs.guide(request, api)


urlpatterns = [
    path("openapi.json", openapi, name="api_openapi"),
    path("docs", guide, name="api_docs"),
    path("", api.urls),
]
