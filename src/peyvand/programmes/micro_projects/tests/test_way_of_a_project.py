"""From a sudden event to a closed project, as the people of one house walk it."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import ProgrammeOff, switch_off, switch_on
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion, Unserved
from peyvand.flow.commitment.suggestions import accept_suggestions
from peyvand.flow.delivery.actions import reverse_delivery
from peyvand.flow.need.actions import restore_need, withdraw_need
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.kernel.business_days import WorkWeek
from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.kernel.text import latin_digits
from peyvand.people.accounts import grant_membership
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account
from peyvand.people.queries import acting_as
from peyvand.programmes.micro_projects import actions, figures, queries, rules
from peyvand.programmes.micro_projects.enums import ProjectState, ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.words import why_unserved

pytestmark = pytest.mark.django_db
MILLION_TOMAN = 10_000_000


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=30))
    return world


def proposal(world, **values):
    row = actions.NewProject(
        household=world.household(),
        specification=world.specifications["wheelchair"],
        reason_kind=ReasonKind.ACCIDENT,
        happened_date=in_days(-3),
        estimate_rial=20 * MILLION_TOMAN,
    )
    return replace(row, **values)


def propose(world, *, by="facilitator", now=NOW, **values):
    return actions.propose_project(row=proposal(world, **values), by=world[by], now=now)


def approve(world, project, *, by="field_leader", now=NOW):
    return actions.approve_project(need_id=project.pk, by=world[by], now=now)


def stored(project):
    with scope(SYSTEM):
        return MicroProject.objects.select_related("need").get(pk=project.pk)


def follow(project):
    return actions.follow_needs(need_ids=[project.pk], by=SYSTEM, now=NOW)


def test_nothing_is_promised_before_the_approval_and_the_delivery_closes_the_project(world):
    project, capacity = propose(world), world.capacity(1)
    assert (project.state, project.decide_by) == (ProjectState.PROPOSED, WorkWeek().after(TODAY, 2))
    with pytest.raises(rules.NotApproved):
        world.promise(project.need, capacity)
    with scope(SYSTEM):
        assert Commitment.objects.count() == 0
    approved = approve(world, project)
    assert approved.deliver_by == in_days(10)
    delivery = world.delivered(world.agreed(project.need, capacity))
    assert follow(project) == 1
    assert stored(project).state == ProjectState.DONE
    assert follow(project) == 0
    reverse_delivery(delivery_id=delivery.pk, note="اشتباه ثبت شده بود", by=world["facilitator"], now=NOW)
    assert follow(project) == 1
    assert (stored(project).state, stored(project).closed_at) == (ProjectState.APPROVED, None)
    assert replay() == []


def test_an_ordinary_need_of_the_same_office_is_promised_as_before(world):
    propose(world)
    assert world.promise(world.need(1), world.capacity(1)).quantity == 1


def test_what_is_dear_old_or_not_yet_is_no_micro_project(world):
    for values, code in (
        ({"estimate_rial": 51 * MILLION_TOMAN}, "above_ceiling"),
        ({"happened_date": in_days(-91)}, "not_sudden"),
        ({"happened_date": in_days(1)}, "bad_value"),
        ({"estimate_rial": 0}, "bad_value"),
    ):
        with pytest.raises(Refusal) as refusal:
            propose(world, **values)
        assert refusal.value.code == code
    with scope(SYSTEM):
        assert Need.objects.count() == 0


def test_a_family_has_one_of_a_kind_at_a_time(world):
    row = proposal(world)
    actions.propose_project(row=row, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.AlreadyProposed):
        actions.propose_project(row=row, by=world["social_worker"], now=NOW)
    other = replace(row, specification=world.specifications["tutoring"])
    assert actions.propose_project(row=other, by=world["social_worker"], now=NOW).pk


def test_only_an_approver_of_the_same_house_decides_and_never_the_proposer(world):
    project = propose(world, by="field_leader")
    for name in ("facilitator", "field_leader", "leader", "governor"):
        with pytest.raises((NotPermitted, NotFound)):
            approve(world, project, by=name)
    with pytest.raises(NotFound):
        approve(world, project, by="charity_manager")
    account = Account.objects.get(username="field_leader")
    second = grant_membership(
        account=account, role=MemberRole.COUNTY_OFFICER, place=world.places["sari"],
        organisation=world.organisations["office"], by=SYSTEM, now=NOW,
    )  # fmt: skip
    world.acting["same_person"] = acting_as(second)
    with pytest.raises(NotPermitted):
        approve(world, project, by="same_person")
    assert approve(world, project, by="officer").decided_by_id == world["officer"].account_id


def test_a_returned_project_says_why_and_is_asked_again_with_another_estimate(world):
    project = propose(world)
    with pytest.raises(BadValue):
        actions.return_project(need_id=project.pk, reason="نه", by=world["officer"], now=NOW)
    actions.return_project(need_id=project.pk, reason="پیش‌فاکتور پیوست نشده است", by=world["officer"], now=NOW)
    with pytest.raises(rules.AboveCeiling):
        actions.propose_again(need_id=project.pk, estimate_rial=10**12, by=world["facilitator"], now=NOW)
    again = actions.propose_again(
        need_id=project.pk, estimate_rial=15 * MILLION_TOMAN, by=world["social_worker"], now=later(4)
    )
    assert (again.state, again.return_reason, again.decided_by_id) == (ProjectState.PROPOSED, "", None)
    assert again.decide_by == WorkWeek().after(in_days(4), 2)
    assert approve(world, again).state == ProjectState.APPROVED


def test_project_and_need_end_together_whichever_is_withdrawn(world):
    first, second = propose(world), propose(world)
    actions.withdraw_project(need_id=first.pk, by=world["facilitator"], now=NOW)
    assert stored(first).need.closed_as == "withdrawn"
    withdraw_need(need_id=second.pk, by=world["facilitator"], now=NOW)
    assert actions.follow_needs(need_ids=None, by=SYSTEM, now=NOW) == 1
    assert stored(second).state == ProjectState.WITHDRAWN
    with pytest.raises(rules.NeedEnded):
        actions.propose_again(need_id=second.pk, estimate_rial=MILLION_TOMAN, by=world["facilitator"], now=NOW)
    restore_need(need_id=second.pk, by=world["facilitator"], now=NOW)
    again = actions.propose_again(need_id=second.pk, estimate_rial=MILLION_TOMAN, by=world["facilitator"], now=NOW)
    assert again.state == ProjectState.PROPOSED


def test_switched_off_nothing_new_is_done_and_what_was_done_can_be_read(world):
    waiting, approved = propose(world), approve(world, propose(world))
    promise = world.agreed(approved.need, world.capacity(2))
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=NOW)
    other = approved.need
    for act in (
        lambda: propose(world),
        lambda: approve(world, waiting),
        lambda: world.promise(other, world.capacity(1)),
    ):
        with pytest.raises(ProgrammeOff):
            act()
    with scope(world["facilitator"]):
        assert queries.projects(world["facilitator"]).count() == 2
    world.delivered(promise)
    assert follow(approved) == 1


def test_another_house_sees_no_project_and_the_giver_only_what_was_promised(world):
    project = approve(world, propose(world))
    for name in ("charity_manager", "firm_manager", "governor", "auditor", "administrator"):
        with scope(world[name]):
            assert MicroProject.objects.count() == 0
    world.promise(project.need, world.capacity(1))
    with scope(world["charity_manager"]):
        assert MicroProject.objects.count() == 1
        assert MicroProject.objects.update(estimate_rial=1) == 0


def test_the_database_itself_refuses_what_the_rules_refuse(world):
    project = propose(world)
    for values in (
        {"estimate_rial": 10**12},
        {"decided_by_id": world["facilitator"].account_id, "decided_at": NOW},
        {"state": "approved"},
        {"state": "returned", "decided_at": NOW},
        {"state": "done"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), scope(SYSTEM):
            MicroProject.objects.filter(pk=project.pk).update(**values)


def test_terms_are_dated_and_leave_what_was_proposed_before_alone(world):
    old = propose(world)
    fresh = rules.Terms(ceiling_rial=10 * MILLION_TOMAN, decide_days=1, deliver_days=5)
    with pytest.raises(NotPermitted):
        actions.set_terms(terms=fresh, since=TODAY, source="راهبر", by=world["field_leader"], now=NOW)
    with pytest.raises(BadValue):
        actions.set_terms(terms=fresh, since=in_days(-1), source="ستاد", by=world["leader"], now=NOW)
    actions.set_terms(terms=fresh, since=in_days(1), source="ستاد استان", by=world["leader"], now=NOW)
    assert propose(world).ceiling_rial == 50 * MILLION_TOMAN
    with pytest.raises(rules.AboveCeiling):
        propose(world, now=later(1), happened_date=TODAY)
    assert approve(world, old, now=later(1)).deliver_by == in_days(6)


def test_what_happened_is_forgotten_after_the_end_and_the_figures_stay(world):
    project = propose(world)
    actions.withdraw_project(need_id=project.pk, by=world["facilitator"], now=NOW)
    assert actions.forget_circumstances(ended_before=TODAY, by=SYSTEM, now=later(800)) == 0
    assert actions.forget_circumstances(ended_before=in_days(1), by=SYSTEM, now=later(800)) == 1
    assert actions.forget_circumstances(ended_before=in_days(1), by=SYSTEM, now=later(800)) == 0
    gone = stored(project)
    assert (gone.happened_date, gone.reason_kind) == (None, ReasonKind.OTHER)
    assert figures.how_many(world["field_leader"], TODAY).of == 1


def test_figures_are_counted_as_the_manifest_says(world):
    assert figures.share_in_time(world["officer"], TODAY).value is None
    for days, late in ((2, False), (4, False), (13, True)):
        project = approve(world, propose(world))
        promise = world.agreed(project.need, world.capacity(1))
        world.delivered(promise)
        actions.follow_needs(need_ids=None, by=SYSTEM, now=NOW)
        with scope(SYSTEM):
            MicroProject.objects.filter(pk=project.pk).update(closed_at=later(days))
        assert (in_days(days) > project.deliver_by) == late
    approve(world, propose(world))
    assert figures.how_many(world["officer"], in_days(20)).value == 4
    assert figures.days_to_delivery(world["officer"], in_days(20)).value == 4
    share = figures.share_in_time(world["officer"], in_days(20))
    assert (share.value, share.of) == (0.5, 4)
    assert figures.how_many(world["charity_manager"], in_days(20)).of == 0


@pytest.mark.slow
def test_the_seed_fills_every_state_and_some_are_late(world):
    from peyvand.programmes.micro_projects.seed import seed

    for _ in range(30):
        world.household()
    assert seed(40, Random(7), NOW) == 40
    with scope(SYSTEM):
        found = set(MicroProject.objects.values_list("state", flat=True))
        assert MicroProject.objects.filter(queries.late(TODAY)).exists()
    assert {"proposed", "returned", "approved", "done"} <= found
    assert replay() == []


def left(need):
    with scope(SYSTEM):
        return Unserved.objects.filter(need=need).first()


def test_the_matching_leaves_out_what_is_not_approved_and_says_why_until_it_is(world):
    project = propose(world)
    world.capacity(5)
    ordinary = world.need(1)
    run = run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    assert (run.needs, run.served, run.unserved) == (2, 1, 1)
    row = left(project.need)
    assert (row.reason, row.held_by, row.held_code) == ("held_back", "micro_projects", "micro_project_not_approved")
    assert spoken(project.need.tracking_code) in latin_digits(why_unserved(row))
    assert left(ordinary) is None
    approve(world, project)
    run = run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    assert (run.served, run.unserved) == (2, 0)
    assert left(project.need) is None
    with scope(SYSTEM):
        suggestion = Suggestion.objects.get(need=project.need, state="proposed")
    assert accept_suggestions(suggestion_ids=[suggestion.pk], due_date=in_days(5), by=world["facilitator"], now=NOW)


def test_where_the_programme_is_switched_off_the_matching_says_so(world):
    project = propose(world)
    approve(world, project)
    switch = ProgrammeSwitch.objects.get()
    switch_off(switch_id=switch.pk, by=world["leader"], now=NOW)
    world.capacity(5)
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    row = left(project.need)
    assert (row.held_code, row.held_details) == ("programme_off", {"programme": "Micro-projects"})
    with translation.override("fa"):
        assert "پروژه‌های خُرد" in why_unserved(row)


def test_a_run_asks_the_programme_in_as_many_queries_for_many_needs_as_for_one(world):
    propose(world)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
        counts.append(len(queries))
        for _ in range(5):
            propose(world)
    assert counts[0] == counts[1]
