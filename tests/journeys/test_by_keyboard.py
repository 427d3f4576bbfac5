"""The jobs of the other journeys once more, with nothing but the keyboard and without JavaScript: from a resident's need to the help
that came, and what residents and offices decide together."""

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.keys import press, to
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.people.enums import MemberRole
from peyvand.people.models import Person
from peyvand.programmes.assemblies.tests.test_pages import running
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

TITLE = "ویلچری که راه مدرسه را باز کرد"
ON = ("assemblies", "proposals", "visits")


def write(page: Page, **said: str) -> None:
    """Go to each field and type."""
    for name, text in said.items():
        to(page, name)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def choose(page: Page, name: str, steps: int = 1) -> None:
    """Take the choice so many below the first of a list of choices."""
    to(page, name)
    page.keyboard.press("Home")
    for _ in range(steps):
        page.keyboard.press("ArrowDown")


def tick(page: Page, name: str) -> None:
    to(page, name)
    page.keyboard.press("Space")


def press_open(page: Page, name: str, under: str = "") -> None:
    """What is folded away opens below its own line, on the same page."""
    to(page, name, under)
    page.keyboard.press("Enter")


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("main")).to_contain_text(words)


def resident(world: World) -> None:
    household = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=household)
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)


def test_a_resident_tells_a_need_and_the_help_comes(world, visitor):
    resident(world)
    world.agreed(world.need(1), world.capacity(9), 1)
    page = visitor(scripts=False).sign_in(world["resident"]).go("/needs/new/")
    choose(page, "specification")
    write(page, quantity="۲")
    press(page, "ثبت این نیاز")
    said(page, "کد پیگیری")

    keeper = visitor(scripts=False).sign_in(world["facilitator"])
    page = keeper.go("/home/")
    press(page, "", under="نیازهای در انتظار تأیید")
    press(page, "تأیید نیاز")
    expect(page.get_by_role("status")).to_be_visible()

    page = visitor(scripts=False).sign_in(world["charity_manager"]).go("/promises/")
    press(page, "ویلچر")
    press(page, "ثبت تحویل")
    write(page, quantity="۱", note="سپرده شد به خانواده.")
    press(page, "ثبت تحویل")
    expect(page.get_by_role("status")).to_contain_text("در انتظار پاسخ گیرنده")

    keeper.go("/home/")
    press(page := keeper.page, "ویلچر، ۱ عدد", under="تحویل‌هایی که باید تأیید کنید")
    press(page, "رسید: می‌پذیرم")
    expect(page.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_came_is_told_with_consent_and_read_by_everyone(world, visitor, scripts):
    household = world.household()
    promise = world.agreed(world.need(1, household=household), world.capacity(3), 1)
    world.delivered(promise, 1)
    page = visitor(scripts=scripts).sign_in(world["facilitator"]).go(f"/families/{household.pk}/")
    press_open(page, "تغییر", under="اعضا")
    choose(page, "purpose", steps=3)
    press(page, "ثبت رضایت")
    said(page, "دیده شدن در روایت")

    page.goto(page.url.split("/families/")[0] + "/stories/")
    press(page, "نوشتن روایت")
    tick(page, "deliveries")
    write(page, title=TITLE, body="کم است.")
    press(page, "نگه‌داشتن پیش‌نویس")
    # Sent back for its words alone: what was ticked and typed stands there still.
    expect(page.locator("[name=body]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    expect(page.locator("[name=deliveries]")).to_be_checked()
    write(page, body="خیریهٔ شهر ویلچری رساند که در انبار مانده بود و راه مدرسه باز شد.")
    tick(page, "consents")
    press(page, "نگه‌داشتن پیش‌نویس")
    press(page, "فرستادن برای بازبینی")
    expect(page.get_by_role("status")).to_be_visible()

    page = visitor(scripts=scripts).sign_in(world["leader"]).go("/home/")
    press(page, TITLE)
    press(page, "انتشار برای همه")
    expect(page.get_by_role("status")).to_contain_text("روایت منتشر شد")

    page = visitor(scripts=scripts).go("/stories/")
    press(page, TITLE)
    expect(page.get_by_role("article")).to_contain_text("راه مدرسه باز شد")
    assert "آزمونی" not in page.content()


def test_a_vote_a_proposal_its_answer_and_a_visit(world, visitor):
    for slug in ON:
        switch_on(slug=slug, place=world.places["ir"], by=SYSTEM, now=NOW)
    vote, codes = running(world, voters=1)
    page = visitor(scripts=False).go(f"/programmes/assemblies/votes/{vote.pk}/ballot/")
    write(page, number=codes[0])
    tick(page, "options")
    press(page, "رأی می‌دهم")
    said(page, "رسید")

    page = visitor(scripts=False).sign_in(world["charity_manager"]).go("/programmes/proposals/new/")
    write(page, title="رمپ در ورودی بانک‌ها", problem="کاربران ویلچر نمی‌توانند وارد شوند.", first_step="نصب رمپ")
    press(page, "ثبت پیشنهاد")
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید پیشنهاد")

    leader = visitor(scripts=False).sign_in(world["leader"])
    page = leader.go("/programmes/proposals/")
    press(page, "رمپ در ورودی بانک‌ها")
    press(page, "فرستادن یا پیوستن")
    choose(page, "body")
    press(page, "فرستادن")
    press(page, "پاسخ بدهید")
    tick(page, "decision")
    write(page, text="پذیرفته شد و امسال انجام می‌شود.")
    press(page, "فرستادن پاسخ")
    said(page, "پذیرفته شد و امسال انجام می‌شود.")

    page = visitor(scripts=False).sign_in(world["field_leader"]).go("/programmes/visits/")
    press(page, "برنامه‌ریزی بازدید")
    choose(page, "place")
    write(page, planned_date="۱۴۰۵/۱۰/۲۰")
    press(page, "ثبت برنامهٔ بازدید")
    expect(page.get_by_role("status")).to_be_visible()
