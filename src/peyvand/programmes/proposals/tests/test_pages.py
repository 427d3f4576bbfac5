"""The pages of proposals and their routes for programs: what is asked first, what is public, and whose names are nowhere."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.api.calls import Caller
from tests.world import World

from peyvand.extend.switches import switch_on
from peyvand.people.models import Account, Membership
from peyvand.programmes.proposals import actions, consulting_actions, settling_actions
from peyvand.programmes.proposals.models import Paragraph, Proposal, Statement
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/proposals/"
SAID = {
    "title": "رمپ در ورودی بانک‌ها", "problem": "کاربران ویلچر نمی‌توانند وارد بانک شوند", "first_step": "نصب رمپ در شعبه‌های پرمراجعه",
}  # fmt: skip
LIKE = SAID | {"title": "رمپ ورودی بانك‌ها"}
WHY = "همان مسئله را با واژه‌های دیگر می‌گوید."


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=timezone.now() - timedelta(days=3))
    return world


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def numbers():
    with scope(PUBLIC):
        return list(Proposal.objects.order_by("pk").values_list("pk", flat=True))


def test_a_like_one_is_asked_about_as_a_step_of_its_own_and_joined_or_not(world):
    author, other = client(world, "charity_manager"), client(world, "facilitator")
    answer = author.post(ROOT + "new/", SAID)
    (first,) = numbers()
    assert answer.url == f"{ROOT}{first}/receipt/"
    assert "۱۴۰۵-۱" in author.get(answer.url).content.decode()
    assert other.get(answer.url).status_code == 404
    asked = other.post(ROOT + "new/", LIKE)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert f"{ROOT}{first}/support/" in page
    assert "رمپ (" in page, "why they are alike"
    assert numbers() == [first]
    typed = other.post(ROOT + "new/like/", {"title": "رمپ بانک"}).content.decode()
    assert f"{ROOT}{first}/" in typed
    assert other.post(f"{ROOT}{first}/support/").status_code == 302
    assert other.post(ROOT + "new/", LIKE | {"anyway": "on"}).status_code == 302
    assert len(numbers()) == 2


def test_everyone_reads_proposals_clocks_and_answers_and_no_name(world):
    client(world, "charity_manager").post(ROOT + "new/", SAID)
    (pk,) = numbers()
    leader, officer = client(world, "leader"), client(world, "officer")
    office = world.organisations["office"].pk
    assert leader.post(f"{ROOT}{pk}/route/", {"body": office}).status_code == 302
    said = {"decision": "accepted", "text": "پذیرفته شد و امسال انجام می‌شود.", f"own_{pk}": "از شما سپاسگزاریم."}
    assert "own_" in officer.get(f"{ROOT}{pk}/answer/").content.decode()
    assert officer.post(f"{ROOT}{pk}/answer/", said | {"text": ""}).status_code == 422
    short = officer.post(f"{ROOT}{pk}/answer/", said | {"text": "باشد"})
    assert (short.status_code, 'id="id_text_error"' in short.content.decode()) == (409, True)
    assert said[f"own_{pk}"] in short.content.decode()  # what was typed is kept
    taken_back = client(world, "charity_manager").post(f"{ROOT}{pk}/withdraw/", {"reason": "نه"})
    assert (taken_back.status_code, 'id="id_reason_error"' in taken_back.content.decode()) == (409, True)
    assert officer.post(f"{ROOT}{pk}/answer/", said).status_code == 302
    page = Client().get(f"{ROOT}{pk}/").content.decode()
    for words in ("پذیرفته شد و امسال انجام می‌شود.", SAID["first_step"]):
        assert words in page
    own = "از شما سپاسگزاریم."
    assert own not in page
    for name, reads in (("charity_manager", True), ("officer", True), ("facilitator", False)):
        assert (own in client(world, name).get(f"{ROOT}{pk}/").content.decode()) == reads, name
    Proposal.objects.filter(pk=pk).update(promised_by=timezone.now() - timedelta(days=2))
    assert SAID["title"] in Client().get(f"{ROOT}?show=passed").content.decode()
    for name, reminded in (("officer", True), ("facilitator", False)):
        assert ("show=own_passed" in client(world, name).get("/home/").content.decode()) == reminded, name
    names = set(Account.objects.values_list("name", flat=True))
    assert not [name for name in names if name in page]
    assert "/support/" not in page
    for path in ("", "themes/", "bodies/", "calendar/", "consultations/", "figures/"):
        assert Client().get(ROOT + path).status_code == 200
    for path in ("new/", "news/", f"{pk}/lead/", f"{pk}/answer/"):
        assert Client().get(ROOT + path).status_code == 403
    assert client(world, "charity_manager").get(ROOT + "news/").content.decode().count(SAID["title"]) >= 2


def test_asking_for_like_ones_is_slowed_down(world, settings):
    settings.LIKE_ASKED_A_MINUTE = 2
    facilitator = client(world, "facilitator")
    asked = [facilitator.post(ROOT + "new/like/", {"title": "بوستان"}).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert facilitator.get("/api/v1/programmes/proposals/like?text=بوستان").status_code == 429  # counted together
    other = client(world, "leader")
    called = [other.get("/api/v1/programmes/proposals/like?text=بوستان").status_code for _ in range(3)]
    assert called == [200, 200, 429]


def test_a_theme_is_searched_and_taken_along_and_a_meeting_leads_to_its_proposals(world):
    meeting = "نشست هم‌اندیشی & سمن‌ها"
    for name, said in (("charity_manager", SAID | {"session": meeting}), ("facilitator", LIKE | {"anyway": "on"})):
        client(world, name).post(ROOT + "new/", said)
    settling_actions.group_proposals(by=SYSTEM, now=timezone.now())
    first, second = numbers()
    with scope(PUBLIC):
        one, other = Proposal.objects.order_by("pk")
    here = f"{ROOT}themes/{one.theme_id}/"

    def shown(address):
        page = Client().get(address).content.decode()
        return [pk for pk in (first, second) if f'href="{ROOT}{pk}/"' in page]

    assert (shown(here), shown(f"{here}?q={other.shown_number}"), shown(f"{here}?state=done")) == (
        [first, second],
        [second],
        [],
    )
    lines = b"".join(client(world, "leader").get(f"{here}?export=csv&q={one.shown_number}").streaming_content).decode(
        "utf-8-sig"
    )
    assert [LIKE["title"] in lines, SAID["title"] in lines] == [False, True]
    [link] = re.findall(r'href="([^"]+session=[^"]+)"', Client().get(f"{ROOT}{first}/").content.decode())
    assert shown(html.unescape(link)) == [first]


def test_joining_and_parting_by_number_and_undo(world):
    for name, said in (("charity_manager", SAID), ("facilitator", LIKE | {"anyway": "on"})):
        client(world, name).post(ROOT + "new/", said)
    first, second = numbers()
    leader = client(world, "leader")
    for nowhere in ("1405-99", "²-1", "1405-²"):
        assert leader.post(f"{ROOT}{second}/join/", {"into": nowhere, "reason": WHY}).status_code == 422
    answer = leader.post(f"{ROOT}{second}/join/", {"into": "۱۴۰۵/۱", "reason": WHY}, follow=True)
    assert f"{ROOT}{second}/part/" in answer.content.decode()
    assert SAID["title"] in Client().get(f"{ROOT}{second}/").content.decode()
    assert leader.post(f"{ROOT}{second}/part/").status_code == 302
    with scope(PUBLIC):
        assert not Proposal.objects.filter(merged_into__isnull=False).exists()
    assert first


def test_a_draft_is_commented_and_voted_on_by_the_page(world):
    leader, other = client(world, "leader"), client(world, "facilitator")
    said = {
        "title": "آیین‌نامه", "draft": "بند نخست\n\nبند دوم", "statements": "یک\nدو", "opens": "1400/1/1", "closes": "1450/1/1",
    }  # fmt: skip
    here = leader.post(ROOT + "consultations/new/", said).url
    with scope(PUBLIC):
        part, statement = Paragraph.objects.order_by("pk")[0], Statement.objects.order_by("pk")[0]
    assert other.post(f"{here}paragraphs/{part.pk}/", {"text": "روشن‌تر شود"}).status_code == 302
    assert other.post(f"{ROOT}statements/{statement.pk}/vote/", {"vote": "-1"}).status_code == 302
    assert other.post(f"{here}statements/", {"text": "سه"}).status_code == 302
    page = leader.get(here).content.decode()
    assert "روشن‌تر شود" in page
    assert 'form="answer-comments"' in page
    assert 'aria-pressed="true"' in other.get(here).content.decode()
    assert consulting_actions.MOST_STATEMENTS > 3
    assert leader.post(f"{here}answers/", {"comment": "²", "answer": WHY}).status_code == 422


def test_the_same_by_the_routes_for_programs(world):
    root = "/programmes/proposals"
    author, leader, officer = (Caller(world, name) for name in ("charity_manager", "leader", "officer"))
    made = author.post(root, SAID).json()
    assert (made["number"], made["supporters"], len(made["tracking_code"])) == ("1405-1", 1, 12)
    again = author.post(root, LIKE)
    assert (again.status_code, again.json()["code"]) == (409, "proposals_like_ones")
    other = author.post(root, LIKE | {"anyway": True}).json()
    (found, *_rest) = author.get(f"{root}/like", text="رمپ بانک ویلچر").json()["items"]
    assert {word["word"] for word in found["why"]} >= {"رمپ", "ویلچر"}
    joined = leader.post(f"{root}/{other['id']}/join", {"into_id": made["id"], "reason": WHY}).json()
    assert joined["merged_into"] == made["id"]
    assert leader.post(f"{root}/{other['id']}/part").json()["merged_into"] is None
    assert (
        officer.post(f"{root}/{made['id']}/answer", {"decision": "accepted", "text": WHY}).json()["code"]
        == "proposals_not_routed"
    )
    body = world.organisations["office"].pk
    routed = leader.post(f"{root}/route", {"proposal_ids": [made["id"]], "body_id": body}).json()["items"][0]
    assert (routed["state"], routed["late"]) == ("routed", False)
    given = officer.post(f"{root}/{made['id']}/answer", {"decision": "partly", "text": WHY}).json()
    assert given["proposal_ids"] == [made["id"]]
    officer.post(f"{root}/answers/{given['id']}/report", {"act": "finish", "text": "کار انجام شد."})
    whole = author.get(f"{root}/{made['id']}").json()
    assert (whole["state"], whole["reply"]["decision"]) == ("done", "partly")
    assert [one["kind"] for one in whole["happenings"]][-2:] == ["answered", "reported"]
    assert (whole["supports"], author.get(f"{root}/{made['id']}/receipt").json()["answer_days"]) == (True, 15)
    assert officer.get(f"{root}/{made['id']}/receipt").status_code == 404
    assert author.get(f"{root}/news/count").json()["count"] > 0
    assert [one["id"] for one in author.get(root, unsent=True).json()["items"]] == [other["id"]]
    assert author.post(f"{root}/news/read").json()["count"] > 0
    bodies = author.get(f"{root}/bodies").json()
    assert (bodies["items"][0]["answered"], bodies["unsent"], bodies["unsent_days"]) == (1, 1, 0)


def test_a_setting_of_the_clock_that_is_refused_stays_as_it_was_typed(world):
    said = {"since": "1404/1/5", "answer_days": "20", "source": "شورای برنامه‌ریزی استان"}
    refused = client(world, "leader").post(f"{ROOT}calendar/terms/", said)
    page = refused.content.decode()
    assert (refused.status_code, 'id="id_since_error"' in page, said["source"] in page) == (409, True, True)
    assert client(world, "leader").post(f"{ROOT}calendar/terms/", said | {"since": "1500/1/5"}).status_code == 302
