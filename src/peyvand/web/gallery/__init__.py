"""The pattern book: every part of the site in each of its states, in both languages, on one page. Nothing on it is real."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from peyvand.web.gallery.part import Part
from peyvand.web.gallery.parts import PARTS


@dataclass(frozen=True)
class Shown:
    """One state of a part as it is sent to a reader of `language`."""

    language: str
    direction: str
    html: SafeString


def gallery(request: HttpRequest) -> HttpResponse:
    own = translation.get_language()
    languages = sorted(dict(settings.LANGUAGES), key=lambda language: language != own)
    common = {"csrf_token": get_token(request), "here": request.path}
    shown = []
    for part in PARTS:
        samples = [_shown(part, language, common) for language in languages]
        titles = [str(state.title) for state in part.states()]
        shown.append((part, list(zip(titles, zip(*samples, strict=True), strict=True))))
    return render(request, "web/gallery/gallery.html", {"parts": shown, "crumbs": [(_("First page"), "/")]})


def _shown(part: Part, language: str, common: dict[str, Any]) -> list[Shown]:
    """Rendered apart from the page, in its own language: what the page knows cannot help the part out."""
    with translation.override(language):
        direction = "rtl" if translation.get_language_bidi() else "ltr"
        html = [render_to_string(part.template, common | state.context) for state in part.states()]
    return [Shown(language, direction, mark_safe(one)) for one in html]
