"""A form that came too late, because its sender had been signed out or its key had changed, is not lost: it can be sent again."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

# A form with one of these is typed anew: a secret is never sent back.
_SECRETS = {"password", "password1", "password2", "oldpassword", "code"}
_OF_THE_FRAME = {"csrfmiddlewaretoken", "next"}


@dataclass(frozen=True)
class Typed:
    """`fields` are (name, value) as sent; `words` what a reader would miss; `files` had to be left behind."""

    address: str
    fields: list[tuple[str, str]]
    words: list[str]
    files: bool


def typed(request: HttpRequest) -> Typed | None:
    """What was sent, to be shown to its own sender; None where nothing can be sent again."""
    if request.method != "POST" or not _from_this_site(request) or _SECRETS & request.POST.keys():
        return None
    fields = [
        (name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values
    ]
    words = [value for name, value in fields if name not in _OF_THE_FRAME | {"once"} and len(value.strip()) > 2]
    return Typed(request.get_full_path(), fields, words, bool(request.FILES))


def _from_this_site(request: HttpRequest) -> bool:
    """Only a form of our own may be sent again by one press; the browser itself says where it stood."""
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from:
        return came_from == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form whose sender is no longer signed in: how to sign in beside it, and the form once more.

    None where nothing was typed that could be lost.
    """
    kept = typed(request)
    if not kept or not (kept.words or kept.files):
        return None
    context = {"typed": kept, "sign_in_url": f"{reverse('account_login')}?next={reverse('home')}"}
    answer = render(request, "web/errors/signed_out.html", context, status=403)
    answer["Cache-Control"] = "no-store"
    return answer
