"""A resident tells an idea for his own place without a go-between, and reads what is told of his place."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests.world import World

from peyvand.extend.switches import switch_on
from peyvand.kernel.refusals import NotFound, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.people.models import Organisation
from peyvand.programmes.assemblies import actions, queries, rules
from peyvand.programmes.assemblies.models import Idea
from peyvand.programmes.assemblies.tests.test_pages import client
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ROOT, API = "/programmes/assemblies/", "/api/v1/programmes/assemblies/ideas"


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre")
    world.join("neighbour", MemberRole.RESIDENT, "nobonyad", "centre")
    return world


def told(world, by, title, place="nobonyad"):
    at = {"place": world.places[place], "organisation": Organisation.objects.get(pk=world.organisations["centre"].pk)}
    return actions.tell_idea(title=title, text="گفته‌ی پنهان", by=world[by], now=timezone.now(), **at)


def titles(world, by):
    with scope(world[by]):
        return {one.title for one in queries.ideas(world[by])}


def test_a_resident_tells_an_idea_on_the_page_and_by_a_program(world):
    resident = client(world, "resident")
    answer = resident.get(f"{ROOT}new/")
    assert "کسی در میان نیست" in answer.content.decode()
    sent = {"place": world.places["nobonyad"].pk, "title": "سایه‌بان ایستگاه", "text": "برای سالمندان"}
    page = resident.post(f"{ROOT}new/", sent, follow=True)
    assert page.redirect_chain, page.content.decode()
    assert "برای سالمندان" in page.content.decode()
    assert "سایه‌بان ایستگاه" in resident.get(ROOT).content.decode()
    body = {"title": "آب‌خوری بوستان", "place": world.places["nobonyad"].path}
    made = resident.post(API, json.dumps(body), "application/json")
    assert (made.status_code, made.json()["state"]) == (201, "told")
    assert {one["title"] for one in resident.get(API).json()["items"]} == {"سایه‌بان ایستگاه", "آب‌خوری بوستان"}
    assert titles(world, "facilitator") == {"سایه‌بان ایستگاه", "آب‌خوری بوستان"}  # who works there goes on with it


def test_he_reads_his_own_and_what_was_studied_of_his_place_and_no_more(world):
    told(world, "neighbour", "ایدهٔ همسایه")
    studied = told(world, "neighbour", "ایدهٔ بررسی‌شده")
    parts = dict.fromkeys((*rules.PARTS, *rules.ANNEX), "دیده شد و نوشته شد")
    by: dict[str, Any] = {"by": SYSTEM, "now": timezone.now()}
    actions.write_study(idea_id=studied.pk, findings=actions.Findings(parts, 1_000_000), **by)
    actions.publish_study(idea_id=studied.pk, **by)
    told(world, "resident", "ایدهٔ خودم")
    assert titles(world, "resident") == {"ایدهٔ خودم", "ایدهٔ بررسی‌شده"}
    page = client(world, "resident").get(f"{ROOT}{studied.pk}/").content.decode()
    assert ("دیده شد و نوشته شد" in page, "گفته‌ی پنهان" in page) == (True, False)


def test_he_tells_only_of_his_own_place_and_works_on_none(world):
    with pytest.raises(NotPermitted):
        told(world, "resident", "جای دیگر", place="ahangar")
    mine = told(world, "resident", "ایدهٔ خودم")
    for act in (actions.part_idea, actions.publish_study):
        with pytest.raises((NotPermitted, NotFound)):
            act(idea_id=mine.pk, by=world["resident"], now=timezone.now())
    row = {
        "place": world.places["nobonyad"], "place_path": world.places["nobonyad"].path, "organisation_id": mine.organisation_id,
        "organisation_path": mine.organisation_path, "title": "نادرست", "search_key": "x", "told_at": timezone.now(),
    }  # fmt: skip
    wrong = (
        {"state": "studied", "told_by_id": world["resident"].account_id},
        {"state": "told", "told_by_id": world["neighbour"].account_id},
        {"state": "told", "told_by_id": world["resident"].account_id, "place_path": world.places["ahangar"].path},
    )
    for values in wrong:  # nor does the database take such a row from him, nor a change of his own
        with pytest.raises(DatabaseError), scope(world["resident"]), transaction.atomic():
            Idea.objects.create(**row | values)
    with scope(world["resident"]):
        assert Idea.objects.filter(pk=mine.pk).update(title="دیگر") == 0
