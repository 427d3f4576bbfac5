"""Overlaps and conflicts on a board: open rules over what stands, noticed as it is written, set aside with a reason."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.calls import Caller
from tests.flow.test_races import race
from tests.world import NOW, TODAY, in_days, later

from peyvand.journal.models import Event
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted
from peyvand.programmes.neighbourhoods import actions, board_actions, clash_actions, session_actions
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.clash_rules import Called, Facts, Helps, Task, Wanted, clashes
from peyvand.programmes.neighbourhoods.enums import ClashCode, Dimension, SeatRole
from peyvand.programmes.neighbourhoods.models import CouncilKind
from peyvand.programmes.neighbourhoods.tests.test_board import built, join, lead
from peyvand.programmes.neighbourhoods.tests.test_pages_and_api import API, ROOT, client
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

DAYS = st.integers(0, 3).map(lambda days: date(2026, 3, 1) + timedelta(days=days))
ORGANISATIONS = st.integers(1, 3)


@pytest.fixture
def world(db):
    return built()


def objective(world, organisation="office", by="officer", **values):
    said: dict[str, Any] = {"title": "خانهٔ مناسب", "measure": "خانه", "target": 10, "due": in_days(30)}
    return board_actions.set_objective(
        place=world.places["nobonyad"], organisation=world.organisations[organisation], dimension=Dimension.PHYSICAL, by=world[by],
        now=NOW, **(said | values),
    )  # fmt: skip


def share(world, row, organisation, by):
    return board_actions.take_share(
        objective_id=row.pk, organisation=world.organisations[organisation], promised=5, by=world[by], now=NOW
    )


def standing():
    with scope(SYSTEM):
        return [(one.code, one.state) for one in Clash.objects.order_by("pk")]


def both_on_board(world):
    lead(world)
    board_actions.move_seat(seat_id=join(world).pk, act="admit", by=world["officer"], now=NOW)


def test_two_objectives_of_one_measure_are_noticed_until_one_is_dropped(world):
    both_on_board(world)
    first = objective(world)
    assert standing() == []
    second = objective(world, "charity", "charity_manager", title="خانه‌های سالمندان", measure="خانه ", target=20)
    assert standing() == [("different_goals", "stands")]
    drop: dict[str, Any] = {"objective_id": second.pk, "by": world["charity_manager"], "now": NOW}
    board_actions.move_objective(act="drop", **drop)
    assert standing() == [("different_goals", "gone")]
    board_actions.move_objective(act="take_up_again", **drop)
    assert standing() == [("different_goals", "stands")]
    with scope(SYSTEM):
        row = Clash.objects.get()
    assert (row.objective_id, row.other_objective_id, row.gone_at) == (first.pk, second.pk, None)


def test_the_same_help_is_noticed_until_both_have_a_share_of_one_objective(world):
    both_on_board(world)
    given = [
        world.capacity(3, place="nobonyad").pk,
        world.capacity(3, by="leader", place="nobonyad").pk,
        world.capacity(3, by="leader", place="nobonyad", kind="tutoring").pk,
    ]
    look: dict[str, Any] = {"by": SYSTEM, "now": NOW}
    places = clash_actions.places_of_capacities(given)
    assert clash_actions.look_for_clashes(place_ids=places, **look) == 1
    assert clash_actions.look_for_clashes(**look) == 0
    assert standing() == [("same_help", "stands")]
    with pytest.raises(NotPermitted):
        clash_actions.look_for_clashes(by=world["leader"], now=NOW)
    shared = objective(world)
    for organisation, by in (("office", "officer"), ("charity", "charity_manager")):
        assert standing() == [("same_help", "stands")]
        share(world, shared, organisation, by)
    assert standing() == [("same_help", "gone")]


def test_promises_to_fewer_than_five_needs_tell_another_agency_nothing(world):
    both_on_board(world)
    theirs, ours = world.capacity(9), world.capacity(9, by="leader", place="nobonyad")
    assert ours.place_id != theirs.place_id
    for made in range(1, 6):
        world.promise(world.need(), theirs)
        if made < 4:
            continue
        clash_actions.look_for_clashes(by=SYSTEM, now=NOW)
        assert standing() == ([("same_help", "stands")] if made == 5 else []), made


def sat(world, kind="progress_council", title="چراغ کوچه", owner="charity", on=0):
    """A council with an agency on its only seat, a session, and a resolution in it."""
    by = {"by": world["facilitator"], "now": NOW}
    council = actions.found_council(
        kind_id=CouncilKind.objects.get(slug=kind).pk, place=world.places["nobonyad"], organisation=world.organisations["centre"], **by
    )  # fmt: skip
    seat = actions.add_seat(
        council_id=council.pk, title="نماینده", role=SeatRole.CHAIR, since=in_days(-1), organisation=world.organisations["charity"], **by
    )  # fmt: skip
    session = session_actions.call_session(council_id=council.pk, on=in_days(on), agenda=["روشنایی"], **by)
    if on:
        return session
    session_actions.hold_session(session_id=session.pk, present=[seat.pk], said={}, **by)
    for who in (owner, "firm"):
        made = session_actions.resolve(
            session_id=session.pk, title=title, owner=world.organisations[who], due=in_days(5), **by
        )
    return made


def test_one_task_of_two_owners_is_a_conflict_until_one_is_dropped(world):
    actions.take_known_kinds(by=SYSTEM, now=NOW)
    made = sat(world)
    assert standing() == [("two_owners", "stands")]
    session_actions.step_resolution(
        resolution_id=made.pk, act="drop", note="دو بار نوشته شده بود.", by=world["facilitator"], now=NOW
    )
    assert standing() == [("two_owners", "gone")]


def test_it_is_set_aside_by_those_concerned_with_a_reason_and_taken_back(world):
    both_on_board(world)
    objective(world)
    objective(world, "charity", "charity_manager", due=in_days(40))
    with scope(SYSTEM):
        pk = Clash.objects.get().pk
    move: dict[str, Any] = {"clash_id": pk, "now": later(days=1)}
    why = "یکی برای خانه‌های اجاره‌ای است."
    for name in ("firm_manager", "auditor", "social_worker"):
        with pytest.raises((NotPermitted, NotFound)):
            clash_actions.move_clash(act="set_aside", reason=why, by=world[name], **move)
    with pytest.raises(BadValue):
        clash_actions.move_clash(act="set_aside", reason="—", by=world["officer"], **move)
    kept = clash_actions.move_clash(act="set_aside", reason=why, by=world["charity_manager"], **move)
    assert (kept.state, kept.set_aside_at, kept.reason) == ("set_aside", later(days=1), why)
    assert clash_actions.look_for_clashes(by=SYSTEM, now=later(days=2)) == 0  # it stays aside
    back = clash_actions.move_clash(act="take_back", by=world["governor"], **move)
    assert (back.state, back.reason, back.set_aside_at) == ("stands", "", None)
    with scope(SYSTEM):
        told = list(Event.objects.filter(act__startswith="clash.").order_by("pk").values_list("act", flat=True))
        assert told == ["clash.noticed", "clash.set_aside", "clash.taken_back"]
        for wrong in ({"state": "set_aside"}, {"reason": "بی‌دلیل"}, {"objective": None}, {"state": "gone"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Clash.objects.filter(pk=pk).update(**wrong)


def test_the_board_the_list_and_the_api_say_it_in_words_and_lead_to_what_can_be_done(world):
    both_on_board(world)
    objective(world)
    objective(world, "charity", "charity_manager", target=20)
    officer, place = client(world, "officer"), world.places["nobonyad"].pk
    board = officer.get(f"{ROOT}boards/{place}/").content.decode()
    with scope(SYSTEM):
        one = f"{ROOT}clashes/{Clash.objects.get().pk}/"
    assert ("یک سنجه، دو هدف" in board, f"{one}set_aside/" in board, f"{one}obstacle/" in board) == (True, True, True)
    assert f"{one}objective/" not in board
    filled = officer.get(f"{one}obstacle/").content.decode()
    assert "خانهٔ مناسب" in filled
    answer = officer.post(f"{one}set_aside/", {"note": "دو گروه از خانه‌ها هستند."})
    assert answer.url == f"{ROOT}boards/{place}/#clashes"
    page = officer.get(f"{ROOT}clashes/?kind=conflict&state=set_aside").content.decode()
    assert "دو گروه از خانه‌ها هستند." in page
    assert "خانهٔ مناسب" not in officer.get(f"{ROOT}clashes/?kind=overlap").content.decode()
    assert "نوبنیاد" in b"".join(officer.get(f"{ROOT}clashes/?export=csv")).decode("utf-8-sig")
    api = Caller(world, "officer")
    [row] = api.get(f"{API}/clashes?rule=different_goals").json()["items"]
    assert (row["state"], row["conflict"], len(row["organisations"])) == ("set_aside", True, 2)
    assert api.post(f"{API}/clashes/{row['id']}/moves", {"act": "take_back"}).json()["state"] == "stands"


WANTED = st.builds(
    Wanted, pk=st.integers(), place=st.just(1), agency=ORGANISATIONS, measure=st.sampled_from(["خانه", "خانة", "کلاس"]),
    target=st.integers(1, 2), due=DAYS, shares=st.dictionaries(ORGANISATIONS, st.integers(1, 2), max_size=3),
)  # fmt: skip
HELPS = st.builds(
    lambda agency, **values: Helps(agency=agency, path=f"{agency}/", **values), agency=ORGANISATIONS, place=st.just(1),
    kind=st.integers(1, 2), start=DAYS, end=DAYS | st.none(),
)  # fmt: skip
TASKS = st.builds(Task, pk=st.integers(), place=st.just(1), owner=ORGANISATIONS, title=st.sampled_from(["چراغ", "راه"]))
CALLED = st.builds(
    Called,
    pk=st.integers(),
    place=st.just(1),
    council=st.integers(1, 3),
    day=DAYS,
    agencies=st.frozensets(ORGANISATIONS),
)


def many(rows):
    return st.lists(rows, max_size=5, unique_by=lambda one: getattr(one, "pk", id(one)))


@settings(max_examples=50, deadline=None)
@given(st.builds(Facts, helps=many(HELPS), objectives=many(WANTED), tasks=many(TASKS), sessions=many(CALLED)))
def test_what_is_found_depends_on_no_order_and_each_rule_says_what_it_means(facts):
    today = date(2026, 3, 1)
    found = clashes(facts, today)
    turned = Facts(*(list(reversed(rows)) for rows in (facts.helps, facts.objectives, facts.tasks, facts.sessions)))
    assert clashes(turned, today) == found
    assert len({one.key for one in found}) == len(found)
    wanted, tasks = {one.pk: one for one in facts.objectives}, {one.pk: one for one in facts.tasks}
    for one in found:
        if one.code is ClashCode.DIFFERENT_GOALS:
            assert wanted[one.rows[0]].target != wanted[one.rows[1]].target
        elif one.code in (ClashCode.SAME_OBJECTIVE, ClashCode.DIFFERENT_DAYS):
            first, second = (wanted[pk] for pk in one.rows)
            assert first.target == second.target
            assert (first.due == second.due) == (one.code is ClashCode.SAME_OBJECTIVE)
        elif one.code is ClashCode.PROMISED_MORE:
            assert sum(wanted[one.rows[0]].shares.values()) > wanted[one.rows[0]].target
        elif one.code in (ClashCode.SAME_TASK, ClashCode.TWO_OWNERS):
            same = tasks[one.rows[0]].owner == tasks[one.rows[1]].owner
            assert same == (one.code is ClashCode.SAME_TASK)
        elif one.code is ClashCode.SAME_HELP:
            assert not any(set(one.agencies) <= set(each.shares) for each in facts.objectives)
            assert {each.agency for each in facts.helps if each.kind == one.kind} >= set(one.agencies)


@pytest.mark.django_db(transaction=True)
def test_of_two_objectives_that_are_set_at_the_same_moment_the_meeting_is_noticed():
    world = built()
    both_on_board(world)
    race(
        partial(objective, world), partial(objective, world, "charity", "charity_manager", target=20, due=TODAY + timedelta(days=9))
    )  # fmt: skip
    assert standing() == [("different_goals", "stands")]
