"""The pages of micro-projects as people use them."""

import re
from datetime import timedelta
from importlib.metadata import version

import pytest
from django.test import Client
from django.utils import timezone
from tests.world import World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import switch_off, switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Household, Membership
from peyvand.programmes.micro_projects import actions
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/micro_projects/"


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    world.household()
    return world


def client(world, name):
    signed_in = Client()
    account = Membership.objects.get(pk=world[name].membership_id).account
    signed_in.force_login(account)
    return signed_in


def said(**values):
    with scope(SYSTEM):
        code = Household.objects.get().code
    today = business_date(timezone.now()).isoformat()
    return {
        "household": code, "kind": "wheelchair", "quantity": "۱", "reason_kind": "accident", "happened_date": today,
        "estimate": "۲۰٬۰۰۰٬۰۰۰", "note": "دو پلهٔ بلند دارد",
    } | values  # fmt: skip


def propose(world, **values):
    return client(world, "facilitator").post(ROOT + "new/", said(**values))


def the_project():
    with scope(SYSTEM):
        return MicroProject.objects.get()


def test_a_facilitator_proposes_and_the_leader_approves(world):
    answer = propose(world)
    project = the_project()
    assert (answer.status_code, answer.url) == (302, f"{ROOT}{project.pk}/")
    assert project.estimate_rial == 200_000_000
    leader = client(world, "field_leader")
    page = leader.get(answer.url).content.decode()
    assert f"{answer.url}approve/" in page
    assert leader.post(f"{answer.url}approve/").status_code == 302
    assert the_project().state == "approved"
    assert f"{answer.url}approve/" not in leader.get(answer.url).content.decode()


def test_the_one_who_waits_is_named_in_the_menu_and_the_list(world):
    propose(world)
    page = client(world, "field_leader").get(ROOT).content.decode()
    assert "?show=waiting" in page
    assert "?show=waiting" not in client(world, "facilitator").get(ROOT).content.decode()
    narrowed = client(world, "field_leader").get(ROOT + "?show=waiting").content.decode()
    assert f"{ROOT}{the_project().pk}/" in narrowed
    assert f'href="{ROOT}"' in client(world, "facilitator").get("/gallery/").content.decode()


def test_wrong_words_come_back_beside_their_fields(world):
    answer = propose(world, household="هیچ", estimate="زیاد")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'id="id_household_error"', text)
    assert re.search(r'id="id_estimate_error"', text)
    too_dear = propose(world, estimate="۹۰٬۰۰۰٬۰۰۰")
    assert too_dear.status_code == 409
    with scope(SYSTEM):
        assert not MicroProject.objects.exists()


def test_a_return_needs_a_reason_which_the_proposer_reads(world):
    url = propose(world).url
    leader = client(world, "field_leader")
    assert leader.post(f"{url}return/", {"reason": ""}).status_code == 422
    assert leader.post(f"{url}return/", {"reason": "پیش‌فاکتور را بفرستید لطفاً"}).status_code == 302
    page = client(world, "facilitator").get(url).content.decode()
    assert "پیش‌فاکتور را بفرستید لطفاً" in page
    assert client(world, "facilitator").post(f"{url}again/", {"estimate": "۱۰٬۰۰۰٬۰۰۰"}).status_code == 302
    assert (the_project().state, the_project().estimate_rial) == ("proposed", 100_000_000)
    assert client(world, "facilitator").post(f"{url}withdraw/").status_code == 302
    assert the_project().state == "withdrawn"


def test_switched_off_the_reading_pages_stay_and_the_writing_pages_refuse(world):
    url = propose(world).url
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=timezone.now())
    leader = client(world, "field_leader")
    for path in (ROOT, url, ROOT + "figures/"):
        assert leader.get(path).status_code == 200
    for path in (ROOT + "new/", ROOT + "terms/"):
        assert leader.get(path).status_code in (403, 409)
    assert leader.post(f"{url}approve/").status_code == 409
    assert the_project().state == "proposed"
    assert f"{url}approve/" not in leader.get(url).content.decode()


def test_where_it_never_was_on_the_pages_are_not_there():
    world = World.build()
    assert client(world, "facilitator").get(ROOT).status_code == 404
    assert f'href="{ROOT}"' not in client(world, "facilitator").get("/gallery/").content.decode()


def test_figures_of_few_are_withheld_from_outside(world):
    propose(world)
    words = "data-withheld"
    assert words in client(world, "governor").get(ROOT + "figures/").content.decode()
    assert words not in client(world, "field_leader").get(ROOT + "figures/").content.decode()
    assert client(world, "governor").get(ROOT).status_code == 403


def test_the_ceiling_is_set_by_those_who_may_and_shown_with_who_decided(world):
    values = {
        "since": business_date(timezone.now()).isoformat(),
        "ceiling": "۴۰٬۰۰۰٬۰۰۰",
        "decide_days": "1",
        "deliver_days": "7",
    }
    leader = client(world, "leader")
    assert leader.post(ROOT + "terms/", values | {"source": ""}).status_code == 200
    assert leader.post(ROOT + "terms/", values | {"source": "مصوبهٔ ستاد"}).status_code == 302
    assert "مصوبهٔ ستاد" in leader.get(ROOT + "terms/").content.decode()
    assert client(world, "field_leader").post(ROOT + "terms/", values).status_code == 403


def test_the_list_goes_out_as_a_file(world):
    propose(world)
    answer = client(world, "field_leader").get(ROOT + "?export=csv")
    assert "20000000" in b"".join(answer.streaming_content).decode()


def test_a_day_counted_over_an_estimated_holiday_says_that_it_may_move(world):
    propose(world)
    project, told = the_project(), f"holidays {version('holidays')}"
    assert told in client(world, "leader").get(ROOT + "terms/").content.decode()
    day, reader, address = business_date(project.proposed_at), client(world, "facilitator"), f"{ROOT}{project.pk}/"
    for decide_by, says in ((day, False), (day + timedelta(days=800), True)):
        with scope(SYSTEM):
            MicroProject.objects.update(decide_by=decide_by)
        assert (told in reader.get(address).content.decode()) == says
