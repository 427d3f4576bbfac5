"""The journal's page and looks from outside."""

from datetime import UTC, datetime

from django.utils import timezone

from peyvand.journal import queries
from peyvand.journal.seals import seal
from peyvand.people.models import Look
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def test_the_journal_is_searched_in_words_and_within_the_area(world, browser):
    need = world.need()
    client = browser("auditor")
    page = client.get("/journal/", {"kind": "need", "number": str(need.pk)})
    assert [event.act for event in page.context["page"].objects] == ["need.told"]
    assert "بیان نیاز" in page.content.decode()
    assert client.get("/journal/", {"act": "need.vouched"}).context["page"].objects == []


def test_a_look_opens_one_organisations_rows_without_names(world, browser, monkeypatch):
    # The policies ask the clock of the database whether a look still lasts.
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.now(UTC))
    household = world.household()
    need = world.need(household=household)
    client = browser("auditor")
    assert client.get(f"/needs/{need.pk}/").status_code == 404
    asked = {"organisation": world.organisations["centre"].pk, "reason": "کوتاه"}
    assert "reason" in client.post("/journal/looks/", asked).context["form"].errors
    client.post("/journal/looks/", asked | {"reason": "رسیدگی به شکایت یک ساکن محله"})
    with scope(SYSTEM):
        assert Look.objects.count() == 1
    page = client.get(f"/needs/{need.pk}/")
    assert page.status_code == 200
    assert "آزمونی" not in client.get(f"/families/{household.pk}/").content.decode()
    assert browser("facilitator").post("/journal/looks/", asked).status_code == 403


def test_the_state_of_the_seals_is_told(world, browser):
    seal(now=timezone.now())
    page = browser("auditor").get("/journal/")
    assert page.context["seals"].unsealed == 0
    assert "آخرین مُهر" in page.content.decode()


def test_a_journal_that_nobody_sealed_is_not_counted_to_its_end(world, browser, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 2)
    assert queries.seal_state() == queries.SealState(None, 2, more=True)
    assert "بیش از ۲ رویداد" in browser("auditor").get("/journal/").content.decode()
