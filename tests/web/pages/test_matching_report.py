"""Whom a run serves, and what would help: pages, papers, and what outsiders see of them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import NOW, World

from peyvand.flow.commitment.findings import tables_of
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import RunFindings
from peyvand.people.looks import take_look
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def run(world: World):
    for place in ("nobonyad", "ahangar"):
        for _ in range(4):
            world.need(1, place=place, household=world.household(place=place))
    for _ in range(3):
        world.need(1, kind="tutoring")
    world.capacity(6)
    return run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)


def test_the_report_shows_each_way_of_dividing_with_its_table(run, sign_in):
    page = sign_in("field_leader").get(f"/matching/{run.pk}/report/").content.decode()
    for title in ("By priority", "By county", "By sex", "By disability"):
        assert title in page
    words = re.sub(r"<[^>]+>", "", page)
    assert "Of 11 needs in ساری, 6 can be served in full; first come, first served would serve 6." in words
    assert page.count("First come, first served</th>") == page.count("The most pressing first</th>") > 10
    with scope(SYSTEM):
        found = tables_of(RunFindings.objects.get().shares, outside=False)
    assert [(row.group, row.needs, row.met) for row in found["sex"]] == [("woman", 8, 6), (None, 3, 0)]
    assert [row.needs for row in found["county"]] == [11]
    assert sum(row.met or 0 for row in found["tenth"]) == 6


def test_outsiders_see_no_figure_under_five(run, sign_in, world):
    leader = sign_in("field_leader")
    taken = {query: leader.get(f"/matching/{run.pk}/report/?chart=sex&form=csv{query}") for query in ("", "&outside=1")}
    assert [b"withheld" in one.content for one in taken.values()] == [False, True]
    assert "withheld" not in leader.get(f"/matching/{run.pk}/report/").content.decode()
    assert "withheld" in leader.get(f"/matching/{run.pk}/report/?outside=1").content.decode()
    take_look(
        organisation=world.organisations["centre"],
        reason="بررسی سالانهٔ اجراها",
        by=world["auditor"],
        now=datetime.now(UTC),  # the clock of the database, which the policies read
    )
    page = sign_in("auditor").get(f"/matching/{run.pk}/report/").content.decode()
    main = re.sub(r"<[^>]+>", "", page[page.index("<main") :])
    assert "withheld" in main, " ".join(main.split())[:300]
    assert "With all figures" not in page


groups = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=5)


@given(groups)
def test_no_part_under_five_follows_from_what_outsiders_see(rows):
    shares = [["sex", str(at), a, min(a, b), min(a, c)] for at, (a, b, c) in enumerate(rows)]
    for (_, _, needs, met, queued), shown in zip(shares, tables_of(shares, outside=True)["sex"], strict=True):
        assert shown.needs in (None, needs)
        assert shown.met in (None, met)
        for part in (shown.met, shown.queued):
            assert part is None or (shown.needs is not None and not 0 < part < 5 and not 0 < shown.needs - part < 5)
        assert shown.queued in (None, queued)


def test_each_way_of_dividing_is_a_picture_and_a_table_to_keep(run, sign_in):
    leader, address = sign_in("field_leader"), f"/matching/{run.pk}/report/"
    page = leader.get(address).content.decode()
    for chart in ("tenth", "county", "sex", "disability"):
        assert f"?chart={chart}&amp;form=png" in page
    assert leader.get(f"{address}?chart=sex&form=png").content.startswith(b"\x89PNG")
    for wrong in ("chart=other&form=csv", "chart=sex&form=other"):
        assert leader.get(f"{address}?{wrong}").status_code == 404


def test_what_would_help_leads_to_an_offer_an_agreement_and_two_papers(run, sign_in, world):
    leader = sign_in("field_leader")
    page = leader.get(f"/matching/{run.pk}/lacks/").content.decode()
    kind, place = world.specifications["tutoring"].pk, world.places["sari"].pk
    asked = f"kind={kind}&amp;place={place}&amp;quantity=3"
    assert f"/capacities/new/?{asked}" in page
    form = leader.get(f"/capacities/new/?kind={kind}&place={place}&quantity=3").content.decode()
    assert 'value="3"' in form
    assert f'value="{kind}" selected' in form
    form = leader.get(f"/agreements/new/?kind={kind}&place={place}&quantity=3").content.decode()
    assert "3 pieces of “Tutoring” for needs in ساری" in form
    for paper in ("call", "request"):
        assert leader.get(f"/matching/{run.pk}/lacks/{paper}/{kind}/{place}/").content.startswith(b"%PDF")
    assert leader.get(f"/matching/{run.pk}/lacks/other/{kind}/{place}/").status_code == 404
    assert leader.get(f"/matching/{run.pk}/lacks/call/{kind}/{world.places['amol'].pk}/").status_code == 404


def test_who_sees_no_run_sees_no_report(run, sign_in):
    for who in ("charity_manager", "governor", "auditor"):
        for part in ("report/", "report/pdf/", "lacks/"):
            assert sign_in(who).get(f"/matching/{run.pk}/{part}").status_code in (403, 404)


def test_the_pages_ask_few_questions(run, sign_in, queries, world):
    leader = sign_in("field_leader")
    urls = [f"/matching/{run.pk}/report/", f"/matching/{run.pk}/lacks/", f"/matching/{run.pk}/?tab=new"]
    before = [queries(leader, url) for url in urls]
    for kind in ("wheelchair", "tutoring"):
        for _ in range(9):
            world.need(2, kind=kind, place="ahangar")
    again = run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    assert [queries(leader, url.replace(str(run.pk), str(again.pk))) for url in urls] == before


def test_what_is_not_proved_or_not_counted_is_told_where_the_run_is_read(run, sign_in, world):
    client = sign_in("field_leader")
    with scope(SYSTEM):
        RunFindings.objects.filter(run=run).update(
            lots={"parts": 2, "needs": 7, "gap": 0.125, "km_gap": 0.02}, complete=False
        )
        run.needs += 6
        run.save(update_fields=["needs"])
    page, report = (client.get(f"/matching/{run.pk}/{one}").content.decode() for one in ("", "report/"))
    for shown in (page, report):
        assert "at most 12.5% could be missing" in shown
    assert "It is not proved that this run is the best" in page
    assert "6 needs took no part and are not counted here" in report
    assert "some ways might be shorter" in report
    assert "as if everything could be shared and split" in client.get(f"/matching/{run.pk}/lacks/").content.decode()
    with scope(SYSTEM):
        RunFindings.objects.filter(run=run).update(lots={"parts": 2, "needs": 7, "gap": 0, "km_gap": 0})
    assert "not proved" not in client.get(f"/matching/{run.pk}/").content.decode()
