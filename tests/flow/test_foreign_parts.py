"""Acts that are handed somebody else's rows, too much, or nothing: always a refusal, never an error of the database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.flow.capacity.actions import NewCapacity, offer_capacities, renew_capacities
from peyvand.flow.capacity.enums import Reach
from peyvand.flow.commitment.actions import NewPromise, break_commitment, commit, lapse_commitments, sign_agreement
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.delivery.actions import NewDelivery, accept_deliveries, record_deliveries
from peyvand.flow.need.actions import NewNeed, expire_needs, open_needs, restore_need, withdraw_need
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.priorities import refresh_priorities
from peyvand.flow.replay import replay
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.households import NewHousehold, NewPerson, register_households
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db


def tell(world: World, by: str, place: str = "nobonyad", quantity: int = 1, **values: object) -> Need:
    row = NewNeed(world.specifications["wheelchair"], quantity, world.places[place], **values)  # type: ignore[arg-type]
    return open_needs(rows=[row], by=world[by], now=NOW)[0]


def resident(world: World) -> Person:
    home = world.household()
    with scope(SYSTEM):
        head = Person.objects.get(household=home)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head.pk)
    return head


def test_a_need_is_kept_in_ones_own_organisation_and_area():
    world = World.build()
    with pytest.raises(NotPermitted):
        tell(world, "facilitator", organisation=world.organisations["charity"])
    with pytest.raises(NotPermitted):
        tell(world, "facilitator", place="espiari")


def test_a_need_is_never_tied_to_a_family_that_the_actor_cannot_see():
    world = World.build()
    foreign = world.household(by="charity_manager")
    with pytest.raises(NotFound):
        tell(world, "facilitator", household=foreign)
    with scope(SYSTEM):
        person = Person.objects.get(household=foreign)
    with pytest.raises(NotFound):
        tell(world, "facilitator", person=person)


def test_a_resident_tells_needs_of_the_own_family_where_the_own_membership_stands():
    world = World.build()
    head = resident(world)
    other = world.household()
    for values in (
        {"household": other},
        {"organisation": world.organisations["charity"]},
        {"told_at": later(days=-900)},
    ):
        with pytest.raises(Refusal):
            tell(world, "resident", person=head, **values)
    with pytest.raises(NotPermitted):
        tell(world, "resident", person=head, place="espiari")
    assert tell(world, "resident", person=head).state == NeedState.DRAFT


def test_a_need_is_not_told_in_the_future():
    world = World.build()
    with pytest.raises(Refusal):
        tell(world, "facilitator", told_at=later(days=3))


def test_taking_back_a_withdrawal_never_stands_for_a_vouch():
    world = World.build()
    need = tell(world, "resident", person=resident(world))
    withdraw_need(need_id=need.pk, by=world["resident"], now=NOW)
    assert restore_need(need_id=need.pk, by=world["resident"], now=NOW).state == NeedState.DRAFT


def test_an_offer_is_made_for_ones_own_organisation_and_area():
    world = World.build()
    for values in ({"organisation": world.organisations["charity"]}, {"place": world.places["damghan"]}):
        row = {"place": world.places["amol"], "organisation": None, "reach": Reach.COUNTY} | values
        with pytest.raises(NotPermitted):
            offer_capacities(
                rows=[NewCapacity(world.specifications["wheelchair"], 1, **row)], by=world["firm_manager"], now=NOW
            )


def test_a_family_file_is_kept_in_ones_own_organisation_and_area():
    world = World.build()
    for values in ({"organisation": world.organisations["charity"]}, {"place": world.places["espiari"]}):
        row = {"code": "A1", "place": world.places["nobonyad"]} | values
        with pytest.raises(NotPermitted):
            register_households(rows=[NewHousehold(**row)], by=world["facilitator"], now=NOW)


def test_a_family_file_that_is_there_already_is_a_refusal():
    world = World.build()
    rows = [NewHousehold(code="A1", place=world.places["nobonyad"])]
    register_households(rows=rows, by=world["facilitator"], now=NOW)
    with pytest.raises(Refusal):
        register_households(rows=rows, by=world["facilitator"], now=NOW)
    two_heads = tuple(NewPerson("الف", "ب", is_head=True) for _ in range(2))
    with pytest.raises(Refusal):
        register_households(
            rows=[NewHousehold(code="A2", place=world.places["nobonyad"], persons=two_heads)],
            by=world["facilitator"],
            now=NOW,
        )


@pytest.mark.parametrize("quantity", [0, -1, 2**31, 2**63, 10**30])
def test_a_quantity_that_no_column_holds_is_a_refusal(quantity):
    world = World.build()
    with pytest.raises(Refusal):
        world.need(quantity)
    with pytest.raises(Refusal):
        world.capacity(quantity)
    need, capacity = world.need(2), world.capacity(2)
    with pytest.raises(Refusal):
        world.promise(need, capacity, quantity)
    promise = world.agreed(need, capacity)
    with pytest.raises(Refusal):
        record_deliveries(rows=[NewDelivery(promise.pk, quantity, TODAY)], by=world["facilitator"], now=NOW)


@pytest.mark.parametrize("text", ["x" * 5000, "a\x00b"])
def test_a_text_that_no_column_holds_is_a_refusal(text):
    world = World.build()
    with pytest.raises(Refusal):
        world.capacity(1, conditions=text)
    promise = world.agreed(world.need(), world.capacity())
    with pytest.raises(Refusal):
        record_deliveries(rows=[NewDelivery(promise.pk, 1, TODAY, text)], by=world["facilitator"], now=NOW)


def test_a_promise_names_only_a_standing_suggestion_of_its_own_pair():
    world = World.build()
    one, other, capacity = world.need(2), world.need(2), world.capacity(4)
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    with scope(SYSTEM):
        suggestion = Suggestion.objects.get(need=one)
    pair = {"due_date": in_days(3), "suggestion_id": suggestion.pk, "quantity": 1}
    with pytest.raises(Refusal):
        commit(rows=[NewPromise(other.pk, capacity.pk, **pair)], by=world["facilitator"], now=NOW)
    with pytest.raises(Refusal):
        commit(rows=[NewPromise(one.pk, capacity.pk, **pair)] * 2, by=world["facilitator"], now=NOW)
    pair["suggestion_id"] = 10**6
    with pytest.raises(Refusal):
        commit(rows=[NewPromise(one.pk, capacity.pk, **pair)], by=world["facilitator"], now=NOW)
    pair["suggestion_id"] = suggestion.pk
    commit(rows=[NewPromise(one.pk, capacity.pk, **pair)], by=world["facilitator"], now=NOW)
    with pytest.raises(BadValue, match="stands"):
        commit(rows=[NewPromise(one.pk, capacity.pk, **pair)], by=world["facilitator"], now=NOW)


def test_a_promise_names_only_an_agreement_of_its_own_two_sides():
    world = World.build()
    agreement = sign_agreement(
        title="تفاهم‌نامه", giver=world.organisations["firm"], asker=world.organisations["office"], signed_date=TODAY,
        by=world["leader"], now=NOW,
    )  # fmt: skip
    need = world.need(2, by="leader")
    foreign, own = world.capacity(2), world.capacity(2, by="firm_manager", place="amol")
    rows = [NewPromise(need.pk, one.pk, 1, in_days(3), agreement_id=agreement.pk) for one in (foreign, own)]
    with pytest.raises(Refusal):
        commit(rows=rows[:1], by=world["leader"], now=NOW)
    assert commit(rows=rows[1:], by=world["leader"], now=NOW)[0].agreement_id == agreement.pk
    with pytest.raises(Refusal):
        commit(rows=[NewPromise(need.pk, own.pk, 1, in_days(3), agreement_id=10**6)], by=world["leader"], now=NOW)


@pytest.mark.parametrize("job", [expire_needs, renew_capacities, lapse_commitments, refresh_priorities])
def test_the_daily_jobs_are_run_by_the_system_only(job):
    world = World.build()
    world.need(due_date=TODAY)
    world.capacity(renews_monthly=True)
    for name in ("facilitator", "charity_manager", "firm_manager", "leader"):
        with pytest.raises(NotPermitted):
            job(by=world[name], now=later(days=90))
    job(by=SYSTEM, now=later(days=90))
    assert replay() == []


def test_matching_stays_in_ones_own_area():
    world = World.build()
    with pytest.raises(NotPermitted):
        run_matching(place=world.places["sm"], by=world["leader"], now=NOW)


def test_a_promise_nobody_knows_is_not_found():
    world = World.build()
    with pytest.raises(NotFound):
        break_commitment(commitment_id=10**6, by=world["facilitator"], now=NOW)


def test_the_same_row_named_twice_counts_once():
    world = World.build()
    delivery = world.delivered(world.agreed(world.need(2), world.capacity(2), 2), 1, accepted=False)
    assert len(accept_deliveries(delivery_ids=[delivery.pk] * 3, by=world["facilitator"], now=NOW)) == 1
    assert replay() == []


def test_nothing_at_all_is_no_error():
    world = World.build()
    act = {"by": world["facilitator"], "now": NOW}
    assert open_needs(rows=[], **act) == offer_capacities(rows=[], **act) == commit(rows=[], **act) == []
    assert record_deliveries(rows=[], **act) == accept_deliveries(delivery_ids=[], **act) == []


def test_a_check_of_the_database_stays_an_error_and_is_not_passed_off_as_a_refusal():
    world = World.build()
    need = world.need()
    with pytest.raises(IntegrityError), scope(SYSTEM):
        Need.objects.filter(pk=need.pk).update(committed=2)


def test_an_organisation_hangs_below_ones_own_only():
    from peyvand.people.accounts import register_organisation

    world = World.build()
    values = {"kind": OrganisationKind.CHARITY, "name_fa": "شعبه", "place": world.places["sari"], "now": NOW}
    with pytest.raises(NotPermitted):
        register_organisation(parent=world.organisations["charity"], by=world["officer"], **values)
    assert register_organisation(parent=world.organisations["centre"], by=world["officer"], **values)


def test_a_deadline_is_kept_to_the_day():
    world = World.build()
    promise = world.promise(world.need(), world.capacity(), due=0)
    assert lapse_commitments(by=SYSTEM, now=NOW) == 0
    assert lapse_commitments(by=SYSTEM, now=NOW + timedelta(days=1)) == 1
    assert promise.pk
