"""The API: its routers, its errors and its description."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from peyvand.api import (
    account,
    agreements,
    batches,
    capacities,
    commitments,
    deliveries,
    docs,
    family_acts,
    figures,
    findings,
    fitting,
    imports,
    journal,
    kept_filters,
    matching,
    needs,
    problems,
    programmes,
    proofs,
    registers,
    setting_up,
    stories,
    switches,
    tracking,
)
from peyvand.api.identity import SIGNED_IN
from peyvand.api.throttle import USUAL

DESCRIPTION = """The acts and lists of Peyvand: a need is seen, a capacity is found for it, a promise is made, delivered, accepted and told.
What a caller sees is what the role of the token or session may see. Every POST takes an `Idempotency-Key`, but for those whose
answer is secret; lists are read page by page with `limit` and `after`; errors are `application/problem+json` with a stable `code`."""

_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9_-]+$"},
    "description": "The same key with the same body gives the same answer, and nothing is done twice; with another body 422.",
    "example": "9b2f0c1e-need-42",
}
# They only read, though they are a POST: nothing is done that a second request could repeat.
READS = ("/tracking", "/imports/look")
# Codes and receipts, and who had a paper at what hour: their answers are kept under no key.
UNKEPT = ("/cast", "/codes", "/paper", "/papers")
_ERRORS = {
    "400": "The request could not be read",
    "401": "Not signed in, or the token is not valid",
    "403": "The role does not allow it",
    "404": "Not there, or outside what the role may see",
    "409": "Not possible as things stand; `code` says why",
    "413": "More than one request may send",
    "415": "The body is not said to be JSON",
    "422": "A value is not acceptable, or an idempotency key was used for another request",
    "429": "Too many requests; see Retry-After",
}


class PeyvandAPI(NinjaAPI):
    """Adds to the description what holds for every route: problems, and the idempotency key of writes."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the view; a programme's routes say their own."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        described["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        described["components"]["schemas"] |= described["components"]["schemas"]["Problem"].pop("$defs", {})
        shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
        for address, methods in described["paths"].items():
            for method, operation in methods.items():
                if method == "post" and not address.endswith((*READS, *UNKEPT)):
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
    parser=problems.JsonOnly(),
)
problems.install(api)
for prefix, router in (
    ("/me", account.me),
    ("/tokens", account.tokens),
    ("/needs", needs.router),
    ("/needs", fitting.needs),
    ("/capacities", capacities.router),
    ("/capacities", fitting.capacities),
    ("/matching-runs", matching.runs),
    ("/matching-runs", findings.router),
    ("/suggestions", matching.router),
    ("/commitments", commitments.router),
    ("/agreements", agreements.router),
    ("/deliveries", deliveries.router),
    ("/deliveries", proofs.of_deliveries),
    ("/proofs", proofs.router),
    ("/stories", stories.router),
    ("/families", family_acts.router),
    ("/families", fitting.families),
    ("/persons", family_acts.persons),
    ("/consents", family_acts.consents),
    ("/batches", batches.router),
    ("/kept-filters", kept_filters.router),
    ("/imports", imports.router),
    ("/journal", journal.router),
    ("/priority-weights", setting_up.weights),
    ("/programmes", switches.known),
    ("/programme-switches", switches.router),
    *programmes.routers(),
):
    api.add_router(prefix, router)
for prefix, router in (
    ("/published-stories", stories.published),
    ("/places", registers.places),
    ("/organisations", registers.organisations),
    ("/specifications", registers.specifications),
    ("/specifications", fitting.specifications),
    ("/qualities", fitting.qualities),
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
