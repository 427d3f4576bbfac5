"""Accounts and roles of one's own area."""

import re

import pytest
from django.test import Client
from tests.world import NOW, TODAY

from peyvand.kernel.refusals import NotPermitted
from peyvand.people.accounts import create_account
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Membership, SignInCode
from peyvand.people.queries import memberships_in_force


def new_person(world, client, **values):
    key = client.get("/people/new/").context["form"].initial["once"]
    asked = {
        "once": key,
        "name": "همکار تازه",
        "username": "newcomer",
        "role": "facilitator",
        "place": world.places["nobonyad"].pk,
        "organisation": world.organisations["charity"].pk,
    }
    return asked | values


def test_a_manager_sees_the_roles_of_his_own_organisation_and_an_administrator_of_the_area(world, browser):
    own = browser("charity_manager").get("/people/").context["page"].objects
    assert {row.organisation_id for row in own} == {world.organisations["charity"].pk}
    every = browser("administrator").get("/people/").context["page"].objects
    assert {row.pk for row in every} == {one.membership_id for one in world.acting.values()}


def test_an_account_is_opened_with_its_first_role_and_once(world, browser):
    client = browser("charity_manager")
    asked = new_person(world, client)
    first, second = client.post("/people/new/", asked), client.post("/people/new/", asked)
    assert first.url == second.url
    made = Membership.objects.get(account__username="newcomer")
    assert (made.role, made.organisation_id) == ("facilitator", world.organisations["charity"].pk)


def test_a_manager_gives_field_roles_in_his_own_organisation_only(world, browser):
    client = browser("charity_manager")
    for wrong in (
        {"role": "administrator"},
        {"organisation": world.organisations["office"].pk},
        {"username": "با فاصله"},
    ):
        page = client.post("/people/new/", new_person(world, client, **wrong))
        assert set(page.context["form"].errors) == set(wrong)
        assert "همکار تازه" in page.content.decode()
    assert not Account.objects.filter(name="همکار تازه").exists()


def test_a_user_name_that_is_taken_is_said_beside_its_field(world, browser):
    client = browser("administrator")
    page = client.post("/people/new/", new_person(world, client, username="Facilitator"))
    assert "username" in page.context["form"].errors


def test_a_facilitator_opens_no_account(world, browser):
    with pytest.raises(NotPermitted):
        create_account(username="x", name="x", by=world["facilitator"], now=NOW)


def test_the_slip_carries_a_code_that_signs_in_and_is_told_once(world, browser):
    client = browser("field_leader")
    membership_id = world["facilitator"].membership_id
    slip = client.post(f"/people/{membership_id}/code/")
    assert "no-store" in slip.headers["Cache-Control"]
    shown = re.search(r"[۰-۹]{4}(?: [۰-۹]{4}){3}", slip.content.decode())
    assert shown
    newcomer = Client()
    newcomer.post("/enter/", {"code": shown.group()})
    assert newcomer.get("/home/").wsgi_request.acting.membership_id == membership_id
    assert SignInCode.objects.get().used_at is not None


def test_a_manager_issues_no_code_for_another_organisation(world, browser):
    membership_id = world["facilitator"].membership_id
    assert browser("charity_manager").post(f"/people/{membership_id}/code/").status_code == 404
    assert browser("facilitator").post(f"/people/{membership_id}/code/").status_code == 403
    assert not SignInCode.objects.exists()


def test_a_role_is_given_and_ended_and_the_end_is_undone(world, browser, undo_on):
    client, membership_id = browser("administrator"), world["facilitator"].membership_id
    asked = {
        "role": "field_leader",
        "place": world.places["sari"].pk,
        "organisation": world.organisations["centre"].pk,
    }
    assert client.post(f"/people/{membership_id}/role/", asked).status_code == 302
    account = Membership.objects.get(pk=membership_id).account
    assert set(account.memberships.values_list("role", flat=True)) == {"facilitator", "field_leader"}
    page = client.post(f"/people/{membership_id}/end/", follow=True).content.decode()
    assert not memberships_in_force(account, TODAY).filter(pk=membership_id).exists()
    assert browser("charity_manager").post(f"/people/{membership_id}/end/").status_code == 404
    client.post(undo_on(page))
    assert memberships_in_force(account, TODAY).filter(pk=membership_id).exists()


def test_the_list_of_people_takes_as_many_queries_for_many_as_for_few(world, browser, queries_of):
    client = browser("administrator")
    few = queries_of(client, ["/people/", "/home/"])
    for number in range(5):
        world.join(f"more{number}", MemberRole.FACILITATOR, "sari", "centre")
    assert queries_of(client, ["/people/", "/home/"]) == few
