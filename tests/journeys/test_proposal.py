"""A proposal is written beside a like one, joined to it, answered with it, and parted again: nothing of it is lost."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from peyvand.extend.switches import switch_on
from peyvand.scope.acting import SYSTEM

ROOT = "/programmes/proposals/"
FIRST = ("رمپ در ورودی بانک‌ها", "کاربران ویلچر نمی‌توانند وارد بانک شوند", "نصب رمپ در شعبه‌های پرمراجعه")
LIKE = ("رمپ ورودی بانك", "ویلچر نمی‌تواند وارد بانک شود", "نصب رمپ شعبه‌های پر مراجعه")


def fill(page, said):
    for name, text in zip(("title", "problem", "first_step"), said, strict=True):
        page.locator(f"[name={name}]").fill(text)


def test_a_proposal_is_joined_answered_and_parted(world, visitor):
    switch_on(slug="proposals", place=world.places["ir"], by=SYSTEM, now=timezone.now() - timedelta(days=1))
    author = visitor(size="phone").sign_in(world["charity_manager"])
    page = author.go(ROOT + "new/")
    fill(page, FIRST)
    page.get_by_role("button", name="ثبت پیشنهاد").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید پیشنهاد")
    author.check()

    other = visitor().sign_in(world["facilitator"])
    page = other.go(ROOT + "new/")
    page.locator("[name=title]").press_sequentially(LIKE[0])
    expect(page.get_by_role("heading", name="پیشنهادهای همانند")).to_be_visible()
    other.check()
    fill(page, LIKE)
    page.get_by_role("button", name="ثبت پیشنهاد").click()
    expect(page.get_by_role("heading", name="آیا یکی از این‌هاست؟")).to_be_visible()
    page.get_by_role("button", name="پیشنهاد من چیز دیگری است؛ ثبت شود").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("رسید پیشنهاد")
    page.get_by_role("link", name="صفحهٔ پیشنهاد").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LIKE[0])
    second = page.url.removeprefix(other.address)

    leader = visitor().sign_in(world["leader"])
    page = leader.go(second)
    page.get_by_role("link", name="فرستادن یا پیوستن").click()
    leader.check()
    page.locator("[name=into]").fill("۱۴۰۵-۱")
    page.locator("[name=reason]").fill("همان مسئله را با واژه‌های دیگر می‌گوید.")
    page.get_by_role("button", name="پیوستن", exact=True).click()
    expect(page.get_by_text("به پیشنهاد همانندی پیوسته")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=FIRST[0]).first.click()
    expect(page.locator(".stat-value").first).to_have_text("۲")
    page.get_by_role("link", name="فرستادن یا پیوستن").click()
    page.locator("[name=body]").select_option(label="بهزیستی نمونه")
    page.get_by_role("button", name="فرستادن", exact=True).click()
    expect(page.get_by_text("روز کاری تا پایان مهلت پاسخ")).to_be_visible()
    page.get_by_role("link", name="پاسخ بدهید").click()
    page.locator("[name=decision][value=accepted]").check()
    page.locator("[name=text]").fill("پذیرفته شد و امسال انجام می‌شود.")
    page.get_by_label(f"به نویسندهٔ «{LIKE[0]}»").fill("از نشانی شعبه‌ها سپاسگزاریم.")
    leader.check()
    page.get_by_role("button", name="فرستادن پاسخ").click()
    expect(page.get_by_text("پذیرفته شد و امسال انجام می‌شود.").first).to_be_visible()
    leader.check()
    page = leader.go(second)
    page.get_by_role("button", name="دوباره جدا شود").click()
    expect(page.locator(".stat-value").first).to_have_text("۱")

    page = other.go(second)
    for text in (*LIKE, "از نشانی شعبه‌ها سپاسگزاریم.", "دوباره جدا شد"):
        expect(page.get_by_text(text).first).to_be_visible()
    page = other.go(ROOT)
    expect(page.get_by_role("link", name="تازه‌ها برای شما")).to_contain_text("۴")
    page = other.go(ROOT + "news/")
    expect(page.get_by_role("main")).to_contain_text("به پیشنهادی همانند پیوست")
    other.check()
