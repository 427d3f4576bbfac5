"""Keyset pages show every row once; exports hold what the page holds, and nothing a spreadsheet would run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import openpyxl
import pytest
from django import forms
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from peyvand.web.exports import export
from peyvand.web.fields import QuantityField
from peyvand.web.keyset import decode, encode, keyset
from peyvand.web.lists import Badge, Column, Filters, ListSpec, list_page
from peyvand.web.sheets import plain, write_csv


class GroupFilters(Filters):
    searched = ("name",)
    lookups = {"only": "name__startswith", "least": "pk__gte"}
    only = forms.TypedChoiceField(required=False, choices=[("", ""), ("ک", "ک")])
    empty = forms.BooleanField(required=False)
    least = QuantityField(required=False, least=0)


SPEC = ListSpec(
    name="groups",
    columns=(
        Column("name", "نام", sort="name", link=lambda group: f"/{group.pk}/"),
        Column("pk", "شماره", kind="number"),
    ),
    default_sort="name",
    filters=GroupFilters,
    per_page=7,
    count_limit=20,
)


@pytest.fixture(autouse=True)
def persian():
    with translation.override("fa"):
        yield


def asked(query=""):
    return RequestFactory().get(f"/groups/{query}")


@pytest.fixture
def permissions(db):
    """Rows with many equal names, so that only the primary key tells them apart."""
    kind = ContentType.objects.create(app_label="sample", model="sample")
    Permission.objects.bulk_create(
        Permission(name=f"name {place * 7 % 5}", codename=f"code{place}", content_type=kind) for place in range(53)
    )
    return Permission.objects.filter(content_type=kind)


def walk(rows, path, per_page, *, back=False):
    pages, cursor = [], {}
    while True:
        page, older, newer = keyset(rows, path, per_page, **cursor)
        pages.append(page)
        step = newer if back else older
        if not step:
            return pages
        cursor = {"before": step} if back else {"after": step}
        assert len(pages) < 100, "the pages never end"


@pytest.mark.parametrize("path", ["name", "-name", "codename", "-pk"])
@pytest.mark.parametrize("per_page", [1, 7, 53, 60])
def test_walking_the_pages_shows_every_row_once_and_in_order(permissions, path, per_page):
    pages = walk(permissions, path, per_page)
    shown = [row.pk for page in pages for row in page]
    tie = "-pk" if path.startswith("-") else "pk"
    assert shown == list(permissions.order_by(path, tie).values_list("pk", flat=True))


@pytest.mark.parametrize("path", ["name", "-name"])
def test_walking_back_shows_the_same_rows(permissions, path):
    forward = walk(permissions, path, 10)
    _last, _older, newer = keyset(permissions, path, 10, after=_cursor_to(permissions, path, forward))
    page, older, _newer = keyset(permissions, path, 10, before=newer)
    assert [row.pk for row in page] == [row.pk for row in forward[-2]]
    assert older, "from an earlier page one can always go on again"
    back = [[row.pk for row in one] for one in walk_from(permissions, path, 10, newer)]
    assert sorted(pk for one in back for pk in one) == sorted(row.pk for one in forward[:-1] for row in one)


def _cursor_to(rows, path, pages):
    cursor = {}
    for _page in pages[:-1]:
        _rows, older, _newer = keyset(rows, path, 10, **cursor)
        cursor = {"after": older}
    return cursor["after"]


def walk_from(rows, path, per_page, before):
    while before:
        page, _older, before = keyset(rows, path, per_page, before=before)
        yield page


def test_rows_that_come_and_go_between_pages_neither_repeat_nor_hide_others(permissions):
    first, older, _newer = keyset(permissions, "codename", 10)
    Permission.objects.filter(pk__in=[first[0].pk, first[-1].pk]).delete()
    Permission.objects.create(name="x", codename="code0a", content_type=permissions.first().content_type)
    rest = [row.pk for row in permissions.order_by("codename", "pk") if row.codename > first[-1].codename]
    second, _older, _newer = keyset(permissions, "codename", 10, after=older)
    assert [row.pk for row in second] == rest[:10]


@given(
    st.one_of(
        st.text(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.uuids(), st.dates(),
        st.booleans(), st.datetimes(timezones=st.just(UTC)), st.floats(allow_nan=False),
    )
)  # fmt: skip
def test_a_cursor_carries_its_key_whole(value):
    cursor = encode("-name", value, 7)
    assert decode("-name", cursor) == (None if isinstance(value, str) and "\0" in value else (value, 7))
    assert decode("name", cursor) is None


@given(st.text())
def test_a_damaged_cursor_is_no_error(text):
    assert decode("name", text) is None


@pytest.mark.parametrize("cursor", ["نه", "W10", "bm90IGpzb24", "W1sic3RyIiwiYSJdXQ", "MQ"])
def test_a_damaged_address_shows_the_first_page(permissions, cursor):
    page, _older, newer = keyset(permissions, "codename", 5, after=cursor)
    assert len(page) == 5
    assert not newer


def test_a_cursor_with_a_value_of_another_kind_shows_the_first_page(permissions):
    foreign = encode("-pk", "not a number", 1)
    page, _older, newer = keyset(permissions, "-pk", 5, after=foreign)
    assert len(page) == 5
    assert not newer


@pytest.mark.django_db
def test_a_page_takes_two_queries_whatever_its_size(django_assert_num_queries):
    Group.objects.bulk_create(Group(name=f"گروه {place:02}") for place in range(30))
    with django_assert_num_queries(2):
        page = list_page(asked("?q=گروه"), SPEC, Group.objects.all())
    assert (page.count, page.counted_all) == (20, False)
    assert len(page.rows) == 7
    with translation.override("fa"):
        html = render_to_string("web/parts/list.html", {"page": page})
    assert "بیش از ۲۰ مورد" in html
    assert 'data-title="شماره"' in html


@pytest.mark.django_db
def test_pages_keep_filters_and_sort_in_their_addresses():
    Group.objects.bulk_create(Group(name=f"گروه {place:02}") for place in range(30))
    page = list_page(asked("?q=گروه&sort=-name&after=zzz"), SPEC, Group.objects.all())
    assert page.objects[0].name == "گروه 29"
    query = QueryDict(page.older_url[1:])
    assert (query["q"], query["sort"], len(query.getlist("after"))) == ("گروه", "-name", 1)
    following = list_page(asked(page.older_url), SPEC, Group.objects.all())
    assert following.objects[0].name == "گروه 22"
    assert [heading.order for heading in page.headings] == ["descending", ""]


@pytest.mark.django_db
def test_a_search_folds_letters_and_wants_every_word():
    Group.objects.bulk_create(Group(name=name) for name in ("یک کتاب", "یک دفتر", "کتاب"))
    page = list_page(asked("?q=كتاب يك"), SPEC, Group.objects.all())
    assert [row.name for row in page.objects] == ["یک کتاب"]


@pytest.mark.django_db
def test_filters_narrow_by_their_lookups_and_an_unticked_box_by_nothing():
    Group.objects.bulk_create(Group(name=name) for name in ("کتاب", "دفتر"))
    assert [row.name for row in list_page(asked("?only=ک&least=۰"), SPEC, Group.objects.all()).objects] == ["کتاب"]
    page = list_page(asked("?empty="), SPEC, Group.objects.all())
    assert (len(page.objects), page.filters.used()) == (2, 0)
    page = list_page(asked("?least=چند"), SPEC, Group.objects.all())
    assert len(page.objects) == 2
    assert "یک عدد درست بنویسید" in render_to_string("web/parts/list.html", {"page": page})


@pytest.mark.django_db
def test_an_unknown_sort_falls_back_to_the_default():
    Group.objects.bulk_create(Group(name=name) for name in ("ب", "الف"))
    page = list_page(asked("?sort=password"), SPEC, Group.objects.all())
    assert [row.name for row in page.objects] == ["الف", "ب"]


@pytest.mark.django_db
def test_an_export_holds_every_row_the_filters_leave():
    Group.objects.bulk_create(Group(name=f"گروه {place:02}") for place in range(30))
    Group.objects.create(name="دیگر")
    answer = export(asked("?q=گروه&sort=-name&export=xlsx"), SPEC, Group.objects.all())
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("نام", "شماره")
    assert [row[0] for row in rows[1:]] == [f"گروه {place:02}" for place in reversed(range(30))]
    assert isinstance(rows[1][1], int)
    assert sheet.sheet_view.rightToLeft


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["=1+1", "+98", "-2", "@SUM(A1)", "\t=1"])
def test_text_that_looks_like_a_formula_is_never_run(name):
    Group.objects.create(name=name)
    text = b"".join(export(asked("?export=csv"), SPEC, Group.objects.all()).streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1][0] == f"'{name}"
    book = b"".join(export(asked("?export=xlsx"), SPEC, Group.objects.all()).streaming_content)
    cell = openpyxl.load_workbook(io.BytesIO(book)).active["A2"]
    assert (cell.value, cell.data_type) == (name, "s")


def test_no_export_is_made_unless_asked_for():
    assert export(asked(), SPEC, Group.objects.all()) is None
    assert export(asked("?export=exe"), SPEC, Group.objects.all()) is None


def test_cells_of_a_sheet_are_plain_values():
    class Row:
        money, day, state, part, none = 25_000_000, date(2026, 11, 21), Badge("باز"), Decimal("1.5"), None
        at, key = datetime(2026, 11, 20, 21, tzinfo=UTC), UUID(int=5)

    columns = [
        Column("money", "", kind="toman"),
        *(Column(name, "") for name in ("day", "state", "part", "none", "at", "key")),
    ]
    assert [plain(column, Row()) for column in columns] == [
        2_500_000, "1405/08/30", "باز", 1.5, None, "1405/08/30", "00000000-0000-0000-0000-000000000005",
    ]  # fmt: skip


def test_a_written_csv_counts_its_rows():
    class Row:
        name, pk = "الف", 1

    out = io.BytesIO()
    assert write_csv(out, SPEC, [Row(), Row()]) == 2
    assert out.getvalue().decode("utf-8-sig").splitlines() == ["نام,شماره", "الف,1", "الف,1"]
