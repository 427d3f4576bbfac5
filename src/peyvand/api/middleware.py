"""What is answered outside the routes (no such address, wrong method, a broken database) speaks problem+json too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from peyvand.api.problems import CONTENT_TYPE, language, of_status, response

PREFIX = "/api/v1/"


def problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        given = get_response(request)
        if not request.path.startswith(PREFIX) or given.status_code < 400:
            return given
        if given.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return given
        kept = {name: given.headers[name] for name in ("Allow", "Retry-After") if name in given.headers}
        return response(of_status(given.status_code, language(request)), kept)

    return answer
