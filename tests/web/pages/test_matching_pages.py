"""Running the matching, and answering what it proposes."""

import pytest
from tests.runs import carry_out_waiting
from tests.world import NOW, World

from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, MatchingRun, Suggestion
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def matched(world: World, needs: int = 2, left: int = 3) -> MatchingRun:
    """Some needs that one offer can meet, and more than it can."""
    for _ in range(needs + left):
        world.need(1, household=world.household())
    world.capacity(needs)
    return run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)


def suggestions() -> list[Suggestion]:
    with scope(SYSTEM):
        return list(Suggestion.objects.order_by("pk"))


def runs() -> list[MatchingRun]:
    with scope(SYSTEM):
        return list(MatchingRun.objects.order_by("pk"))


def states(model) -> list[str]:
    with scope(SYSTEM):
        return sorted(model.objects.values_list("state", flat=True))


@pytest.mark.parametrize("who", ["governor", "administrator"])
@pytest.mark.parametrize("route", ["/matching/", "/suggestions/"])
def test_who_has_no_business_here_is_told_why(sign_in, who, route):
    assert sign_in(who).get(route).status_code == 403
    assert sign_in("").get(route).url.startswith("/sign-in/")


def test_a_field_leader_runs_it_and_reads_what_it_found(world, sign_in):
    for _ in range(3):
        world.need(1, household=world.household())
    world.capacity(2)
    leader = sign_in("field_leader")
    asked = {"place": world.places["sari"].pk, "once": "a"}
    page = leader.post("/matching/", asked, follow=True).content.decode()
    assert "Waits for its turn" in page
    assert "Cancel the run" in page
    carry_out_waiting()
    page = leader.get("/matching/", follow=True).content.decode()
    assert "راهبر میدانی نمونه" in page
    [run] = runs()
    page = leader.get(f"/matching/{run.pk}/").content.decode()
    assert "Where more capacity would help most" in page
    assert page.count("The one offer that could reach it") == 1
    leader.post("/matching/", asked)
    assert len(runs()) == 1


def test_every_need_of_a_run_has_a_reason(world, sign_in):
    run = matched(world)
    leader = sign_in("field_leader")
    left = leader.get(f"/matching/{run.pk}/").content.decode()
    assert left.count("The one offer that could reach it") == 3
    served = leader.get(f"/matching/{run.pk}/?tab=served").content.decode()
    assert served.count("Priority band") == 2
    assert sign_in("charity_manager").get(f"/matching/{run.pk}/").status_code == 404


def test_a_manager_sees_why_he_does_not_run_it(world, sign_in):
    manager = sign_in("charity_manager")
    assert "the matching is run by field leaders" in manager.get("/matching/").content.decode()
    assert manager.post("/matching/", {"place": world.places["sari"].pk}).status_code == 403


def test_a_place_outside_ones_area_is_not_a_choice(world, sign_in):
    page = sign_in("field_leader").post("/matching/", {"place": world.places["amol"].pk})
    assert page.status_code == 200
    with scope(SYSTEM):
        assert not MatchingRun.objects.exists()


def test_the_giver_sees_the_county_of_a_private_need_and_nothing_nearer(world, sign_in):
    matched(world)
    row = suggestions()[0]
    manager = sign_in("charity_manager")
    address = f"/suggestions/?kind={world.specifications['wheelchair'].pk}"
    chosen = manager.post("/batches/choose/", {"act": "accept_suggestions", "address": address, "all": "1"}).url
    for url in ("/suggestions/", f"/suggestions/{row.pk}/", chosen):
        page = manager.get(url).content.decode()
        assert "ساری" in page
        assert "نوبنیاد" not in page
        assert "آزمونی" not in page
    assert sign_in("firm_manager").get(f"/suggestions/{row.pk}/").status_code == 404
    assert "نوبنیاد" in sign_in("facilitator").get(f"/suggestions/{row.pk}/").content.decode()


def test_accepting_makes_a_promise_and_the_message_takes_it_back(world, sign_in, undo_on):
    matched(world)
    row = suggestions()[0]
    manager = sign_in("charity_manager")
    page = manager.post(
        f"/suggestions/{row.pk}/accept/", {"due_date": "۱۴۰۵/۱۰/۱", "once": "x"}, follow=True
    ).content.decode()
    assert states(Commitment) == ["offered"]
    manager.post(undo_on(page))
    assert states(Commitment) == ["withdrawn"]
    assert states(Suggestion) == ["proposed", "proposed"]
    again = manager.post(undo_on(page), follow=True).content.decode()
    assert "“undoing” is not possible while the state is “Undone”." in again


def test_a_date_in_the_past_is_said_beside_the_date(world, sign_in):
    matched(world)
    page = (
        sign_in("charity_manager")
        .post(f"/suggestions/{suggestions()[0].pk}/accept/", {"due_date": "۱۴۰۵/۱/۱"})
        .content.decode()
    )
    assert "The date must not be before" in page
    assert "۱۴۰۵/۱/۱" in page
    assert states(Commitment) == []


def test_declining_asks_why(world, sign_in):
    matched(world)
    row = suggestions()[0]
    manager = sign_in("charity_manager")
    assert "Choose “Why”." in manager.post(f"/suggestions/{row.pk}/decline/", {}).content.decode()
    manager.post(f"/suggestions/{row.pk}/decline/", {"no-reason": "too_far"})
    assert states(Suggestion) == ["declined", "proposed"]
    again = manager.post(f"/suggestions/{row.pk}/decline/", {"no-reason": "too_far"}, follow=True).content.decode()
    assert "was answered before" in again


def test_all_of_one_kind_are_seen_first_and_accepted_together(world, sign_in):
    matched(world, needs=4)
    kind = world.specifications["wheelchair"].pk
    manager = sign_in("charity_manager")
    assert f'value="/suggestions/?kind={kind}"' in manager.get("/suggestions/").content.decode()
    asked = {"act": "accept_suggestions", "address": f"/suggestions/?kind={kind}", "all": "1"}
    batch = manager.post("/batches/choose/", asked).url
    look = manager.get(batch).content.decode()
    assert "Of 4 chosen rows 4 would be done" in look
    assert "4 pieces (4)" in look
    for _ in range(2):
        manager.post(f"{batch}do/", {"due_date": "1405/10/1", "once": "z"})
    assert states(Commitment) == ["offered"] * 4


def test_rows_add_no_questions(world, sign_in, queries):
    run = matched(world, 1, 1)
    manager, leader = sign_in("charity_manager"), sign_in("field_leader")
    urls = [(manager, "/suggestions/"), (leader, "/matching/"), (leader, f"/matching/{run.pk}/")]
    few = [queries(client, url) for client, url in urls]
    run = matched(world, 9, 9)
    urls[-1] = (leader, f"/matching/{run.pk}/")
    assert [queries(client, url) for client, url in urls] == few
