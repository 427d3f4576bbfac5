"""A resolution followed to its end in a real browser: a council is founded, meets, resolves; the owner reports, another confirms."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date, short_date
from peyvand.programmes.neighbourhoods.actions import SLUG, take_known_kinds
from peyvand.scope.acting import SYSTEM

ROOT = f"/programmes/{SLUG}/"


@pytest.fixture
def opened(world):
    now = timezone.now()
    switch_on(slug=SLUG, place=world.places["mz"], since=business_date(now) - timedelta(days=60), by=SYSTEM, now=now)
    take_known_kinds(by=SYSTEM, now=now)
    return world


def day(days=0):
    return short_date(business_date(timezone.now()) + timedelta(days=days), "fa")


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def test_a_council_resolves_and_the_resolution_is_followed_until_it_is_done(opened, visitor):
    secretary = visitor(size="phone").sign_in(opened["facilitator"])
    page = secretary.go(f"{ROOT}councils/new/")
    page.locator("select[name=place]").select_option(label="– نوبنیاد")
    page.get_by_label("نوع شورا").select_option(label="شورای پیشرفت محله")
    press(page, "برپا کردن شورا")
    expect(page.get_by_role("heading", level=1)).to_have_text("شورای پیشرفت محله، نوبنیاد")
    follow(page, "افزودن کرسی")
    page.get_by_label("کرسی", exact=True).fill("خانهٔ بهداشت")
    page.get_by_label("از تاریخ").fill(day(-5))
    press(page, "افزودن کرسی")
    follow(page, "فراخواندن جلسه")
    page.get_by_label("در چه روزی").fill(day())
    page.get_by_label("دستور جلسه").fill("روشنایی کوچه\nراه درمانگاه")
    press(page, "فراخواندن جلسه")
    page.locator(f'a[href^="{ROOT}sessions/"]').first.click()
    secretary.check()
    follow(page, "ثبت جلسه")
    page.get_by_label("خانهٔ بهداشت").check()
    page.get_by_label(re.compile("^روشنایی کوچه")).fill("چراغ دو کوچه خاموش است.")
    page.get_by_label("سخنران «روشنایی کوچه»").fill("شهرداری")
    press(page, "ثبت جلسه")
    expect(page.get_by_text("سخنران: شهرداری")).to_be_visible()
    follow(page, "ثبت مصوبه")
    page.get_by_label("آنچه تصویب شد").fill("چراغ دو کوچه روشن شود")
    page.get_by_label("بر عهدهٔ").select_option(label="خیریهٔ نمونه")
    page.get_by_label("تا چه روزی").fill(day(10))
    press(page, "ثبت مصوبه")
    expect(page.get_by_role("link", name="صورت‌جلسه در یک صفحه (PDF)")).to_be_visible()
    answer = page.request.get(page.url + "minutes.pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    owner = visitor().sign_in(opened["charity_manager"])
    page = owner.go(f"{ROOT}resolutions/?show=owed")
    page.get_by_role("link", name="چراغ دو کوچه روشن شود").click()
    press(page, "آغاز کار")
    follow(page, "گزارش انجام")
    page.get_by_label("در یک جمله").fill("هر دو چراغ روشن شد.")
    press(page, "گزارش انجام")
    expect(page.locator("#content").get_by_text("گزارش شد. دبیر شورا آن را تأیید می‌کند.")).to_be_visible()
    owner.check()
    page = secretary.go(f"{ROOT}resolutions/?show=confirm")
    page.get_by_role("link", name="چراغ دو کوچه روشن شود").click()
    press(page, "تأیید انجام")
    expect(page.locator("#content").get_by_text("انجام شد؛ شورا به گفتهٔ خود عمل کرد.")).to_be_visible()
    expect(page.locator("#content").get_by_text("هر دو چراغ روشن شد.")).to_be_visible()
    secretary.check()
