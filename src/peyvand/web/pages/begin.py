"""The page of an empty installation: it opens the first office and its administrator, once."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from peyvand.kernel.refusals import Refusal
from peyvand.office.actions import HasBegun, is_empty, open_first_office
from peyvand.people.accounts import redeem_sign_in_code
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Account
from peyvand.places.reference import provinces
from peyvand.scope.acting import SYSTEM
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import everyone, now, open_to, refuse
from peyvand.web.pages.sign_in import admit
from peyvand.web.pages.sign_in_forms import PASSWORD_HELP

_FIELDS = {"start_code_wrong": "code"}


def _latin(**more: str) -> forms.TextInput:
    return forms.TextInput(
        attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none", "class": "short"} | more
    )


class BeginForm(Form):
    code = forms.CharField(
        label=gettext_lazy("Start code"),
        max_length=60,
        help_text=gettext_lazy("Sixteen digits, printed by `peyvand up` where the site was started."),
        widget=_latin(inputmode="numeric"),
    )
    province = forms.ChoiceField(label=gettext_lazy("Province"))
    organisation = forms.CharField(label=gettext_lazy("Organisation that runs the office"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OrganisationKind.choices)
    administrator = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    username = forms.RegexField(
        label=gettext_lazy("User name"),
        regex=r"^[A-Za-z0-9._-]{3,60}$",
        help_text=gettext_lazy("Latin letters, digits, dot and dash; it is used for signing in."),
        error_messages={"invalid": gettext_lazy("Write at least three Latin letters or digits, without a space.")},
        widget=_latin(),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=PASSWORD_HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        name = "name_fa" if (get_language() or "fa").startswith("fa") else "name_en"
        self.fields["province"].choices = sorted((one["iso"], one[name]) for one in provinces())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"password", "again"} <= data.keys() and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        elif "password" in data:
            try:
                validate_password(
                    data["password"], Account(username=data.get("username", ""), name=data.get("administrator", ""))
                )
            except ValidationError as faults:
                self.add_error("password", faults)
        return data


@never_cache
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(everyone)
def begin(request: HttpRequest) -> HttpResponse:
    """Open the first office and go in as its administrator. Once anybody has an account, this page only leads to signing in."""
    if not is_empty():
        return redirect("account_login")
    form = BeginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="enter"):
            form.add_error(None, _("Too many tries. Wait five minutes and try again."))
            status = 429
        else:
            data = {name: value for name, value in form.cleaned_data.items() if name != "again"}
            data["kind"] = OrganisationKind(data["kind"])
            try:
                opened = open_first_office(**data, by=SYSTEM, now=now())
            except HasBegun:
                return redirect("account_login")
            except Refusal as refusal:
                refuse(form, refusal, **_FIELDS)
            else:
                notices.done(request, _("The office stands, and you administer it."))
                return admit(request, redeem_sign_in_code(code=opened.code, now=now()), to="start")
    return render(request, "web/office/begin.html", {"form": form}, status=status)
