"""The page where people make and stop the tokens of their programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from peyvand.api.keys import LONGEST_DAYS, create_token, revoke_token
from peyvand.api.models import ApiToken
from peyvand.kernel.identifiers import clean
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.scope.acting import Acting, Role
from peyvand.scope.database import scope

USUAL_DAYS = 90


def _signed_in(request: HttpRequest) -> Acting:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    if acting.role is Role.PUBLIC:
        raise NotPermitted(reason="sign in first")
    return acting


def _page(request: HttpRequest, by: Acting, *, told: str = "", refusal: BadValue | None = None) -> HttpResponse:
    now = timezone.now()
    rows = list(ApiToken.objects.filter(account_id=by.account_id).order_by("-id")[:100])
    context = {
        "tokens": [(row, row.revoked_at is None and row.expires_at > now) for row in rows],
        "told": told,
        "refusal": refusal,
        "named": request.POST.get("name", ""),
        "days": request.POST.get("days", USUAL_DAYS),
        "longest": LONGEST_DAYS,
    }
    return render(request, "api/tokens.html", context, status=422 if refusal else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """A new token is shown on the answer to its making, and never again."""
    by = _signed_in(request)
    if request.method == "GET":
        return _page(request, by)
    days = clean(request.POST.get("days", ""))
    told, refusal = "", None
    try:
        name = request.POST.get("name", "").replace("\0", "")[:60]
        number = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
        _, told = create_token(name=name, days=number, by=by, now=timezone.now())
    except BadValue as error:
        refusal = error
    with scope(by):
        return _page(request, by, told=told, refusal=refusal)


@require_POST
def stop(request: HttpRequest, token_id: int) -> HttpResponse:
    revoke_token(token_id=token_id, by=_signed_in(request), now=timezone.now())
    return redirect("api_tokens")
