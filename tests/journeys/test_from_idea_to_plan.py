"""Residents decide, each person at a browser of his own, in Persian: idea, study, a vote by code and on paper, count, plan."""

import re

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DAYS_ON
from tests.worker import run_worker
from tests.world import World, later

from peyvand.extend.switches import switch_on
from peyvand.kernel.text import latin_digits
from peyvand.programmes.assemblies.rules import ANNEX, PARTS
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.models import Vote

ROOT = "/programmes/assemblies/"
FIRST, LAST = "۱۴۰۵/۹/۱", "۱۴۰۵/۱۰/۳۰"


def press(reader, name: str) -> Page:  # type: ignore[no-untyped-def]
    page: Page = reader.page
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()
    return page


def follow(reader, name: str) -> Page:  # type: ignore[no-untyped-def]
    page: Page = reader.page
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state()
    return page


def choose_the_neighbourhood(page: Page) -> None:
    """Its name stands further in than that of its county."""
    choices = page.locator("[name=place] option")
    value = choices.filter(has_text="نوبنیاد").first.get_attribute("value")
    page.locator("[name=place]").select_option(value=value)


def tell_and_study(facilitator) -> str:  # type: ignore[no-untyped-def]
    """The address of the idea."""
    facilitator.go(ROOT)
    page = follow(facilitator, "ثبت ایده")
    choose_the_neighbourhood(page)
    page.get_by_label("چه کاری انجام شود؟").fill("روشنایی کوچهٔ مدرسه")
    page = press(facilitator, "ثبت شود")
    address = page.url
    page = follow(facilitator, "نوشتن امکان‌سنجی")
    for part in (*PARTS, *ANNEX):
        page.locator(f"[name={part}]").fill("دیده شد و نوشته شد.")
    page.locator("[name=cost]").fill("۲۰٬۰۰۰٬۰۰۰")
    page = press(facilitator, "نگه‌داشتن امکان‌سنجی")
    facilitator.check()
    return address


def prepare(leader) -> Page:  # type: ignore[no-untyped-def]
    leader.go(f"{ROOT}votes/")
    page = follow(leader, "برپایی رأی‌گیری")
    page.locator("[name=title]").fill("بودجهٔ نوبنیاد")
    choose_the_neighbourhood(page)
    page.locator("[name=ideas]").first.check()
    page.locator("[name=method]").first.check()
    page.locator("[name=budget]").fill("۳۰٬۰۰۰٬۰۰۰")
    leader.check()
    return press(leader, "رأی‌گیری برپا شود")


def open_the_vote(leader) -> None:  # type: ignore[no-untyped-def]
    page: Page = leader.page
    page.locator("[name=opens_at]").fill(FIRST)
    page.locator("[name=closes_at]").fill(LAST)
    press(leader, "بازکردن رأی‌گیری")


def put_on_the_roll(facilitator, here: str) -> str:  # type: ignore[no-untyped-def]
    """Five who vote with a code and one on paper; gives the codes."""
    page = facilitator.go(f"{here}roll/")
    for number in range(6):
        page.locator("[name=name]").fill(f"رأی‌دهندهٔ {number}")
        page.locator("[name=known_by]").fill(str(number))
        page = press(facilitator, "گواهی می‌دهم؛ به فهرست افزوده شود")
    for row in range(5):
        page.locator("[name=voter]").nth(row).check()
    facilitator.check()
    page = press(facilitator, "دادن کد تازه به نشان‌خورده‌ها")
    facilitator.check()
    return latin_digits(page.get_by_role("main").inner_text())


def vote_with(public, here: str, code: str) -> str:  # type: ignore[no-untyped-def]
    page = public.go(f"{here}ballot/")
    page.locator("[name=number]").fill(code)
    page.locator("[name=options]").first.check()
    page = press(public, "رأی می‌دهم")
    return latin_digits(page.locator("bdi.code").inner_text())


def vote_on_paper(facilitator, worker, here: str) -> str:  # type: ignore[no-untyped-def]
    """The sixth person draws a paper; two people enter it out of the box. Gives its number."""
    facilitator.go(f"{here}roll/")
    page: Page = facilitator.page
    page.get_by_role("row", name=re.compile("رأی‌دهندهٔ ۵|رأی‌دهندهٔ 5")).get_by_role(
        "button", name="با برگه رأی می‌دهد"
    ).click()
    page.wait_for_load_state()
    page = facilitator.go(f"{here}papers/print/")
    number = latin_digits(page.locator("bdi.code").first.inner_text())
    for reader in (facilitator, worker):
        page = reader.go(f"{here}papers/")
        page.locator("[name=number]").fill(number)
        page.locator("[name=options]").first.check()
        press(reader, "ثبت این برگه")
        reader.check()
    expect(page.locator("body")).to_contain_text("این برگه شمرده می‌شود")
    return number


@pytest.mark.slow
def test_from_an_idea_to_a_plan_with_a_vote_by_code_and_on_paper(world: World, visitor):  # type: ignore[no-untyped-def]
    switch_on(slug="assemblies", place=world.places["mz"], by=SYSTEM, now=later())
    facilitator = visitor().sign_in(world["facilitator"])
    worker = visitor().sign_in(world["social_worker"])
    leader = visitor().sign_in(world["field_leader"])
    public = visitor("phone", scripts=False)
    idea = tell_and_study(facilitator).removeprefix(facilitator.address)
    page = prepare(leader)
    here = page.url.removeprefix(leader.address)
    text = put_on_the_roll(facilitator, here)
    leader.go(here)
    open_the_vote(leader)
    expect(leader.page.locator("body")).to_contain_text("هنوز مانده")  # the study is not published yet
    leader.go(idea)
    # The refusal above, as the browser tells it.
    leader.faults = [one for one in leader.faults if "status of 409" not in one]
    press(leader, "انتشار همیشگی امکان‌سنجی")
    leader.go(here)
    open_the_vote(leader)
    expect(leader.page.locator("body")).to_contain_text("رأی‌گیری باز است")
    codes = re.findall(r"\b\d{4}-\d{4}-\d{4}\b", text)[::2]
    receipts = [vote_with(public, here, code) for code in codes]
    assert len(set(receipts)) == 5
    receipts.append(vote_on_paper(facilitator, worker, here))
    with scope(SYSTEM):  # its last day is over
        Vote.objects.update(closes_at=later(days=DAYS_ON), opens_at=F("opens_at"))
    leader.go(here)
    press(leader, "بستن رأی‌گیری")
    page = press(leader, "شمارش آرا")
    expect(page.get_by_role("main")).to_contain_text("شمارش در نوبت است")
    leader.check()
    run_worker()  # the page looks by itself, and then the result stands on it
    expect(page.get_by_role("main")).to_contain_text("پشتیبانانش هزینهٔ آن را دادند: ۶ نفر")
    page = public.go(here)
    for receipt in (receipts[0], receipts[-1]):  # that of a code and that of the paper
        page.locator("[name=receipt]").fill(receipt)
        page = press(public, "برگهٔ من در آن هست؟")
        expect(page.get_by_role("main")).to_contain_text("شمرده شد. در آن نوشته است")
    leader.go(idea)
    page = follow(leader, "برنامه‌ریزی")
    page.locator("[name='0-quantity']").fill("۵")
    leader.check()
    page.locator("[name='0-kind']").select_option(index=1)
    page = press(leader, "ثبت این نیازها")
    expect(page.get_by_role("main")).to_contain_text("کار عمرانی محله")
    leader.check()
