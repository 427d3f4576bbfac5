"""Many resolutions at once: handed to another owner, given another day, looked at before, and put back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.api.calls import Caller

from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted
from peyvand.kernel.states import WrongState
from peyvand.programmes.neighbourhoods import actions, many_actions, session_actions
from peyvand.programmes.neighbourhoods.models import Resolution, ResolutionStep
from peyvand.programmes.neighbourhoods.tests.test_board import built
from peyvand.programmes.neighbourhoods.tests.test_pages_and_api import API, ROOT, client, day, good, held
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

LIST = f"{ROOT}resolutions/"


@pytest.fixture
def world(db):
    world = built()
    actions.take_known_kinds(by=SYSTEM, now=timezone.now())
    return world


def resolved(world, count=3):
    centre, session = held(world)
    owner = world.organisations["charity"].pk
    for number in range(count):
        body = {"title": f"چراغ کوچهٔ {number}", "owner_id": owner, "due_date": day(9)}
        good(centre.post(f"{API}/sessions/{session['id']}/resolutions", body), 201)
    return stored()


def stored():
    with scope(SYSTEM):
        return list(Resolution.objects.order_by("pk"))


def chosen(signed_in, act, ids):
    answer = signed_in.post("/batches/choose/", {"act": f"neighbourhoods.{act}", "address": LIST, "row": ids})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def test_many_are_handed_on_as_one_act_that_is_looked_at_before_and_taken_back(world):
    first, second, third = resolved(world)
    now = timezone.now()
    session_actions.step_resolution(
        resolution_id=third.pk, act="report", note="انجام شد.", by=world["charity_manager"], now=now
    )
    secretary, firm = client(world, "facilitator"), world.organisations["firm"]
    assert "neighbourhoods.hand_resolutions" in secretary.get(LIST).content.decode()
    batch = chosen(secretary, "hand_resolutions", [first.pk, second.pk, third.pk])
    preview = secretary.get(batch).content.decode()
    assert third.title in preview
    assert {one.owner_id for one in stored()} == {world.organisations["charity"].pk}
    said = {"organisation": firm.pk, "reason": "کار به بنگاه سپرده شد."}
    assert secretary.post(f"{batch}do/", said).status_code == 302
    assert [one.owner_id == firm.pk for one in stored()] == [True, True, False]
    assert firm.name_fa in client(world, "firm_manager").get(f"{LIST}?show=owed").content.decode()
    assert "کار به بنگاه سپرده شد." in secretary.get(f"{LIST}{first.pk}/").content.decode()
    assert secretary.post(f"{batch}undo/").status_code == 302
    assert {one.owner_id for one in stored()} == {world.organisations["charity"].pk}
    with scope(SYSTEM):
        told = list(Event.objects.filter(act="resolution.handed").order_by("pk").values_list("subject_kind", flat=True))
        steps = list(ResolutionStep.objects.filter(resolution=first).order_by("pk").values_list("act", "note"))
    assert told == ["resolution", "resolution"]
    assert steps == [("hand", "کار به بنگاه سپرده شد."), ("put_back", "")]


def test_many_get_another_day_over_the_api_and_their_old_days_back(world):
    rows = resolved(world)
    api = Caller(world, "facilitator")
    body = {
        "act": "neighbourhoods.give_day",
        "ids": [one.pk for one in rows],
        "due_date": day(30),
        "reason": "زمستان در پیش است.",
    }
    made = good(api.post("/batches", body), 201)
    assert {one.due_date.isoformat() for one in stored()} == {day(30)}
    assert good(api.post(f"/batches/{made['id']}/undo"))["state"] == "undone"
    assert {one.due_date.isoformat() for one in stored()} == {day(9)}
    body = body | {"act": "neighbourhoods.hand_resolutions", "organisation_id": world.organisations["firm"].pk}
    assert good(api.post("/batches", body), 201)["done"] == [one.pk for one in rows]
    one = f"{API}/resolutions/{rows[0].pk}/moves"
    back = {"act": "hand", "note": "دوباره به خیریه رسید.", "owner_id": world.organisations["charity"].pk}
    assert good(api.post(one, back))["owner"]["id"] == world.organisations["charity"].pk
    assert Caller(world, "charity_manager").post(one, back).json()["code"] == "not_permitted"


def test_only_the_keeper_moves_what_is_owed_with_a_sentence_and_not_into_the_past(world):
    rows = resolved(world, 2)
    today, now = business_date(timezone.now()), timezone.now()
    act: dict[str, Any] = {"resolution_ids": [one.pk for one in rows], "now": now}
    move: dict[str, Any] = {"due": today + timedelta(days=3), "reason": "زودتر لازم است.", **act}
    for name in ("charity_manager", "firm_manager", "social_worker"):
        with pytest.raises((NotPermitted, NotFound)):
            many_actions.give_day(by=world[name], **move)
    keeper: dict[str, Any] = {"by": world["facilitator"]}
    for wrong in ({"due": today - timedelta(days=1)}, {"reason": "—"}):
        with pytest.raises(BadValue):
            many_actions.give_day(**(move | keeper | wrong))
    with pytest.raises(BadValue):
        session_actions.step_resolution(resolution_id=rows[0].pk, act="hand", note="بی صاحب تازه", now=now, **keeper)
    before = many_actions.give_day(**move, **keeper)
    assert set(before.values()) == {rows[0].due_date}
    session_actions.step_resolution(resolution_id=rows[0].pk, act="drop", note="دیگر لازم نیست.", now=now, **keeper)
    with pytest.raises(WrongState):
        many_actions.put_back(days=before, now=now, **keeper)
    assert [one.due_date for one in stored()] == [move["due"], move["due"]]  # all or none
