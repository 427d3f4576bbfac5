"""Family files: registering, consents, tasks, reveals and erasure."""

import pytest
from django.test import Client
from lxml import html

from peyvand.journal.models import Event
from peyvand.people.enums import ConsentPurpose
from peyvand.people.models import Consent, Disability, Household, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def registered(world, client: Client, **values: object):
    key = client.get("/families/new/").context["form"].initial["once"]
    asked = {
        "once": key, "place": world.places["nobonyad"].pk, "size": "۳", "given_name": "زهرا", "family_name": "نمونه",
        "mobile": "۰۹۱۲۳۴۵۶۷۸۹", "birth_year": "۱۳۶۲", "national_id": "", "address": "کوچهٔ یاس", "way": "paper",
        "consent": "on", "code": "۱۲۳", "sex": "woman",
    }  # fmt: skip
    asked |= values
    return client.post("/families/new/", asked), asked


def rows(model):
    with scope(SYSTEM):
        return list(model.objects.order_by("pk"))


def beside(page, field):
    """What the page says is wrong with a field, read where a screen reader finds it from that field."""
    found = html.fromstring(page.content)
    (one,) = found.xpath(f"//*[@id='{field}']")
    assert one.get("aria-invalid") == "true"
    assert f"{field}_error" in one.get("aria-describedby").split()
    return found.xpath(f"//*[@id='{field}_error']")[0].text_content()


@pytest.fixture
def family(world, browser):
    """(the keeper's browser, the file, its head)"""
    client = browser("facilitator")
    registered(world, client)
    return client, rows(Household)[0], rows(Person)[0]


def test_a_family_is_registered_with_its_consent_and_once(world, browser):
    client = browser("facilitator")
    answer, asked = registered(world, client)
    assert client.post("/families/new/", asked).url == answer.url
    (household,), (person,), (consent,), (task,) = rows(Household), rows(Person), rows(Consent), rows(Task)
    assert (household.code, household.size, person.birth_year, person.mobile.reveal()) == (
        "123",
        3,
        1362,
        "09123456789",
    )
    assert (consent.purpose, consent.way) == (ConsentPurpose.KEEP_FILE, "paper")
    assert task.membership_id == world["facilitator"].membership_id


def test_no_file_without_consent_and_what_was_typed_stays(world, browser):
    client = browser("facilitator")
    page, _asked = registered(world, client, consent="", birth_year="۱۲۰", national_id="1234567890")
    assert set(page.context["form"].errors) == {"consent", "birth_year", "national_id"}
    assert "تنها با رضایت خانواده" in page.content.decode()
    assert "نمونه" in page.content.decode()
    assert rows(Household) == []


def test_a_code_that_is_taken_is_said_beside_its_field(world, browser):
    client = browser("facilitator")
    registered(world, client)
    page, _asked = registered(world, client)
    assert "code" in page.context["form"].errors
    assert len(rows(Household)) == 1


def test_a_protected_value_is_shown_once_and_its_showing_is_recorded(family):
    client, household, person = family
    address = f"/families/{household.pk}/"
    assert "۰۹۱۲۳۴۵۶۷۸۹" not in client.get(address).content.decode()
    shown = client.post(f"{address}{person.pk}/reveal/", {"what": "mobile"})
    assert "۰۹۱۲۳۴۵۶۷۸۹" in shown.content.decode()
    assert "کوچهٔ یاس" in client.post(f"{address}{person.pk}/reveal/", {"what": "address"}).content.decode()
    assert client.post(f"{address}{person.pk}/reveal/", {"what": "family_name"}).status_code == 404
    with scope(SYSTEM):
        events = Event.objects.filter(act="person.revealed", subject_id=person.pk)
        assert [event.data["what"] for event in events.order_by("pk")] == ["mobile", "address"]


def test_who_has_no_task_reveals_nothing(family, browser):
    _client, household, person = family
    for name in ("social_worker", "field_leader", "officer", "charity_manager"):
        answer = browser(name).post(f"/families/{household.pk}/{person.pk}/reveal/", {"what": "mobile"})
        assert answer.status_code == 404, name


def test_a_short_form_of_the_page_comes_back_open_and_as_it_was_filled_in(family):
    client, household, person = family
    asked = {"purpose": "keep_health", "given_by": "guardian", "way": ""}
    page = client.post(f"/families/{household.pk}/{person.pk}/consent/", asked)
    assert page.status_code == 422
    assert beside(page, f"consent-{person.pk}-way")
    text = page.content.decode()
    assert '<details class="more" open>' in text
    assert '<option value="guardian" selected>' in text
    beside(client.post(f"/families/{household.pk}/refused/", {"organisation": ""}), "id_organisation")


def test_a_short_form_of_somebody_who_is_not_in_the_family_is_answered_as_of_nobody(family):
    client, household, person = family
    for name in ("consent", "disability"):
        assert client.post(f"/families/{household.pk}/{person.pk}/{name}/", {}).status_code == 422
        assert client.post(f"/families/{household.pk}/{person.pk + 1}/{name}/", {}).status_code == 404


def test_a_disability_is_kept_only_under_consent_and_goes_with_it(family):
    client, household, person = family
    base = f"/families/{household.pk}/"
    asked = {"disability": "hearing", "severity": "severe"}
    page = client.post(f"{base}{person.pk}/disability/", asked)
    assert page.status_code == 409
    assert "رضایت ثبت‌شدهٔ خود فرد" in beside(page, f"disability-{person.pk}-disability")
    assert '<option value="severe" selected>' in page.content.decode()
    assert rows(Disability) == []
    client.post(f"{base}{person.pk}/consent/", {"purpose": "keep_health", "given_by": "self", "way": "spoken"})
    page = client.post(f"{base}{person.pk}/disability/", asked, follow=True)
    assert "شنوایی" in page.content.decode()
    consent = next(one for one in rows(Consent) if one.purpose == ConsentPurpose.KEEP_HEALTH)
    page = client.post(f"{base}consent/{consent.pk}/", follow=True)
    assert rows(Disability) == []
    assert "شنوایی · شدید" not in page.content.decode()


def test_a_member_is_added_under_a_task_and_counted(family, browser):
    client, household, _person = family
    for number in range(3):
        asked = {"given_name": f"عضو{number}", "family_name": "نمونه"}
        assert client.post(f"/families/{household.pk}/persons/", asked).status_code == 302
    assert (len(rows(Person)), rows(Household)[0].size) == (4, 4)
    answer = browser("social_worker").post(
        f"/families/{household.pk}/persons/", {"given_name": "ا", "family_name": "ب"}
    )
    assert answer.status_code == 403
    assert len(rows(Person)) == 4


def test_a_task_is_given_by_those_who_lead_the_work(family, world, browser):
    _client, household, _person = family
    colleague = world["social_worker"].membership_id
    assert (
        browser("social_worker").post(f"/families/{household.pk}/task/", {"membership": colleague}).status_code == 403
    )
    leader = browser("field_leader")
    first, second = (leader.post(f"/families/{household.pk}/task/", {"membership": colleague}) for _ in range(2))
    assert first.status_code == 302
    assert "از پیش با همین همکار است" in beside(second, "id_membership")
    assert [task.membership_id for task in rows(Task)].count(colleague) == 1
    stranger = world["charity_manager"].membership_id
    beside(leader.post(f"/families/{household.pk}/task/", {"membership": stranger}), "id_membership")
    assert stranger not in [task.membership_id for task in rows(Task)]


def test_an_erased_person_leaves_no_name(family):
    client, household, person = family
    page = client.post(f"/families/{household.pk}/{person.pk}/erase/", follow=True).content.decode()
    assert "زهرا" not in page
    assert "به درخواست خود پاک شده" in page
    (erased,) = rows(Person)
    assert (erased.given_name, erased.mobile, erased.mobile_index) == ("—", "", "")


def test_the_list_finds_by_code_and_by_a_name_one_may_see(family, world, browser):
    client, household, _person = family
    world.household()

    def found(browser: Client, **asked: object) -> list[int]:
        return [row.pk for row in browser.get("/families/", asked).context["page"].objects]

    assert found(client, q="۱۲۳") == [household.pk]
    assert found(client, q="نمونه") == [household.pk]
    assert found(browser("social_worker"), q="نمونه") == []
    assert found(browser("social_worker"), mine="on") == []
    assert len(found(client, mine="on")) == 2
