"""A tiny demo, built by the product's own acts: reproducible, whole, and with what goes wrong in life."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from peyvand.demo import families, state
from peyvand.demo.build import AlreadyBuilt, build, count
from peyvand.demo.links import ways_in
from peyvand.demo.plan import SOURCE
from peyvand.extend.discovery import programmes
from peyvand.extend.models import ProgrammeSwitch
from peyvand.flow.commitment.models import Agreement, Commitment, MatchingRun, Suggestion, Unserved
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.flow.replay import replay
from peyvand.flow.story.models import Story, StoryConsent
from peyvand.kernel.jalali import business_date
from peyvand.people.accounts import redeem_sign_in_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Disability, Household, Organisation, Person
from peyvand.places.models import Place
from peyvand.programmes.visits.figure_views import balance
from peyvand.programmes.visits.queries import spread
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SCALE = 0.004

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def figures(django_db_setup: None, django_db_blocker) -> Iterator[dict]:  # type: ignore[no-untyped-def]
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(families, "_WORTH_TWO", 1)  # as at full size: two connections side by side
        built = build(scale=SCALE, now=NOW)
        yield built.figures
        state.clear()


@pytest.fixture(autouse=True)
def _open(figures: dict, db: None) -> Iterator[None]:
    with scope(SYSTEM):
        yield


def test_the_figures_are_those_of_the_scale(figures: dict) -> None:
    assert figures["households"] == 648
    assert figures["persons"] == 1_440
    assert sum(figures["disabilities"].values()) == round(61_660 * SCALE)
    assert (figures["neighbourhoods"], figures["invented_neighbourhoods"]) == (56, 48)


def test_the_counties_have_people_and_a_deprivation_that_say_they_are_invented(figures: dict) -> None:
    counties = Place.objects.filter(parent__path="ir/02/", kind="county")
    assert counties.filter(population_source=SOURCE, deprivation_source=SOURCE).count() == counties.count() > 20
    province = Place.objects.get(path="ir/02/")
    assert (province.population, province.population_source) == (sum(one.population or 0 for one in counties), SOURCE)
    told = spread("ir/02/", business_date(NOW))
    gauge = balance("", "", told.counties, outside=False).gauges
    assert [one.unknown for one in gauge] == [0, 0]
    assert sum(one.visits for one in told.counties) > 0
    assert all(one.theil is not None and one.theil > 0 for one in gauge)


def test_replaying_the_journal_gives_every_stored_quantity(figures: dict) -> None:
    assert replay() == []


def test_promises_end_in_every_way(figures: dict) -> None:
    states = figures["commitments"]
    assert {"kept", "broken", "withdrawn", "lapsed", "accepted"} <= states.keys()
    assert all(states.values())


def test_some_promises_are_late_now_and_some_were_kept_late(figures: dict) -> None:
    assert Commitment.objects.filter(state="accepted", due_date__lt=business_date(NOW)).exists()
    late = [one for one in Commitment.objects.filter(state="kept") if business_date(one.ended_at) > one.due_date]
    assert late


def test_some_deliveries_are_of_a_part_some_refused_and_some_reversed(figures: dict) -> None:
    whole = Delivery.objects.filter(answer="accepted", quantity__gt=0).select_related("commitment")
    assert any(one.quantity < one.commitment.quantity for one in whole)
    assert Delivery.objects.filter(answer="refused").exclude(refusal_reason="").exists()
    assert Delivery.objects.filter(reverses__isnull=False).exists()


def test_needs_were_vouched_for_withdrawn_expired_and_set_higher_by_two_people(figures: dict) -> None:
    assert Need.objects.filter(person__isnull=False, state="open", vouched_by__isnull=False).exists()
    assert Need.objects.filter(person__isnull=False, state="draft").exists()
    assert {"withdrawn", "expired", "met"} <= set(Need.objects.values_list("closed_as", flat=True))
    signed = PriorityOverride.objects.filter(signed_by__isnull=False)
    assert signed.exists()
    assert all(one.signed_by_id != one.proposed_by_id for one in signed)
    assert PriorityOverride.objects.filter(signed_by__isnull=True).exists()


def test_the_last_run_waits_for_an_answer_and_says_why_needs_are_left(figures: dict) -> None:
    last = MatchingRun.objects.order_by("-pk")[0]
    assert last.started_at == NOW
    assert Suggestion.objects.filter(run=last, state="proposed").exists()
    assert Unserved.objects.filter(run=last).exists()


def test_stories_are_told_with_the_consent_of_those_shown(figures: dict) -> None:
    published = list(Story.objects.filter(state="published"))
    assert published
    for story in published:
        assert StoryConsent.objects.filter(story=story, consent__withdrawn_at__isnull=True).exists()
    assert set(Story.objects.values_list("state", flat=True)) == {"published", "submitted", "draft"}


def test_nothing_happened_after_now_or_more_than_fourteen_months_ago(figures: dict) -> None:
    earliest = NOW - timedelta(days=14 * 31)
    for moments in (
        Need.objects.values_list("created_at", flat=True),
        Commitment.objects.values_list("offered_at", flat=True),
        Delivery.objects.values_list("recorded_at", flat=True),
    ):
        assert earliest < min(moments) <= max(moments) <= NOW


def test_everybody_and_every_organisation_is_invented_and_says_so(figures: dict) -> None:
    assert all("نمایشی" in name for name in Organisation.objects.values_list("name_fa", flat=True))
    assert not Account.objects.filter(is_demo=False).exists()
    assert all(code.startswith("نمایشی") for code in Household.objects.values_list("code", flat=True))
    assert not Person.objects.exclude(national_id_index="").exists()
    heads = Person.objects.filter(is_head=True)[:50]
    assert all(one.mobile.reveal().startswith("09000") for one in heads)
    invented = Place.objects.filter(is_invented=True)
    assert all(one.name_fa.startswith("محلهٔ نمایشی") for one in invented)


def test_the_office_has_agreements_with_those_who_give(figures: dict) -> None:
    agreements = list(Agreement.objects.select_related("giver", "asker"))
    assert len({one.giver.kind for one in agreements}) == len(agreements) == 5
    assert all(one.giver_duties and one.asker_duties and one.giver.name_fa in one.title for one in agreements)
    assert all(one.created_at <= NOW and one.asker.parent_id is None for one in agreements)


def test_some_needs_are_of_a_neighbourhood_itself_and_told_by_its_facilitator(figures: dict) -> None:
    own = list(
        Need.objects.filter(household=None, person=None, place__kind="neighbourhood").select_related("opened_by")
    )
    heard = [one for one in own if one.opened_by and one.opened_by.role == MemberRole.FACILITATOR]
    assert len(heard) >= 8
    assert len({one.place_id for one in heard}) >= 8
    assert all(one.priority and one.state != "draft" for one in heard)


def test_every_disability_is_kept_under_a_standing_consent(figures: dict) -> None:
    assert not Disability.objects.exclude(consent__purpose="keep_health", consent__withdrawn_at__isnull=True).exists()


def test_every_role_has_a_way_in_that_opens_once(figures: dict) -> None:
    ways = ways_in(now=NOW)
    assert {way.role for way in ways} == set(MemberRole)
    assert redeem_sign_in_code(code=ways[0].code, now=NOW).role == ways[0].role
    assert len({way.code for way in ways}) == len(ways)
    assert all(way.code not in {again.code for again in ways_in(now=NOW)} for way in ways)


def test_a_second_demo_is_not_built_over_the_first(figures: dict) -> None:
    with pytest.raises(AlreadyBuilt):
        build(scale=SCALE, now=NOW)
    assert count() == figures


def test_every_programme_found_has_rows_of_its_own(figures: dict) -> None:
    for slug, programme in programmes().items():
        assert programme.seed(12, Random(1), NOW) == 0, f"{slug} was seeded when the demo was built"
    assert set(ProgrammeSwitch.objects.values_list("slug", flat=True)) == set(programmes())
