"""The pages of an office's first day, as a browser without JavaScript uses them."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from tests.intake.lists import FAMILIES, NEEDS, write
from tests.world import World

from peyvand.flow.monthly import monthly_report
from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import Need, PriorityWeights
from peyvand.intake.models import ImportRecord
from peyvand.intake.waiting import KEPT, GoneOrNotYours, TooLarge, WaitingRoom
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.lists.reading import cell_text
from peyvand.lists.workbooks import sheets as workbook
from peyvand.people.models import Account, Membership, Organisation, SignInCode
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.month import sheets_of, tables_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waiting_place(settings, tmp_path):
    settings.PEYVAND_WAITING = tmp_path / "waiting"
    settings.PEYVAND_NAVIGATION = ""


@pytest.fixture
def world(db):
    return World.build()


def signed_in(client, name):
    client.force_login(Account.objects.get(username=name))
    return client


def upload(path):
    return SimpleUploadedFile(path.name, path.read_bytes())


def text_of(response):
    return response.content.decode()


def stored_needs():
    with scope(SYSTEM):
        return Need.objects.count()


def look_at(client, path, kind="needs"):
    answer = client.post(reverse("imports"), {"kind": kind, "file": upload(path)})
    assert answer.status_code == 302, text_of(answer)
    return answer.url


def expected(html):
    return re.search(r'name="expected" value="(\w+)"', html).group(1)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_list_is_looked_at_stored_and_taken_back(world, client, tmp_path, language):
    signed_in(client, "facilitator").cookies[settings.LANGUAGE_COOKIE_NAME] = language
    url = look_at(client, write(tmp_path, "فهرست", NEEDS, "xlsx"))
    page = text_of(client.get(url))
    assert ("فهرست.xlsx" in strip_tags(page), stored_needs()) == (True, 0)
    assert "ویلچر" in page if language == "fa" else "Wheelchair" in page
    done = client.post(f"{url}confirm/", {"expected": expected(page)})
    assert stored_needs() == 2
    made = ImportRecord.objects.get()
    assert done.url == reverse("import", args=[made.pk])
    assert client.get(done.url).status_code == 200
    assert client.get(url).status_code == 409, "the file is deleted once it is stored"
    client.post(reverse("import_undo", args=[made.pk]))
    with scope(SYSTEM):
        assert set(Need.objects.values_list("closed_as", flat=True)) == {"withdrawn"}
    assert client.get(reverse("imports")).status_code == 200


def test_bad_rows_stand_on_the_page_and_hold_the_list_until_the_good_ones_may_go_on(world, client, tmp_path):
    signed_in(client, "facilitator")
    url = look_at(client, write(tmp_path, "needs", [*NEEDS, ["فضاپیما", "۱", "", "نوبنیاد", "", "", ""]]))
    page = text_of(client.get(url))
    assert "فضاپیما" in page
    held = client.post(f"{url}confirm/", {"expected": expected(page)})
    assert (held.status_code, set(held.context["form"].errors)) == (422, {"good_rows"})
    assert 'id="id_good_rows_error"' in text_of(held)
    assert stored_needs() == 0
    sheet = client.get(f"{url}errors.xlsx")
    rows = list(next(iter(workbook(sheet.content)))[1])
    assert any("فضاپیما" in row for row in rows)
    client.post(f"{url}confirm/", {"expected": expected(page), "good_rows": "on"})
    assert stored_needs() == 2


def test_the_same_file_is_stored_again_only_when_ticked(world, client, tmp_path):
    signed_in(client, "facilitator")
    path = write(tmp_path, "needs", NEEDS)
    url = look_at(client, path)
    client.post(f"{url}confirm/", {"expected": expected(text_of(client.get(url)))})
    url = look_at(client, path)
    digest = expected(text_of(client.get(url)))
    held = client.post(f"{url}confirm/", {"expected": digest})
    assert (held.status_code, set(held.context["form"].errors)) == (422, {"again"})
    assert stored_needs() == 2
    client.post(f"{url}confirm/", {"expected": digest, "again": "on"})
    assert stored_needs() == 4


def test_columns_are_picked_on_the_page_and_remembered(world, client, tmp_path):
    signed_in(client, "facilitator")
    url = look_at(client, write(tmp_path, "own", [["چیست", "کجا"], ["ویلچر", "نوبنیاد"]]))
    assert "چیست" in text_of(client.get(url))
    client.post(f"{url}columns/", {"column-kind": "چیست", "column-neighbourhood": "کجا"})
    page = text_of(client.get(url))
    client.post(f"{url}confirm/", {"expected": expected(page)})
    assert stored_needs() == 1
    url = look_at(client, write(tmp_path, "next", [["چیست", "کجا"], ["ویلچر", "آهنگرخیل"]]))
    assert expected(text_of(client.get(url)))


def test_national_ids_and_numbers_of_a_preview_are_covered(world, client, tmp_path):
    signed_in(client, "facilitator")
    page = text_of(client.get(look_at(client, write(tmp_path, "families", FAMILIES), "families")))
    assert "۰۸۹۹" in page
    assert "۰۴۹۹۳۷۰۸۹۹" not in page
    assert "0499370899" not in page


def test_another_person_never_sees_a_waiting_file(world, client, tmp_path):
    url = look_at(signed_in(client, "facilitator"), write(tmp_path, "needs", NEEDS))
    signed_in(client, "social_worker")
    assert client.get(url).status_code == 409
    assert client.post(f"{url}confirm/", {"expected": "x"}).status_code == 409


def test_waiting_files_go_after_an_hour_and_large_ones_never_come(tmp_path):
    room, now = WaitingRoom(tmp_path / "room", megabytes=1), timezone.now()
    kept = room.put([("../../a.csv", io.BytesIO(b"x"), 1)], owner=7, now=now, about={})
    assert kept.file().parent.parent == kept.folder
    with pytest.raises(GoneOrNotYours):
        room.get(kept.token, owner=8, now=now)
    with pytest.raises(GoneOrNotYours):
        room.get("../room", owner=7, now=now)
    assert room.sweep(now=now + KEPT - timedelta(seconds=1)) == 0
    assert room.sweep(now=now + KEPT) == 1
    assert not kept.folder.exists()
    with pytest.raises(TooLarge):
        room.put([("b.csv", io.BytesIO(b""), 2**20 + 1)], owner=7, now=now, about={})


M_NEEDS = [
    ["شناسه", "نوع", "تعداد", "اولویت", "شهرستان", "تلفن"],
    ["ن۱", "ویلچر", "1", "فوری", "ساری", "0912"],
    ["ن۲", "ویلچر", "1", "کم", "ساری", ""],
]
M_OFFERS = [["شناسه", "نوع", "ظرفیت", "شهرستان"], ["ظ۱", "صندلی چرخ‌دار", "1", "ساری"]]


def send(client, tmp_path, needs=M_NEEDS, offers=M_OFFERS):
    files = write(tmp_path, "نیازها", needs), write(tmp_path, "ظرفیت‌ها", offers, "xlsx")
    return client.post(reverse("match_files"), {"needs": upload(files[0]), "capacities": upload(files[1])})


def match(client, tmp_path, needs=M_NEEDS):
    return send(client, tmp_path, needs).url


def test_two_files_are_matched_and_deleted(world, client, tmp_path):
    signed_in(client, "charity_manager")
    assert client.get(reverse("match_files")).status_code == 200
    url = match(client, tmp_path)
    page = text_of(client.get(url))
    assert "matches.xlsx" in page
    assert "نیازها.csv" in page
    csv = client.get(f"{url}matches.csv/").content.decode("utf-8-sig")
    assert "ن۱,ظ۱,1" in csv
    taken = client.get(f"{url}?chart=places&form=csv").content.decode("utf-8-sig")
    assert "ساری,۵۰٪" in taken
    report = client.get(f"{url}report.html/")
    assert report["Content-Disposition"].startswith("attachment")
    assert not list((settings.PEYVAND_WAITING).rglob("*/0/*")), "the lists themselves are deleted once matched"
    assert client.get(f"{url}figures.json/").status_code == 404
    client.post(f"{url}delete/")
    assert client.get(url).status_code == 409


def test_faults_of_two_files_are_named_and_the_good_rows_go_on(world, client, tmp_path):
    signed_in(client, "charity_manager")
    url = match(client, tmp_path, [*M_NEEDS, ["ن۳", "ویلچر", "هیچ", "فوری", "ساری", ""]])
    page = text_of(client.get(url))
    assert "هیچ" in page
    assert "matches.xlsx" not in page
    client.post(f"{url}go-on/")
    page = text_of(client.get(url))
    assert "matches.xlsx" in page
    assert "rejects.xlsx" in page


def test_too_many_rows_are_sent_to_the_command(world, client, tmp_path):
    signed_in(client, "charity_manager")
    many = [M_NEEDS[0], *[[f"n{number}", "ویلچر", "1", "50", "ساری", ""] for number in range(5_001)]]
    page = text_of(send(client, tmp_path, many))
    assert "data-error-summary" in page
    assert "peyvand match" in page


STAFF = ["match_files", "imports", "month", "papers", "visit_pdf", "meeting_pdf"]


@pytest.mark.parametrize(
    ("name", "routes"),
    [
        ("governor", [*STAFF, "start"]),
        ("auditor", [*STAFF, "start"]),
        ("facilitator", ["start", "start_places", "start_weights"]),
    ],
)
def test_pages_are_closed_to_other_roles(world, client, name, routes):
    signed_in(client, name)
    for route in routes:
        assert client.get(reverse(route)).status_code == 403, route


def test_nobody_comes_in_without_signing_in(world, client):
    for route in [*STAFF, "start", "start_places", "start_organisations", "start_weights"]:
        assert client.get(reverse(route)).status_code == 302, route
    assert client.post(reverse("match_files")).status_code == 302


@pytest.fixture
def fonts(monkeypatch, tmp_path):
    """The papers need the font that the build brings; where it is not built, that is what is said."""
    from peyvand.web.pages import office_frame

    if not list(office_frame.FONTS.glob("*.ttf")):
        pytest.fail("the font is missing: run the build of the site (python -m peyvand.web.build) before the tests")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.usefixtures("fonts")
def test_the_month_says_the_same_in_page_workbook_and_paper(world, client, language):
    signed_in(client, "facilitator").cookies[settings.LANGUAGE_COOKIE_NAME] = language
    world.delivered(world.agreed(world.need(2), world.capacity(5), 2), 2)
    world.need(kind="tutoring")
    Need.objects.update(created_at=timezone.now(), opened_at=timezone.now())
    month = JalaliMonth.of(business_date(timezone.now()))
    with scope(world["facilitator"]), translation.override(language):
        tables = tables_of(monthly_report(month, by=world["facilitator"], now=timezone.now()))
        shown = [row for table in tables for row in table.shown()]
        assert [list(row) for sheet in sheets_of(tables) for row in sheet.rows] == shown
    page = text_of(client.get(reverse("month")))
    found = [
        [unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)
    ]
    assert [row for row in found if row in shown] == shown, "every row, in this order"
    book = client.get(reverse("month_xlsx", args=[str(month)])).content
    written = [[cell_text(cell) for cell in row if cell_text(cell)] for row in next(iter(workbook(book)))[1]]
    kept = [[cell_text(cell) for cell in row if cell_text(cell)] for table in tables for row in table.rows]
    assert [row for row in written if row in kept] == kept
    paper = client.get(reverse("month_pdf", args=[str(month)]))
    assert paper.content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", paper.content)) in (1, 2)


@pytest.mark.usefixtures("fonts")
def test_papers_are_pdf_and_only_of_ones_own(world, client):
    signed_in(client, "facilitator")
    need = world.need()
    for url in (reverse("visit_pdf"), reverse("meeting_pdf"), reverse("receipt_pdf", args=[need.pk])):
        answer = client.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
    signed_in(client, "charity_manager")
    assert client.get(reverse("receipt_pdf", args=[need.pk])).status_code == 404


@pytest.mark.usefixtures("fonts")
def test_a_slip_issues_one_code_for_those_who_may_grant(world, client):
    membership = Membership.objects.get(account__username="facilitator")
    signed_in(client, "administrator")
    assert client.get(reverse("slip_pdf", args=[membership.pk])).status_code == 405
    assert client.post(reverse("slip_pdf", args=[membership.pk])).content.startswith(b"%PDF-")
    assert SignInCode.objects.filter(membership=membership).count() == 1
    signed_in(client, "social_worker")
    assert client.post(reverse("slip_pdf", args=[membership.pk])).status_code == 403


def test_the_administrator_fills_an_empty_province(world, client, tmp_path):
    signed_in(client, "administrator")
    assert client.get(reverse("start")).status_code == 200
    place = world.places["sari"].path
    parent = world.organisations["office"].pk
    client.post(
        reverse("start_organisations"), {"name_fa": "شعبهٔ ساری", "kind": "agency", "parent": parent, "place": place}
    )
    branch = Organisation.objects.get(name_fa="شعبهٔ ساری")
    assert branch.path == f"{parent}/{branch.pk}/"
    assert "شعبهٔ ساری" in text_of(client.get(reverse("start_organisations")))
    outside = {"name_fa": "دور", "kind": "agency", "place": world.places["damghan"].path}
    assert client.post(reverse("start_organisations"), outside).status_code == 200
    assert not Organisation.objects.filter(name_fa="دور").exists()


def test_weights_are_dated_and_never_change_the_past(world, client):
    signed_in(client, "administrator")
    today = business_date(timezone.now())
    values = {part.value: "20" for part in PriorityPart} | {"source": "مصوبهٔ شورا"}
    client.post(reverse("start_weights"), values | {"since": str(today + timedelta(days=3))})
    assert PriorityWeights.objects.get().urgency == 20
    assert client.post(reverse("start_weights"), values | {"since": str(today - timedelta(days=1))}).status_code == 200
    assert client.get(reverse("start_weights") + "?chart=weights&form=png").content.startswith(b"\x89PNG")
    assert (
        client.post(
            reverse("start_weights"),
            values | dict.fromkeys((part.value for part in PriorityPart), "0") | {"since": str(today)},
        ).status_code
        == 200
    )
    assert PriorityWeights.objects.count() == 1
    assert client.get(reverse("start_weights")).status_code == 200
