"""What is answered outside the routes (no such address, wrong method, a broken database) speaks problem+json too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from peyvand.api.problems import CONTENT_TYPE, language, of_status, response

PREFIX = "/api/v1/"


def problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        given = get_response(request)
        if not request.path.startswith(PREFIX) or given.status_code < 400:
            return given
        if not given.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            kept = {name: given.headers[name] for name in ("Allow", "Retry-After") if name in given.headers}
            given = response(of_status(given.status_code, language(request)), kept)
        given["Content-Language"] = language(request)
        patch_vary_headers(given, ["Accept-Language"])
        return given

    return answer
