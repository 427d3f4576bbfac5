"""Signing in at a browser: by user name and password, by a code on paper; what went wrong is said in human words."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from peyvand.kernel.text import persian_digits
from peyvand.people.accounts import issue_sign_in_code
from peyvand.people.models import Account, Membership
from peyvand.scope.acting import SYSTEM

PASSWORD = "چهار واژهٔ دور از هم"
FIRST_PAGE = "آنچه در انتظار شماست"


@pytest.fixture
def account(world) -> Account:
    found = Account.objects.get(username="facilitator")
    found.set_password(PASSWORD)
    found.save()
    return found


def fill_in(page: Page, password: str) -> None:
    page.get_by_label("نام کاربری").fill("facilitator")
    page.get_by_label("گذرواژه").fill(password)
    page.get_by_role("main").get_by_role("button", name="ورود").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_by_user_name_and_password_to_the_page_that_was_asked_for(account, visitor, scripts):
    reader = visitor(size="phone", scripts=scripts)
    page = reader.go("/families/")
    expect(page.get_by_role("heading", level=1)).to_have_text("ورود")
    fill_in(page, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("خانواده‌ها")


def test_a_wrong_password_is_told_humanly_and_keeps_the_name(account, visitor):
    reader = visitor(size="phone")
    page = reader.go("/sign-in/")
    reader.check()
    fill_in(page, "نادرست نادرست")
    told = page.get_by_role("alert").or_(page.locator(".error-summary"))
    expect(told.first).to_be_visible()
    expect(page.get_by_label("نام کاربری")).to_have_value("facilitator")
    reader.check()
    fill_in(page, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRST_PAGE)


def test_by_a_code_handed_over_typed_as_it_is_read_out(world, visitor):
    role = Membership.objects.get(pk=world["charity_manager"].membership_id)
    code = issue_sign_in_code(membership=role, valid_for=timedelta(hours=24), by=SYSTEM, now=timezone.now())
    reader = visitor(size="phone")
    page = reader.go("/enter/")
    reader.check()
    half = len(code) // 2
    for typed in ("۱۲۳ ۴۵۶", persian_digits(f"{code[:half]} {code[half:]}")):
        page.get_by_label("کد روی برگه").fill(typed)
        page.get_by_role("main").get_by_role("button", name="ورود").click()
        page.wait_for_load_state()
        reader.check()
        if typed.startswith("۱۲۳"):
            expect(page.get_by_role("main")).to_contain_text("این کد ورود به کار رفته، مهلتش گذشته، یا هرگز نبوده است.")
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRST_PAGE)

    another = visitor(size="phone")
    page = another.go("/enter/")
    page.get_by_label("کد روی برگه").fill(code)
    page.get_by_role("main").get_by_role("button", name="ورود").click()
    expect(page.get_by_role("main")).to_contain_text("این کد ورود به کار رفته")


def test_a_person_of_a_family_gets_a_slip_and_signs_in_with_it(world, visitor):
    world.household()
    keeper = visitor(size="desktop").sign_in(world["facilitator"])
    page = keeper.go("/families/")
    page.locator("tbody").get_by_role("link").first.click()
    page.get_by_text("تغییر", exact=True).click()
    page.get_by_role("button", name="دادن برگهٔ ورود به این فرد").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("برگهٔ ورود")
    keeper.check()
    code = page.locator("p.code bdi").inner_text()
    resident = visitor(size="phone")
    page = resident.go("/enter/")
    page.get_by_label("کد روی برگه").fill(code)
    page.get_by_role("main").get_by_role("button", name="ورود").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRST_PAGE)
    expect(page.get_by_role("main")).to_contain_text("ساکن محله")
    resident.check()
