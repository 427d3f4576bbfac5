"""Signing in by password or by a code handed over, the acting role, and one's own account."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.people.accounts import CodeNotValid, change_account, redeem_sign_in_code
from peyvand.people.models import Account, Membership
from peyvand.people.queries import memberships_in_force
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.scope.encryption import decrypt, encrypt
from peyvand.web import notices
from peyvand.web.acting import act_as
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.sign_in_forms import AccountForm, EnterForm

_LOOPBACK = ("127.0.0.1", "::1")
_COOKIE_LASTS = timedelta(days=365)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by those who know the person: nobody signs up by himself, and no e-mail is sent."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: Any, message_template: Any = None, *args: Any, **rest: Any
    ) -> None:
        """Only what changes how one signs in is worth saying; the rest is plain to see."""
        said = {
            "account/messages/password_changed.txt": _("Your password was changed."),
            "account/messages/password_set.txt": _("Your password was set."),
            "mfa/messages/totp_activated.txt": _("The second step is on. Keep the recovery codes on paper."),
            "mfa/messages/totp_deactivated.txt": _("The second step is off."),
            "mfa/messages/recovery_codes_generated.txt": _(
                "There are new recovery codes; the old ones no longer work."
            ),
        }
        if message_template in said:
            notices.done(request, said[message_template])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """An account needs no address, so nothing is sent."""


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets of the second step lie encrypted in the database, as every protected value does."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


def admit(request: HttpRequest, membership: Membership, to: str = "home") -> HttpResponse:
    """Sign the account in under the membership of the code. A second step, where the account has one, is still asked for."""
    if request.user.is_authenticated:
        logout(request)
    act_as(request, membership)
    answer = perform_login(request, membership.account, email_verification="none", redirect_url=reverse(to))
    return _with_language(answer, membership.account)


def _with_language(answer: HttpResponse, account: Account) -> HttpResponse:
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, account.language, max_age=_COOKIE_LASTS, samesite="Lax", httponly=True
    )
    return answer


def _demo_membership(request: HttpRequest, code: str) -> Membership | None:
    """A demo's printed link signs in at once: on loopback and with a demo account only (decision D18)."""
    if not (settings.PEYVAND_DEMO and request.META.get("REMOTE_ADDR") in _LOOPBACK):
        return None
    try:
        with transaction.atomic():
            membership = redeem_sign_in_code(code=code, now=now())
            if not membership.account.is_demo:
                raise CodeNotValid
    except CodeNotValid:
        return None
    return membership


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_link(request: HttpRequest, code: str) -> HttpResponse:
    """The link of a slip. A GET shows a button only: programs that preview links must not use a code up."""
    if request.method == "GET" and (demo := _demo_membership(request, code)):
        return admit(request, demo)
    if request.method != "POST":
        return render(request, "web/pages/enter.html", {"code": code})
    return _redeem(request, EnterForm({"code": code}))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "web/pages/enter.html", {"form": EnterForm()})
    return _redeem(request, EnterForm(request.POST))


def _redeem(request: HttpRequest, form: EnterForm) -> HttpResponse:
    status = 200
    if form.is_valid():
        if not ratelimit.consume(request, action="enter"):
            form.add_error(None, _("Too many tries. Wait five minutes and try again."))
            status = 429
        else:
            try:
                return admit(request, redeem_sign_in_code(code=form.cleaned_data["code"], now=now()))
            except CodeNotValid as refusal:
                refuse(form, refusal)
    return render(request, "web/pages/enter.html", {"form": form}, status=status)


def everyone_signed_in(by: Acting) -> Refusal | None:
    """The view itself asks for a signed-in account; a role is not needed to see one's own account."""
    return None


@require_POST
@open_to(everyone_signed_in)
def switch(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own roles; somebody else's answers as if it did not exist."""
    chosen = request.POST.get("acting", "")
    found = memberships_in_force(request.user, business_date(now()))  # type: ignore[arg-type]
    membership = found.filter(pk=chosen).first() if chosen.isdecimal() else None
    if membership is None:
        raise NotFound
    act_as(request, membership)
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(everyone_signed_in)
def account(request: HttpRequest) -> HttpResponse:
    own: Account = request.user  # type: ignore[assignment]
    form = AccountForm(request.POST or None, instance=Account.objects.get(pk=own.pk))
    if request.method == "POST" and form.is_valid():
        changed = change_account(by=acting(request), account_id=own.pk, now=now(), **form.cleaned_data)
        notices.done(request, _("Your account was changed."))
        return _with_language(redirect("account"), changed)
    with scope(acting(request)):
        context = {
            "form": form,
            "own": own,
            "memberships": list(memberships_in_force(own, business_date(now()))),
            "current": acting(request).membership_id,
            "has_password": own.has_usable_password(),
            "second_step": Authenticator.objects.filter(user=own, type=Authenticator.Type.TOTP).exists(),
        }
        return render(request, "web/pages/account.html", context)
