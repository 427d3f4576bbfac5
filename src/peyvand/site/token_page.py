"""The page where people make and stop the tokens of their programs: forms of `web`, acts of `api`."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from peyvand.api.keys import LONGEST_DAYS, LONGEST_NAME, create_token, revoke_token
from peyvand.api.models import ApiToken
from peyvand.kernel.refusals import NotPermitted
from peyvand.scope.acting import Acting, Role
from peyvand.scope.database import scope
from peyvand.web.fields import QuantityField
from peyvand.web.forms import Form
from peyvand.web.templatetags.peyvand_format import number

USUAL_DAYS = 90


class TokenForm(Form):
    name = forms.CharField(label=_("What it is for"), max_length=LONGEST_NAME)
    days = QuantityField(label=_("Days it works"), most=LONGEST_DAYS, initial=USUAL_DAYS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["days"].help_text = gettext("At most %(shown)s") % {"shown": number(LONGEST_DAYS)}


def _signed_in(request: HttpRequest) -> Acting:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    if acting.role is Role.PUBLIC:
        raise NotPermitted(reason="sign in first")
    return acting


def _page(request: HttpRequest, by: Acting, form: TokenForm, told: str = "") -> HttpResponse:
    now = timezone.now()
    rows = list(ApiToken.objects.filter(account_id=by.account_id).order_by("-id")[:100])
    works = [(row, row.revoked_at is None and row.expires_at > now) for row in rows]
    context = {"tokens": works, "told": told, "form": form}
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token is shown on the answer to its making, and never again."""
    by = _signed_in(request)
    if request.method == "GET":
        return _page(request, by, TokenForm())
    form, told = TokenForm(request.POST), ""
    if form.is_valid():
        _, told = create_token(**form.cleaned_data, by=by, now=timezone.now())
        form = TokenForm()
    with scope(by):
        return _page(request, by, form, told)


@require_POST
def stop(request: HttpRequest, token_id: int) -> HttpResponse:
    revoke_token(token_id=token_id, by=_signed_in(request), now=timezone.now())
    return redirect("api_tokens")
