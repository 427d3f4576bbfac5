"""Those whom no list holds: a place that somebody reports, an outreach round, a family without a file."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.calls import Caller
from tests.flow.test_races import race
from tests.world import NOW, in_days, later

from peyvand.flow.need.models import Need
from peyvand.journal.once import KeyReused
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.kernel.states import WrongState
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Person, Task
from peyvand.places.actions import NameTaken, NewPlace, PlaceInUse, add_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.visits import actions, contact_actions, figures, queries, report_actions, rules, tour_actions
from peyvand.programmes.visits import report_queries as reports
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind, ReportState, TourAim
from peyvand.programmes.visits.models import PlaceReport, TourStop, VisitNeed
from peyvand.programmes.visits.tests.steps import built, built_now, client, record
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

ROOT = "/programmes/visits/"
KEY = "6f1f0f8e-3c5b-4f0c-9a51-2f7f6a1d0b77"


@pytest.fixture
def world(db):
    world = built()
    Place.objects.filter(pk=world.places["sari"].pk).update(deprivation=60, deprivation_source="سرشماری ۱۳۹۵")
    return world


def a_report(world, **values):
    row = report_actions.NewReport(
        "کلاته‌ی بالا", ReportedKind.VILLAGE, world.places["sari"], HeardFrom.NEARBY, 12, "راهش خاکی است",
        (Decimal("36.56789"), Decimal("53.04999")),
    )  # fmt: skip
    return replace(row, **values)


def report(world, *, by="facilitator", now=NOW, **values):
    return report_actions.report_place(row=a_report(world, **values), by=world[by], now=now)


def accept(world, row, *, by="officer", **values):
    said = {"name_fa": row.name, "parent_id": world.places["sari"].pk, **values}
    return report_actions.accept_report(report_id=row.pk, by=world[by], now=NOW, **said)


def fresh(row):
    with scope(SYSTEM):
        return PlaceReport.objects.select_related("place").get(pk=row.pk)


def test_a_reported_place_is_accepted_and_stands_among_the_less_seen_with_the_figure_of_its_county(world):
    row = report(world)
    assert (row.state, str(row.lat), str(row.lon)) == (ReportState.WAITING, "36.57", "53.05")
    place = accept(world, row).place
    assert (place.kind, place.parent_id, place.lat, place.lon) == (
        PlaceKind.SETTLEMENT, world.places["sari"].pk, 36.57, 53.05,
    )  # fmt: skip
    [one] = queries.standings(world["field_leader"].place_path, in_days(0), only=place)
    assert (one.neglect.score, one.source, one.last) == (60, "سرشماری ۱۳۹۵", None)
    visit = actions.plan_visit(place=place, planned_date=in_days(0), by=world["field_leader"], now=NOW)
    assert visit.place_id == place.pk
    with pytest.raises(PlaceInUse):
        report_actions.reopen_report(report_id=row.pk, by=world["officer"], now=NOW)
    assert fresh(row).state == ReportState.ACCEPTED


@pytest.mark.parametrize("households", [None, 1, 4])
def test_where_homes_are_few_or_uncounted_the_point_is_not_shown_to_everyone(world, households):
    place = accept(world, report(world, households=households)).place
    assert (place.lat, place.lon) == (None, None)


@settings(max_examples=40, deadline=None)
@given(
    st.decimals(-90, 90, places=6), st.decimals(-180, 180, places=6), st.none() | st.integers(1, rules.MOST_HOUSEHOLDS)
)
def test_a_shown_point_is_never_finer_than_a_kilometre_nor_that_of_a_few_homes(lat, lon, households):
    north, east = rules.public_point(lat, lon, households)
    if north is None or east is None:
        assert households is None or households < 5
    else:
        assert households >= 5
        assert (north, east) == (round(north, 2), round(east, 2))
        assert abs(north - float(lat)) <= 0.0051
        assert abs(east - float(lon)) <= 0.0051


def test_a_judgement_is_taken_back_and_its_place_goes_with_it(world):
    row, by = report(world), world["officer"]
    made = accept(world, row).place_id
    with pytest.raises(WrongState):
        accept(world, row)
    report_actions.reopen_report(report_id=row.pk, by=by, now=NOW)
    assert not Place.objects.filter(pk=made).exists()
    with pytest.raises(BadValue):
        report_actions.set_report_aside(report_id=row.pk, reason="  ", by=by, now=NOW)
    report_actions.set_report_aside(report_id=row.pk, reason="نام دیگر نوبنیاد است", by=by, now=NOW)
    assert (fresh(row).state, fresh(row).reason) == (ReportState.ASIDE, "نام دیگر نوبنیاد است")
    report_actions.reopen_report(report_id=row.pk, by=by, now=NOW)
    report_actions.join_report(report_id=row.pk, place_id=world.places["nobonyad"].pk, by=by, now=NOW)
    assert fresh(row).place.name_fa == "نوبنیاد"
    report_actions.reopen_report(report_id=row.pk, by=by, now=NOW)
    assert Place.objects.filter(pk=world.places["nobonyad"].pk).exists()
    with pytest.raises(report_actions.NotInCounty):
        report_actions.join_report(report_id=row.pk, place_id=world.places["espiari"].pk, by=by, now=NOW)
    assert (fresh(row).state, fresh(row).place_id, fresh(row).decided_at) == (ReportState.WAITING, None, None)


@pytest.mark.parametrize("name", ["روستاي نوبنياد", "نو بنیاد", "نوبنیا", "محلهٔ نوبنیاد"])
def test_known_places_of_like_name_are_shown_in_whichever_letters(world, name):
    with scope(world["officer"]):
        assert [place.name_fa for place in reports.like_named(report(world, name=name))] == ["نوبنیاد"]


def test_a_name_that_stands_in_the_county_already_is_not_written_twice(world):
    row = report(world, name="نوبنياد")
    with pytest.raises(NameTaken):
        accept(world, row)
    assert fresh(row).state == ReportState.WAITING
    with pytest.raises(BadValue):
        accept(world, row, name_fa="نوبنیاد بالا", parent_id=world.places["amol"].pk)


def test_the_countys_officer_judges_what_every_organisation_reports_and_others_see_their_own(world):
    own, other = report(world), report(world, by="charity_manager", name="کلاته پایین")
    seen = {}
    for name in ("facilitator", "charity_manager", "officer", "leader", "firm_manager", "governor", "auditor"):
        with scope(world[name]):
            seen[name] = set(PlaceReport.objects.values_list("pk", flat=True))
    both = {own.pk, other.pk}
    assert seen == {
        "facilitator": {own.pk}, "charity_manager": {other.pk}, "officer": both, "leader": both, "firm_manager": set(),
        "governor": set(), "auditor": set(),
    }  # fmt: skip
    with pytest.raises(NotPermitted):
        accept(world, own, by="field_leader")
    abroad = world.join("officer_of_amol", MemberRole.COUNTY_OFFICER, "amol", "office")
    with pytest.raises(NotFound):
        report_actions.set_report_aside(report_id=own.pk, reason="نادرست است", by=abroad, now=NOW)
    with pytest.raises(NotPermitted):
        report(world, near=world.places["amol"])
    with pytest.raises(report_actions.NotNear):
        report_actions.report_place(row=a_report(world, near=world.places["mz"]), by=world["leader"], now=NOW)
    assert accept(world, other).state == ReportState.ACCEPTED


def test_a_draft_is_one_report_however_often_it_comes_and_another_text_is_not_taken(world):
    key = uuid4()
    first, again = (report(world, draft_key=key, digest="a") for _ in range(2))
    assert first.pk == again.pk
    with pytest.raises(KeyReused):
        report(world, draft_key=key, digest="b")


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "accepted"}, {"state": "aside"}, {"reason": "بی‌جا"}, {"households": 0}, {"lat": None}, {"name": ""},
        {"state": "joined"},
    ],
)  # fmt: skip
def test_the_database_itself_refuses_a_report_that_is_not_whole(world, broken):
    row = report(world)
    with scope(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        PlaceReport.objects.filter(pk=row.pk).update(**broken)


def test_words_of_judged_reports_are_forgotten_after_the_time_that_is_kept(world):
    waits, judged = report(world), report(world, name="کلاته پایین")
    accept(world, judged)
    forget = lambda: report_actions.forget_report_words(ended_before=in_days(1), by=SYSTEM, now=later(days=2))  # noqa: E731
    assert (forget(), forget()) == (1, 0)
    assert (fresh(waits).note.reveal(), fresh(judged).note.reveal()) == ("راهش خاکی است", "")


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_place_of_one_name():
    world = built()
    world.join("other", MemberRole.COUNTY_OFFICER, "sari", "office")
    rows = [report(world), report(world, name="كلاته‌ي بالا", by="charity_manager")]
    answers = race(*(partial(accept, world, row, by=by) for row in rows for by in ("officer", "other")))
    told = [one.code if isinstance(one, Refusal) else one.state for one in answers]
    assert sorted(told) == ["accepted", "place_name_taken", "place_name_taken", "wrong_state"]
    assert Place.objects.filter(name_fa__contains="بالا").count() == 1


# ---- On the pages and over the API ----


@pytest.fixture
def today(settings, tmp_path, db):
    settings.PEYVAND_FILES = tmp_path
    return built_now()


def test_a_place_is_reported_on_the_phone_once_and_judged_on_the_officers_page(today):
    visitor, officer = client(today, "facilitator"), client(today, "officer")
    assert f"{ROOT}field/place/" in visitor.get(ROOT + "field/").content.decode()
    said = {
        "key": KEY, "owner": today["facilitator"].account_id, "name": "کلاتهٔ نوبنیاد", "kind": "camp", "near": today.places["sari"].pk,
        "households": "۱۲", "heard_from": "nearby", "lat": "۳۶٫۵۶۷", "lon": "53.049", "note": "کنار رود",
    }  # fmt: skip
    half = visitor.post(ROOT + "field/place/", said | {"lon": ""})
    assert (half.status_code, 'id="id_lon_error"' in half.content.decode()) == (422, True)
    sent = [visitor.post(ROOT + "field/place/", said, HTTP_ACCEPT="application/json") for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    one = sent[0].json()["url"]
    assert sent[1].json()["url"] == one
    theirs = visitor.get(one).content.decode()
    assert "کنار رود" in theirs
    assert "accept/" not in theirs
    assert visitor.post(one + "aside/", {"reason": "نادرست است"}).status_code == 403
    assert "کلاتهٔ نوبنیاد" in officer.get("/home/").content.decode()
    page = officer.get(one).content.decode()
    assert f'name="place" value="{today.places["nobonyad"].pk}"' in page  # the like-named one
    taken = officer.post(one + "accept/", {"name_fa": "نوبنیاد", "parent": today.places["sari"].pk})
    assert (taken.status_code, 'id="id_name_fa_error"' in taken.content.decode()) == (409, True)
    accepted = {"name_fa": "کلاتهٔ نوبنیاد", "parent": today.places["sari"].pk, "once": "a"}
    assert [officer.post(one + "accept/", accepted).url for _ in range(2)] == [one, one]  # pressed twice, done once
    place = Place.objects.get(name_fa="کلاتهٔ نوبنیاد")
    assert (place.kind, place.lat) == (PlaceKind.NOMADIC, 36.57)
    assert "کلاتهٔ نوبنیاد" in client(today, "field_leader").get(ROOT + "places/").content.decode()
    assert officer.post(one + "reopen/").url == one
    assert officer.post(one + "join/", {"place": today.places["nobonyad"].pk}).url == one
    assert officer.get(ROOT + "reports/?state=joined&q=كلاته").content.decode().count("کلاتهٔ نوبنیاد") == 1
    assert Client().get(one).status_code in (302, 403)


def test_a_place_is_reported_and_judged_over_the_api(today):
    visitor, officer = Caller(today, "facilitator"), Caller(today, "officer")
    body = {
        "name": "کلاته",
        "kind": "informal",
        "near": today.places["sari"].path,
        "heard_from": "seen",
        "households": 3,
        "lat": 36.5678,
        "lon": 53.0,
    }
    assert visitor.post("/programmes/visits/reports", body | {"lat": None}).json()["code"] == "bad_value"
    made = visitor.post("/programmes/visits/reports", body, Idempotency_Key="r").json()
    assert visitor.post("/programmes/visits/reports", body, Idempotency_Key="r").json() == made
    one = f"/programmes/visits/reports/{made['id']}"
    accepted = {"name_fa": "کلاته", "parent": today.places["sari"].path}
    assert visitor.post(one + "/accept", accepted).json()["code"] == "not_permitted"
    assert officer.post(one + "/accept", accepted).json()["place"]["kind"] == "neighbourhood"
    assert officer.post(one + "/reopen").json()["place"] is None
    assert officer.post(one + "/join", {"place": today.places["nobonyad"].path}).json()["state"] == "joined"
    officer.post(one + "/reopen")
    assert officer.post(one + "/aside", {"reason": "نام دیگر نوبنیاد"}).json()["reason"] == "نام دیگر نوبنیاد"
    assert [row["id"] for row in officer.get("/programmes/visits/reports?state=aside").json()["items"]] == [made["id"]]


# ---- The outreach round, and the family without a file ----


def test_an_outreach_round_counts_whom_it_saw_for_the_first_time(world):
    place = accept(world, report(world)).place
    record(world, visited_date=in_days(-3))  # somebody was in nobonyad before
    leader = Account.objects.get(pk=world["facilitator"].account_id)
    row = tour_actions.NewTour(
        "دور نخستین دیدار", world.places["sari"], in_days(0), 1, [(place, ["مددکار"]), (world.places["nobonyad"], ["مددکار"])],
        [(leader, ["مددکار"])], aim=TourAim.OUTREACH,
    )  # fmt: skip
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=36.56, lon=53.05)
    tour = tour_actions.plan_tour(row=row, by=world["field_leader"], now=NOW)
    assert queries.outcome(tour) == queries.Outcome(0, 0, 0, 0, 0)
    with scope(SYSTEM):
        plans = {stop.visit.place_id: stop.visit_id for stop in TourStop.objects.select_related("visit")}
    for there, families in ((place, 9), (world.places["nobonyad"], 4)):
        visit = record(world, place=there, plan_id=plans[there.pk], families_met=families, first_contacts=3, heard=())
    open_file(world, visit)
    assert queries.outcome(tour) == queries.Outcome(places=2, first_seen=1, families=13, contacts=6, files=1)
    counted = figures.together(world["field_leader"], in_days(0))
    assert (counted["outreach_contacts"].value, counted["first_contacts"].value) == (6.0, 8.0)
    assert counted["places_brought_in"].value == 1.0


def open_file(world, visit, by="facilitator"):
    kind = world.specifications["tutoring"]
    contact = contact_actions.NewContact("زهرا", "نادیده‌پور", kind, 1, 4, note="بی کارت ملی")
    return contact_actions.open_file(visit_id=visit.pk, contact=contact, by=world[by], now=NOW)


def test_a_family_without_a_file_gets_one_with_a_vouched_need_and_its_name_stays_with_those_who_have_the_task(world):
    visit = record(world)
    need = open_file(world, visit)
    with scope(world["facilitator"]):
        assert (need.state, need.vouched_by_id) == ("open", world["facilitator"].membership_id)
        assert Task.objects.get(household=need.household_id).membership_id == world["facilitator"].membership_id
        assert VisitNeed.objects.get(need=need).visit_id == visit.pk
        assert Person.objects.filter(household=need.household_id).exists()
    with scope(world["social_worker"]):  # of the same centre, without the task
        assert not Person.objects.filter(household=need.household_id).exists()
    with pytest.raises(NotPermitted):
        open_file(world, visit, by="officer")
    plan = actions.plan_visit(
        place=world.places["nobonyad"], planned_date=in_days(0), by=world["field_leader"], now=NOW
    )
    with pytest.raises(rules.NotMade):
        open_file(world, plan)


def test_the_file_is_opened_on_the_page_of_the_visit_once_and_no_page_of_visits_names_anybody(today):
    visitor = client(today, "facilitator")
    now = timezone.now()
    visit = record(today, now=now, visited_date=in_days(0))
    one = f"{ROOT}{visit.pk}/"
    said = {
        "once": "k1", "given_name": "زهرا", "family_name": "نادیده‌پور", "household_size": "۴", "kind": today.specifications["tutoring"].pk,
        "quantity": "۱", "note": "",
    }  # fmt: skip
    assert 'id="open-file"' in visitor.get(one).content.decode()
    assert 'id="open-file"' not in client(today, "officer").get(one).content.decode()
    wrong = visitor.post(one + "file/", said | {"family_name": ""})
    assert (wrong.status_code, "زهرا" in wrong.content.decode()) == (422, True)
    answers = [visitor.post(one + "file/", said) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert answers[0].url == answers[1].url
    with scope(SYSTEM):
        assert Need.objects.filter(household__isnull=False).count() == 1
    for address in (one, ROOT, ROOT + "places/", f"{ROOT}places/{visit.place_id}/", ROOT + "figures/"):
        assert "نادیده‌پور" not in visitor.get(address).content.decode()
    body = {"given_name": "علی", "family_name": "نادیده‌پور", "specification": "tutoring"}
    made = Caller(today, "facilitator").post(f"/programmes/visits/{visit.pk}/files", body).json()
    assert set(made) == {"need_id", "visit_id"}


def test_an_outreach_round_is_planned_on_the_page_which_proposes_where_nobody_came(today):
    leader = client(today, "field_leader")
    add_places(
        rows=[NewPlace(PlaceKind.SETTLEMENT, "کلاته", "kalateh", today.places["sari"].path)],
        by=SYSTEM,
        now=timezone.now(),
    )
    record(today, now=timezone.now(), visited_date=in_days(0))
    form = leader.get(ROOT + "tours/new/?aim=outreach").content.decode()
    assert 'value="outreach" selected' in form
    proposed = form.split('name="place_1"')[1].split("</select>")[0]
    assert f'value="{today.places["nobonyad"].pk}" selected' not in proposed
    assert "selected" in proposed
