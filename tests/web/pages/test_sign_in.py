"""Signing in by password, by a code on paper and by a demo's link; the acting role; one's own account."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from peyvand.kernel.refusals import NotPermitted
from peyvand.people.accounts import create_account, grant_membership, issue_sign_in_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Membership, SignInCode
from peyvand.scope.acting import SYSTEM
from peyvand.web.acting import MEMBERSHIP_KEY

PASSWORD = "چهار واژهٔ دور از هم"


def membership(world, name: str) -> Membership:
    return Membership.objects.get(pk=world[name].membership_id)


def code_for(world, name: str, *, valid_for: timedelta = timedelta(hours=24), **values) -> str:
    return issue_sign_in_code(
        membership=membership(world, name), valid_for=valid_for, by=SYSTEM, now=timezone.now(), **values
    )


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def with_password(world, name: str) -> Account:
    account = Account.objects.get(pk=world[name].account_id)
    account.set_password(PASSWORD)
    account.save()
    return account


def test_user_name_and_password_lead_to_the_first_page(world, client):
    with_password(world, "facilitator")
    answer = client.post("/sign-in/", {"login": "facilitator", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/home/"
    assert is_in(client)


def test_the_page_asked_for_comes_after_signing_in_but_no_other_site(world, client):
    with_password(world, "facilitator")
    asked = {"login": "facilitator", "password": PASSWORD}
    assert client.post("/sign-in/?next=/needs/", asked | {"next": "/needs/"}).url == "/needs/"
    client.post("/sign-out/")
    assert client.post("/sign-in/", asked | {"next": "https://example.org/"}).url == "/home/"


def test_a_wrong_password_is_said_in_words_and_after_five_tries_one_must_wait(world, client):
    with_password(world, "facilitator")
    for _ in range(5):
        page = client.post("/sign-in/", {"login": "facilitator", "password": "نادرست نادرست"})
        assert page.context["form"].errors
    page = client.post("/sign-in/", {"login": "facilitator", "password": PASSWORD})
    assert not is_in(client)
    assert page.status_code in (200, 429)


def test_nobody_signs_up_by_himself(world, client):
    for address in ("/sign-up/", "/signup/", "/accounts/signup/"):
        assert client.get(address).status_code == 404


def test_looking_at_the_link_of_a_slip_does_not_use_it_up(world, client):
    code = code_for(world, "facilitator")
    for method in (client.get, client.head):
        assert method(f"/enter/{code}/").status_code == 200
        assert not is_in(client)
    answer = client.post(f"/enter/{code}/")
    assert answer.url == "/home/"
    assert client.session[MEMBERSHIP_KEY] == world["facilitator"].membership_id


def test_a_code_works_once(world, client):
    code = code_for(world, "facilitator")
    client.post("/enter/", {"code": code})
    assert is_in(client)
    page = Client().post("/enter/", {"code": code})
    assert "به کار رفته" in page.content.decode()
    late = code_for(world, "facilitator", valid_for=timedelta(seconds=-1))
    assert "به کار رفته" in Client().post("/enter/", {"code": late}).content.decode()


def test_a_code_may_be_typed_as_it_is_printed(world, client):
    code = code_for(world, "facilitator")
    typed = f"{code[:5]} {code[5:]}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    client.post("/enter/", {"code": typed})
    assert is_in(client)


def test_guessing_codes_is_stopped(world, client):
    for number in range(10):
        assert client.post("/enter/", {"code": f"{number:010d}"}).status_code == 200
    assert client.post("/enter/", {"code": code_for(world, "facilitator")}).status_code == 429
    assert not is_in(client)


def test_a_demo_link_signs_in_at_once_on_loopback_with_demo_accounts_only(world, client, settings):
    Account.objects.filter(pk=world["facilitator"].account_id).update(is_demo=True)
    code = code_for(world, "facilitator", valid_for=timedelta(days=7))
    assert client.get(f"/enter/{code}/").status_code == 200
    settings.PEYVAND_DEMO = True
    assert client.get(f"/enter/{code}/", REMOTE_ADDR="10.0.0.7").status_code == 200
    assert not is_in(client)
    real = code_for(world, "officer", valid_for=timedelta(days=7))
    assert client.get(f"/enter/{real}/").status_code == 200
    assert not SignInCode.objects.filter(used_at__isnull=False).exists()
    assert client.get(f"/enter/{code}/").url == "/home/"
    assert is_in(client)
    assert "دادهٔ نمایشی" in client.get("/home/").content.decode()


def test_signing_out_asks_first_and_then_closes(world, browser):
    client = browser("facilitator")
    assert client.get("/sign-out/").status_code == 200
    assert is_in(client)
    client.post("/sign-out/")
    assert not is_in(client)


def test_one_acts_in_another_of_ones_own_roles_only(world, browser):
    account = Account.objects.get(pk=world["facilitator"].account_id)
    second = grant_membership(
        account=account,
        role=MemberRole.FIELD_LEADER,
        place=world.places["sari"],
        organisation=world.organisations["centre"],
        by=SYSTEM,
        now=timezone.now(),
    )
    client = browser("facilitator")
    assert client.post("/acting/", {"acting": second.pk}).url == "/home/"
    assert client.get("/home/").wsgi_request.acting.role == "field_leader"
    assert client.post("/acting/", {"acting": world["leader"].membership_id}).status_code == 404
    assert client.post("/acting/", {"acting": "x"}).status_code == 404
    assert client.get("/home/").wsgi_request.acting.role == "field_leader"


def test_ones_name_and_language_are_changed_on_the_own_page(world, browser):
    client = browser("facilitator")
    answer = client.post("/account/", {"name": "نام تازه", "language": "en"})
    assert answer.cookies["django_language"].value == "en"
    account = Account.objects.get(pk=world["facilitator"].account_id)
    assert (account.name, account.language) == ("نام تازه", "en")
    assert "My account" in client.get("/account/").content.decode()


def test_an_account_without_a_role_sees_its_own_page_and_no_other(world, client):
    account = create_account(username="alone", name="تنها", by=SYSTEM, now=timezone.now())
    client.force_login(account)
    assert client.get("/account/").status_code == 200
    assert client.get("/home/").status_code == 403


def test_who_came_with_a_code_sets_a_password_and_signs_in_with_it(world, client):
    client.post("/enter/", {"code": code_for(world, "facilitator")})
    answer = client.post("/account/password/new/", {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "گذرواژهٔ شما گذاشته شد" in answer.content.decode()
    fresh = Client()
    fresh.post("/sign-in/", {"login": "facilitator", "password": PASSWORD})
    assert is_in(fresh)


def test_a_forgotten_password_no_longer_works_once_a_code_was_handed_over(world, client):
    with_password(world, "facilitator")
    code = code_for(world, "facilitator", forget_password=True)
    client.post("/sign-in/", {"login": "facilitator", "password": PASSWORD})
    assert not is_in(client)
    client.post("/enter/", {"code": code})
    assert is_in(client)


def test_a_second_step_is_asked_for_after_a_password_and_after_a_code(world, client):
    account = with_password(world, "facilitator")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(account, secret)
    stored = Authenticator.objects.get(user=account)
    assert secret not in str(stored.data)
    for sign_in in (
        lambda browser: browser.post("/sign-in/", {"login": "facilitator", "password": PASSWORD}),
        lambda browser: browser.post("/enter/", {"code": code_for(world, "facilitator")}),
    ):
        fresh = Client()
        assert sign_in(fresh).url == "/account/two-step/authenticate/"
        assert not is_in(fresh)
        page = fresh.get("/account/two-step/authenticate/")
        assert page.status_code == 200
        now_code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
        typed = now_code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        cache.clear()
        fresh.post("/account/two-step/authenticate/", {"code": typed})
        assert is_in(fresh)


def test_a_code_is_never_issued_for_somebody_mightier(world):
    mighty = Account.objects.get(pk=world["administrator"].account_id)
    small = grant_membership(
        account=mighty,
        role=MemberRole.FACILITATOR,
        place=world.places["nobonyad"],
        organisation=world.organisations["charity"],
        by=world["charity_manager"],
        now=timezone.now(),
    )
    with pytest.raises(NotPermitted):
        issue_sign_in_code(
            membership=small, valid_for=timedelta(hours=1), by=world["charity_manager"], now=timezone.now()
        )
