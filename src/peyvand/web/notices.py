"""What is said to the reader on the next page, after an act or a refusal."""

from django.contrib import messages
from django.http import HttpRequest

from peyvand.kernel.refusals import Refusal
from peyvand.web.templatetags.peyvand_format import refusal as words


def done(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """Say that an act was done; with `undo_url`, offer to take it back by a POST to that address."""
    messages.success(request, text, extra_tags=undo_url)


def say(request: HttpRequest, text: str) -> None:
    messages.info(request, text)


def warn(request: HttpRequest, text: str) -> None:
    messages.warning(request, text)


def refused(request: HttpRequest, refusal: Refusal) -> None:
    messages.error(request, words(refusal))
