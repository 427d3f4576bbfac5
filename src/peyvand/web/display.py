"""How a reader wants pages to look: the theme and the size of text. Kept in a cookie, so that no account is needed."""

from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from peyvand.web.forms import Form

COOKIE = "peyvand_display"
YEAR = 31_536_000
THEMES = {
    "device": _("As my phone or computer is set"),
    "light": _("Light"),
    "dark": _("Dark"),
    "contrast": _("High contrast"),
}
TEXTS = {"regular": _("Usual"), "large": _("Large"), "largest": _("Very large")}


@dataclass(frozen=True)
class Display:
    theme: str = "device"
    text: str = "regular"

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """What the reader chose; anything unknown in the cookie counts as not chosen."""
        theme, _dot, text = request.COOKIES.get(COOKIE, "").partition(".")
        return cls(theme if theme in THEMES else "device", text if text in TEXTS else "regular")

    @property
    def sheets(self) -> list[tuple[str, str]]:
        """(style sheet, media) of the themes that are set over the light one; the device decides where nothing is chosen."""
        asked = {
            "device": [("dark", "(prefers-color-scheme: dark)"), ("contrast", "(prefers-contrast: more)")],
            "dark": [("dark", "screen")],
            "contrast": [("contrast", "screen")],
        }
        return [(f"web/theme-{name}.css", f"screen and {media}" if media[0] == "(" else media)
                for name, media in asked.get(self.theme, [])]  # fmt: skip


class DisplayForm(Form):
    theme = forms.ChoiceField(label=_("Colours"), choices=list(THEMES.items()), widget=forms.RadioSelect)
    text = forms.ChoiceField(label=_("Size of text"), choices=list(TEXTS.items()), widget=forms.RadioSelect)


def display(request: HttpRequest) -> HttpResponse:
    chosen = Display.of(request)
    asked = request.POST if request.method == "POST" else request.GET
    back = asked.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    form = DisplayForm(request.POST or None, initial={"theme": chosen.theme, "text": chosen.text})
    if request.method == "POST" and form.is_valid():
        answer = redirect(back)
        answer.set_cookie(COOKIE, f"{form.cleaned_data['theme']}.{form.cleaned_data['text']}", max_age=YEAR,
                          secure=request.is_secure(), httponly=True, samesite="Lax")  # fmt: skip
        return answer
    context: dict[str, Any] = {"form": form, "back": back}
    return render(request, "web/display.html", context)
