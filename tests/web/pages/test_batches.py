"""Ticking rows of a list, looking at what would happen, doing it, taking it back."""

import re
from datetime import timedelta

import pytest
from tests.world import NOW

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.need.models import Need
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def pks(model) -> list[int]:
    with scope(SYSTEM):
        return list(model.objects.order_by("pk").values_list("pk", flat=True))


def states(model) -> list[str]:
    with scope(SYSTEM):
        return sorted(model.objects.values_list("state", flat=True))


@pytest.fixture
def proposed(world) -> list[int]:
    for quantity in (1, 2, 3):
        world.need(quantity)
    world.capacity(6)
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    return pks(Suggestion)


def chosen(client, act: str, address: str, **form) -> str:
    answer = client.post("/batches/choose/", {"act": act, "address": address, **form})
    assert answer.status_code == 302, answer.content.decode()[:400]
    return answer.url


def test_rows_are_ticked_looked_at_done_and_taken_back(world, sign_in, proposed):
    client = sign_in("facilitator")
    page = client.get("/suggestions/").content.decode()
    assert page.count('name="row"') == 3
    assert "Show what would happen" in page
    batch = chosen(client, "accept_suggestions", "/suggestions/", row=proposed[:2])
    assert states(Suggestion) == ["proposed"] * 3
    look = client.get(batch).content.decode()
    assert "Of 2 chosen rows 2 would be done. Nothing is done yet." in look
    assert states(Suggestion) == ["proposed"] * 3
    done = client.post(f"{batch}do/", {"due_date": "1405/10/1"}, follow=True)
    text = done.content.decode()
    assert done.redirect_chain[-1][0] == "/suggestions/"
    assert "2 suggestions are accepted; the other sides are asked to agree. It can be undone until 12:30." in text
    assert states(Suggestion) == ["accepted", "accepted", "proposed"]
    undone = client.post(re.search(r'action="(/batches/\d+/undo/)"', text)[1], follow=True)
    assert "2 rows were taken back: they are as they were before." in undone.content.decode()
    assert states(Suggestion) == ["proposed"] * 3


def test_what_cannot_be_done_is_told_before_with_its_reason(world, sign_in):
    promised = world.need(1)
    world.promise(promised, world.capacity(1), 1)
    free = world.need(1)
    client = sign_in("facilitator")
    batch = chosen(client, "withdraw_needs", "/needs/?state=open", row=[promised.pk, free.pk])
    look = client.get(batch)
    assert (look.context["possible"], look.context["refused_count"]) == (1, 1)
    assert "1 is still promised; end those commitments first." in look.content.decode()
    after = client.post(f"{batch}do/", follow=True)
    assert after.redirect_chain[-1][0] == batch
    assert "What was not done, and why" in after.content.decode()
    with scope(SYSTEM):
        assert dict(Need.objects.values_list("pk", "state")) == {promised.pk: "open", free.pk: "closed"}


def test_all_of_a_filter_are_those_of_the_filter_when_it_was_chosen(world, sign_in):
    needs = [world.need(1) for _ in range(30)]
    world.need(1, kind="tutoring")
    client = sign_in("facilitator")
    kind = world.specifications["wheelchair"].pk
    page = client.get(f"/needs/?specification={kind}").content.decode()
    assert "All 30 rows of this filter, not only the ticked ones" in page
    batch = chosen(client, "withdraw_needs", f"/needs/?specification={kind}", all="1")
    world.need(1)
    client.post(f"{batch}do/")
    with scope(SYSTEM):
        assert set(Need.objects.filter(state="closed").values_list("pk", flat=True)) == {one.pk for one in needs}


def test_a_wrong_answer_is_said_beside_its_field_and_nothing_is_done(world, sign_in, proposed):
    client = sign_in("facilitator")
    batch = chosen(client, "decline_suggestions", "/suggestions/", row=proposed)
    page = client.post(f"{batch}do/", {"reason": ""}).content.decode()
    assert "Choose “Why”." in page
    assert 'aria-invalid="true"' in page
    batch = chosen(client, "accept_suggestions", "/suggestions/", row=proposed)
    page = client.post(f"{batch}do/", {"due_date": "1399/1/1"}).content.decode()
    assert 'value="1399/1/1"' in page or 'value="1399/1/1' in page
    assert states(Suggestion) == ["proposed"] * 3


def test_nothing_ticked_and_nothing_chosen_lead_back_to_the_list(world, sign_in, proposed):
    client = sign_in("facilitator")
    answer = client.post("/batches/choose/", {"act": "decline_suggestions", "address": "/suggestions/"}, follow=True)
    assert "Choose at least one row, or all rows of this filter." in answer.content.decode()
    answer = client.post("/batches/choose/", {"act": "", "address": "/suggestions/", "row": proposed}, follow=True)
    assert "Choose what is to be done with the rows." in answer.content.decode()
    for address in ("https://example.org/", "//example.org/needs/", "/needs/", "/nowhere/", ""):
        asked = {"act": "decline_suggestions", "address": address, "row": proposed}
        assert client.post("/batches/choose/", asked).status_code in (403, 404), address


def test_what_is_chosen_belongs_to_the_role_in_which_it_was_chosen(world, sign_in, proposed):
    batch = chosen(sign_in("facilitator"), "decline_suggestions", "/suggestions/", row=proposed)
    for who in ("field_leader", "charity_manager", "auditor"):
        assert sign_in(who).get(batch).status_code == 404
        assert sign_in(who).post(f"{batch}do/", {"reason": "other"}).status_code == 404
    assert 'name="row"' not in sign_in("auditor").get("/needs/").content.decode()


def test_rows_of_others_cannot_be_smuggled_in(world, sign_in):
    other = world.need(1, by="firm_manager", place="espiari")
    answer = sign_in("facilitator").post(
        "/batches/choose/", {"act": "withdraw_needs", "address": "/needs/", "row": [other.pk]}, follow=True
    )
    assert "Choose at least one row" in answer.content.decode()


def test_going_back_does_nothing(world, sign_in, proposed):
    client = sign_in("facilitator")
    batch = chosen(client, "decline_suggestions", "/suggestions/?kind=", row=proposed)
    assert client.post(f"{batch}forget/").url == "/suggestions/?kind="
    assert client.get(batch).status_code == 404


def test_a_long_choice_is_handed_to_the_worker_and_its_page_tells_how_far_it_is(world, sign_in, monkeypatch):
    monkeypatch.setattr("peyvand.batches.actions.AT_ONCE", 1)
    offers = [world.capacity(1).pk for _ in range(2)]
    client = sign_in("charity_manager")
    batch = chosen(client, "close_capacities", "/capacities/", row=offers)
    page = client.post(f"{batch}do/", follow=True).content.decode()
    assert "0 of 2 rows are through." in page
    assert "<progress" in page


@pytest.mark.parametrize("act", ["close_capacity", "pause_capacity"])
def test_an_act_on_one_row_is_done_at_once_and_taken_back(world, sign_in, act):
    offer = world.capacity(1)
    client = sign_in("charity_manager")
    assert '<details class="confirm"' not in client.get(f"/capacities/{offer.pk}/").content.decode()
    page = client.post(f"/capacities/{offer.pk}/{act}/", follow=True)
    assert states(Capacity) != ["open"]
    undo = re.search(r'action="(/batches/\d+/undo/)"', page.content.decode())[1]
    after = client.post(undo, follow=True)
    assert after.redirect_chain[-1][0] == f"/capacities/{offer.pk}/"
    assert "Taken back: it is as it was before." in after.content.decode()
    assert states(Capacity) == ["open"]


def test_after_its_time_undoing_is_refused_with_the_reason(world, sign_in, monkeypatch):
    offer = world.capacity(1)
    client = sign_in("charity_manager")
    page = client.post(f"/capacities/{offer.pk}/close_capacity/", follow=True).content.decode()
    undo = re.search(r'action="(/batches/\d+/undo/)"', page)[1]
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))
    assert "This could be undone until" in client.post(undo, follow=True).content.decode()
    assert states(Capacity) == ["closed"]


def test_a_promise_taken_back_with_its_reason_stands_again(world, sign_in):
    promise = world.agreed(world.need(1), world.capacity(1))
    client = sign_in("charity_manager")
    page = client.post(f"/promises/{promise.pk}/withdraw/", {"reason": ""}).content.decode()
    assert "Choose “Why”." in page
    page = client.post(f"/promises/{promise.pk}/withdraw/", {"reason": "not_now"}, follow=True).content.decode()
    assert states(Commitment) == ["withdrawn"]
    client.post(re.search(r'action="(/batches/\d+/undo/)"', page)[1])
    assert states(Commitment) == ["accepted"]
