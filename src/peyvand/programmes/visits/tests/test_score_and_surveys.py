"""Which places are seen less: every part of the score, household surveys, and how evenly visits are spread."""

from uuid import uuid4

import pytest
from tests.world import NOW, TODAY, in_days, later

from peyvand.engines.deprivation import theil
from peyvand.flow.need.actions import withdraw_needs
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotFound
from peyvand.programmes.visits import actions, queries, rules, sample, survey_actions, xlsform
from peyvand.programmes.visits.models import HouseholdAnswer
from peyvand.programmes.visits.tests.steps import built, record
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def world(db):
    return built()


def of(world, name):
    return next(
        one for one in queries.standings(world.places["ir"].path, TODAY) if one.place.pk == world.places[name].pk
    )


def known(world, name, deprivation):
    type(world.places[name]).objects.filter(pk=world.places[name].pk).update(
        deprivation=deprivation, deprivation_source="سرشماری ۱۳۹۵"
    )


def test_every_part_of_the_score_is_counted_and_no_known_deprivation_means_no_score(world):
    assert of(world, "nobonyad").neglect.score is None
    known(world, "sari", 60)
    one = of(world, "nobonyad")
    assert (one.neglect.deprivation, one.neglect.time, one.neglect.little_help, one.neglect.score) == (
        0.6,
        1.0,
        1.0,
        60,
    )
    assert one.source == "سرشماری ۱۳۹۵"
    world.delivered(world.agreed(world.need(4), world.capacity(1)))
    record(world, visited_date=in_days(-73), heard=(), now=later(days=-73))
    one = of(world, "nobonyad")
    assert (one.kinds, one.last) == (1, in_days(-73))
    assert one.neglect == rules.Neglect(0.6, 0.1, 0.75)
    assert queries.standings(world.places["sari"].path, TODAY)[0].place.code == "ahangar"


def test_little_help_is_the_mean_over_kinds_and_what_was_taken_back_or_lapsed_waits_for_nobody(world):
    help_of = lambda: of(world, "nobonyad").neglect.little_help  # noqa: E731
    world.delivered(world.agreed(world.need(4), world.capacity(2), 2), 2)
    assert help_of() == 0.5
    many = world.need(1000, kind="tutoring")  # hours by the thousand say no more than pieces
    assert help_of() == 0.75
    withdraw_needs(need_ids=[many.pk], by=world["facilitator"], now=NOW)
    assert help_of() == 0.5
    lapsing = world.need(3)
    with scope(SYSTEM):
        Need.objects.filter(pk=lapsing.pk).update(state="closed", closed_as="expired", closed_at=NOW)
    assert help_of() == 0.5


def ask(world, survey, visit, said, *, times, key=None):
    for _ in range(times):
        row = survey_actions.NewAnswer(survey.pk, said, visit_id=visit.pk, draft_key=key, digest="x" if key else "")
        survey_actions.record_answer(row=row, by=world["facilitator"], now=NOW)


SAID = {"members": "2", "children": "0", "doctor": "yes", "water": "yes", "heard": "yes", "income": ["work"]}
LACKING = SAID | {"doctor": "no", "water": "no"}


def test_a_survey_of_thirty_households_takes_the_place_of_the_prior_and_fewer_never_rank(world):
    known(world, "sari", 60)
    survey = survey_actions.upload_survey(
        definition=xlsform.read(sample.workbook()), source_sha256="a" * 64, by=world["officer"], now=NOW
    )
    visit = record(world)
    ask(world, survey, visit, SAID, times=9)
    ask(world, survey, visit, LACKING, times=20)
    few = of(world, "nobonyad")
    assert (few.is_survey, few.neglect.deprivation, few.measure.households) == (False, 0.6, 29)
    key = uuid4()
    ask(world, survey, visit, SAID, times=3, key=key)  # one draft, pressed three times
    enough = of(world, "nobonyad")
    assert enough.measure.households == 30
    m0 = 20 / 30 * 0.4
    assert enough.is_survey
    assert enough.neglect.deprivation == pytest.approx(m0 / 0.5)
    with scope(SYSTEM):
        assert "doctor" not in str(HouseholdAnswer.objects.earliest("pk").answers)


def test_a_survey_is_asked_below_its_office_only_and_answers_belong_to_a_visit_that_was_made(world):
    survey = survey_actions.upload_survey(
        definition=xlsform.read(sample.workbook()), source_sha256="a" * 64, by=world["charity_manager"], now=NOW
    )
    visit = record(world)
    with pytest.raises(NotFound):
        ask(world, survey, visit, SAID, times=1)
    plan = actions.plan_visit(
        place=world.places["nobonyad"], planned_date=in_days(1), by=world["field_leader"], now=NOW
    )
    own = survey_actions.upload_survey(
        definition=xlsform.read(sample.workbook()), source_sha256="a" * 64, by=world["field_leader"], now=NOW
    )
    with pytest.raises(rules.NotMade):
        ask(world, own, plan, SAID, times=1)
    again = survey_actions.upload_survey(
        definition=xlsform.read(sample.workbook()), source_sha256="b" * 64, by=world["field_leader"], now=NOW
    )
    assert again.version == 2


def test_the_balance_weighs_visits_against_people_of_provinces(world):
    places = world.places["mz"].__class__.objects
    places.filter(pk=world.places["mz"].pk).update(population=300, population_source="سرشماری ۱۳۹۵")
    places.filter(pk=world.places["sm"].pk).update(population=100, population_source="سرشماری ۱۳۹۵")
    record(world, heard=())
    with scope(SYSTEM):
        spread = queries.spread(world.places["ir"].path, TODAY)
    assert {(one.place.path, one.visits, one.people) for one in spread.provinces} == {
        ("ir/mz/", 1, 300),
        ("ir/sm/", 0, 100),
    }
    assert theil([1, 0], [300, 100]).theil == pytest.approx(0.2877, abs=1e-4)
    assert (spread.seen, spread.own, spread.counties) == (1, 1, [])
