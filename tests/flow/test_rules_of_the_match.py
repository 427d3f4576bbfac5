"""The rules of the match, in runs and by hand alike: what needs ask, what kinds ask, lots, weeks, and what a family refuses."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flow.test_races import race
from tests.world import NOW, World, in_days, later

from peyvand.engines.matching import Rules, assign
from peyvand.flow.capacity.actions import set_brought
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.rules import Brought
from peyvand.flow.commitment import pairing
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.commitment.enums import UnservedReason
from peyvand.flow.commitment.matching import repeat_run, run_matching
from peyvand.flow.commitment.models import Commitment, RunFindings, Suggestion, Unserved
from peyvand.flow.commitment.offers import offers_for
from peyvand.flow.commitment.refusing import accept_providers, refuse_provider
from peyvand.flow.commitment.rules import REFUSED, FamilyRefuses, NotShared, WeekFull
from peyvand.flow.need.actions import set_asked
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.flow.need.rules import Asked
from peyvand.kernel.jalali import business_date, week_of
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.people.models import Person
from peyvand.resources.actions import KindRules, put_qualities, set_kind_rules, starter
from peyvand.resources.models import Quality
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

KIND = "tutoring"


@pytest.fixture
def world(db):
    found = World.build()
    put_qualities(rows=starter().qualities, by=SYSTEM, now=NOW)
    return found


def kind_rules(**rules):
    set_kind_rules(slug=KIND, rules=KindRules(**rules), by=SYSTEM, now=NOW)


def run(world, hours=0):
    return run_matching(place=world.places["mz"], by=world["leader"], now=later(hours=hours))


def proposed():
    with scope(SYSTEM):
        rows = Suggestion.objects.filter(state="proposed").order_by("need_id", "capacity_id")
        return [tuple(row) for row in rows.values_list("need_id", "capacity_id", "quantity")]


def reason(need):
    with scope(SYSTEM):
        return Unserved.objects.get(need_id=need.pk).reason


def by_hand(world, need, capacity, quantity=1):
    return commit(
        rows=[NewPromise(need.pk, capacity.pk, quantity, in_days(14))], by=world["facilitator"], now=later(hours=1)
    )


# What is asked of the need, what the refused offer brings, what the fitting one brings, and the rules of the kind.
CASES = {
    "skill_missing": ({"qualities": ("braille", "lifting")}, {"qualities": ("braille",)}, {"qualities": ("lifting", "braille")}, {}),
    "licence_missing": ({}, {"qualities": ("braille",)}, {"qualities": ("nursing",)}, {"licences": ("nursing",)}),
    "no_common_language": ({"qualities": ("kurdish", "arabic")}, {"qualities": ("persian",)}, {"qualities": ("arabic",)}, {}),
    "other_sex_asked": ({"giver_sex": "woman"}, {"giver_sex": "man"}, {"giver_sex": "woman"}, {}),
    "no_way_in": ({"qualities": ("step-free",)}, {}, {"qualities": ("step-free",)}, {"at_venue": True}),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_rule_keeps_a_pair_apart_in_a_run_by_hand_and_on_the_page_alike(world, code):
    asked, wrong, right, rules = CASES[code]
    kind_rules(**rules)
    need = world.need(kind=KIND, asked=Asked(**asked))
    bad = world.capacity(kind=KIND, brought=Brought(**wrong))
    run(world)
    assert (proposed(), reason(need)) == ([], UnservedReason.REFUSED)
    with pytest.raises(Refusal) as refused:
        by_hand(world, need, bad)
    assert refused.value.code == code
    with scope(world["facilitator"]):
        [offer] = offers_for(need.pk, by=world["facilitator"], now=later(hours=1))
    assert [one.code for one in offer.why_not] == [code]
    good = world.capacity(kind=KIND, brought=Brought(**right))
    run(world, hours=1)
    assert proposed() == [(need.pk, good.pk, 1)]
    assert by_hand(world, need, good)


def test_somebody_of_the_same_sex_is_given_where_the_kind_asks_for_it(world):
    kind_rules(same_sex=True)
    home = world.household()
    [person] = Person.objects.filter(household=home)
    need, other = world.need(kind=KIND, household=home), world.need(kind=KIND)
    world.capacity(kind=KIND, brought=Brought(giver_sex="man"))
    woman = world.capacity(2, kind=KIND, brought=Brought(giver_sex="woman"))
    run(world)
    assert person.sex == "woman"
    assert proposed() == [(need.pk, woman.pk, 1)], "of the other nobody knows who is served"
    assert reason(other) == UnservedReason.REFUSED


def test_days_distance_and_substitutes(world):
    late = world.need(asked=Asked(start_date=in_days(30)))
    soon, far = world.capacity(end_date=in_days(10)), world.need(asked=Asked(most_km=5))
    instead = world.need(kind=KIND)
    with scope(SYSTEM):
        type(soon.place).objects.filter(path=soon.place_path).update(lat=36.5, lon=53.0)
        type(soon.place).objects.filter(path=far.place_path).update(lat=36.7, lon=53.0)
    run(world)
    assert proposed() == []
    assert {reason(one) for one in (late, far)} == {UnservedReason.REFUSED}
    assert reason(instead) == UnservedReason.NO_CAPACITY
    for need, code in ((late, "days_apart"), (far, "farther_than_asked"), (instead, "different_kind")):
        with pytest.raises(Refusal) as refused:
            by_hand(world, need, soon)
        assert refused.value.code == code
    kind_rules(substitutes=("wheelchair",))
    run(world, hours=1)
    assert proposed() == [(instead.pk, soon.pk, 1)]
    assert by_hand(world, instead, soon)


@pytest.mark.parametrize("others_ask", [False, True])
def test_what_is_past_its_day_is_served_late_rather_than_not_whatever_others_ask(world, others_ask):
    late, offer = world.need(due_date=in_days(2)), world.capacity(2)
    Need.objects.filter(pk=late.pk).update(due_date=in_days(-2))
    if others_ask:
        world.need(kind=KIND, asked=Asked(most_km=5))
    run(world)
    assert proposed() == [(late.pk, offer.pk, 1)]
    assert by_hand(world, late, offer)


def test_what_may_not_be_shared_comes_whole_and_the_gap_is_told(world):
    whole = world.need(4, kind=KIND, asked=Asked(may_share=False))
    small = [world.capacity(3, kind=KIND) for _ in range(2)]
    run(world)
    assert (proposed(), reason(whole)) == ([], UnservedReason.NOT_SHARED)
    with pytest.raises(NotShared):
        by_hand(world, whole, small[0], 3)
    set_asked(need_id=whole.pk, asked=Asked(), by=world["facilitator"], now=later(hours=1))
    run(world, hours=1)
    assert sum(units for _, _, units in proposed()) == 4
    set_asked(need_id=whole.pk, asked=Asked(may_share=False), by=world["facilitator"], now=later(hours=2))
    large = world.capacity(4, kind=KIND, smallest_lot=2)
    made = run(world, hours=2)
    assert proposed() == [(whole.pk, large.pk, 4)]
    with scope(SYSTEM):
        assert RunFindings.objects.get(run=made).lots["gap"] == 0
    assert repeat_run(run_id=made.pk, by=SYSTEM, now=later(hours=3))


def test_a_smallest_lot_goes_whole_to_one_and_not_in_crumbs_to_many(world):
    few, many = world.need(1, urgency=90), world.need(3, urgency=10)
    lot = world.capacity(3, smallest_lot=2)
    run(world)
    assert proposed() == [(many.pk, lot.pk, 3)], "the more pressing one asks for less than is ever given at a time"
    assert reason(few) == UnservedReason.BELOW_LOT


def test_what_a_shared_week_leaves_below_a_lot_is_told_as_a_gap(world):
    """Lots are not held while several offers of one week are matched; what that may have cost is said and not called exact."""
    few = world.need(1, kind=KIND, urgency=90)
    world.need(3, kind=KIND, urgency=10)
    for _ in range(2):
        world.capacity(3, kind=KIND, smallest_lot=2, brought=Brought(most_a_week=3))
    made = run(world)
    assert reason(few) == UnservedReason.BELOW_LOT
    with scope(SYSTEM):
        lots = RunFindings.objects.get(run=made).lots
    assert lots["gap"] == 1.0, "of the most pressing priority nothing is given, and more was not ruled out"
    assert repeat_run(run_id=made.pk, by=SYSTEM, now=later(hours=1))


def test_no_provider_takes_on_more_than_his_week(world):
    needs = [world.need(kind=KIND) for _ in range(4)]
    first = world.capacity(9, kind=KIND, brought=Brought(most_a_week=3))
    second = world.capacity(9, kind=KIND)
    made = run(world)
    assert sum(units for _, _, units in proposed()) == 3, "both offers of the provider count together"
    left = next(one for one in needs if one.pk not in {need for need, *_ in proposed()})
    assert reason(left) == UnservedReason.WEEK
    assert repeat_run(run_id=made.pk, by=SYSTEM, now=later(hours=1))
    for need, offer in zip(needs[:3], (first, second, second), strict=True):
        by_hand(world, need, offer)
    with pytest.raises(WeekFull):
        by_hand(world, needs[3], second)
    run(world, hours=8 * 24)
    assert [need for need, *_ in proposed()] == [needs[3].pk], "the next week takes on again"


def test_the_week_of_a_giver_holds_over_the_runs_of_two_territories(world):
    here, there = world.need(kind=KIND), world.need(kind=KIND, by="leader", place="espiari")
    for _ in range(2):
        world.capacity(9, kind=KIND, brought=Brought(most_a_week=1))
    for by, place in (("field_leader", "sari"), ("second_leader", "amol")):
        run_matching(place=world.places[place], by=world[by], now=later(hours=1))
    [(need, offer, _)] = proposed()
    assert (need, reason(there)) == (here.pk, UnservedReason.PROPOSED)
    world.promise(here, Capacity.objects.get(pk=offer))
    run_matching(place=world.places["amol"], by=world["second_leader"], now=later(hours=2))
    assert (proposed(), reason(there)) == ([], UnservedReason.WEEK)


def test_the_week_begins_on_saturday():
    days = [business_date(NOW) + timedelta(days=count) for count in range(14)]
    assert {week_of(day).strftime("%A") for day in days} == {"Saturday"}
    assert all(timedelta(0) <= day - week_of(day) < timedelta(7) for day in days)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_take_more_than_the_week_has():
    world = World.build()
    now = timezone.now()
    needs = [world.need() for _ in range(2)]
    offers = [world.capacity(5, brought=Brought(most_a_week=1)) for _ in range(2)]
    pairs = list(zip(needs, offers, strict=True))

    def promise(number):
        need, offer = pairs[number]
        row = NewPromise(need.pk, offer.pk, 1, business_date(now) + timedelta(days=9))
        return commit(rows=[row], by=world["facilitator"], now=now)

    done = race(lambda: promise(0), lambda: promise(1))
    with scope(SYSTEM):
        assert Commitment.objects.count() == 1
    assert sum(isinstance(one, WeekFull) for one in done) == 1


# --- what a family refuses ------------------------------------------------------------------------------------------------


def refused_by(world, home, name="charity"):
    return refuse_provider(
        household_id=home.pk, organisation_id=world.organisations[name].pk, by=world["facilitator"], now=later(hours=1)
    )


def test_what_a_family_refuses_is_honoured_everywhere_and_can_be_taken_back(world):
    home = world.household()
    need, offer = world.need(household=home), world.capacity()
    run(world)
    row, declined = refused_by(world, home)
    assert (proposed(), len(declined)) == ([], 1)
    with pytest.raises(FamilyRefuses):
        by_hand(world, need, offer)
    run(world, hours=2)
    assert (proposed(), reason(need)) == ([], UnservedReason.REFUSED)
    with scope(SYSTEM):
        old = Suggestion.objects.get(pk=declined[0])
    old.pk, old.state, old.decline_reason, old.answered_at = None, "proposed", "", None
    with pytest.raises(IntegrityError, match="does not want"), transaction.atomic():
        old.save()
    accept_providers(refused={row.pk: declined}, by=world["facilitator"], now=later(hours=3))
    assert proposed() == [(need.pk, offer.pk, 1)], "the suggestion waits for an answer again"
    assert by_hand(world, need, offer)


def test_what_a_family_refuses_is_seen_by_those_of_the_case_alone(world):
    home = world.household()
    need, _offer = world.need(household=home), world.capacity()
    row, _ = refused_by(world, home)
    for name, sees in (("facilitator", 1), ("social_worker", 0), ("leader", 0), ("charity_manager", 0), ("auditor", 0)):
        with scope(world[name]):
            assert ProviderRefused.objects.count() == sees, name
    with scope(world["facilitator"]):
        [offer] = offers_for(need.pk, by=world["facilitator"], now=later(hours=2))
        assert [one.code for one in offer.why_not] == ["family_refuses"]
    with scope(world["social_worker"]):
        assert offers_for(need.pk, by=world["social_worker"], now=later(hours=2)) == []
    for name, refusal in (("social_worker", NotPermitted), ("leader", NotPermitted), ("charity_manager", Refusal)):
        with pytest.raises(refusal):
            refuse_provider(
                household_id=home.pk, organisation_id=world.organisations["firm"].pk, by=world[name], now=later(hours=2)
            )
    with pytest.raises(NotFound):
        accept_providers(refused={row.pk: ()}, by=world["social_worker"], now=later(hours=2))


# --- the numbers ----------------------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_pairs_widened_around_the_unserved_give_the_answer_of_all_pairs(data):
    """The graph grown from the nearest proves as much as the whole: the same units for every need."""
    count, offers = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 6))
    marks = st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True)
    needs = pl.DataFrame(
        {"kind": ["k"] * count, "priority": [float(data.draw(st.integers(0, 5))) for _ in range(count)], "demand": [1] * count,
         "skills": [data.draw(marks) for _ in range(count)]}, schema_overrides={"skills": pl.List(pl.String)},
    )  # fmt: skip
    capacities = pl.DataFrame(
        {"kind": ["k"] * offers, "capacity": [data.draw(st.integers(0, 3)) for _ in range(offers)], "reach": ["country"] * offers,
         "skills": [data.draw(marks) for _ in range(offers)],
         "week_group": [data.draw(st.sampled_from([None, 0, 1])) for _ in range(offers)]},
        schema_overrides={"skills": pl.List(pl.String), "week_group": pl.Int64},
    )  # fmt: skip
    most = data.draw(st.lists(st.integers(0, 3), min_size=2, max_size=2))
    left = [None if one is None else most[one] for one in capacities["week_group"]]
    capacities = capacities.with_columns(week_left=pl.Series(left, dtype=pl.Int64))
    week = pairing.weeks(capacities)
    capacities = capacities.with_columns(capacity=pl.Series(week.capacity))
    whole, _ = pairing._under_rules(needs, capacities, Rules(), week)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "ALL_PAIRS_BELOW", 0)
        patch.setattr(pairing, "NEAREST", 1)
        grown, _ = pairing._under_rules(needs, capacities, Rules(), week)
    assert (whole.complete, grown.complete) == (True, False)
    served = [assign(**one.arrays).served[:count] for one in (whole, grown)]
    assert np.array_equal(*served)


def test_a_full_week_sends_one_on_to_who_lies_farther_away():
    """Both are within the nearest pairs, and only the week keeps one of them out: the offer beyond has to be looked at too."""
    point = {"lat": [36.0, 36.0], "lon": [50.0, 50.1]}
    needs = pl.DataFrame({"kind": ["k"] * 2, "priority": [2.0, 1.0], "demand": [1, 1]} | point)
    far = {"lat": [36.0, 36.0, 36.0], "lon": [50.0, 50.1, 51.0]}
    capacities = pl.DataFrame(
        {"kind": ["k"] * 3, "capacity": [1] * 3, "reach": ["country"] * 3, "week_group": [0, 0, None], "week_left": [1, 1, None]} | far
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "ALL_PAIRS_BELOW", 0)
        patch.setattr(pairing, "NEAREST", 1)
        problem, _ = pairing._under_rules(needs, capacities, Rules(), pairing.weeks(capacities))
    assert assign(**problem.arrays).served[:2].tolist() == [1, 1]


def test_a_word_that_is_no_quality_and_a_week_below_the_lot_are_refused(world):
    with pytest.raises(BadValue, match="qualit"):
        world.need(asked=Asked(qualities=("flying",)))
    offer = world.capacity(5, smallest_lot=3)
    with pytest.raises(BadValue):
        set_brought(capacity_id=offer.pk, brought=Brought(most_a_week=2), by=world["charity_manager"], now=NOW)
    assert len(REFUSED) == len({one.code for one in REFUSED.values()}) == 10
    assert Quality.objects.count() == len(starter().qualities)
    for model, column in ((Need, "asks"), (Capacity, "brings")):
        assert model._meta.get_field(column).size is None
