"""The shared board of a place: who leads, who joins, what they want together, and one word between agencies."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.test_races import race
from tests.world import NOW, World, in_days, later

from peyvand.extend.switches import switch_on
from peyvand.flow.capacity.actions import close_capacity
from peyvand.journal.models import Event
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.people.households import NewHousehold, NewPerson, register_households
from peyvand.programmes.neighbourhoods import (
    actions,
    board_actions,
    board_acts,
    board_queries,
    figures,
    queries,
    rules,
    served_actions,
    trend,
)
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, DoubleHelp, Objective, TrustedPerson
from peyvand.programmes.neighbourhoods.enums import Dimension
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
ID = "0013542419"


def built():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=99))
    return world


@pytest.fixture
def world():
    return built()


def lead(world, organisation="office", by="governor", place="nobonyad", **values):
    return board_actions.set_lead(
        place=world.places[place], organisation=world.organisations[organisation], by=world[by], now=values.pop("now", NOW), **values
    )  # fmt: skip


def join(world, organisation="charity", by="charity_manager", **values):
    return board_actions.ask_to_join(
        place=world.places["nobonyad"], organisation=world.organisations[organisation], by=world[by], now=NOW, **values
    )


def test_one_agency_leads_a_place_and_who_led_before_stays_on_the_board(world):
    first = lead(world, stands_for="behzisti")
    lead(world, "charity", now=later(days=3))
    with scope(world["facilitator"]):
        told = board_queries.board_of(world.places["nobonyad"], in_days(0))
    assert told.lead is not None
    assert told.lead.organisation_id == world.organisations["charity"].pk
    assert [(one.role, one.stands_for) for one in told.seats if one.role != "lead"] == [("member", "behzisti")]
    assert [(one.pk, one.until) for one in told.past] == [(first.pk, in_days(2))]
    with pytest.raises(rules.AlreadyLead):
        lead(world, "charity", now=later(days=4))
    for name in ("leader", "charity_manager", "officer"):
        with pytest.raises(NotPermitted):
            lead(world, "firm", by=name)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40) | st.none()), min_size=2, max_size=6))
def test_the_database_never_holds_two_leads_of_a_place_at_once(spans):
    with transaction.atomic():
        place, standing = PLACE["place"], list[tuple[Any, Any]]()
        for start, length in spans:
            since, until = in_days(start), None if length is None else in_days(start + length)
            row = BoardSeat(
                place=place, place_path=place.path, organisation=PLACE["office"], organisation_path=PLACE["office"].path, role="lead",
                state="on_board" if until is None else "left", asked_at=NOW, since=since, until=until,
            )  # fmt: skip
            overlaps = any(a <= (until or in_days(999)) and since <= (b or in_days(999)) for a, b in standing)
            try:
                with transaction.atomic():
                    row.save()
                stored = True
            except IntegrityError:
                stored = False
            assert stored == (not overlaps), (standing, since, until)
            standing += [(since, until)] if stored else []
        transaction.set_rollback(True)


PLACE: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _place(request):
    if "two_leads_of_a_place_at_once" in request.node.name:
        world = request.getfixturevalue("world")
        PLACE.update(place=world.places["nobonyad"], office=world.organisations["office"])


def test_who_asks_to_join_is_answered_by_the_lead_agency(world):
    lead(world)
    asked = join(world)
    with pytest.raises(AlreadyThere):
        join(world)
    with pytest.raises(NotPermitted):
        board_actions.move_seat(seat_id=asked.pk, act="admit", by=world["charity_manager"], now=NOW)
    with pytest.raises(BadValue):
        board_actions.move_seat(seat_id=asked.pk, act="decline", by=world["officer"], now=NOW)
    seat = board_actions.move_seat(seat_id=asked.pk, act="admit", by=world["officer"], now=NOW)
    assert (seat.state, seat.role) == ("on_board", "member")
    left = board_actions.move_seat(seat_id=asked.pk, act="leave", by=world["charity_manager"], now=later(days=1))
    assert (left.state, left.until) == ("left", in_days(1))
    with pytest.raises(BadValue):
        join(world, "firm", "firm_manager", stands_for="somebody")


def test_one_organisation_at_a_time_stands_for_one_of_the_four_agencies(world):
    lead(world, stands_for="emdad")
    asked = join(world, stands_for="emdad")  # asking is free, the board holds one
    with pytest.raises(AlreadyThere):
        board_actions.move_seat(seat_id=asked.pk, act="admit", by=world["officer"], now=NOW)
    lead(world, "charity", stands_for="setad", now=later(days=1))
    with scope(SYSTEM):
        told = (
            BoardSeat.objects.filter(state="on_board")
            .order_by("stands_for")
            .values_list("organisation_id", "stands_for")
        )
        assert list(told) == [(world.organisations["office"].pk, "emdad"), (world.organisations["charity"].pk, "setad")]


def test_an_objective_is_reached_when_what_all_have_done_comes_to_its_target(world):
    lead(world)
    by: dict[str, Any] = {"by": world["officer"], "now": NOW}
    words: dict[str, Any] = {
        "title": "خانه‌های مناسب‌سازی‌شده",
        "dimension": Dimension.PHYSICAL,
        "measure": "خانه",
        "target": 10,
    }
    place, office = world.places["nobonyad"], world.organisations["office"]
    with pytest.raises(rules.NotOnBoard):
        board_actions.set_objective(
            place=place, organisation=world.organisations["charity"], due=in_days(9), by=world["charity_manager"], now=NOW, **words
        )  # fmt: skip
    objective = board_actions.set_objective(place=place, organisation=office, due=in_days(9), **words, **by)
    board_actions.move_seat(seat_id=join(world).pk, act="admit", **by)
    board_actions.take_share(objective_id=objective.pk, organisation=office, promised=6, done=6, **by)
    share: dict[str, Any] = {
        "objective_id": objective.pk,
        "organisation": world.organisations["charity"],
        "promised": 4,
    }
    share |= {"by": world["charity_manager"], "now": NOW}
    board_actions.take_share(done=4, **share)
    with scope(SYSTEM):
        assert Objective.objects.get().state == "reached"
        assert board_queries.board_of(world.places["sari"], in_days(9)).owed == []
    board_actions.take_share(done=3, **share)
    with scope(SYSTEM):
        assert (Objective.objects.get().state, Objective.objects.get().closed_at) == ("open", None)
    move: dict[str, Any] = {"objective_id": objective.pk, **by}
    board_actions.move_objective(act="drop", **move)
    assert board_actions.move_objective(act="take_up_again", **move).state == "open"
    with scope(SYSTEM):
        Objective.objects.filter(pk=objective.pk).update(target=9)
    board_actions.move_objective(act="drop", **move)
    assert board_actions.move_objective(act="take_up_again", **move).state == "reached"
    with scope(SYSTEM):
        Objective.objects.filter(pk=objective.pk).update(target=10, state="open", closed_at=None)
    with scope(SYSTEM):  # the deadlines of the county name it too
        [owed] = board_queries.board_of(world.places["sari"], in_days(10)).owed
    assert (owed.what, owed.row.pk, owed.due, owed.late) == ("objective", objective.pk, in_days(9), True)
    with pytest.raises(NotPermitted):
        board_actions.take_share(done=1, **(share | {"organisation": office}))
    with scope(world["governor"]):
        *before, now = trend.by_month(world["governor"], NOW.date())
    assert ((now.joint, now.wanted), {(one.joint, one.wanted) for one in before}) == ((1.0, 1), {(None, 0)})


def test_an_obstacle_has_an_owner_and_an_age_until_it_is_cleared(world):
    obstacle = board_actions.tell_obstacle(
        place=world.places["nobonyad"], title="مجوز حفاری صادر نشده است", owner=world.organisations["office"],
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    act: dict[str, Any] = {"obstacle_id": obstacle.pk, "by": world["facilitator"]}
    for name in ("charity_manager", "firm_manager"):  # works there, and it is not his
        for move in (
            {"act": "clear", "note": "دیگر مانعی نیست."},
            {"act": "hand", "owner": world.organisations["firm"]},
        ):
            with pytest.raises(NotPermitted):
                board_actions.move_obstacle(**(act | {"by": world[name], "now": NOW} | move))
    handed = board_actions.move_obstacle(act="hand", owner=world.organisations["firm"], now=later(days=5), **act)
    assert (handed.told_at, handed.handed_at) == (NOW, later(days=5))
    with scope(world["firm_manager"]):
        assert queries.waiting(world["firm_manager"], in_days(5)).obstacles == 1
    with scope(world["charity_manager"]):
        assert queries.waiting(world["charity_manager"], in_days(5)).obstacles == 0
    lead(world, "charity")
    with scope(world["charity_manager"]):
        [here] = board_queries.board_of(world.places["nobonyad"], in_days(5)).obstacles
        offered = [name for name, _act in board_acts.OBSTACLE.offered(here, world["charity_manager"])]
    assert offered == ["clear", "hand"]  # the lead agency may
    with pytest.raises(BadValue):
        board_actions.move_obstacle(act="clear", now=later(days=6), **act)
    cleared = board_actions.move_obstacle(act="clear", note="شهرداری مجوز را داد.", now=later(days=6), **act)
    assert (cleared.state, cleared.cleared_at) == ("cleared", later(days=6))
    assert board_actions.move_obstacle(act="tell_again", now=later(days=7), **act).told_at == NOW


def test_a_trusted_person_is_seen_by_the_organisation_that_knows_him_alone(world):
    person = board_actions.add_trusted(
        place=world.places["nobonyad"], organisation=world.organisations["centre"], name="حسن آزمونی", agreed=in_days(-1),
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    for name, sees in (("facilitator", True), ("officer", True), ("governor", False), ("charity_manager", False)):
        with scope(world[name]):
            assert TrustedPerson.objects.exists() == sees, name
    with pytest.raises(NotFound):
        board_actions.end_trusted(trusted_id=person.pk, by=world["charity_manager"], now=NOW)
    board_actions.end_trusted(trusted_id=person.pk, by=world["facilitator"], now=NOW)
    with scope(SYSTEM):
        assert not TrustedPerson.objects.exists()


def test_accompaniment_is_used_of_declared_and_withheld_of_anothers_few_offers(world):
    lead(world, place="sari")
    lead(world, "charity", place="nobonyad")
    promise = world.agreed(world.need(2), world.capacity(4), 2)
    world.delivered(promise, 2)
    seats = [BoardSeat(organisation=world.organisations["charity"], state="on_board")]
    with scope(world["charity_manager"]):
        [own] = board_queries.accompaniment(world["charity_manager"], world.places["sari"], seats)
    assert (own.rate, own.offers, own.withheld) == (0.5, 1, False)
    with scope(world["governor"]):
        [few] = board_queries.accompaniment(world["governor"], world.places["sari"], seats)
    assert (few.rate, few.withheld) == (None, True)
    taken_back = world.capacity(40)
    with scope(world["charity_manager"]):
        [much] = board_queries.accompaniment(world["charity_manager"], world.places["sari"], seats)
    assert much.rate == pytest.approx(2 / 44)
    close_capacity(capacity_id=taken_back.pk, by=world["charity_manager"], now=NOW)
    with scope(world["charity_manager"]):
        [own] = board_queries.accompaniment(world["charity_manager"], world.places["sari"], seats)
    assert own.rate == 0.5
    assert figures.accompaniment(world["charity_manager"], NOW.date()).value == 0.5


def family(world, by, national_id=ID):
    person = NewPerson("مریم", "آزمونی", is_head=True, sex="woman", national_id=national_id)
    row = NewHousehold(code=f"D{next(world.numbers)}", place=world.places["nobonyad"], persons=(person,))
    return register_households(rows=[row], by=world[by], now=NOW)[0]


def test_between_agencies_one_word_crosses_the_line_and_help_goes_on(world):
    theirs = world.need(by="charity_manager", household=family(world, "charity_manager"))
    world.promise(theirs, world.capacity(1), by="charity_manager")
    mine = world.need(household=family(world, "facilitator"))
    other = world.need(household=family(world, "facilitator", "0499370899"))
    ask: dict[str, Any] = {"by": world["facilitator"], "now": NOW}
    assert served_actions.ask_served(need_id=mine.pk, **ask) is True
    assert served_actions.ask_served(need_id=other.pk, **ask) is False
    with pytest.raises(rules.NoIdentity):
        served_actions.ask_served(need_id=world.need(household=world.household()).pk, **ask)
    with pytest.raises(NotFound):
        served_actions.ask_served(need_id=theirs.pk, **ask)
    assert world.promise(mine, world.capacity(1)).quantity == 1
    with scope(SYSTEM):
        assert list(DoubleHelp.objects.values_list("need_id", flat=True)) == [mine.pk]
        told = Event.objects.filter(act="served.asked").order_by("pk")
        assert [(one.subject_id, one.account_id, one.data) for one in told] == [
            (mine.pk, world["facilitator"].account_id, {"answer": "yes"}),
            (other.pk, world["facilitator"].account_id, {"answer": "no"}),
        ]
    for name, sees in (("facilitator", True), ("charity_manager", False), ("governor", False)):
        with scope(world[name]):
            assert DoubleHelp.objects.exists() == sees, name
    assert served_actions.mark_seen(need_id=mine.pk, **ask).state == "seen"


def test_questions_are_throttled(world):
    mine = world.need(household=family(world, "facilitator"))
    for _ in range(served_actions.MOST_A_MINUTE):
        assert served_actions.ask_served(need_id=mine.pk, by=world["facilitator"], now=NOW) is False
    with pytest.raises(rules.AskedTooOften):
        served_actions.ask_served(need_id=mine.pk, by=world["facilitator"], now=NOW)
    assert served_actions.ask_served(need_id=mine.pk, by=world["facilitator"], now=later(hours=1)) is False


def test_an_office_and_its_centre_are_one_agency_and_the_site_notices_by_itself(world):
    world.join("office_worker", MemberRole.SOCIAL_WORKER, "sari", "office")
    first = world.need(household=family(world, "office_worker"), by="office_worker")
    world.promise(first, world.capacity(1), by="office_worker")
    mine = world.need(household=family(world, "facilitator"))
    assert served_actions.watch(need_ids=[mine.pk], by=SYSTEM, now=NOW) == 0
    theirs = world.need(by="charity_manager", household=family(world, "charity_manager"))
    assert served_actions.watch(need_ids=[theirs.pk], by=SYSTEM, now=NOW) == 1
    assert served_actions.watch(need_ids=[theirs.pk], by=SYSTEM, now=NOW) == 0
    with pytest.raises(NotPermitted):
        served_actions.watch(need_ids=[theirs.pk], by=world["facilitator"], now=NOW)
    assert served_actions.forget_alarms(need_ids=[theirs.pk], by=SYSTEM, now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_name_a_lead_at_the_same_moment_leave_one_lead():
    world = built()
    for place in ("nobonyad", "ahangar", "espiari", "sari"):
        answers = race(
            partial(lead, world, place=place), partial(lead, world, "charity", by="administrator", place=place)
        )
        assert [type(one).__name__ for one in answers] == ["BoardSeat", "BoardSeat"], answers
        with scope(SYSTEM):
            assert BoardSeat.objects.filter(place=world.places[place], role="lead", until__isnull=True).count() == 1
