"""Needs that go together: set, run, promised, taken back and told, all of them or none."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.flow.test_runs import run, standing
from tests.world import NOW, World, in_days, later

from peyvand.flow.capacity.rules import Brought
from peyvand.flow.commitment import matching, reckoning
from peyvand.flow.commitment.actions import NewPromise, commit, withdraw_commitments
from peyvand.flow.commitment.enums import DeclineReason, PairReason, UnservedReason
from peyvand.flow.commitment.models import Commitment, RunFindings, RunInputs, Suggestion, Unserved
from peyvand.flow.commitment.refusing import refuse_provider
from peyvand.flow.commitment.rules import FamilyRefuses, GoesTogether, WeekFull
from peyvand.flow.commitment.suggestions import accept_suggestions, decline_suggestion
from peyvand.flow.commitment.undoing import restore_commitments
from peyvand.flow.need.actions import NewNeed, open_needs, withdraw_need
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import Asked
from peyvand.flow.need.together import set_together
from peyvand.flow.replay import replay
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound
from peyvand.kernel.states import WrongState
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def world(db):
    return World.build()


def together(world, *needs, by="facilitator"):
    return set_together(need_ids=[one.pk for one in needs], by=world[by], now=NOW)


def numbers(*needs):
    with scope(SYSTEM):
        return [Need.objects.get(pk=one.pk).together for one in needs]


def reasons():
    with scope(SYSTEM):
        return dict(Unserved.objects.values_list("need_id", "reason"))


def test_who_joins_another_group_leaves_the_one_before(world):
    one, two, three, four = (world.need() for _ in range(4))
    together(world, one, two, three)
    assert len(set(numbers(one, two, three))) == 1
    together(world, three, four)
    (a, b, c, d) = numbers(one, two, three, four)
    assert (a, c) == (b, d)
    assert a != c
    together(world, four)
    assert numbers(three, four) == [None, None], "who is left alone goes by itself"
    assert replay() == []


def test_what_goes_together_lies_in_one_place_of_one_keeper_and_is_set_by_it(world):
    here, there = world.need(), world.need(place="ahangar")
    with pytest.raises(BadValue, match="one place"):
        together(world, here, there)
    with pytest.raises(IntegrityError, match="lies elsewhere"), transaction.atomic():
        Need.objects.filter(pk__in=[here.pk, there.pk]).update(together=7)
    for stranger in ("auditor", "charity_manager"):
        with pytest.raises(NotFound):
            together(world, here, world.need(), by=stranger)
    closed = world.need()
    withdraw_need(need_id=closed.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(WrongState):
        together(world, here, closed)
    with pytest.raises(BadValue):
        together(world, *(world.need() for _ in range(21)))
    rows = [NewNeed(world.specifications["tutoring"], 1, world.places["nobonyad"], together=word) for word in "aabb"]
    told = open_needs(rows=rows, by=world["facilitator"], now=NOW)
    (a, b, c, d) = numbers(*told)
    assert a == b != c == d
    with pytest.raises(BadValue, match="no other need"):
        open_needs(rows=rows[:1], by=world["facilitator"], now=NOW)


def test_a_run_serves_a_team_whole_or_not_at_all_and_tells_the_gap(world):
    """A pressing team of two kinds, of which one lacks, leaves what it cannot use to one who is less pressing."""
    team = [world.need(kind="wheelchair", urgency=90), world.need(kind="tutoring", urgency=90)]
    together(world, *team)
    single = world.need(kind="wheelchair", urgency=5)
    world.capacity(1, kind="wheelchair")
    first = run(world)
    assert [need for need, *_ in standing()] == [single.pk]
    assert reasons() == {team[0].pk: UnservedReason.TOGETHER, team[1].pk: UnservedReason.NO_CAPACITY}
    world.capacity(1, kind="tutoring")
    second = run(world, hours=1)
    assert {need for need, *_ in standing()} == {one.pk for one in team}
    assert reasons() == {single.pk: UnservedReason.FULL}
    with scope(SYSTEM):
        assert RunFindings.objects.get(run=second).lots["gap"] == 0
        assert set(Suggestion.objects.filter(state="proposed").values_list("why", flat=True)) == {PairReason.ONLY}
    matching.undo_matching(run_id=second.pk, by=world["leader"], now=later(hours=2))
    assert [need for need, *_ in standing()] == [single.pk]
    for made in (first, second):
        assert matching.repeat_run(run_id=made.pk, by=SYSTEM, now=NOW)


def test_one_of_a_group_that_nobody_has_vouched_for_keeps_the_others_waiting(world):
    both = [world.need(), world.need()]
    together(world, *both)
    Need.objects.filter(pk=both[0].pk).update(state="draft", opened_at=None)
    world.capacity(2)
    run(world)
    assert standing() == []
    assert reasons() == {both[1].pk: UnservedReason.TOGETHER}


def test_by_hand_all_are_promised_in_one_act_or_wait_proposed(world):
    team = [world.need(), world.need()]
    together(world, *team)
    offer, due = world.capacity(2), in_days(14)
    rows = [NewPromise(one.pk, offer.pk, 1, due) for one in team]
    with pytest.raises(GoesTogether):
        commit(rows=rows[:1], by=world["facilitator"], now=later(hours=1))
    made = commit(rows=rows, by=world["facilitator"], now=later(hours=1))
    withdraw_commitments(
        commitment_ids=[one.pk for one in made], reason=DeclineReason.OTHER, by=world["facilitator"], now=later(hours=2)
    )
    run(world)
    with scope(SYSTEM):
        first, second = Suggestion.objects.filter(state="proposed").order_by("need_id").values_list("pk", flat=True)
    accept_suggestions(suggestion_ids=[first], due_date=due, by=world["charity_manager"], now=later(hours=3))
    decline_suggestion(
        suggestion_id=second, reason=DeclineReason.NOT_NOW, by=world["charity_manager"], now=later(hours=4)
    )
    run(world, hours=5)
    assert [need for need, *_ in standing()] == [team[1].pk], "what is left of a team is still looked for"
    assert replay() == []


def test_the_database_refuses_half_a_team(world):
    team = [world.need(), world.need()]
    single, offer = world.need(), world.capacity(3)
    run(world)
    with scope(SYSTEM):
        half = Suggestion.objects.get(need_id=team[0].pk)
        Suggestion.objects.filter(need__in=team).delete()
    together(world, *team)
    half.pk = None
    with pytest.raises(IntegrityError, match="goes together"), transaction.atomic():
        half.save()
    promise = world.promise(single, offer)
    promise.pk, promise.need_id, promise.tracking_code, promise.suggestion_id = None, team[0].pk, "0", None
    with pytest.raises(IntegrityError, match="goes together"), transaction.atomic():
        promise.save()


def test_a_run_from_before_a_column_was_kept_is_computed_again(world):
    """What could not be asked then is read as not asked: the same comes out."""
    world.need(), world.need(kind="tutoring"), world.capacity(2)
    made = run(world)
    with scope(SYSTEM):
        kept = RunInputs.objects.get(run=made)
        files = [bytes(kept.needs), bytes(kept.capacities), bytes(kept.rules)]
        inputs = reckoning.unpacked(*files)
        rules = {*reckoning.NEED_RULES, *reckoning.CAPACITY_RULES}
        old = [reckoning._parquet(one.drop(rules, strict=False)) for one in (inputs.needs, inputs.capacities)]
        RunInputs.objects.filter(run=made).update(needs=old[0], capacities=old[1], rules=b"")
        type(made).objects.filter(pk=made.pk).update(inputs_sha256=reckoning.fingerprint(*old))
    assert matching.ask_repeat(run_id=made.pk, by=world["leader"], now=NOW)
    assert matching.repeat_run(run_id=made.pk, by=SYSTEM, now=NOW)


# --- what the database holds where people race ------------------------------------------------------------------------------


def test_the_database_holds_the_week_of_a_giver(world):
    needs, offer = [world.need() for _ in range(2)], world.capacity(5, brought=Brought(most_a_week=1))
    promise = world.promise(needs[0], offer)
    ended = withdraw_commitments(
        commitment_ids=[promise.pk], reason=DeclineReason.OTHER, by=world["facilitator"], now=NOW
    )
    second = world.promise(needs[1], offer)
    with pytest.raises(WeekFull):
        restore_commitments(commitment_ids=[one.pk for one in ended], by=world["facilitator"], now=NOW)
    second.pk, second.tracking_code, second.suggestion_id = None, "0", None
    with pytest.raises(IntegrityError, match="takes on at most 1 a week"), transaction.atomic():
        second.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["refuse", "promise"])
def test_a_refusal_and_a_promise_at_the_same_moment_wait_for_each_other(first):
    """Whoever comes second sees what the first has done, whichever it is."""
    world, now = World.build(), timezone.now()
    home = world.household()
    need, offer = world.need(household=home), world.capacity()
    row = NewPromise(need.pk, offer.pk, 1, business_date(now))
    acts = {
        "promise": lambda: commit(rows=[row], by=world["facilitator"], now=now),
        "refuse": lambda: refuse_provider(
            household_id=home.pk, organisation_id=world.organisations["charity"].pk, by=world["facilitator"], now=now
        ),
    }
    [second] = acts.keys() - {first}
    answer = []

    def come_second():
        try:
            answer.append(acts[second]())
        except FamilyRefuses as refusal:
            answer.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=come_second)
    with transaction.atomic():
        acts[first]()
        thread.start()
        _until_somebody_waits()
    thread.join(timeout=60)
    with scope(SYSTEM):
        promised = Commitment.objects.count()
    assert isinstance(answer[0], FamilyRefuses) == (first == "refuse")
    assert promised == (first == "promise"), "a promise that stood before is ended by its own act"


def _until_somebody_waits():
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the first one")


def test_a_promise_does_not_come_back_to_a_family_that_has_refused_meanwhile(world):
    home = world.household()
    need, offer = world.need(household=home, asked=Asked()), world.capacity()
    promise = world.promise(need, offer)
    withdraw_commitments(commitment_ids=[promise.pk], reason=DeclineReason.OTHER, by=world["facilitator"], now=NOW)
    refuse_provider(
        household_id=home.pk, organisation_id=world.organisations["charity"].pk, by=world["facilitator"], now=NOW
    )
    with pytest.raises(FamilyRefuses):
        restore_commitments(commitment_ids=[promise.pk], by=world["facilitator"], now=NOW)
