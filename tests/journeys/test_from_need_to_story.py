"""The main job as the people of two organisations and a member of the public walk it, each at a browser of his own, in Persian."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.worker import run_worker
from tests.world import World

from peyvand.kernel.text import latin_digits
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

TITLE = "ویلچری که راه مدرسه را باز کرد"
BODY = "یک خیریهٔ شهر ویلچری را که در انبار مانده بود رساند و همسایه‌ها سطح شیب‌دار جلوی در را ساختند."


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#7a5").save(out, "JPEG")
    return out.getvalue()


def press(reader, name: str) -> Page:  # type: ignore[no-untyped-def]
    """Press a button and look at the page that comes."""
    page: Page = reader.page
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()
    reader.check()
    return page


def follow(reader, name: str | re.Pattern[str]) -> Page:  # type: ignore[no-untyped-def]
    page: Page = reader.page
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state()
    reader.check()
    return page


def open_page(reader, path: str) -> Page:  # type: ignore[no-untyped-def]
    page: Page = reader.go(path)
    reader.check()
    return page


def menu(reader, name: str) -> Page:  # type: ignore[no-untyped-def]
    """Go to a page of the navigation, on a phone behind its button."""
    page: Page = reader.page
    opener = page.locator("details.nav-narrow > summary")
    if opener.is_visible():
        opener.click()
    page.get_by_role("navigation", name="اصلی").get_by_role("link", name=name).locator("visible=true").click()
    page.wait_for_load_state()
    reader.check()
    return page


def take_the_call(facilitator) -> str:  # type: ignore[no-untyped-def]
    """The need of a family that has no file yet; gives the tracking code on the receipt."""
    page = open_page(facilitator, "/home/")
    page = follow(facilitator, "ثبت نیاز")
    page.get_by_label("چه چیزی لازم است").select_option(label="ویلچر")
    page.get_by_label("محله").select_option(label="نوبنیاد — ساری")
    page.get_by_label("فوری", exact=True).check()
    page.get_by_label("نام", exact=False).and_(page.locator("[name=given_name]")).fill("زهرا")
    page.locator("[name=family_name]").fill("نمونه")
    page.locator("[name=mobile]").fill("۰۹۱۲۳۴۵۶۷۸۹")
    page = press(facilitator, "ثبت این نیاز")
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید ثبت نیاز")
    code = latin_digits(page.locator(".code bdi").inner_text()).strip()
    assert len(re.sub(r"\D", "", code)) == 12
    return code


def run_the_matching(leader) -> None:  # type: ignore[no-untyped-def]
    open_page(leader, "/home/")
    menu(leader, "پیوندیابی")
    page = press(leader, "اجرای پیوندیابی")
    expect(page.get_by_role("status")).to_contain_text("پیوندیابی آغاز شد")
    run_worker()
    page.reload()
    leader.check()
    expect(page.get_by_role("link", name="پاسخ به پیوندهای پیشنهادی")).to_be_visible()


def answer_the_suggestion(manager) -> None:  # type: ignore[no-untyped-def]
    page = open_page(manager, "/home/")
    expect(page.get_by_role("heading", name="پیوندهای پیشنهادی در انتظار پاسخ شما")).to_be_visible()
    follow(manager, re.compile("ویلچر، ۱ عدد"))
    page = press(manager, "برآورده‌اش می‌کنم")
    expect(page.get_by_role("status")).to_contain_text("پیشنهاد پذیرفته شد")


def agree(facilitator) -> None:  # type: ignore[no-untyped-def]
    page = open_page(facilitator, "/home/")
    expect(page.get_by_role("heading", name="پیشنهادهای در انتظار پاسخ شما")).to_be_visible()
    follow(facilitator, re.compile("ویلچر، ۱ عدد"))
    page = press(facilitator, "این پیشنهاد را می‌پذیرم")
    expect(page.get_by_role("status")).to_contain_text("هر دو طرف با تعهد موافق‌اند")


def deliver(manager) -> None:  # type: ignore[no-untyped-def]
    menu(manager, "تعهدها")
    follow(manager, "ویلچر")
    page = follow(manager, "ثبت تحویل")
    page.get_by_label("عکسی که آن را نشان دهد").set_input_files(
        {"name": "عکس.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page = press(manager, "ثبت تحویل")
    expect(page.get_by_role("status")).to_contain_text("در انتظار پاسخ گیرنده")


def accept_and_tell(facilitator) -> None:  # type: ignore[no-untyped-def]
    page = open_page(facilitator, "/home/")
    expect(page.get_by_role("heading", name="تحویل‌هایی که باید تأیید کنید")).to_be_visible()
    page = follow(facilitator, re.compile("ویلچر، ۱ عدد"))
    shown = page.get_by_alt_text("عکسی که این تحویل را نشان می‌دهد")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('img.picture').naturalWidth > 0")
    press(facilitator, "رسید: می‌پذیرم")
    menu(facilitator, "روایت‌ها")
    page = follow(facilitator, "نوشتن روایت")
    page.get_by_role("checkbox").first.check()
    page.get_by_label("عنوان").fill(TITLE)
    page.locator("[name=body]").fill(BODY)
    page.locator("main form button.button").last.click()
    page.wait_for_load_state()
    facilitator.check()
    press(facilitator, "فرستادن برای بازبینی")


def publish(leader) -> str:  # type: ignore[no-untyped-def]
    open_page(leader, "/home/")
    follow(leader, TITLE)
    page = press(leader, "انتشار برای همه")
    expect(page.get_by_role("status")).to_contain_text("روایت منتشر شد")
    return page.url


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_need_is_seen_promised_delivered_and_told(world: World, visitor, size):
    world.capacity(3)
    facilitator = visitor(size=size).sign_in(world["facilitator"])
    manager = visitor(size=size).sign_in(world["charity_manager"])
    leader = visitor(size=size).sign_in(world["leader"])

    code = take_the_call(facilitator)
    run_the_matching(leader)
    answer_the_suggestion(manager)
    agree(facilitator)
    deliver(manager)
    accept_and_tell(facilitator)
    publish(leader)

    public = visitor(size=size)
    open_page(public, "/")
    menu(public, "روایت‌ها")
    page = follow(public, TITLE)
    expect(page.get_by_role("article")).to_contain_text("سطح شیب‌دار")
    menu(public, "پیگیری")
    public.page.get_by_label("کد پیگیری").fill(code)
    page = press(public, "ببینید تا کجا رسیده است")
    expect(page.get_by_role("main")).to_contain_text("برآورده‌شده")
    with scope(SYSTEM):
        told = str(Person.objects.get())
    for reader in (public, manager, leader):
        assert told not in reader.page.content()
