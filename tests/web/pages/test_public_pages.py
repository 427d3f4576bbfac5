"""What everyone may read: true, without names, and without figures under five."""

import pytest
from django.utils.html import escape
from tests.world import NOW, World

from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.kernel.codes import new_code, spoken
from peyvand.kernel.text import persian_digits
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.guide import SLUGS, guide
from peyvand.web.pages.published import mazandaran

BODY = "The charity and the facilitator worked together, and two wheelchairs reached the family."


def told(world: World, title: str = "Two wheelchairs") -> Story:
    delivery = world.delivered(world.agreed(world.need(2, household=world.household()), world.capacity(2), 2), 2)
    story = write_story(
        title=title, body=BODY, place=world.places["sari"], delivery_ids=[delivery.pk], by=world["facilitator"], now=NOW
    )
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    return publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)


def met(world: World, count: int, place: str = "nobonyad") -> None:
    capacity = world.capacity(count)
    for _ in range(count):
        world.delivered(world.agreed(world.need(1, place=place), capacity))


PAGES = ["/", "/places/", "/places/ir/", "/places/ir/mz/sari/nobonyad/", "/stories/", "/track/", "/figures/"]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_everyone_reads_the_public_pages_and_finds_nobody_on_them(world, sign_in, url, language):
    told(world)
    page = sign_in(language=language).get(url)
    assert page.status_code == 200
    assert "آزمونی" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/places/", "/stories/", "/track/", "/figures/"])
def test_the_public_pages_open_in_an_empty_installation(client, url):
    assert client.get(url).status_code == 200


def test_the_front_says_how_many_needs_were_met_and_by_whom_beside_the_published_figure(world, sign_in):
    met(world, 6)
    page = " ".join(sign_in().get("/").content.decode().split())
    assert "<strong>6</strong> needs met so far" in page
    assert "15%" in page
    assert "solved by the non-government sector and the middle links" in page
    assert "state money" not in page
    assert "jahanipress.ir 348903" in page


def test_a_place_with_few_needs_says_no_figure(world, sign_in):
    world.need(1)
    for _ in range(6):
        world.need(1, place="ahangar")
    page = sign_in().get("/places/ir/mz/sari/").content.decode()
    assert "withheld" in page
    assert "Figures under five are withheld" in page
    assert sign_in().get("/places/ir/nowhere/").status_code == 404


def test_an_invented_place_says_so(world, sign_in):
    place = world.places["nobonyad"]
    type(place).objects.filter(pk=place.pk).update(is_invented=True)
    assert "it does not exist" in sign_in().get("/places/ir/mz/sari/nobonyad/").content.decode()


def test_those_who_work_there_see_their_own_rows_too(world, sign_in):
    world.need(3, urgency=90)
    world.capacity(4, place="nobonyad")
    here = "/places/ir/mz/sari/nobonyad/"
    assert "For your own work here" in sign_in("facilitator").get(here).content.decode()
    assert "3 pieces" in sign_in("facilitator").get(here).content.decode()
    assert "3 pieces" not in sign_in("firm_manager").get(here).content.decode()
    assert "For your own work here" not in sign_in().get(here).content.decode()


def test_rows_add_no_questions_to_a_public_page(world, sign_in, queries):
    told(world)
    urls = ["/", "/places/ir/mz/sari/", "/stories/"]
    few = [queries(sign_in(), url) for url in urls]
    met(world, 6)
    told(world, "Another")
    assert [queries(sign_in(), url) for url in urls] == few


def test_a_place_is_found_by_its_name_in_any_writing(world, sign_in):
    assert "/places/ir/mz/sari/ahangar/" in sign_in().get("/places/?q=اهنگر").content.decode()
    assert "No place of this name" in sign_in().get("/places/?q=نیست‌آباد").content.decode()


def test_the_published_figures_stand_beside_ours_and_their_sum_beside_their_total(world, sign_in):
    said = mazandaran()
    assert (said.sum_of_parts, said.disabled) == (61_660, 62_000)
    page = sign_in().get("/figures/").content.decode()
    for text in (
        "56",
        "162,000",
        "360,000",
        "27,000",
        "13,000",
        "more than 7,000",
        "7,430",
        "6,500",
        "730",
        "61,660",
        "62,000",
        "no date",
    ):
        assert text in page


def track(client, code: str):
    return client.post("/track/", {"code": code})


def test_a_need_a_promise_and_an_offer_are_tracked_without_the_other_side(world, sign_in):
    need, capacity = world.need(2, household=world.household()), world.capacity(5)
    promise = world.agreed(need, capacity, 2)
    for row, said in (
        (need, "What you told us you need"),
        (promise, "What you promised"),
        (capacity, "What you offered"),
    ):
        page = track(sign_in(), persian_digits(spoken(row.tracking_code))).content.decode()
        assert said in page
        assert "14 Azar 1405" in page
        assert "ساری" in page
        for hidden in ("نوبنیاد", "آزمونی", "سازمان"):
            assert hidden not in page


def test_a_wrong_code_is_answered_as_a_person_would(world, sign_in):
    assert "one may be mistyped" in track(sign_in(), "123").content.decode()
    page = track(sign_in(), new_code()).content.decode()
    assert "Nothing is known under this code" in page


def test_after_twenty_tries_in_a_minute_one_waits(world, sign_in):
    need = world.need(1)
    assert [track(sign_in(), new_code()).status_code for _ in range(20)] == [200] * 20
    answer = track(sign_in(), need.tracking_code)
    assert answer.status_code == 429
    assert "What you told us" not in answer.content.decode()


def test_a_story_goes_from_draft_to_everyone(world, sign_in):
    delivery = world.delivered(world.agreed(world.need(2, household=world.household()), world.capacity(2), 2), 2)
    teller, leader, public = sign_in("facilitator"), sign_in("field_leader"), sign_in()
    given = {
        "title": "Two wheelchairs",
        "body": "short",
        "place": world.places["sari"].pk,
        "deliveries": [delivery.pk],
        "invitation": "Three families wait",
        "once": "s",
    }
    page = teller.post("/stories/new/", given).content.decode()
    assert 'id="id_body_error"' in page
    assert "Two wheelchairs" in page
    for _ in range(2):
        assert teller.post("/stories/new/", given | {"body": BODY}).status_code == 302
    with scope(SYSTEM):
        story = Story.objects.get()
    url = f"/stories/{story.pk}/"
    assert public.get(url).status_code == 404
    teller.post(f"{url}words/", {"title": "Two chairs", "body": BODY, "invitation": ""})
    assert teller.post(f"{url}publish_story/").status_code == 403
    teller.post(f"{url}submit_story/")
    assert "Publish it for everyone" not in teller.get(url).content.decode()
    leader.post(f"{url}return_story/")
    teller.post(f"{url}submit_story/")
    leader.post(f"{url}publish_story/")
    shown = public.get(url).content.decode()
    assert "Two chairs" in shown
    assert "What can be done next" in shown
    assert public.post(f"{url}withdraw_story/").url.startswith("/sign-in/")
    assert public.get(url).status_code == 200
    leader.post(f"{url}withdraw_story/")
    assert public.get(url).status_code == 404


def test_a_delivery_of_others_cannot_be_told(world, sign_in):
    delivery = world.delivered(world.agreed(world.need(2), world.capacity(2), 2), 2)
    given = {"title": "Not ours", "body": BODY, "place": world.places["amol"].pk, "deliveries": [delivery.pk]}
    page = sign_in("firm_manager").post("/stories/new/", given)
    assert page.status_code == 200
    assert 'id="id_deliveries_error"' in page.content.decode()


@pytest.mark.parametrize("who", ["governor", "auditor"])
def test_stories_are_told_by_those_who_did_it(sign_in, who):
    assert sign_in(who).get("/stories/new/").status_code == 403
    assert sign_in("").get("/stories/new/").url == "/sign-in/?next=/stories/new/"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_everyone_reads_every_guide_in_their_language(sign_in, language):
    client = sign_in("", language)
    answer = client.get("/guide/")
    assert answer.status_code == 200
    for slug in SLUGS.values():
        shown = client.get(f"/guide/{slug}/").content.decode()
        assert f"<h1>{escape(guide(slug, language).title)}</h1>" in shown
        assert f'href="/guide/{slug}/"' in answer.content.decode()
    assert client.get("/guide/system/").status_code == 404


def test_the_foot_of_a_page_leads_to_the_guide_of_the_acting_role(sign_in):
    assert 'href="/guide/facilitator/#record-need"' in sign_in("facilitator").get("/needs/new/").content.decode()
    assert 'href="/guide/public/#track"' in sign_in("").get("/track/").content.decode()
    assert 'rel="help"' not in sign_in("").get("/guide/").content.decode()
