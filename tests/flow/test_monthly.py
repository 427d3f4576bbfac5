"""The report of a month agrees with a plain recount of the rows, for every office and in every month."""

from collections import Counter
from datetime import timedelta
from statistics import median

import pytest
from tests.world import NOW, World, later

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import break_commitment, withdraw_commitments
from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.actions import refuse_delivery
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.monthly import MonthlyReport, may_report_month, monthly_report
from peyvand.flow.need.actions import expire_needs, withdraw_need
from peyvand.flow.need.enums import MetBy
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.scope.acting import SYSTEM, Acting, within
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
MONTH = JalaliMonth.of(business_date(NOW))


@pytest.fixture
def world():
    """Something of everything, in this month and the one before, of two offices."""
    world = World.build()
    met = world.need(2)
    world.delivered(world.agreed(met, world.capacity(5), 2), 2)
    refused = world.delivered(world.agreed(world.need(), world.capacity()), accepted=False)
    refuse_delivery(delivery_id=refused.pk, reason=RefusalReason.NOT_RECEIVED, by=world["facilitator"], now=NOW)
    broken = world.agreed(world.need(kind="tutoring"), world.capacity(kind="tutoring"))
    break_commitment(commitment_id=broken.pk, by=world["facilitator"], now=later(days=20))
    back = world.promise(world.need(), world.capacity())
    withdraw_commitments(commitment_ids=[back.pk], reason=DeclineReason.NOT_NOW, by=world["facilitator"], now=NOW)
    world.agreed(world.need(), world.capacity())
    withdraw_need(need_id=world.need(4).pk, by=world["facilitator"], now=NOW)
    world.need(due_date=business_date(NOW))
    expire_needs(by=SYSTEM, now=later(days=2))
    world.need(3, by="firm_manager", place="espiari")
    # As the owner, outside every scope: the database lets no role of the application change when a need was told.
    long_ago = Need.objects.filter(quantity=4).update(created_at=NOW - timedelta(days=25))
    Need.objects.filter(pk=met.pk).update(created_at=NOW - timedelta(days=40), opened_at=NOW - timedelta(days=33))
    assert long_ago == 1
    return world


def report(acting: Acting, month: JalaliMonth, now) -> MonthlyReport:
    with scope(acting):
        return monthly_report(month, by=acting, now=now)


def recount(acting: Acting, month: JalaliMonth, now) -> dict[str, object]:
    """The same numbers by reading every row and asking it in plain Python."""
    last = min(month.last_day, business_date(now))
    end_is_past = month.last_day < business_date(now)

    def inside(at):
        return at is not None and month.first_day <= business_date(at) <= month.last_day and at <= now

    def after(at):
        return at is None or (business_date(at) > month.last_day if end_is_past else at > now)

    def mine(row):
        return acting.covers(place_path=row.place_path, organisation_path=row.organisation_path)

    def either(row):
        asks = within(row.place_path, acting.place_path) and within(row.asker_path, acting.organisation_path)
        gives = within(row.giver_place_path, acting.place_path) and within(row.giver_path, acting.organisation_path)
        return asks or gives

    with scope(SYSTEM):
        needs = [row for row in Need.objects.all() if mine(row)]
        offers = [row for row in Capacity.objects.all() if mine(row)]
        promises = [row for row in Commitment.objects.all() if either(row)]
        deliveries = [row for row in Delivery.objects.select_related("commitment") if either(row.commitment)]
    met = [row for row in needs if row.closed_as == "met" and inside(row.closed_at)]
    days = [(business_date(row.closed_at) - business_date(row.opened_at)).days for row in met]
    ended = Counter(row.state for row in promises if inside(row.ended_at))
    answers = Counter(row.answer for row in deliveries if inside(row.answered_at) and row.reverses_id is None)
    own = {row.pk for row in offers}
    return {
        "told": sum(inside(row.created_at) for row in needs),
        "opened": sum(inside(row.opened_at) for row in needs),
        "met": len(met),
        "expired": sum(row.closed_as == "expired" and inside(row.closed_at) for row in needs),
        "withdrawn": sum(row.closed_as == "withdrawn" and inside(row.closed_at) for row in needs),
        "open_at_end": sum(not after(row.opened_at) and after(row.closed_at) for row in needs),
        "promised": sum(inside(row.offered_at) for row in promises),
        "kept": ended["kept"],
        "broken": ended["broken"],
        "taken_back": ended["withdrawn"] + ended["lapsed"],
        "late_at_end": sum(
            row.accepted_at is not None and not after(row.accepted_at) and row.due_date < last and after(row.ended_at)
            for row in promises
        ),
        "accepted": answers["accepted"],
        "refused": answers["refused"],
        "offered": sum(inside(row.created_at) for row in offers),
        "used": len({row.capacity_id for row in promises if inside(row.offered_at)} & own),
        "stories": 0,
        "waiting_days": median(days) if days else None,
    }


OFFICES = ("facilitator", "officer", "leader", "charity_manager", "firm_manager")


@pytest.mark.parametrize("back", [-1, 0, 1, 2])
@pytest.mark.parametrize("office", OFFICES)
def test_every_number_of_every_office_is_a_plain_recount(world, office, back):
    now = later(days=25)
    acting, month = world[office], MONTH.shift(-back)
    found = report(acting, month, now)
    assert vars(found.now) == recount(acting, month, now)
    assert vars(found.before) == recount(acting, month.shift(-1), now)
    assert sum(found.met_by.values()) == found.now.met
    for parts in (found.kinds, found.counties):
        for name in ("opened", "met", "open_at_end", "offered"):
            assert sum(getattr(counts, name) for _, counts in parts) == getattr(found.now, name)


def test_the_numbers_of_the_example_are_those_one_would_count_by_hand(world):
    """One is met after 33 days, by a charity; two promises are late once their day has passed."""
    found = report(world["facilitator"], MONTH, later(hours=1))
    assert (found.now.met, found.now.refused, found.now.withdrawn, found.now.offered) == (1, 1, 1, 0)
    assert (found.now.waiting_days, found.met_by[MetBy.CHARITY]) == (33, 1)
    assert found.now.late_at_end == 0
    assert report(world["facilitator"], MONTH.shift(1), later(days=25)).now.late_at_end == 2


def test_what_waits_longest_comes_first_and_names_nobody(world):
    found = report(world["facilitator"], MONTH, later(days=5))
    days = [one.days for one in found.longest]
    assert days == sorted(days, reverse=True)
    assert days
    assert not any(hasattr(one, "household") or hasattr(one, "person") for one in found.longest)


def test_a_month_without_any_act_says_so_and_roles_without_rows_are_refused(world):
    assert report(world["facilitator"], JalaliMonth(1400, 1), NOW).now.nothing_happened
    assert not report(world["facilitator"], MONTH, NOW).now.nothing_happened
    for role in ("governor", "auditor", "administrator"):
        assert may_report_month(world[role]) is not None
