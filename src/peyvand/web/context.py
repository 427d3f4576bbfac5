"""What every page shows around its content."""

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from peyvand.scope.database import acting_now, scope
from peyvand.web.display import Display
from peyvand.web.guide import help_url
from peyvand.web.navigation import Navigation, navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame: navigation, the place in the guide, languages, the chosen display, the demo mark, and the roles the reader may act in.

    `PEYVAND_NAVIGATION` names a tuple of `navigation.Entry`, or is empty. A middleware sets `request.acting_choices`
    (objects with `value`, `label`, `current`) for the role switcher, which posts `acting` to `request.acting_url`.
    """
    return {
        "navigation": _navigation(request),
        "languages": [(code, code == get_language()) for code, _name in settings.LANGUAGES],
        "display": Display.of(request),
        "demo": settings.PEYVAND_DEMO,
        "acting_choices": getattr(request, "acting_choices", ()),
        "acting_url": getattr(request, "acting_url", ""),
        "here": request.get_full_path(),
        "guide_url": help_url(request),
    }


def _navigation(request: HttpRequest) -> Navigation:
    """What waits behind an entry is counted under the reader's rights, also on the page of a refusal, where no scope is open."""
    if not settings.PEYVAND_NAVIGATION:
        return Navigation()
    acting = getattr(request, "acting", None)
    with scope(acting) if acting and acting_now() is None else nullcontext():
        return navigation(request, import_string(settings.PEYVAND_NAVIGATION))
