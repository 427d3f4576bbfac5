"""The pages of assemblies as people use them: staff, and the public without an account."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.api.calls import Caller
from tests.votes.polls import count_waiting
from tests.world import World

from peyvand.engines.ballots import read
from peyvand.extend.switches import switch_on
from peyvand.kernel.codes import new_code
from peyvand.kernel.text import latin_digits, persian_digits
from peyvand.people.models import Membership, Organisation
from peyvand.programmes.assemblies import actions, rules
from peyvand.programmes.assemblies.models import Idea, PlanNeed
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.actions import close_vote
from peyvand.votes.enums import Ties, Way
from peyvand.votes.models import Vote, Voter
from peyvand.votes.roll import NewVoter, give_codes, vouch_voters
from peyvand.votes.rules import Rule

pytestmark = pytest.mark.django_db
ROOT = "/programmes/assemblies/"
MILLION = 10_000_000
TOWN = """META
key;value
description;Town
budget;10
vote_type;approval
rule;greedy
PROJECTS
project_id;cost
a;5
VOTES
voter_id;vote
1;a
"""


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    return world


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def page(answer):
    return latin_digits(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def running(world, voters=6, days=1):
    """An open vote between two ideas, and the codes of its voters."""
    now = timezone.now()
    house = Organisation.objects.get(pk=world.organisations["centre"].pk)
    ideas = []
    for title, cost in (("روشنایی کوچه", 20), ("نیمکت بوستان", 30)):
        idea = actions.tell_idea(
            title=title, text="", place=world.places["nobonyad"], organisation=house, by=SYSTEM, now=now
        )
        parts = dict.fromkeys((*rules.PARTS, *rules.ANNEX), "دیده شد و نوشته شد")
        actions.write_study(idea_id=idea.pk, findings=actions.Findings(parts, cost * MILLION), by=SYSTEM, now=now)
        actions.publish_study(idea_id=idea.pk, by=SYSTEM, now=now)
        ideas.append(idea.pk)
    vote = actions.prepare_assembly(
        title="بودجهٔ محله", place=world.places["nobonyad"], organisation=house, idea_ids=ideas,
        rule=Rule(budget=40 * MILLION, step=MILLION, ties=Ties.LOT), by=SYSTEM, now=now,
    )  # fmt: skip
    rows = [NewVoter(f"نام {number}", str(number)) for number in range(voters)]
    ids = [one.pk for one in vouch_voters(vote_id=vote.pk, rows=rows, by=SYSTEM, now=now)]
    codes = give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.PAPER, by=SYSTEM, now=now)
    closes = now + timedelta(days=days)
    vote = actions.open_assembly(vote_id=vote.pk, opens_at=now, closes_at=closes, by=SYSTEM, now=now)
    return vote, list(codes.values())


def test_the_public_votes_with_a_code_checks_a_receipt_and_counts_anew(world, settings):
    vote, codes = running(world)
    public, here = Client(), f"{ROOT}votes/{vote.pk}/"
    assert "بودجهٔ محله" in public.get(f"{ROOT}votes/").content.decode()
    assert public.get(here).status_code == public.get(f"{here}ballot/").status_code == 200
    assert vote.lot
    assert vote.lot in page(public.get(here))  # from the opening on, before anybody knows a ballot
    assert client(world, "governor").get("/api/v1/programmes/assemblies/votes").json()["items"][0]["id"] == vote.pk
    assert public.get(f"{here}ballots/").status_code == 404
    receipts = []
    for code in codes[:5]:
        answer = public.post(f"{here}ballot/", {"number": code, "options": ["1"]})
        assert answer.status_code == 200
        receipts += re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", page(answer))
    assert len(set(receipts)) == 5
    again = public.post(f"{here}ballot/", {"number": codes[0], "options": ["2"]})
    assert again.status_code == 409
    leader, close = client(world, "field_leader"), f"/api/v1/programmes/assemblies/votes/{vote.pk}/close"
    assert leader.post(close).status_code == 403  # before the announced time
    assert client(world, "governor").post(close).status_code == 403
    with scope(SYSTEM):
        Vote.objects.filter(pk=vote.pk).update(closes_at=timezone.now())
    assert leader.post(close).json()["state"] == "closed"
    assert "بسته" in public.get(here).content.decode()
    assert "شمارش در نوبت است" in page(leader.post(f"{here}count/", follow=True))
    now = leader.get(f"/api/v1/programmes/assemblies/votes/{vote.pk}").json()
    assert (now["state"], now["result"]) == ("counting", None)
    count_waiting()
    text = page(leader.get(here))
    assert "پشتیبانانش هزینهٔ آن را دادند: 5 نفر" in text
    assert "کسی به آن رأی نداد" in text
    assert "همان نتیجه" in public.get(f"{here}again/").content.decode()
    found = page(public.post(f"{here}receipt/", {"receipt": receipts[0]}))
    assert "شمرده شد. در آن نوشته است:" in found
    assert "هیچ برگه‌ای" in page(public.post(f"{here}receipt/", {"receipt": "1234"}))
    told = read(public.get(f"{here}ballots/").content.decode())
    settings.TRACKING_CALLS_A_MINUTE = 1
    assert public.get(f"{here}ballots/").status_code == 429
    assert {row["voter_id"] for row in told.votes} == {receipt.replace("-", "") for receipt in receipts}


def test_ideas_are_told_in_the_same_short_time_in_an_order_drawn_by_the_lot(world):
    vote, _ = running(world)
    titles, here = {1: "روشنایی کوچه", 2: "نیمکت بوستان"}, f"{ROOT}votes/{vote.pk}/pitches/"
    assert here in Client().get(f"{ROOT}votes/{vote.pk}/").content.decode()
    told = latin_digits(Client().get(f"{here}?minutes=۲").content.decode()).split("data-turns")[-1]
    first, second = (titles[number] for number in rules.pitch_order(titles, vote.lot))
    assert told.index(first) < told.index("از دقیقهٔ 0 تا 2") < told.index(second) < told.index("از دقیقهٔ 2 تا 4")
    assert 'id="id_minutes_error"' in Client().get(f"{here}?minutes=99").content.decode()
    assert Client().get(f"{ROOT}votes/999/pitches/").status_code == 404
    orders = {tuple(rules.pitch_order(range(1, 6), f"lot {number}")) for number in range(40)}
    assert all(sorted(order) == [1, 2, 3, 4, 5] for order in orders)
    assert len({order[0] for order in orders}) == 5  # each of them is first now and then


@pytest.mark.parametrize("many", [1, 4])
def test_the_result_of_fewer_than_five_ballots_says_only_what_was_chosen(world, many):
    """Who paid what, and how many voted for what, would tell what each of them wrote."""
    vote, codes = running(world)
    public, here = Client(), f"{ROOT}votes/{vote.pk}/"
    for code in codes[:many]:
        assert public.post(f"{here}ballot/", {"number": code, "options": ["2"]}).status_code == 200
    close_vote(vote_id=vote.pk, by=SYSTEM, now=timezone.now())
    leader = client(world, "field_leader")
    leader.post(f"{here}count/")
    count_waiting()
    for reader in (public, leader):
        found = page(reader.get(here))
        assert "کمتر از پنج برگهٔ رأی شمرده شد" in found
        assert re.search(r"نیمکت بوستان\s+بله", found)
        for telling in ("هزینهٔ آن را دادند", "کسی به آن رأی نداد", f"{many} نفر", f"{many} برگه", "رأی‌های هر گزینه"):
            assert telling not in found
    told = leader.get(f"/api/v1/programmes/assemblies/votes/{vote.pk}").json()
    assert (told["ballots"], told["result"]) == (None, {"chosen": [2]})


def test_guessing_codes_is_slowed_down(world, settings):
    settings.TRACKING_CALLS_A_MINUTE = 3
    vote, codes = running(world, voters=1)
    here, public = f"{ROOT}votes/{vote.pk}/ballot/", Client()
    answers = [public.post(here, {"number": new_code(), "options": ["1"]}).status_code for _try in range(4)]
    assert answers == [409, 409, 409, 429]
    assert public.post(here, {"number": codes[0], "options": ["1"]}).status_code == 429


def test_like_ideas_are_shown_before_one_is_written_down(world):
    facilitator = client(world, "facilitator")
    said = {"place": str(world.places["nobonyad"].pk), "title": "روشنایی کوچهٔ مدرسه", "text": ""}
    assert facilitator.post(f"{ROOT}new/", said).status_code == 302
    shown = facilitator.post(f"{ROOT}new/", said | {"title": "روشنایی کوچه مدرسه‌ها"})
    assert shown.status_code == 200
    assert "همانند" in shown.content.decode()
    with scope(SYSTEM):
        assert Idea.objects.count() == 1
    second = facilitator.post(f"{ROOT}new/", said | {"title": "روشنایی کوچه مدرسه‌ها", "seen": "روشنایی کوچه مدرسه‌ها"})
    assert second.status_code == 302
    with scope(SYSTEM):
        first, other = Idea.objects.order_by("pk")
    assert facilitator.get(second["Location"]).content.decode().count("join/") == 1
    answer = facilitator.post(f"{ROOT}{other.pk}/join/", {"to": str(first.pk)}, follow=True)
    assert f"{ROOT}{other.pk}/part/" in answer.content.decode()


def test_staff_keep_the_roll_and_enter_papers_twice(world):
    vote, _codes = running(world, voters=1)
    here = f"{ROOT}votes/{vote.pk}/"
    facilitator, worker = client(world, "facilitator"), client(world, "social_worker")
    assert (
        facilitator.post(f"{here}roll/add/", {"name": "زهرا نمونه", "known_by": "09120001111"}, follow=True).status_code
        == 200
    )
    assert "زهرا نمونه" in facilitator.get(f"{here}roll/").content.decode()
    same = {"name": "علی نمونه", "known_by": "۰۹۱۲۰۰۰۱۱۱۱"}
    asked = facilitator.post(f"{here}roll/add/", same)
    assert (asked.status_code, "زهرا نمونه" in page(asked)) == (409, True)
    assert "او کس دیگری است" in page(asked)
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asked.content.decode()))
    assert facilitator.post(f"{here}roll/add/", again).status_code == 302
    assert "علی نمونه" in page(facilitator.get(f"{here}roll/"))
    assert client(world, "charity_manager").get(f"{here}roll/").status_code == 403
    with scope(SYSTEM):
        voter = Voter.objects.latest("pk")
    nobody = facilitator.post(f"{here}roll/codes/", {"way": "sms"})
    assert (nobody.status_code, "کد تازه می‌گیرند نشان بزنید" in page(nobody)) == (422, True)
    assert '<option value="sms" selected>' in nobody.content.decode()
    given = facilitator.post(f"{here}roll/codes/", {"voter": [str(voter.pk)], "way": "sms"}).content.decode()
    codes = re.findall(r"\d{4}-\d{4}-\d{4}", latin_digits(given))
    [(number, text)] = re.findall(r'href="sms:(\d*)\?body=([^"]*)"', given)
    assert (number, codes[0] in unquote(text), f"{here}ballot/" in unquote(text)) == ("09120001111", True, True)
    slips = facilitator.post(f"{here}roll/codes/", {"voter": [str(voter.pk)], "way": "paper"}).content.decode()
    assert "sms:" not in slips
    facilitator.post(f"{here}roll/{voter.pk}/paper/")
    sheet = re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", page(facilitator.get(f"{here}papers/print/")))
    assert len(set(sheet)) == 8
    entered = {"number": sheet[0], "options": ["2"]}
    assert facilitator.post(f"{here}papers/", entered).status_code == 302
    assert facilitator.post(f"{here}papers/", entered | {"number": sheet[0][:-1] + "x"}).status_code == 409
    worker.post(f"{here}papers/", entered)
    with scope(SYSTEM):
        found = Vote.objects.get(pk=vote.pk)
    assert (found.marked_paper, found.papers) == (1, 1)
    assert "کمتر از پنج نفر روی برگه رأی می‌دهند" in page(facilitator.get(here))
    facilitator.post(f"{here}papers/", entered | {"number": sheet[2]})
    assert worker.post(f"{here}papers/", entered | {"number": sheet[2]}).status_code == 409  # one more than was given
    act = re.findall(r'action="([^"]+/aside/)"', worker.get(f"{here}papers/").content.decode())
    alone = facilitator.post(act[0], {"reason": "mistyped"})  # who entered it does not set it aside
    assert (alone.status_code, '-reason_error">' in alone.content.decode()) == (403, True)
    assert '<option value="mistyped" selected>' in alone.content.decode()
    unsaid = worker.post(act[0], {})
    assert (unsaid.status_code, "«چرا شمرده نمی‌شود»" in page(unsaid)) == (422, True)
    answer = worker.post(act[0], {"reason": "surplus"}, follow=True)
    assert "کنار گذاشته شد" in page(answer)
    assert "/aside/" not in answer.content.decode()
    assert "برگه‌های کنارگذاشته 1" in re.sub(r"\s+", " ", page(Client().get(here)))


def test_a_roll_is_searched_by_whole_names_narrowed_and_taken_along(world):
    vote, _codes = running(world, voters=3)
    here, facilitator = f"{ROOT}votes/{vote.pk}/roll/", client(world, "facilitator")
    named, coded = {"name": "زهرا نمونه", "known_by": "۰۹۱۲۰۰۰۱۱۱۱"}, f"{here}?stands=code"
    facilitator.post(f"{here}add/", named)

    def shown(query):
        return set(re.findall(r"نام \d|زهرا +نمونه", page(facilitator.get(f"{here}{query}"))))

    assert shown("?q=زهرا نمونه") == shown("?q=09120001111") == shown("?stands=none") == {"زهرا نمونه"}
    assert shown("?q=زهرا") == set()
    assert shown("?stands=code") == {"نام 0", "نام 1", "نام 2"}
    with scope(SYSTEM):
        first = Voter.objects.filter(vote=vote).earliest("pk")
    facilitator.post(f"{here}{first.pk}/paper/")
    assert (shown("?stands=code"), shown("?stands=voted")) == ({"نام 1", "نام 2"}, {"نام 0"})
    lines = b"".join(facilitator.get(f"{coded}&export=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), "09120001111" in "".join(lines)) == (3, False)
    assert client(world, "charity_manager").get(f"{here}?export=csv").status_code == 403
    wrong = facilitator.post(f"{here}add/", {"name": ""})
    assert (wrong.status_code, 'id="id_name_error"' in wrong.content.decode()) == (422, True)
    assert facilitator.get(f"{here}add/?stands=code")["Location"] == coded  # what lies below a form with an error


def test_an_example_is_read_by_a_page_and_a_vote_prepared(world):
    leader = client(world, "field_leader")
    text = TOWN
    sent = {"file": SimpleUploadedFile("town.pb", text.encode()), "source": "Pabulib"}
    answer = leader.post(f"{ROOT}votes/example/", sent, follow=True)
    assert "Town" in answer.content.decode()
    house = Organisation.objects.get(pk=world.organisations["centre"].pk)
    idea = actions.tell_idea(
        title="ایده", text="", place=world.places["nobonyad"], organisation=house, by=SYSTEM, now=timezone.now()
    )
    said = {
        "title": "رأی‌گیری", "place": str(world.places["nobonyad"].pk), "ideas": [str(idea.pk)], "method": "ranking", "seats": "۱",
        "utility": "cost", "completion": "none", "ties": "lot",
    }  # fmt: skip
    answer = leader.post(f"{ROOT}votes/new/", said, follow=True)
    assert answer.redirect_chain, page(answer)
    with scope(SYSTEM):
        vote = Vote.objects.latest("pk")
    assert (vote.method, vote.kind, vote.seats, vote.state) == ("ranking", "ranks", 1, "draft")
    printed = page(leader.get(f"{ROOT}votes/{vote.pk}/papers/print/"))
    assert ("☐" in printed, "۱ را جلوی بهترین" in persian_digits(printed)) == (False, True)
    money = said | {"method": "greedy", "budget": "۵۰۰٬۰۰۰", "threshold": "۲", "title": "پولی"}
    leader.post(f"{ROOT}votes/new/", money)
    with scope(SYSTEM):
        spent = Vote.objects.latest("pk")
    assert (spent.threshold, spent.skip) == (2, False)
    assert "تومان" in page(leader.get(f"{ROOT}votes/{spent.pk}/papers/print/"))
    assert Client().get(f"{ROOT}votes/{vote.pk}/").status_code == 404
    days = {"opens_at": "1405/9/1", "closes_at": "1500/9/1"}
    refused = leader.post(f"{ROOT}votes/{vote.pk}/open/", days)
    assert (refused.status_code, "هنوز مانده: ایده" in page(refused)) == (409, True)
    assert 'value="1500/9/1"' in latin_digits(refused.content.decode())  # what was typed is kept
    strange = leader.post(f"{ROOT}votes/{vote.pk}/open/", days | {"closes_at": "فردا"})
    assert (strange.status_code, "فردا" in strange.content.decode()) == (422, True)
    past = leader.post(f"{ROOT}votes/{spent.pk}/open/", {"opens_at": "1404/9/1", "closes_at": "1404/9/2"})
    assert "1404/9/2" in page(past) or 'value="1404/9/2"' in latin_digits(past.content.decode())


def test_a_plan_is_asked_again_with_what_is_wrong_and_opens_needs_of_any_kind(world):
    running(world, voters=1)
    with scope(SYSTEM):
        idea = Idea.objects.earliest("pk")
        Idea.objects.filter(pk=idea.pk).update(state="chosen")
    leader, here = client(world, "field_leader"), f"{ROOT}{idea.pk}/plan/"
    works, tutoring = Specification.objects.get(slug="public-works"), world.specifications["tutoring"]
    offered = re.findall(r'<option value="(\d+)"', leader.get(here).content.decode())
    assert (offered[0], str(tutoring.pk) in offered) == (str(works.pk), True)
    said = {
        "0-kind": str(works.pk),
        "0-quantity": "۵",
        "1-kind": str(tutoring.pk),
        "1-quantity": "x",
        "2-quantity": "1",
    }
    wrong = leader.post(here, said)
    assert (wrong.status_code, 'id="id_1-quantity_error"' in wrong.content.decode()) == (422, True)
    assert 'id="id_2-kind_error"' not in wrong.content.decode()
    without_kind = leader.post(here, said | {"1-quantity": "2", "2-due": "1405/12/1"})
    assert (without_kind.status_code, 'id="id_2-kind_error"' in without_kind.content.decode()) == (422, True)
    assert "1405/12/1" in latin_digits(without_kind.content.decode()), "a line that was begun is not dropped"
    assert leader.post(here, said | {"1-quantity": "2"}).status_code == 302
    with scope(SYSTEM):
        plan = PlanNeed.objects.filter(idea=idea).values_list("need__specification_id", "need__quantity")
        assert set(plan) == {(works.pk, 5), (tutoring.pk, 2)}


def test_calling_a_vote_off_asks_for_its_reason_beside_the_field(world):
    vote, _codes = running(world, voters=1)
    leader, here = client(world, "field_leader"), f"{ROOT}votes/{vote.pk}/"
    for typed, status in (("", 422), ("نشد", 409)):
        asked = leader.post(f"{here}call-off/", {"reason": typed})
        html = asked.content.decode()
        assert (asked.status_code, 'class="confirm" open' in html, 'id="id_reason_error"' in html) == (
            status,
            True,
            True,
        )
        assert typed in html
    assert leader.post(f"{here}call-off/", {"reason": "سالن در این روزها بسته است"}).status_code == 302
    assert "سالن در این روزها بسته است" in page(Client().get(here))


def test_programs_tell_an_idea_and_prepare_a_vote_for_their_own_house(world):
    leader = Caller(world, "field_leader")
    place = world.places["nobonyad"].path
    told = leader.post("/programmes/assemblies/ideas", {"title": "نیمکت", "place": place})
    assert told.status_code == 201, told.content
    assert told.json()["organisation"]["id"] == world.organisations["centre"].pk
    body = {"title": "رأی", "place": place, "idea_ids": [told.json()["id"]], "budget_rial": 10_000_000, "seats": 3}
    made = leader.post("/programmes/assemblies/votes", body)
    assert made.status_code == 201, made.content
    assert (made.json()["budget_rial"], made.json()["seats"]) == (10_000_000, 0)
