"""The pages of practices as people use them: from a story to the printed book."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.api.calls import Caller
from tests.flow.test_words_of_the_teller import written
from tests.site.test_few_queries import MOST, asked

from peyvand.flow.need.models import Need
from peyvand.flow.story.models import Story
from peyvand.kernel.text import persian_digits
from peyvand.people.models import Membership
from peyvand.programmes.practices.models import HighSession, Nomination, Practice, ProposedWords
from peyvand.programmes.practices.tests.steps import begin, copied, done, told, words_of, world_on
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT = "/programmes/practices/"
API = "/programmes/practices"
FORM = {
    "title": "رمپ یک‌روزه", "problem": "دو پله", "steps": "اندازه گرفتند\nرمپ ساختند", "people": "پنج نفر", "conditions": "جای شیب",
    "cost": "۸٬۰۰۰٬۰۰۰", "cost_source": "فاکتور",
}  # fmt: skip
RESULT = {
    "result": "ده خانه رمپ دارد", "people_reached": "۱۰", "result_source": "شمارش دفتر", "cost": "۷٬۰۰۰٬۰۰۰", "begun_date": "۱۴۰۵/۱/۲۰",
}  # fmt: skip
WORDS = {"title": "سه ویلچر نو", "body": "ما خود آنجا بودیم و سه ویلچر رسید و همه دیدند.", "reason": "روشن‌تر می‌شود"}


@pytest.fixture
def world():
    return world_on()


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def post(world, name, path, values=None):
    answer = client(world, name).post(ROOT + path, values or {})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return answer


def only(model, **values):
    with scope(SYSTEM):
        return model.objects.get(**values)


def text(world, name, path):
    answer = client(world, name).get(path if path.startswith("/") else ROOT + path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_practice_is_written_shown_copied_begun_and_told_on_pages(world):
    kind = world.specifications["wheelchair"].pk
    post(world, "field_leader", "new/", FORM | {"place": world.places["nobonyad"].pk, "kind_1": kind, "amount_1": "۲"})
    first = only(Practice)
    wrong = client(world, "field_leader").post(f"{ROOT}{first.pk}/result/", RESULT | {"begun_date": "۱۴۹۹/۱/۱"})
    assert wrong.status_code == 422
    assert 'id="id_begun_date_error"' in wrong.content.decode()
    post(world, "field_leader", f"{first.pk}/result/", RESULT)
    assert f"{ROOT}{first.pk}/copy/" in text(world, "charity_manager", f"{first.pk}/")
    assert "copy/" not in text(world, "governor", f"{first.pk}/")
    post(world, "charity_manager", f"{first.pk}/copy/", {"place": world.places["espiari"].pk})
    plan = only(Practice, copied_from=first)
    page = text(world, "charity_manager", f"{plan.pk}/edit/")
    assert FORM["problem"] in page
    changed = FORM | {"title": "رمپ در آمل", "kind_1": kind, "amount_1": "۱"}
    post(world, "charity_manager", f"{plan.pk}/edit/", changed)
    post(world, "charity_manager", f"{plan.pk}/begin/", {"begun_date": "۱۴۰۵/۸/۲۰"})
    assert only(Need).quantity == 1
    post(world, "charity_manager", f"{plan.pk}/result/", RESULT | {"people_reached": "۲۱", "begun_date": "۱۴۰۵/۸/۲۰"})
    tree = text(world, "governor", f"{first.pk}/tree/")
    assert tree.index(f"{ROOT}{first.pk}/") < tree.index(f"{ROOT}{plan.pk}/")
    assert persian_digits("31") in tree
    assert "رمپ در آمل" in text(world, "facilitator", "?q=امل")
    answer = client(world, "field_leader").post(f"{ROOT}{first.pk}/withdraw/", follow=True)
    assert f"{ROOT}{first.pk}/restore/" in answer.content.decode()
    post(world, "field_leader", f"{first.pk}/restore/")
    assert only(Practice, pk=first.pk).state == "published"


def test_a_story_gets_its_ending_and_its_words_stay_the_tellers(world):
    story, practice = written(world), done(world)
    at = f"stories/{story.pk}/"
    post(world, "field_leader", at + "words/", WORDS)
    words = only(ProposedWords)
    assert words_of(story)["title"] != WORDS["title"]
    assert "accept/" not in text(world, "field_leader", at)
    assert f"words/{words.pk}/accept/" in text(world, "facilitator", at)
    assert client(world, "field_leader").post(f"{ROOT}{at}words/{words.pk}/accept/").status_code == 403
    post(world, "facilitator", f"{at}words/{words.pk}/accept/")
    assert words_of(story)["title"] == WORDS["title"]
    post(world, "facilitator", at + "ending/", {"kind": "copy", "practice": practice.pk, "shown_count": "0"})
    for name, act in (("facilitator", "submit_story"), ("field_leader", "publish_story")):
        client(world, name).post(f"/stories/{story.pk}/{act}/")
    assert only(Story).state == "published"
    read = Client().get(f"/stories/{story.pk}/").content.decode()
    turn = f"{ROOT}{at}turn/"
    assert f'href="{turn}"' in read
    assert f"?next={turn}" in Client().get(turn).content.decode()
    assert client(world, "field_leader").post(turn).headers["Location"] == f"{ROOT}{practice.pk}/"
    assert f'href="{ROOT}{at}"' not in read
    assert f'href="{ROOT}{at}"' in text(world, "field_leader", f"/stories/{story.pk}/")


def test_what_is_accepted_stands_in_the_printed_book_one_page_each(world):
    post(world, "leader", "sessions/new/", {
        "title": "نشست شنیدن", "host": "استاندار", "held_date": "۱۴۰۶/۱/۲۰", "place": world.places["mz"].pk,
    })  # fmt: skip
    session = only(HighSession)
    at = f"sessions/{session.pk}/"
    rows = [done(world) for _ in range(3)]
    begin(world, plan := copied(world, rows[0]))
    told(world, plan)
    for row in rows:
        post(world, "field_leader", f"{row.pk}/nominate/", {"session": session.pk, "reason": "شنیدنی است و می‌شود"})
    first, second, third = (only(Nomination, practice=row) for row in rows)
    assert "accept/" not in text(world, "field_leader", at)
    for one in (second, first):
        post(world, "second_leader", f"{at}{one.pk}/accept/")
    post(world, "second_leader", f"{at}{third.pk}/decline/", {"answer": "این بار جا نبود و بار دیگر"})
    assert "این بار جا نبود" in text(world, "field_leader", at)
    reader = client(world, "governor")
    with CaptureQueriesContext(connection) as found:
        book = reader.get(f"{ROOT}{at}book/")
    questions, _ = asked([one["sql"] for one in found.captured_queries])
    assert len(questions) <= MOST, questions
    assert book["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(book.content)).pages) == 3  # contents, and one page each
    post(world, "leader", at + "close/")
    assert client(world, "leader").get(f"{ROOT}sessions/new/").status_code == 200
    assert client(world, "second_leader").post(f"{ROOT}{at}{third.pk}/undecide/", follow=True).status_code == 200
    assert only(Nomination, pk=third.pk).state == "declined"


def good(answer, status=200):
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_programs_do_what_pages_do(world):
    leads, charity = Caller(world, "field_leader"), Caller(world, "charity_manager")
    given = {
        "title": "رمپ", "problem": "دو پله", "steps": ["یک", "دو"], "people": "پنج نفر", "conditions": "جا", "cost_rial": 10,
        "cost_source": "فاکتور", "items": [{"specification": "wheelchair", "quantity": 2}], "place_path": world.places["nobonyad"].path,
    }  # fmt: skip
    made = good(leads.post(API, given, Idempotency_Key="w"), 201)
    assert (made["state"], made["items"][0]["quantity"]) == ("draft", 2)
    result = {"result": "شد", "people_reached": 9, "result_source": "دفتر", "cost_rial": 12, "begun_date": "2026-03-01"}
    assert good(leads.post(f"{API}/{made['id']}/publish", result))["state"] == "published"
    here = {"place_path": world.places["espiari"].path}
    plan = good(charity.post(f"{API}/{made['id']}/copy", here), 201)
    assert leads.post(f"{API}/{plan['id']}/copy", here).json()["code"] == "practice_not_copied"
    good(charity.post(f"{API}/{plan['id']}/begin", {"begun_date": "2026-10-01"}))
    good(charity.post(f"{API}/{plan['id']}/result", result | {"people_reached": 30}))
    tree = good(leads.get(f"{API}/{made['id']}/tree"))
    assert [(one["id"], one["depth"], one["people_reached"]) for one in tree["items"]] == [
        (made["id"], 0, 9),
        (plan["id"], 1, 30),
    ]
    assert (tree["items"][1]["asked"], tree["reach"]["people_reached"], tree["reach"]["stage"]) == (None, 39, "general")
    assert good(charity.get(f"{API}/{made['id']}/tree"))["items"][1]["asked"] == 2
    assert good(leads.get(f"{API}/count", unseen=True))["count"] == 1
    assert all(one["withheld"] for one in good(Caller(world, "governor").get(f"{API}/figures"))["items"])
