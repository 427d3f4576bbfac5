"""The pages of needs: the list, one need, and the acts on it."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.world import World

from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.actions import NewNeed, open_needs, propose_priority
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.journal.models import Event
from peyvand.kernel.codes import spoken
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.templatetags.peyvand_format import digits


def stored(need: Need) -> Need:
    with scope(SYSTEM):
        return Need.objects.get(pk=need.pk)


def told_by_resident(world: World) -> Need:
    with scope(SYSTEM):
        person = Person.objects.get(pk=world["resident"].person_id)
    row = NewNeed(
        world.specifications["wheelchair"], 1, world.places["nobonyad"], person=person, household=person.household
    )
    return open_needs(rows=[row], by=world["resident"], now=timezone.now())[0]


def test_a_need_is_found_by_its_code_in_either_digits(world, browser):
    wanted, other = world.need(), world.need(kind="tutoring")
    for typed in (
        wanted.tracking_code,
        spoken(wanted.tracking_code),
        "".join("۰۱۲۳۴۵۶۷۸۹"[int(one)] for one in wanted.tracking_code),
    ):
        page = browser("facilitator").get("/needs/", {"q": typed})
        assert [one.pk for one in page.context["page"].objects] == [wanted.pk]
    assert other.pk != wanted.pk


def test_filters_narrow_the_list(world, browser):
    urgent = world.need(urgency=100)
    low = world.need(urgency=0, kind="tutoring")
    promised = world.need(urgency=0)
    world.agreed(promised, world.capacity())

    def found(**asked):
        return {one.pk for one in browser("facilitator").get("/needs/", asked).context["page"].objects}

    assert found(band="urgent") == {urgent.pk} or found(band="high") == {urgent.pk}
    assert found(specification=world.specifications["tutoring"].pk) == {low.pk}
    assert found(state="unpromised") == {urgent.pk, low.pk}
    assert found(place=world.places["ahangar"].pk) == set()
    with scope(SYSTEM):
        Commitment.objects.update(due_date=timezone.now().date() - timedelta(days=9))
    assert found(late="on") == {promised.pk}


def test_the_export_holds_the_rows_of_the_page_with_persian_headings(world, browser):
    need = world.need(2)
    answer = browser("facilitator").get("/needs/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0][:2] == ["نیاز", "کد پیگیری"]
    assert rows[1][1].replace("-", "") == need.tracking_code


def test_the_page_of_a_need_says_why_its_priority_is_what_it_is(world, browser):
    need = world.need(household=world.household(size=6, woman_head=True), urgency=90)
    page = browser("facilitator").get(f"/needs/{need.pk}/").content.decode()
    assert "چرا این اولویت؟" in page
    assert "آسیب‌پذیری اظهارشده" in page
    assert "پروندهٔ خانواده" in page
    assert digits(spoken(need.tracking_code)).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in page


def test_the_page_of_a_need_says_why_nobody_was_found(world, browser):
    need = world.need()
    run_matching(place=world.places["mz"], by=world["leader"], now=timezone.now())
    assert "کسی این نوع کمک را عرضه نکرده است" in browser("facilitator").get(f"/needs/{need.pk}/").content.decode()


def test_the_thread_follows_the_need_to_its_end(world, browser):
    need, client = world.need(), browser("facilitator")

    def states():
        return [step.state for step in client.get(f"/needs/{need.pk}/").context["steps"]]

    assert states() == ["done", "current", "ahead", "ahead", "ahead"]
    promise = world.agreed(need, world.capacity())
    with scope(SYSTEM):
        Commitment.objects.update(due_date=timezone.now().date() + timedelta(days=9))
    assert states() == ["done", "done", "done", "current", "ahead"]
    with scope(SYSTEM):
        Commitment.objects.update(due_date=timezone.now().date() - timedelta(days=9))
    assert states() == ["done", "done", "done", "late", "ahead"]
    world.delivered(promise)
    assert states() == ["done", "done", "done", "done", "current"]
    assert "نیاز برآورده شد." in client.get(f"/needs/{need.pk}/").content.decode()


def test_a_residents_need_waits_for_a_vouch_and_is_open_after_it(world, resident, browser):
    need = told_by_resident(world)
    assert resident.get(f"/needs/{need.pk}/").status_code == 200
    assert resident.post(f"/needs/{need.pk}/vouch/").status_code == 403
    assert stored(need).state == "draft"
    answer = browser("facilitator").post(f"/needs/{need.pk}/vouch/", follow=True)
    assert "را تأیید کردید" in answer.content.decode()
    assert stored(need).state == "open"


def test_a_withdrawal_can_be_undone_from_the_next_page(world, browser, undo_on):
    need, client = world.need(), browser("facilitator")
    page = client.post(f"/needs/{need.pk}/withdraw/", follow=True).content.decode()
    assert stored(need).closed_as == "withdrawn"
    client.post(undo_on(page))
    assert stored(need).state == "open"


def test_what_is_promised_cannot_be_withdrawn_and_the_page_says_so(world, browser):
    need = world.need()
    world.agreed(need, world.capacity())
    page = browser("facilitator").post(f"/needs/{need.pk}/withdraw/", follow=True).content.decode()
    assert "هنوز در تعهد است" in page
    assert stored(need).state == "open"


def test_another_priority_holds_after_the_second_signature(world, browser):
    need = world.need(urgency=40)
    page = browser("field_leader").post(f"/needs/{need.pk}/priority/", {"priority": "۹۵", "reason": "کوتاه"})
    assert page.status_code == 200
    assert "۹۵" in page.content.decode()
    asked = {"priority": "۹۵", "reason": "خانوار تا پایان ماه بی‌سرپناه می‌شود."}
    assert browser("field_leader").post(f"/needs/{need.pk}/priority/", asked).status_code == 302
    assert stored(need).priority != 95
    with scope(SYSTEM):
        override = PriorityOverride.objects.get()
    assert browser("field_leader").post(f"/needs/{need.pk}/priority/{override.pk}/").status_code == 403
    assert browser("facilitator").post(f"/needs/{need.pk}/priority/{override.pk}/").status_code == 403
    assert browser("officer").post(f"/needs/{need.pk}/priority/{override.pk}/").status_code == 302
    assert stored(need).priority == 95
    assert "۹۵" in browser("facilitator").get(f"/needs/{need.pk}/").content.decode()


def test_reading_a_note_is_an_event(world, browser):
    need = world.need(note="پله دارد و آسانسور نه")
    client = browser("facilitator")
    assert "پله دارد" not in client.get(f"/needs/{need.pk}/").content.decode()
    assert "پله دارد" in client.post(f"/needs/{need.pk}/note/").content.decode()
    with scope(SYSTEM):
        assert Event.objects.filter(act="need.note_revealed", subject_id=need.pk).count() == 1


def test_the_giver_of_a_promise_sees_the_need_but_neither_family_nor_note(world, browser):
    household = world.household()
    need = world.need(household=household, note="راز")
    promise = world.agreed(need, world.capacity())
    assert promise.pk
    page = browser("charity_manager").get(f"/needs/{need.pk}/")
    assert page.status_code == 200
    assert household.code not in page.content.decode().replace("۱", "1")
    assert page.context["may"]["read_note"] is False
    assert browser("charity_manager").post(f"/needs/{need.pk}/note/").status_code in (403, 404)


def test_the_pages_take_as_many_queries_for_many_rows_as_for_few(world, browser, queries_of):
    household, capacity = world.household(), world.capacity(50)
    need = world.need(9, household=household)
    world.delivered(world.agreed(need, capacity))
    propose_priority(
        need_id=need.pk, priority=90, reason="دلیلی که همه می‌خوانند", by=world["officer"], now=timezone.now()
    )
    pages = ["/needs/", f"/needs/{need.pk}/", "/needs/meeting/", f"/families/{household.pk}/", "/families/"]
    few = queries_of(browser("facilitator"), pages)
    for _ in range(4):
        world.delivered(world.agreed(need, capacity))
        world.need(household=world.household())
        world.need(household=household)
    assert queries_of(browser("facilitator"), pages) == few


@pytest.mark.parametrize("name", ["facilitator", "officer"])
def test_the_meeting_list_prints_open_needs_without_the_code_of_a_family(world, browser, name):
    world.need(household=world.household())
    page = browser(name).get("/needs/meeting/").content.decode()
    assert "ویلچر" in page
    assert "F1" not in page
