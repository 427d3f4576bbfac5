"""What a screen reader is given: landmarks and headings in order, fields with hint and error, and what changes said aloud."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DAYS_ON
from tests.journeys.keys import press, to
from tests.world import later

from peyvand.flow.commitment.matching import ask_matching, cancel_matching

FRAME = """
- link "رفتن به متن صفحه"
- banner:
  - link "پیوند"
  - link "حساب من"
  - navigation "اصلی":
    - list:
      - listitem:
        - link /کارهای من/
- main:
  - heading "آنچه در انتظار شماست" [level=1]
  - link "ثبت نیاز"
- contentinfo:
  - navigation "برای همه"
  - paragraph:
    - link "راهنمای این صفحه"
"""
CALL = """
- main:
  - navigation "جای شما در سایت":
    - list:
      - listitem:
        - link "نیازها"
  - heading "ثبت نیاز" [level=1]
  - combobox "چه چیزی لازم است"
  - textbox "چند تا"
  - group /چقدر فوری است/:
    - radio "فوری"
  - heading "برای چه کسی؟" [level=2]
  - textbox /شمارهٔ همراه/
  - group: سررسید یا توضیح
  - button "ثبت این نیاز"
"""


def announced(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("[aria-live=polite]#voice")).to_contain_text(words)


def test_landmarks_and_headings_come_in_the_order_of_reading(world, visitor):
    reader = visitor(size="desktop").sign_in(world["facilitator"])
    expect(reader.go("/home/").locator("body")).to_match_aria_snapshot(FRAME)
    _what_covers_the_page_closes_behind_the_focus(reader.page)
    page = reader.go("/needs/new/")
    expect(page.locator("body")).to_match_aria_snapshot(CALL)
    ranks = page.evaluate("() => [...document.querySelectorAll('h1, h2, h3, h4')].map(one => Number(one.tagName[1]))")
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks))


def _what_covers_the_page_closes_behind_the_focus(page: Page) -> None:
    box, opener = page.locator("details.nav-more"), page.locator("details.nav-more > summary")
    to(page, "بیشتر")
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(box).not_to_have_attribute("open", "")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(box).not_to_have_attribute("open", "")


def test_a_field_is_read_with_its_hint_and_then_with_its_error(world, visitor):
    reader = visitor(size="desktop").sign_in(world["facilitator"])
    page = reader.go("/needs/new/")
    code = page.locator("[name=household_code]")
    expect(code).to_have_accessible_description(re.compile("برای خانواده‌ای که پرونده دارد"))
    mobile = page.locator("[name=mobile]")
    expect(mobile).not_to_have_attribute("aria-invalid", "true")
    mobile.fill("۱۲")
    press(page, "ثبت این نیاز")
    expect(mobile).to_have_attribute("aria-invalid", "true")
    expect(mobile).to_have_accessible_description(re.compile("خطا: شمارهٔ همراه را با یازده رقم بنویسید"))
    expect(mobile).to_have_value("۱۲")
    expect(page.get_by_role("alert")).to_match_aria_snapshot("""
- alert:
  - heading "چند نکته باید درست شود" [level=2]
  - list:
    - listitem:
      - link /شمارهٔ همراه/
""")


def test_what_was_done_and_what_a_filter_found_is_said_aloud(world, visitor):
    reader = visitor(size="desktop").sign_in(world["facilitator"])
    need = world.need(1)
    page = reader.go("/needs/")
    expect(page.locator("#voice")).to_be_empty()  # nothing has changed: nothing is said
    page = reader.go("/needs/?state=open")
    announced(page, re.compile("[۰-۹]+ مورد"))
    page = reader.go("/needs/?state=closed")
    announced(page, "با این فیلترها چیزی پیدا نشد")
    page = reader.go(f"/needs/{need.pk}/")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="پس‌گرفتن").click()
    said = page.get_by_role("status").locator("p").inner_text()
    announced(page, said)
    assert page.get_by_role("status").get_by_role("button", name="برگرداندن").count() == 1


def test_a_page_that_tells_how_far_a_work_is_leaves_its_reader_where_he_is(world, visitor):
    leader, at = world["leader"], later(days=DAYS_ON)
    run = ask_matching(place=world.places["mz"], by=leader, now=at)
    page = visitor(size="desktop").sign_in(leader).go("/matching/")
    box, field = page.locator("[data-watch]"), page.locator("main form.card [name=place]")
    announced(page, box.locator("[data-announce]").inner_text())
    field.focus()
    box.evaluate("one => { one.dataset.old = 'yes' }")
    expect(box).not_to_have_attribute("data-old", "yes")  # it has asked, and come anew
    expect(field).to_be_focused()
    cancel_matching(run_id=run.pk, by=leader, now=at)
    expect(page.get_by_role("link", name="کار به پایان رسید: نتیجه را ببینید")).to_be_visible()
    announced(page, "کار به پایان رسید")
    expect(field).to_be_focused()


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_a_reader_who_asks_for_calm(visitor, motion, moves):
    page = visitor(size="desktop").go("/")
    page.emulate_media(reduced_motion=motion)
    told = page.evaluate(
        "() => [...document.querySelectorAll('*')].some(one => [...getComputedStyle(one).transitionDuration.split(','),"
        " ...getComputedStyle(one).animationDuration.split(',')].some(time => parseFloat(time) > 0))"
    )
    assert told is moves
