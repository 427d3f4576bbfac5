"""Federations as people and programs use them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.api.calls import Caller
from tests.votes.polls import count_waiting
from tests.world import World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date, short_date
from peyvand.kernel.text import latin_digits
from peyvand.people.accounts import register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import Membership, Organisation
from peyvand.programmes.federations import actions
from peyvand.programmes.federations.models import Federation, Member, SharedNeed, Taking
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.models import Vote, Voter

pytestmark = pytest.mark.django_db
ROOT, API = "/programmes/federations/", "/programmes/federations"


@pytest.fixture
def world():
    world, now = World.build(), timezone.now()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=now)
    world.organisations["federation"] = register_organisation(
        kind=OrganisationKind.ASSOCIATION, name_fa="اتحادیهٔ نمونه", place=world.places["mz"], by=SYSTEM, now=now
    )
    world.join("keeper", MemberRole.ORGANISATION_MANAGER, "mz", "federation")
    return world


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def page(response) -> str:
    assert response.status_code == 200, (response.status_code, response.content.decode()[:400])
    return latin_digits(response.content.decode())


def good(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


def posted(who, path, **said):
    return page(who.post(ROOT + path, said, follow=True))


def test_a_federation_is_founded_joined_assembled_and_elects_its_board(world):
    keeper, charity, firm = (client(world, name) for name in ("keeper", "charity_manager", "firm_manager"))
    today = short_date(business_date(timezone.now()))
    posted(keeper, "new/", organisation=world.organisations["federation"].pk, quorum="50")
    one = f"{Federation.objects.get().pk}/"
    for who, name in ((charity, "نماینده یک"), (firm, "نماینده دو")):
        assert "درخواست فرستاده شد" in posted(who, f"{one}join/")
        member = Member.objects.latest("pk")
        posted(who, f"members/{member.pk}/representative/", name=name)
        assert "از امروز عضو است" in posted(keeper, f"members/{member.pk}/admit/")
    told = page(charity.get(ROOT + one))
    assert "نماینده یک" in told
    assert "نماینده دو" not in told
    assert f"members/{member.pk}/admit/" not in page(client(world, "facilitator").get(ROOT + one))
    assert f"{one}join/" not in told
    posted(keeper, f"{one}meeting/", on=today, agenda="گزارش کار\nانتخابات")
    [meeting] = set(re.findall(r"meetings/\d+/", page(keeper.get(ROOT + one))))
    members = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    posted(keeper, f"{meeting}hold/", present=members, minutes="گفت‌وگو شد")
    assert "تصویب شد" in posted(
        keeper, f"{meeting}decide/", title="هیئت‌مدیره انتخاب شود", in_favour="2", against="0", abstained="0"
    )
    assert ROOT + meeting in page(charity.get(ROOT + one))
    assert client(world, "facilitator").get(ROOT + meeting).status_code == 404
    values = {"title": "هیئت‌مدیره", "members": members, "method": "ranking", "seats": "1", "ties": "lot", "term": "24"}
    posted(keeper, f"{one}election/", **values)
    here = f"votes/{Vote.objects.get().pk}/"
    roll = page(keeper.get(f"{ROOT}{here}roll/"))
    assert "نماینده دو" in roll
    assert "roll/add/" not in roll
    assert "strike/" not in roll
    first = timezone.now() - timedelta(days=1)
    last = business_date(timezone.now() + timedelta(days=2))
    posted(keeper, f"{here}open/", opens_at=short_date(business_date(first)), closes_at=short_date(last))
    voters = list(Voter.objects.order_by("pk").values_list("pk", flat=True))
    slips = page(keeper.post(f"{ROOT}{here}roll/codes/", {"voter": voters, "way": "hand"}))
    code = re.findall(r"\d{4}-\d{4}-\d{4}", slips)[0]
    public = Client()
    assert "هیئت‌مدیره" in page(public.get(f"{ROOT}votes/"))
    assert "رسید من" in page(public.post(f"{ROOT}{here}ballot/", {"number": code, "place_1": "2", "place_2": "1"}))
    assert public.get(f"{ROOT}{here}roll/").status_code == 403
    _paper_is_set_aside(world, keeper, here, voters[1])
    with scope(SYSTEM):
        Vote.objects.update(closes_at=timezone.now())
    posted(keeper, f"{here}close/")
    assert "شمارش در نوبت است" in posted(keeper, f"{here}count/")
    count_waiting()
    for reader in (public, keeper):
        told = page(reader.get(ROOT + here))
        assert "کمتر از پنج برگهٔ رأی شمرده شد" in told
        assert "رأی‌های هر گزینه" not in told
        assert "رأی برگزیده شد." not in told
    said = good(Caller(world, "keeper").get(f"{API}/elections/{Vote.objects.get().pk}"))
    assert (said["ballots"], said["result"]) == (None, {"chosen": [2]})
    assert public.get(f"/programmes/assemblies/{here}").status_code == 404


def _paper_is_set_aside(world, keeper, here, voter):
    """By somebody else than the one who entered it, as in every vote; how many were is public."""
    posted(keeper, f"{here}roll/{voter}/paper/")
    assert "کمتر از پنج نفر روی برگه رأی می‌دهند" in page(keeper.get(ROOT + here))
    printed = page(keeper.get(f"{ROOT}{here}papers/print/"))
    assert "☐" not in printed
    number = re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", printed)[0]
    posted(keeper, f"{here}papers/", number=number, place_1="1")
    [act] = re.findall(r'action="([^"]+/aside/)"', keeper.get(f"{ROOT}{here}papers/").content.decode())
    keeper.post(act, {"reason": "surplus"})
    assert act in keeper.get(f"{ROOT}{here}papers/").content.decode()
    world.join("second_keeper", MemberRole.ORGANISATION_MANAGER, "mz", "federation")
    answer = client(world, "second_keeper").post(act, {"reason": "surplus"}, follow=True)
    assert "کنار گذاشته شد" in page(answer)
    assert "برگه‌های کنارگذاشته" in page(Client().get(ROOT + here))


def test_programs_share_a_need_take_it_and_find_the_promise(world):
    keeper, centre, charity = (Caller(world, name) for name in ("keeper", "facilitator", "charity_manager"))
    body = {"organisation_id": world.organisations["federation"].pk, "quorum_percent": 30}
    made = good(keeper.post(f"{API}/federations", body), 201)
    one = f"{API}/federations/{made['id']}"
    for name, speaker in (("office", "leader"), ("charity", "charity_manager")):
        asked = {"organisation_id": world.organisations[name].pk}
        member = good(Caller(world, speaker).post(f"{one}/join", asked), 201)
        assert good(keeper.post(f"{API}/members/{member['id']}/admit"))["state"] == "member"
    need = world.need(2, household=world.household())
    [told] = good(centre.post(f"{one}/shared-needs", {"need_ids": [need.pk]}))["items"]
    [seen] = good(charity.get(f"{API}/shared-needs"))["items"]
    assert seen == told
    assert (seen["place"]["path"], seen["left"]) == ("ir/mz/sari/", 2)
    assert not {"need_id", "household_id", "tracking_code", "note"} & seen.keys()
    assert good(Caller(world, "firm_manager").get(f"{API}/shared-needs"))["items"] == []
    capacity = world.capacity(2)
    due = (business_date(timezone.now()) + timedelta(days=9)).isoformat()
    taken = {"capacity_id": capacity.pk, "quantity": 2, "due_date": due}
    taking = good(charity.post(f"{API}/shared-needs/{told['id']}/take", taken), 201)
    answered = good(centre.post(f"{API}/takings/{taking['id']}/answer", {"agree": True}))
    assert answered["state"] == "promised"
    [promise] = good(charity.post("/commitments/accept", {"commitment_ids": [answered["commitment_id"]]}))["items"]
    assert promise["state"] == "accepted"
    assert good(charity.get(f"{API}/shared-needs"))["items"] == []


def test_the_pages_of_the_list_offer_to_each_what_it_may(world):
    for speaker in ("leader", "charity_manager"):
        if not Federation.objects.exists():
            house = Organisation.objects.select_related("place").get(pk=world.organisations["federation"].pk)
            actions.found_federation(organisation=house, by=world["keeper"], now=timezone.now())
        posted(client(world, speaker), f"{Federation.objects.get().pk}/join/")
        posted(client(world, "keeper"), f"members/{Member.objects.latest('pk').pk}/admit/")
    need = world.need(3)
    centre, charity = client(world, "facilitator"), client(world, "charity_manager")
    assert need.tracking_code in latin_digits(page(centre.get(f"{ROOT}shared/new/"))).replace("-", "")
    posted(centre, "shared/new/", federation=Federation.objects.get().pk, needs=[need.pk])
    shared = SharedNeed.objects.get()
    listed = page(charity.get(f"{ROOT}shared/"))
    assert f"shared/{shared.pk}/take/" in listed
    assert f"shared/{shared.pk}/unshare/" not in listed
    assert f"shared/{shared.pk}/take/" not in page(centre.get(f"{ROOT}shared/"))
    assert charity.get(f"/needs/{need.pk}/").status_code == 404
    capacity, due = world.capacity(1), short_date(business_date(timezone.now()) + timedelta(days=9))
    posted(charity, f"shared/{shared.pk}/take/", capacity=capacity.pk, quantity="1", due=due)
    taking = Taking.objects.get()
    assert f"takings/{taking.pk}/promise/" in page(centre.get(f"{ROOT}shared/taken/"))
    assert "اکنون تعهد است" in posted(centre, f"takings/{taking.pk}/promise/")
    assert "هنوز لازم است" in page(charity.get(f"{ROOT}shared/"))
