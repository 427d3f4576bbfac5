"""Who may open which page, and that no name leaves the rows it may be seen in."""

import pytest
from tests.world import NOW

from peyvand.people.households import give_task
from peyvand.people.models import Membership, Person

STAFF = {"facilitator", "social_worker", "field_leader", "officer", "leader", "charity_manager", "firm_manager"}
LEADERS = {"field_leader", "officer", "leader", "charity_manager", "firm_manager"}
KEEPERS = {"facilitator", "social_worker", "field_leader", "charity_manager", "firm_manager"}
EVERYBODY = STAFF | {"governor", "auditor", "administrator"}

OPEN_TO = {
    "/home/": EVERYBODY,
    "/needs/": STAFF | {"auditor"},
    "/needs/new/": STAFF,
    "/needs/visit-form/": STAFF,
    "/needs/meeting/": STAFF,
    "/families/": STAFF | {"auditor"},
    "/families/new/": KEEPERS,
    "/people/": LEADERS | {"administrator"},
    "/people/new/": LEADERS | {"administrator"},
    "/journal/": STAFF | {"auditor"},
    "/account/": EVERYBODY,
}


@pytest.mark.parametrize("address", OPEN_TO)
def test_each_page_is_open_to_its_roles_and_refuses_the_others_with_a_reason(world, browser, address):
    for name in EVERYBODY:
        answer = browser(name).get(address)
        assert (name, answer.status_code) == (name, 200 if name in OPEN_TO[address] else 403)
        if answer.status_code == 403:
            assert "not_permitted" in answer.content.decode()


@pytest.mark.parametrize("address", OPEN_TO)
def test_somebody_not_signed_in_is_sent_to_sign_in(client, db, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url == f"/sign-in/?next={address}"


def test_what_lies_outside_the_scope_is_not_found(world, browser):
    household = world.household()
    need = world.need(household=household)
    for name in ("charity_manager", "firm_manager", "auditor"):
        for address in (f"/needs/{need.pk}/", f"/needs/{need.pk}/receipt/", f"/families/{household.pk}/"):
            assert browser(name).get(address).status_code == 404, (name, address)


def test_acts_on_rows_outside_the_scope_change_nothing(world, browser):
    need = world.need()
    for act in ("vouch", "withdraw", "note", "restore"):
        assert browser("charity_manager").post(f"/needs/{need.pk}/{act}/").status_code == 404
    assert browser("governor").post(f"/needs/{need.pk}/withdraw/").status_code == 403


def test_a_name_is_shown_only_under_a_task(world, browser):
    household = world.household(address="کوچهٔ یاس")
    need = world.need(household=household, note="یادداشت محرمانه")
    world.agreed(need, world.capacity())
    pages = ["/home/", "/needs/", f"/needs/{need.pk}/", f"/needs/{need.pk}/receipt/", "/needs/meeting/"]
    pages += ["/families/", f"/families/{household.pk}/", "/needs/?export=csv", "/families/?export=csv", "/journal/"]
    pages += ["/families/?q=آزمونی", "/families/?q=آزمونی&export=csv"]
    for name in EVERYBODY - {"facilitator"}:
        for page in pages:
            answer = browser(name).get(page)
            said = b"".join(answer) if answer.streaming else answer.content
            for secret in ("آزمونی ۱", "0912000", "۰۹۱۲۰۰۰", "کوچهٔ یاس", "یادداشت محرمانه"):
                assert secret not in said.decode(), (name, page, secret)
    own = browser("facilitator").get(f"/families/{household.pk}/").content.decode()
    assert "آزمونی ۱" in own
    assert "0912000" not in own
    assert "کوچهٔ یاس" not in own


def test_a_task_opens_the_name_and_its_end_closes_it(world, browser):
    household = world.household()
    worker = Membership.objects.get(pk=world["social_worker"].membership_id)
    page = f"/families/{household.pk}/"
    assert "آزمونی" not in browser("social_worker").get(page).content.decode()
    task = give_task(household_id=household.pk, membership=worker, by=world["field_leader"], now=NOW)
    assert "آزمونی" in browser("social_worker").get(page).content.decode()
    answer = browser("field_leader").post(f"{page}task/{task.pk}/end/")
    assert answer.status_code == 302
    assert "آزمونی" not in browser("social_worker").get(page).content.decode()


def test_pages_with_a_name_or_a_code_are_not_kept_by_the_browser(world, browser):
    household = world.household()
    person = Person.objects.get(household=household)
    answer = browser("facilitator").post(f"/families/{household.pk}/{person.pk}/reveal/", {"what": "mobile"})
    assert "no-store" in answer.headers["Cache-Control"]
    assert "۰۹۱۲" in answer.content.decode()
