"""From a council founded at a place to a resolution done and a voice answered, as the people of one province walk it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import ProgrammeOff, switch_off, switch_on
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.kernel.states import WrongState
from peyvand.programmes.neighbourhoods import actions, queries, rules, session_actions, trend, voice_actions
from peyvand.programmes.neighbourhoods.enums import SeatRole
from peyvand.programmes.neighbourhoods.models import (
    Council,
    CouncilKind,
    Hearing,
    Resolution,
    Seat,
    SeatHolder,
    Session,
    Voice,
)
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=99))
    actions.take_known_kinds(by=SYSTEM, now=NOW)
    return world


def found(world, kind="progress_council", place="nobonyad", keeper="centre", by="facilitator", **values):
    return actions.found_council(
        kind_id=CouncilKind.objects.get(slug=kind).pk, place=world.places[place], organisation=world.organisations[keeper],
        by=world[by], now=NOW, **values,
    )  # fmt: skip


def seat(world, council, title="خانهٔ بهداشت", by="facilitator", **values):
    said: dict[str, Any] = {"role": SeatRole.MEMBER, "since": in_days(-30)} | values
    return actions.add_seat(council_id=council.pk, title=title, by=world[by], now=NOW, **said)


def held(world, council, seats, present, by="facilitator"):
    session = session_actions.call_session(
        council_id=council.pk, on=TODAY, agenda=["روشنایی کوچه"], by=world[by], now=NOW
    )
    said = {1: "گفت‌وگو شد."}
    ids = [one.pk for one in seats[:present]]
    return session_actions.hold_session(
        session_id=session.pk, present=ids, said=said, speakers={1: "خانهٔ بهداشت"}, by=world[by], now=NOW
    )


def test_the_offices_of_the_governor_sit_on_the_council_they_lead(world):
    council = found(world, "province_steering", "mz", "office", "leader")
    made = actions.seat_known(council_id=council.pk, since=TODAY, by=world["governor"], now=NOW)
    assert [(one.title, one.role) for one in made] == [
        ("استاندار", "chair"), ("معاون سیاسی، امنیتی و اجتماعی استاندار", "secretary"),
    ]  # fmt: skip
    with pytest.raises(BadValue):
        actions.seat_known(council_id=council.pk, since=TODAY, by=world["governor"], now=NOW)
    actions.end_seat(council_id=council.pk, seat_id=made[1].pk, until=TODAY, by=world["governor"], now=NOW)
    [again] = actions.seat_known(council_id=council.pk, since=TODAY, by=world["governor"], now=NOW)
    assert again.title == made[1].title
    with pytest.raises(BadValue):
        actions.seat_known(council_id=found(world).pk, since=TODAY, by=world["facilitator"], now=NOW)


def resolved(world, *, owner="centre", due=14):
    council = found(world)
    seats = [seat(world, council, f"صندلی {number}") for number in range(5)]
    session = held(world, council, seats, 3)
    return session_actions.resolve(
        session_id=session.pk, title="چراغ کوچه روشن شود", owner=world.organisations[owner], due=in_days(due),
        by=world["facilitator"], now=NOW,
    )  # fmt: skip


def step(world, resolution, act, by="facilitator", **values):
    return session_actions.step_resolution(resolution_id=resolution.pk, act=act, by=world[by], now=NOW, **values)


def test_a_resolution_is_followed_until_somebody_else_confirms_it(world):
    resolution = resolved(world, owner="charity")
    with pytest.raises((NotFound, NotPermitted)):
        step(world, resolution, "start", by="firm_manager")
    step(world, resolution, "start", by="charity_manager")
    with pytest.raises(BadValue):
        step(world, resolution, "report", by="charity_manager")
    step(world, resolution, "report", by="charity_manager", note="چراغ‌ها روشن شد.")
    step(world, resolution, "send_back", note="هنوز یک کوچه مانده است.")
    step(world, resolution, "postpone", note="چراغ تازه باید برسد.", due=in_days(30))
    step(world, resolution, "report", by="charity_manager", note="هر دو کوچه روشن شد.")
    done = step(world, resolution, "confirm")
    assert (done.state, done.due_date, done.confirmed_by_id) == ("done", in_days(30), world["facilitator"].account_id)
    with scope(world["officer"]):
        stored = queries.one_resolution(resolution.pk)
        assert [one.act for one in stored.steps.order_by("pk")] == [
            "start", "report", "send_back", "postpone", "report", "confirm",
        ]  # fmt: skip
    with pytest.raises(WrongState):
        step(world, resolution, "drop", note="دیگر لازم نیست.")
    with scope(world["governor"]):
        *before, now = trend.by_month(world["governor"], NOW.date())
    assert ((now.days, now.done), {(one.days, one.done) for one in before}) == ((0.0, 1), {(None, 0)})


def test_nobody_confirms_what_he_reported_himself(world):
    resolution = resolved(world)
    step(world, resolution, "report", note="چراغ‌ها روشن شد.")
    with pytest.raises(NotPermitted):
        step(world, resolution, "confirm")
    assert step(world, resolution, "confirm", by="field_leader").state == "done"
    with pytest.raises(IntegrityError), transaction.atomic():
        Resolution.objects.filter(pk=resolution.pk).update(confirmed_by=world["facilitator"].account_id)


def test_without_a_quorum_nothing_is_resolved_not_even_by_the_database(world):
    council = found(world)
    seats = [seat(world, council, f"صندلی {number}") for number in range(5)]
    session = held(world, council, seats, 2)
    assert (session.seats, session.needed, session.present) == (5, 3, 2)
    words: dict[str, Any] = {"title": "چراغ کوچه روشن شود", "by": world["facilitator"], "now": NOW}
    with pytest.raises(rules.NoQuorum):
        session_actions.resolve(session_id=session.pk, owner=world.organisations["centre"], due=in_days(3), **words)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resolution.objects.create(
            council=council, session=session, number=1, title="بی‌حد نصاب", state="open", owner=world.organisations["centre"],
            owner_path="1/", place_path=council.place_path, organisation_path=council.organisation_path, decided_date=TODAY,
            due_date=TODAY,
        )  # fmt: skip


def test_a_council_stands_once_at_a_place_and_its_history_outlives_its_terms(world):
    resolution = resolved(world)
    with scope(SYSTEM):
        council = Council.objects.get(pk=resolution.council_id)
    with pytest.raises(AlreadyThere):
        found(world)
    actions.dissolve_or_revive(council_id=council.pk, act="dissolve", by=world["facilitator"], now=later(days=40))
    with pytest.raises(rules.CouncilDissolved):
        session_actions.call_session(
            council_id=council.pk, on=TODAY, agenda=["یک بند"], by=world["facilitator"], now=NOW
        )
    step(world, resolution, "start", by="social_worker")
    step(world, resolution, "report", by="social_worker", note="چراغ‌ها روشن شد.")
    assert step(world, resolution, "confirm").state == "done"
    actions.dissolve_or_revive(council_id=council.pk, act="revive", by=world["facilitator"], now=later(days=60))
    seat(world, council, "معتمد محل", since=in_days(60))
    with scope(world["facilitator"]):
        assert council.resolutions.count() == 1
        assert council.seats.filter(until__isnull=True).count() == 1
        assert council.seats.filter(until__isnull=False).count() == 5


def test_committees_come_with_the_set_of_a_province_and_a_crisis_committee(world):
    council = found(world, name_set="lorestan")
    with scope(world["facilitator"]):
        slugs = set(council.committees.values_list("kind__slug", flat=True))
    assert len(slugs) == 7
    assert "crisis" in slugs
    assert not any(slug.startswith("markazi") for slug in slugs)
    with pytest.raises(BadValue):
        found(world, place="sari", keeper="office", by="officer")


def test_committees_are_added_later_by_set_or_one_by_one_and_end_with_their_council(world):
    council = found(world)
    add = lambda **which: actions.add_committees(  # noqa: E731
        council_id=council.pk, by=world["facilitator"], now=NOW, **which
    )
    assert [one.kind.slug for one in add(kind="crisis")] == ["crisis"]
    assert len(add(name_set="markazi")) == 6
    for which in ({"kind": "crisis"}, {"name_set": "markazi"}, {"kind": "county_steering"}, {}, {"name_set": "none"}):
        with pytest.raises(BadValue):
            add(**which)
    with scope(SYSTEM):
        crisis = council.committees.get(kind__slug="crisis")
    seat(world, crisis, "فرماندهی", since=TODAY)
    move = lambda one, act: actions.dissolve_or_revive(  # noqa: E731
        council_id=one.pk, act=act, by=world["facilitator"], now=later(days=2)
    )
    move(council, "dissolve")
    with scope(SYSTEM):
        assert set(council.committees.values_list("state", flat=True)) == {"dissolved"}
        assert not crisis.seats.filter(until__isnull=True).exists()
    with pytest.raises(rules.OfDissolved):
        move(crisis, "revive")
    with pytest.raises(rules.CouncilDissolved):
        add(kind="crisis")
    move(council, "revive")
    assert [one.pk for one in add(kind="crisis")] == [crisis.pk]  # the same one, with its history
    with scope(SYSTEM):
        assert council.committees.filter(state="dissolved").count() == 6


def test_names_of_seats_are_seen_by_the_keepers_alone_and_forgotten_after_the_term(world):
    council = found(world)
    one = seat(world, council, holder="زهرا آزمونی")
    for name, sees in (("facilitator", True), ("governor", False), ("charity_manager", False), ("auditor", False)):
        with scope(world[name]):
            assert SeatHolder.objects.filter(seat=one).exists() == sees, name
    actions.end_seat(council_id=council.pk, seat_id=one.pk, until=TODAY, by=world["facilitator"], now=NOW)
    assert actions.forget_holders(ended_before=in_days(1), by=SYSTEM, now=NOW) == 1
    with scope(SYSTEM):
        assert Seat.objects.filter(pk=one.pk).exists()


def test_who_is_out_of_sight_sees_and_changes_nothing(world):
    resolution = resolved(world)
    with scope(world["firm_manager"]):
        assert Resolution.objects.filter(
            pk=resolution.pk
        ).exists()  # in his area: what a place resolved is no secret there
    other = found(world, place="espiari", keeper="office", by="leader")
    for name in ("facilitator", "charity_manager"):
        with pytest.raises((NotFound, NotPermitted)):
            seat(world, other, by=name)
    with scope(world["facilitator"]):
        assert not Council.objects.filter(pk=other.pk).exists()
        assert Council.objects.filter(pk=other.pk).update(state="dissolved") == 0


def test_a_voice_goes_up_with_a_clock_an_answer_and_a_log_of_who_heard(world):
    council = found(world)
    voice: dict[str, Any] = {"title": "پزشک خانهٔ بهداشت", "body": "خانهٔ بهداشت سه روز پزشک ندارد."}
    with pytest.raises(rules.NoUpperCouncil):
        voice_actions.send_voice(council_id=council.pk, by=world["facilitator"], now=NOW, **voice)
    province = found(world, kind="province_steering", place="mz", keeper="office", by="leader")
    county = found(world, kind="county_steering", place="sari", keeper="office", by="officer")
    sent = voice_actions.send_voice(council_id=council.pk, by=world["facilitator"], now=NOW, **voice)
    assert (sent.at_id, sent.answer_by > TODAY) == (county.pk, True)
    act: dict[str, Any] = {"voice_id": sent.pk, "now": later(days=1)}
    with pytest.raises(NotPermitted):
        voice_actions.hear_voice(by=world["facilitator"], **act)
    for _ in range(2):
        voice_actions.hear_voice(by=world["officer"], **act)
    voice_actions.move_voice(act="pass_on", words="این در اختیار استان است.", by=world["officer"], **act)
    with pytest.raises(NotPermitted):
        voice_actions.move_voice(act="answer", words="پاسخ شهرستان است.", by=world["officer"], **act)
    voice_actions.move_voice(act="answer", words="از ماه آینده پزشک هر روز هست.", by=world["governor"], **act)
    voice_actions.move_voice(act="settle", by=world["facilitator"], **act)
    with scope(world["facilitator"]):
        stored = queries.one_voice(sent.pk)
        assert (stored.state, stored.at_id) == ("settled", province.pk)
        rungs = list(stored.rungs.order_by("pk"))
        assert [(one.council_id, one.passed_on) for one in rungs] == [(county.pk, True), (province.pk, False)]
        heard = list(Hearing.objects.filter(voice=sent).order_by("pk").values_list("role", flat=True))
        assert heard == ["county_officer", "governor_office"]


def test_an_answer_that_is_not_enough_is_raised_to_the_next_level(world):
    found(world, kind="province_steering", place="mz", keeper="office", by="leader")
    found(world, kind="county_steering", place="sari", keeper="office", by="officer")
    council = found(world)
    sent = voice_actions.send_voice(
        council_id=council.pk, title="خط اتوبوس", body="خط اتوبوس به محله نمی‌رسد.", by=world["facilitator"], now=NOW
    )
    act: dict[str, Any] = {"voice_id": sent.pk, "now": NOW}
    voice_actions.move_voice(act="answer", words="اکنون ممکن نیست و بودجه ندارد.", by=world["officer"], **act)
    raised = voice_actions.move_voice(
        act="raise_again", words="سالمندان به درمانگاه نمی‌رسند.", by=world["facilitator"], **act
    )
    assert raised.at.kind.slug == "province_steering"
    voice_actions.move_voice(act="withdraw", by=world["facilitator"], **act)
    with scope(SYSTEM):
        assert Voice.objects.get(pk=sent.pk).closed_at is not None
    back = voice_actions.move_voice(act="take_back", by=world["facilitator"], **act)
    with scope(SYSTEM):
        newest = back.rungs.latest("pk")
        assert (back.state, back.closed_at, newest.left_at) == ("waiting", None, None)
    voice_actions.move_voice(act="answer", words="از این ماه خط اتوبوس هست.", by=world["governor"], **act)
    for closes in ("settle", "withdraw"):
        voice_actions.move_voice(act=closes, by=world["facilitator"], **act)
        with pytest.raises((NotFound, NotPermitted)):
            voice_actions.move_voice(act="take_back", by=world["charity_manager"], **act)
        back = voice_actions.move_voice(act="take_back", by=world["facilitator"], **act)
        assert (back.state, back.closed_at) == ("answered", None)


def test_a_voice_that_nobody_answers_is_raised_when_its_clock_has_run_out_and_not_before(world):
    province = found(world, kind="province_steering", place="mz", keeper="office", by="leader")
    found(world, kind="county_steering", place="sari", keeper="office", by="officer")
    council = found(world)
    sent = voice_actions.send_voice(
        council_id=council.pk, title="خط اتوبوس", body="خط اتوبوس به محله نمی‌رسد.", by=world["facilitator"], now=NOW
    )
    again: dict[str, Any] = {"voice_id": sent.pk, "act": "raise_again", "words": "دو ماه است پاسخی نرسیده است."}
    last_day = NOW + (sent.answer_by - TODAY)
    with pytest.raises(rules.ClockStillRuns):
        voice_actions.move_voice(by=world["facilitator"], now=last_day, **again)
    late = last_day + timedelta(days=1)
    with pytest.raises((NotFound, NotPermitted)):
        voice_actions.move_voice(by=world["charity_manager"], now=late, **again)
    raised = voice_actions.move_voice(by=world["facilitator"], now=late, **again)
    assert (raised.state, raised.at_id, raised.answer_by > raised.sent_at.date()) == ("waiting", province.pk, True)
    with scope(SYSTEM):
        first, second = raised.rungs.order_by("pk")
    assert (first.left_at, first.answer, first.passed_on, second.asked) == (late, "", False, again["words"])
    with pytest.raises(rules.NoUpperCouncil):
        voice_actions.move_voice(by=world["facilitator"], now=late + timedelta(days=60), **again)


def test_whoever_runs_the_site_sets_how_high_the_ladder_goes(world):
    """No source tells of a council of the network above the province; the setting can name one."""
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW)
    province = found(world, kind="province_steering", place="mz", keeper="office", by="leader")
    nation = actions.found_council(
        kind_id=CouncilKind.objects.get(slug="umbrella_session").pk, place=world.places["ir"],
        organisation=world.organisations["office"], by=SYSTEM, now=NOW,
    )  # fmt: skip
    voice: dict[str, Any] = {"council_id": province.pk, "title": "راه روستاها", "body": "راه روستاها بسته است."}
    with pytest.raises(rules.NoUpperCouncil):
        voice_actions.send_voice(by=world["leader"], now=NOW, **voice)
    known = CouncilKind.objects.get(slug="province_steering")
    row = actions.NewKind(known.slug, known.name_fa, known.name_en, known.level, "مصوبهٔ ستاد", upper="umbrella_session")
    actions.set_kind(row=row, by=SYSTEM, now=NOW)
    assert voice_actions.send_voice(by=world["leader"], now=NOW, **voice).at_id == nation.pk


def test_switched_off_nothing_new_is_done_and_all_stays_readable(world):
    resolution = resolved(world)
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=NOW)
    with pytest.raises(ProgrammeOff):
        step(world, resolution, "start")
    with scope(world["facilitator"]):
        assert Session.objects.filter(pk=resolution.session_id).exists()
