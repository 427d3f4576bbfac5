"""Errors as `application/problem+json` (RFC 9457): what is wrong, by a stable code, in the caller's language."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser

from peyvand.api.keys import TokenNotValid
from peyvand.files.pictures import FileTooLarge, NotAPicture, PictureTooLarge
from peyvand.intake.waiting import GoneOrNotYours, TooLarge
from peyvand.journal.once import KeyReused
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.lists import Fault as ListFault
from peyvand.lists import ListRefused
from peyvand.lists.words import Language

CONTENT_TYPE = "application/problem+json"
TYPES = "/api/v1/docs#"

# A refusal that stands in no row says that things are not as the caller thought: 409.
_STATUS: Sequence[tuple[type[Refusal], int]] = (
    (NotFound, 404),
    (NotPermitted, 403),
    (BadValue, 422),
    (KeyReused, 422),
    (TokenNotValid, 401),
    (GoneOrNotYours, 404),
    (FileTooLarge, 413),
    (PictureTooLarge, 413),
    (TooLarge, 413),
    (NotAPicture, 422),
    (ListRefused, 422),
)
_SAID = {
    400: ("bad_request", N_("The request could not be read.")),
    401: ("not_signed_in", N_("Sign in, or send a valid token.")),
    403: ("forbidden", N_("This request was refused; send the CSRF token of your session with it.")),
    404: ("not_found", NotFound.message),
    405: ("method_not_allowed", N_("This address does not take this method.")),
    413: ("too_large", N_("This is more than one request may send.")),
    415: ("not_json", N_("Send JSON, with the header Content-Type: application/json.")),
    422: ("not_valid", N_("Some values are not acceptable.")),
    429: ("too_many_requests", N_("Too many requests; try again in a while.")),
    500: ("unexpected", N_("Something went wrong here. It was noted, and the request can be sent again.")),
    503: ("unavailable", N_("The service is not available now; try again in a while.")),
}  # fmt: skip
_FAULTS = {
    "missing": N_("This is required."),
    "extra_forbidden": N_("This field is not known."),
    "enum": N_("One of: {expected}"),
    "literal_error": N_("One of: {expected}"),
    "greater_than_equal": N_("At least {ge}"),
    "less_than_equal": N_("At most {le}"),
    "too_short": N_("At least {min_length} rows"),
    "too_long": N_("At most {max_length} rows"),
    "string_too_short": N_("At least {min_length} letters"),
    "string_too_long": N_("At most {max_length} letters"),
    "json_invalid": N_("This is not valid JSON."),
}
_KINDS = (
    (("int_",), N_("A whole number is expected.")),
    (("date_", "datetime_"), N_("A date like 2026-03-21 is expected.")),
    (("bool_",), N_("true or false is expected.")),
    (("string_",), N_("Text is expected.")),
    (("list_",), N_("A list is expected.")),
    (("dict_", "model_"), N_("An object is expected.")),
)


class NotJson(Exception):
    """The body says that it is something else."""


class JsonOnly(Parser):
    """A body that does not say that it is JSON is not guessed at: a form of another site can send any text, but not that header."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise NotJson
        return super().parse_body(request)


class Fault(Schema):
    """One value that is not acceptable: in which row of a list (from 1), in which field, and why."""

    row: int | None = None
    field: str
    message: str


class Problem(Schema):
    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[Fault] | None = None


def language(request: HttpRequest) -> str:
    """The first known language of Accept-Language, else the site's own."""
    for asked, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            found = get_supported_language_variant(asked)
        except LookupError:
            continue
        return found
    return settings.LANGUAGE_CODE


def _problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    body = {"type": f"{TYPES}{code}", "title": title, "status": status, "detail": detail, "code": code}
    return body | {name: value for name, value in more.items() if value}


def of_refusal(refusal: Refusal, language: str) -> dict[str, Any]:
    """The problem of a refusal; its reason and field are message ids too."""
    status = next((number for kind, number in _STATUS if isinstance(refusal, kind)), 409)
    with translation.override(language):
        words = {name: gettext(one) if isinstance(one, str) and one else one for name, one in refusal.details.items()}
        detail = gettext(refusal.message).format(**words)
    more: dict[str, Any] = {"field": str(refusal.details.get("field", ""))}
    if isinstance(refusal, ListRefused):
        detail = gettext_in(language, _SAID[422][1])
        more["errors"] = [one.model_dump(exclude_none=True) for one in faults_of_list(refusal.faults[:100], language)]
    return _problem(status, refusal.code, detail, **more)


def gettext_in(language: str, message: str) -> str:
    with translation.override(language):
        return gettext(message)


def faults_of_list(faults: Sequence[ListFault], language: str) -> list[Fault]:
    """Faults of a file, with its own rows and headings."""
    spoken: Language = "fa" if language == "fa" else "en"
    return [Fault(row=one.row, field=one.column or "file", message=one.reason(spoken)) for one in faults]


def of_status(status: int, language: str) -> dict[str, Any]:
    code, message = _SAID.get(status) or _SAID[500 if status >= 500 else 400]
    with translation.override(language):
        return _problem(status, code, gettext(message))


def response(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    answer = JsonResponse(
        problem, status=problem["status"], content_type=CONTENT_TYPE, headers=dict(headers or {}),
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
    if problem["status"] == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="Peyvand"'
    return answer


def _message(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    if kind in _FAULTS:
        return gettext(_FAULTS[kind]).format(**error.get("ctx", {}))
    for beginnings, words in _KINDS:
        if kind.startswith(beginnings):
            return gettext(words)
    return gettext(N_("This value is not acceptable."))


def _faults(errors: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """The place of an error is (source, parameter, ..., row, field): rows of a list count from 1."""
    for error in errors:
        place = [part for part in error["loc"] if part not in ("body", "query", "path", "filters", "page")]
        rows = [part for part in place if isinstance(part, int)]
        field = ".".join(str(part) for part in place if isinstance(part, str))
        yield Fault(row=rows[0] + 1 if rows else None, field=field or "body", message=_message(error))


def of_faults(errors: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    with translation.override(language):
        faults = [one.model_dump(exclude_none=True) for one in _faults(errors)]
        return of_status(422, language) | {"errors": faults}


def install(api: NinjaAPI) -> None:
    """Make every error of the API a problem."""

    @api.exception_handler(Refusal)
    def _refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        return response(of_refusal(error, language(request)))

    @api.exception_handler(ValidationError)
    def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return response(of_faults(error.errors, language(request)))

    @api.exception_handler(AuthenticationError)
    def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return response(of_status(401, language(request)))

    @api.exception_handler(Throttled)
    def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
        return response(of_status(429, language(request)))

    @api.exception_handler(HttpError)
    def _refused_by_the_framework(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__
        status = (
            415 if isinstance(cause, NotJson) else 413 if isinstance(cause, RequestDataTooBig) else error.status_code
        )
        return response(of_status(status, language(request)))

    @api.exception_handler(SuspiciousOperation)
    def _refused_by_django(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
        return response(of_status(413 if isinstance(error, RequestDataTooBig) else 400, language(request)))

    @api.exception_handler(Http404)
    def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return response(of_status(404, language(request)))

    @api.exception_handler(Exception)
    def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        structlog.get_logger("peyvand.api").error("unexpected error", exc_info=error)
        return response(of_status(500, language(request)))
