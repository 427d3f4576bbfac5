"""Without a mouse, and without JavaScript: the main work goes on."""

import pytest
from playwright.sync_api import expect
from tests.journeys.keys import press, to
from tests.world import NOW, TODAY, World, later

from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.delivery.actions import NewDelivery, record_deliveries

ROLES_AND_PAGES = {
    "": ("/", "/stories/", "/places/", "/track/"),
    "facilitator": ("/home/", "/needs/", "/families/", "/needs/new/"),
    "charity_manager": ("/capacities/", "/promises/", "/suggestions/"),
    "leader": ("/matching/", "/deliveries/", "/people/"),
}


def test_a_need_is_recorded_with_the_keyboard_alone(world, visitor):
    reader = visitor(size="desktop").sign_in(world["facilitator"])
    page = reader.go("/needs/new/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="رفتن به متن صفحه")).to_be_focused()
    page.keyboard.press("Enter")
    to(page, "specification")
    page.keyboard.press("ArrowDown")
    kind = page.evaluate("() => document.activeElement.selectedOptions[0].textContent")
    to(page, "quantity")
    page.keyboard.press("Control+A")
    page.keyboard.type("۲")
    to(page, "place")
    page.keyboard.press("ArrowDown")
    to(page, "urgency")
    page.keyboard.press("Space")
    to(page, "mobile")
    page.keyboard.type("۱۲")
    page.keyboard.press("Enter")
    # Told of the mistake, the reader stands before the summary, whose link leads to the field.
    expect(page.locator("[data-error-summary]")).to_be_focused()
    reader.check()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=mobile]")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید ثبت نیاز")
    expect(page.get_by_role("main")).to_contain_text(kind)
    reader.check()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_main_pages_stand_without_javascript(world, visitor, size):
    world.promise(world.need(2), world.capacity(3), 2)
    for name, paths in ROLES_AND_PAGES.items():
        reader = visitor(size=size, scripts=False)
        if name:
            reader.sign_in(world[name])
        for path in paths:
            page = reader.go(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            menu = page.locator("details.nav-narrow > summary")
            if menu.is_visible():
                menu.click()
            assert page.get_by_role("navigation", name="اصلی").get_by_role("link").count() > 0
        assert not reader.faults


def test_a_call_is_taken_and_a_list_is_narrowed_without_javascript(world, visitor):
    reader = visitor(size="phone", scripts=False).sign_in(world["facilitator"])
    page = reader.go("/needs/new/")
    page.locator("[name=specification]").select_option(label="ویلچر")
    page.locator("[name=place]").select_option(label="نوبنیاد — ساری")
    page.get_by_role("button", name="ثبت این نیاز").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید ثبت نیاز")
    page = reader.go("/needs/")
    page.get_by_text("فیلترهای بیشتر").click()
    page.locator("[name=state]").select_option(label="بسته")
    page.get_by_role("search").get_by_role("button", name="نمایش").click()
    expect(page.get_by_role("heading", name="با این فیلترها چیزی پیدا نشد")).to_be_visible()
    page.get_by_role("link", name="پاک کردن فیلترها").click()
    expect(page.get_by_role("table")).to_contain_text("ویلچر")


def waiting(world: World) -> None:
    """A suggestion for the charity, an offer for the neighbourhood, and a delivery that nobody has answered."""
    capacity = world.capacity(9)
    agreed = world.agreed(world.need(1), capacity, 1)
    record_deliveries(rows=[NewDelivery(agreed.pk, 1, TODAY)], by=world["charity_manager"], now=NOW)
    world.need(1)
    run_matching(place=world.places["mz"], by=world["leader"], now=later(hours=1))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_other_main_jobs_are_done_with_the_keyboard_alone(world, visitor, scripts):
    waiting(world)
    page = visitor(scripts=scripts).sign_in(world["charity_manager"]).go("/home/")
    to(page, "رفتن به متن صفحه")
    page.keyboard.press("Enter")
    press(page, "ویلچر، ۱ عدد", under="پیوندهای پیشنهادی")
    press(page, "برآورده‌اش می‌کنم")
    expect(page.get_by_role("status")).to_contain_text("پیشنهاد پذیرفته شد")

    reader = visitor(scripts=scripts).sign_in(world["facilitator"])
    page = reader.go("/home/")
    press(page, "ویلچر، ۱ عدد", under="تحویل‌هایی که باید تأیید کنید")
    press(page, "رسید: می‌پذیرم")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("عمل‌شده")

    reader.go("/needs/")
    to(page, "state")
    page.keyboard.press("End")
    chosen = page.evaluate("() => document.activeElement.selectedOptions[0].textContent")
    press(page, "نمایش")
    assert "state=" in page.url
    expect(page.locator("[name=state] option:checked")).to_have_text(chosen)
    press(page, "پاک کردن")
    press(page, "ویلچر")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ویلچر")
