"""A long list is asked for, seen growing, and taken; on a phone without scripts just as on a desktop with them."""

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import expect
from procrastinate.contrib.django import app
from tests.worker import run_worker

from peyvand.exports.actions import begin_export, count_rows
from peyvand.exports.models import Export
from peyvand.exports.running import write_export
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages import needs


@pytest.fixture(autouse=True)
def long_lists(monkeypatch, settings, tmp_path):
    """Two rows are already more than a page counts to."""
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    monkeypatch.setattr(needs, "SPEC", replace(needs.SPEC, count_limit=2))
    settings.PEYVAND_EXPORTS = tmp_path / "exports"


def asked():
    with scope(SYSTEM):
        return Export.objects.select_related("account").get()


@pytest.mark.parametrize(("size", "language"), [("desktop", "fa"), ("phone", "en")])
def test_a_file_grows_before_the_reader_s_eyes_and_is_taken(world, visitor, size, language):
    for _ in range(4):
        world.need()
    said = {
        "fa": ("آماده", "دریافت فایل", "خروجی‌های من", "اکسل", "۵۰٪ نوشته شد"),
        "en": ("Ready", "Take the file", "My exports", "Excel", "50% written"),
    }[language]
    reader = visitor(size=size, language=language).sign_in(world["facilitator"])
    page = reader.go("/needs/")
    page.get_by_role("button", name=said[3]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said[2])
    reader.check()
    export = begin_export(export_id=asked().pk, by=SYSTEM, now=asked().asked_at)
    assert count_rows(export=export, rows_done=2, rows_about=4, by=SYSTEM, now=export.asked_at)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "2", timeout=20_000)
    expect(page.locator("#export-status[role=status]")).to_contain_text(said[4], timeout=20_000)
    reader.check()
    write_export(export_id=export.pk, now=export.asked_at)
    expect(page.locator("#exports")).to_contain_text(said[0], timeout=20_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    reader.check()
    with page.expect_download() as download:
        page.get_by_role("link", name=said[1]).click()
    sheet = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert (sheet.max_row, sheet.sheet_view.rightToLeft or False) == (5, language == "fa")
    assert download.value.suggested_filename.endswith(".xlsx")
    reader.go("/home/")
    reader.check()


def test_the_same_without_scripts_through_the_worker(world, visitor):
    for _ in range(4):
        world.need()
    reader = visitor(size="phone", scripts=False).sign_in(world["facilitator"])
    page = reader.go("/needs/")
    page.get_by_role("button", name="CSV").click()
    expect(page.locator("#exports")).to_contain_text("در نوبت")
    run_worker()
    page.get_by_role("link", name="دوباره ببینید").click()
    expect(page.locator("#exports")).to_contain_text("آماده")
    with page.expect_download() as download:
        page.get_by_role("link", name="دریافت فایل").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 5
    page.get_by_role("button", name="حذف فایل").click()
    expect(page.get_by_role("heading", name="هنوز فایلی نخواسته‌اید")).to_be_visible()
    assert not reader.faults
