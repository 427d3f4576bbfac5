"""Signing in with a code that is handed over, memberships in force, and looks from outside."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation
from tests.world import NOW, World, in_days, later

from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.people.accounts import (
    CodeNotValid,
    create_account,
    end_membership,
    grant_membership,
    issue_sign_in_code,
    redeem_sign_in_code,
    register_organisation,
)
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.looks import take_look
from peyvand.people.models import Account, Look, Membership
from peyvand.people.queries import memberships_in_force
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def code_for(world: World, name: str = "facilitator", valid_for: timedelta = timedelta(hours=1)) -> str:
    membership = Membership.objects.get(pk=world[name].membership_id)
    return issue_sign_in_code(membership=membership, valid_for=valid_for, by=world["administrator"], now=NOW)


@pytest.mark.django_db
def test_a_code_lets_in_once():
    world = World.build()
    code = code_for(world)
    assert redeem_sign_in_code(code=code, now=NOW).pk == world["facilitator"].membership_id
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "0000000000", "x' OR 1=1"])
def test_what_is_no_code_lets_nobody_in(code):
    World.build()
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code, now=NOW)


@pytest.mark.django_db
def test_a_code_expires_and_ends_with_the_membership_or_the_account():
    world = World.build()
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code_for(world), now=later(hours=2))
    code = code_for(world)
    end_membership(
        membership=Membership.objects.get(pk=world["facilitator"].membership_id),
        by=world["administrator"],
        now=later(days=1),
    )
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code_for(world, valid_for=timedelta(days=9)), now=later(days=2))
    Account.objects.filter(pk=world["officer"].account_id).update(is_active=False)
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code_for(world, "officer"), now=NOW)
    assert code


@pytest.mark.django_db(transaction=True)
def test_two_who_use_one_code_at_once_get_one_success():
    world = World.build()
    code, answers, barrier = code_for(world), [], threading.Barrier(2)

    def run() -> None:
        barrier.wait(timeout=20)
        try:
            answers.append(redeem_sign_in_code(code=code, now=NOW).pk)
        except CodeNotValid:
            answers.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers, key=str) == sorted([None, world["facilitator"].membership_id], key=str)


@pytest.mark.django_db
def test_roles_are_granted_by_those_who_may():
    world = World.build()
    account = Account.objects.get(pk=world["facilitator"].account_id)
    place, centre = world.places["nobonyad"], world.organisations["centre"]
    grant = {"account": account, "place": place, "organisation": centre, "now": NOW}
    for name in ("facilitator", "governor", "auditor", "charity_manager"):
        with pytest.raises(NotPermitted):
            grant_membership(role=MemberRole.SOCIAL_WORKER, by=world[name], **grant)
    with pytest.raises(NotPermitted):
        grant_membership(role=MemberRole.HQ_LEADER, by=world["field_leader"], **grant)
    assert grant_membership(role=MemberRole.SOCIAL_WORKER, by=world["field_leader"], **grant).pk
    assert grant_membership(role=MemberRole.HQ_LEADER, by=world["administrator"], **grant).pk
    assert memberships_in_force(account, in_days(0)).count() == 3
    assert memberships_in_force(account, in_days(-1)).count() == 0


@pytest.mark.django_db
def test_a_branch_stands_below_its_head_office():
    world = World.build()
    assert world.organisations["centre"].path.startswith(world.organisations["office"].path)
    register = {"kind": OrganisationKind.CHARITY, "now": NOW, "place": world.places["sari"]}
    with pytest.raises(NotPermitted):
        register_organisation(name_fa="خیریهٔ نمونه", by=world["facilitator"], **register)
    with pytest.raises(BadValue):
        register_organisation(name_fa=" ", by=world["administrator"], **register)


@pytest.mark.django_db
def test_a_look_from_outside_needs_a_reason_lasts_a_day_and_is_shown_to_the_organisation():
    world = World.build()
    world.need(by="charity_manager", place="nobonyad")
    look = {"organisation": world.organisations["charity"], "now": NOW}
    with pytest.raises(BadValue):
        take_look(reason="چرا", by=world["auditor"], **look)
    with pytest.raises(NotPermitted):
        take_look(reason="رسیدگی به گزارش سالانه", by=world["leader"], **look)
    with scope(world["auditor"]):
        assert Need.objects.count() == 0
    taken = take_look(reason="رسیدگی به گزارش سالانه", by=world["auditor"], **look)
    assert taken.until - taken.since == timedelta(hours=24)
    with scope(world["charity_manager"]):
        assert Look.objects.get().reason == "رسیدگی به گزارش سالانه"
    with scope(world["firm_manager"]):
        assert not Look.objects.exists()
    with scope(SYSTEM):
        assert Look.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("کوتاه", "گذرواژه کوتاه است: دست‌کم ۱۰ نویسه دارد."),
        ("۱۲۳۴۵۶۷۸۹۰۱۲", "گذرواژه فقط رقم است. واژه‌ای در آن بگذارید."),
        ("facilitator7", "گذرواژه بیش از اندازه به نام یا نام کاربری می‌ماند."),
        ("password123", "این گذرواژه از آن‌هایی است که پیش از همه آزموده می‌شود. چند واژهٔ خودتان را کنار هم بگذارید."),
    ],
)
def test_a_weak_password_is_refused_in_persian_wherever_it_is_set(client, password, said):
    with translation.override("fa"), pytest.raises(BadValue) as answer:
        create_account(username="facilitator7", name="تسهیلگر", password=password, by=SYSTEM, now=NOW)
    assert said in answer.value.details["reason"]
    account = create_account(username="facilitator7", name="تسهیلگر", by=SYSTEM, now=NOW)
    client.force_login(account)
    asked = {"password1": password, "password2": password}
    assert said in client.post("/account/password/new/", asked).content.decode()
    account.refresh_from_db()
    assert not account.has_usable_password()


@pytest.mark.django_db
def test_a_password_of_a_few_words_is_taken():
    account = create_account(username="worker", name="تسهیلگر", password="چهار واژهٔ دور از هم", by=SYSTEM, now=NOW)
    assert account.check_password("چهار واژهٔ دور از هم")
