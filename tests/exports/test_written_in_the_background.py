"""A list asked for as a file is written by the worker, taken, deleted and forgotten."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.exports.files import left_behind, rows_of, taken
from tests.worker import run_worker
from tests.world import NOW, TODAY

from peyvand.exports.actions import delete_export, expire_exports
from peyvand.exports.models import Export
from peyvand.exports.rules import MOST_UNFINISHED, FileGone, TooManyExports
from peyvand.exports.running import write_export
from peyvand.exports.taking import opened_file
from peyvand.flow.need.models import Need
from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.models import Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_holds_every_row_the_filters_leave_in_the_order_of_the_page(world, ask, stored, kind):
    for place in range(25):
        world.need(place + 1)
    other = world.need(7, kind="tutoring")
    asked = ask(world["facilitator"], f"/needs/?specification={other.specification_id}&sort=-created", kind)
    every = ask(world["facilitator"], "/needs/?sort=-created", kind, language="en")
    run_worker()
    assert (stored(asked).state, stored(asked).rows_done, stored(asked).title) == ("done", 1, "نیازها")
    assert (stored(every).rows_done, stored(every).rows_about, stored(every).attempts) == (26, 26, 1)
    content = taken(every, world["facilitator"])
    if kind == "csv":
        rows = rows_of(content)
        assert rows[0][0] == "Need"
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert not sheet.sheet_view.rightToLeft
        rows = list(sheet.iter_rows(values_only=True))
    with scope(SYSTEM):
        codes = [spoken(one.tracking_code) for one in Need.objects.order_by("-created_at", "-pk")]
    assert sorted(row[1] for row in rows[1:]) == sorted(codes)


def test_a_row_costs_no_query(world, ask, stored):
    """One cursor and, for family files, the heads of a batch: what a batch costs does not grow with its rows."""
    counts = {}
    for families in (30, 40, 60):
        while Person.objects.count() < families:
            world.household()
        export = ask(world["facilitator"], "/families/")
        with CaptureQueriesContext(connection) as queries:
            write_export(export_id=export.pk, now=NOW)
        assert stored(export).rows_done == families
        counts[families] = len(queries)
    assert counts[40] - counts[30] == 1
    assert counts[60] - counts[40] == 2


def test_files_end_with_their_days(world, ask, stored, settings):
    world.need()
    old, fresh = ask(world["facilitator"]), ask(world["facilitator"])
    run_worker()
    with scope(SYSTEM):
        Export.objects.filter(pk=fresh.pk).update(expires_at=NOW + timedelta(days=30))
    (settings.PEYVAND_EXPORTS / "999999").mkdir()
    assert stored(old).expires_at == NOW + timedelta(days=settings.PEYVAND_EXPORT_DAYS)
    week = NOW + timedelta(days=settings.PEYVAND_EXPORT_DAYS)
    with pytest.raises(FileGone), scope(world["facilitator"]):
        opened_file(export_id=old.pk, by=world["facilitator"], now=week)
    with pytest.raises(NotPermitted):
        expire_exports(by=world["leader"], now=week)
    assert expire_exports(by=SYSTEM, now=week) == 1
    assert [path.name for path in settings.PEYVAND_EXPORTS.iterdir()] == [str(fresh.pk)]
    with scope(SYSTEM):
        assert list(Export.objects.values_list("pk", flat=True)) == [fresh.pk]


def test_deleting_takes_row_and_file_away(world, ask, settings):
    export = ask(world["facilitator"])
    run_worker()
    delete_export(export_id=export.pk, by=world["facilitator"], now=NOW)
    assert left_behind() == []
    with scope(SYSTEM):
        assert not Export.objects.exists()


def test_five_at_a_time_and_no_more(world, ask):
    for _ in range(MOST_UNFINISHED):
        ask(world["facilitator"])
    with pytest.raises(TooManyExports):
        ask(world["facilitator"])
    ask(world["officer"])


def test_demonstration_data_says_so_in_the_file(world, ask, settings):
    settings.PEYVAND_DEMO = True
    world.need(due_date=TODAY)
    export = ask(world["facilitator"])
    book = ask(world["facilitator"], kind="xlsx")
    run_worker()
    assert rows_of(taken(export, world["facilitator"]))[0] == ["دادهٔ نمایشی"]
    sheet = openpyxl.load_workbook(io.BytesIO(taken(book, world["facilitator"]))).active
    assert (sheet["A1"].value, sheet["A2"].value, sheet.sheet_view.rightToLeft) == ("دادهٔ نمایشی", "نیاز", True)
