"""The priority is open: known parts, dated weights, bands, and a second signature for anything else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOW, TODAY, World, later

from peyvand.flow.need.actions import propose_priority, sign_priority, vouch_need
from peyvand.flow.need.enums import NeedState, PriorityPart
from peyvand.flow.need.models import Need, PriorityWeights
from peyvand.flow.need.priorities import refresh_priorities
from peyvand.flow.need.rules import PriorityLine, matching_priority, priority_of, vulnerability_value, waiting_value
from peyvand.kernel.priority import band_of
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

lines = st.lists(
    st.builds(
        PriorityLine,
        part=st.sampled_from(PriorityPart),
        value=st.integers(0, 100),
        weight=st.integers(1, 100),
        source=st.just("x"),
    ),
    min_size=1,
    max_size=5,
)


@given(lines)
def test_a_priority_lies_between_its_parts(parts):
    assert min(line.value for line in parts) <= priority_of(parts) <= max(line.value for line in parts)


@given(lines, st.data())
def test_raising_a_part_never_lowers_the_priority(parts, data):
    place = data.draw(st.integers(0, len(parts) - 1))
    one = parts[place]
    raised = PriorityLine(one.part, data.draw(st.integers(one.value, 100)), one.weight, one.source)
    assert priority_of([*parts[:place], raised, *parts[place + 1 :]]) >= priority_of(parts)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 4000), st.integers(0, 4000))
def test_matching_orders_by_band_and_inside_a_band_by_waiting(one, other, days, other_days):
    ranks = ["low", "medium", "high", "urgent"]
    keys = [(ranks.index(band_of(priority)), waited) for priority, waited in ((one, days), (other, other_days))]
    orders = [
        matching_priority(priority, TODAY - timedelta(days=waited), TODAY)
        for priority, waited in ((one, days), (other, other_days))
    ]
    assert (keys[0] < keys[1]) == (orders[0] < orders[1])


def test_half_a_year_of_waiting_counts_in_full():
    assert [waiting_value(TODAY - timedelta(days=days), TODAY) for days in (-1, 0, 90, 180, 900)] == [
        0,
        0,
        50,
        100,
        100,
    ]


def test_vulnerability_is_between_0_and_100_and_grows_with_what_is_declared():
    most = vulnerability_value(woman_head=True, household_size=9, severe_disability=True, disability=True)
    assert most == 100
    assert vulnerability_value(woman_head=False, household_size=1, severe_disability=False, disability=False) == 0


@pytest.mark.django_db
def test_every_part_is_stored_with_its_source_and_an_unknown_part_is_left_out():
    world = World.build()
    need = world.need(household=world.household(woman_head=True, size=4), urgency=90)
    with scope(world["facilitator"]):
        stored = {line.part: line for line in need.priority_lines.all()}
    assert set(stored) == {"urgency", "vulnerability", "waiting"}
    assert all(line.source for line in stored.values())
    assert need.priority == round((90 * 35 + 39 * 25 + 0 * 15) / 75)


@pytest.mark.django_db
def test_weights_are_dated():
    world = World.build()
    PriorityWeights.objects.create(
        since=TODAY, urgency=100, vulnerability=0, waiting=0, deprivation=0, residents=0, source="شورا"
    )
    assert world.need(urgency=77).priority == 77


@pytest.mark.django_db
def test_waiting_raises_the_priority_day_by_day():
    world = World.build()
    need = world.need(urgency=50)
    refresh_priorities(by=SYSTEM, now=later(days=90))
    with scope(SYSTEM):
        assert Need.objects.get(pk=need.pk).priority == round((50 * 35 + 50 * 15) / 50)


@pytest.mark.django_db
def test_another_priority_holds_only_with_a_second_persons_signature():
    world = World.build()
    need = world.need(urgency=10)
    why = "خانواده پس از سیل خانه ندارد"
    override = propose_priority(need_id=need.pk, priority=95, reason=why, by=world["leader"], now=NOW)
    with scope(SYSTEM):
        assert Need.objects.get(pk=need.pk).priority != 95
    with pytest.raises(NotPermitted):
        sign_priority(override_id=override.pk, by=world["leader"], now=NOW)
    sign_priority(override_id=override.pk, by=world["second_leader"], now=NOW)
    refresh_priorities(by=SYSTEM, now=later(days=90))
    with scope(SYSTEM):
        assert Need.objects.get(pk=need.pk).priority == 95


@pytest.mark.django_db
def test_another_priority_needs_a_reason_and_the_right_role():
    world = World.build()
    need = world.need()
    with pytest.raises(BadValue):
        propose_priority(need_id=need.pk, priority=95, reason="مهم", by=world["leader"], now=NOW)
    with pytest.raises(NotPermitted):
        propose_priority(need_id=need.pk, priority=95, reason="دلیل کافی برای این", by=world["facilitator"], now=NOW)


@pytest.mark.django_db
def test_a_resident_tells_a_draft_that_a_facilitator_vouches_for():
    world = World.build()
    with scope(SYSTEM):
        head = Person.objects.get(household=world.household())
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head.pk)
    need = world.need(by="resident", person=head)
    assert need.state == NeedState.DRAFT
    with pytest.raises(NotPermitted):
        world.need(by="resident")
    vouched = vouch_need(need_id=need.pk, by=world["facilitator"], now=NOW)
    assert (vouched.state, vouched.vouched_by_id) == (NeedState.OPEN, world["facilitator"].membership_id)
