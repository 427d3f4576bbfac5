"""Every format gives the same rows, with the row numbers that a spreadsheet shows."""

import base64
import datetime as dt
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peyvand.lists.faults import ListRefused
from peyvand.lists.reading import read_sheets

ROWS: list[list[object]] = [
    ["فهرست نيازها"],
    [],
    ["شناسه", "نوع", "تعداد"],
    ["۰۰۱", "ويلچر; برقی", 2],
    ["n,2", "سمعك", 1.5],
]
READ = [
    (1, ("فهرست نيازها",)),
    (3, ("شناسه", "نوع", "تعداد")),
    (4, ("۰۰۱", "ويلچر; برقی", "2")),
    (5, ("n,2", "سمعك", "1.5")),
]

# The same rows as a binary workbook of Excel 97, made once: nothing here writes that format.
EXCEL_97 = (
    "c-rk)O-NKx6#nj;H+RO#pV2hXKn5YTNf4bDMd+mEC_!Rvj0$SZS%fmi(54n;neBq0RnbOp(?)C454EUW3&E&G5Cl#w+b9&YP+#Yq"
    "xsPUQ77mnTyzg<(J@?%6-Fx1<KkvTxX0du{=21fyzn~jFtUG1Uc{W9<%q@gL^^U`;n+GX59<~(9f;5oYkLMK&0Ukph?<_1lv|o_~"
    "K2bW23mBY8ry`q(UWp;8IEF5g3iruUiF%2uM&vn>+eOZc=L?Ys#d1qz7x^x!lUR%oM)#Rne8Osyx=L`nPlWS9EFGxBYo5hdZ>yZI"
    "A3d4#$?<=)qR}qLENI;NQ|VMDIlhEi8o*h6b0WZ3ccs3Jc=pY;E0Fzrp*>K<e#f$bNjPU^f=|<)8nL;?R;{{2&+C4@ic7Msaw>=F"
    "AybEr>8Oq%p^xYm-AR@fTEA+qPLL9#q7N#e2lRfnMk#A2dplc~^|D^k+n@%BdRX72rVda<+*hw&AP=P5I&G+!?jzbE9pe37_J?r6"
    "{!k(7rkvy`szk4r)f1*LS0AjrJvuTJKO>e&2|V}a*u^&s2iKTE<VvaWi=?g*6~-Qs*QM2+qBn@FB~Qwmhw6-ym=d2GQrk@Z#02l+"
    "EqQt?>C<11J#C!+9N$g)Tz~d*?cDqL44UXoHcEWHrqHI^)V;fmXK^=IW|#RWvi`RnCuoJuy*cLfScNr&M6DLd9+uo)p@$_N{7iBs"
    "_xa^Y7L|O4?JL6e3EMXQK4J4yykc>Q*&)NWi?D5BYs0pM9WZQL*rzCzZmR~5IV9Rke<B1A9z1yP;K73j4_h643bo7$+&1TNJ{<<k"
    "f1Nc->)vmY{}#tFLDxn44D3Ui@(g`&mVzDdE4MARL5};skTFcXXE25liDRtf`AgquD*t{qObq|IB~)tv>!rl`m;3(#EDh29"
)


def separated(encoding: str, delimiter: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "list.csv"
        lines = [delimiter.join(f'"{cell}"' for cell in row) for row in ROWS]
        path.write_bytes("\r\n".join(lines).encode(encoding, "replace"))
        return path

    return write


def workbook(folder: Path) -> Path:
    path = folder / "list.xlsx"
    book = openpyxl.Workbook()
    for place, row in enumerate(ROWS, 1):
        for column, cell in enumerate(row, 1):
            book.active.cell(place, column, cell)
    book.save(path)
    return path


def page_saved_as_xls(folder: Path) -> Path:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    path = folder / "list.xls"
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
    path.write_text(f"{head}<table border=1>{rows}</table></body></html>", encoding="utf-8")
    return path


def excel_97(folder: Path) -> Path:
    path = folder / "list.xls"
    path.write_bytes(zlib.decompress(base64.b85decode(EXCEL_97)))
    return path


def excel_2003(folder: Path) -> Path:
    def cells(row: Sequence[object]) -> str:
        return "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)

    rows = "".join(f'<Row ss:Index="{n}">{cells(row)}</Row>' for n, row in enumerate(ROWS, 1) if row)
    path = folder / "list.xls"
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="برگه"><Table>'
        f"{rows}</Table></Worksheet></Workbook>",
        encoding="utf-8",
    )
    return path


def filled(rows: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """Without the empty cells at the end, which depend on the format."""
    return [(number, tuple("|".join(cells).rstrip("|").split("|"))) for number, cells in rows]


@pytest.mark.parametrize(
    "write",
    [
        *[
            separated(encoding, mark)
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
            for mark in ",;\t"
        ],
        workbook,
        page_saved_as_xls,
        excel_2003,
        excel_97,
    ],
)
def test_every_format_gives_the_same_rows(write: Callable[[Path], Path], tmp_path: Path) -> None:
    (sheet,) = read_sheets(write(tmp_path))
    assert filled(sheet.rows) == READ


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_windows_1256_is_read_where_the_file_is_no_utf8(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(delimiter.join(["شناسه", "نوع", "پگاه چاي ژرف"]).encode("windows-1256") + b"\r\n")
    (sheet,) = read_sheets(path)
    assert sheet.rows == [(1, ("شناسه", "نوع", "پگاه چاي ژرف"))]


def test_a_page_may_name_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    page = '<html><meta charset="windows-1256"><table><tr><td>شناسه<td>نوع</table></html>'
    path.write_bytes(page.encode("windows-1256"))
    (sheet,) = read_sheets(path)
    assert sheet.rows == [(1, ("شناسه", "نوع"))]


def test_cells_that_span_columns_and_rows_keep_the_others_in_place(tmp_path: Path) -> None:
    path = tmp_path / "spans.xls"
    path.write_text(
        "<table><tr><td colspan=3>عنوان</td></tr><tr><td rowspan=2>a</td><td>b</td><td>c<br>d</td></tr>"
        "<tr><td>e</td><td>f</td></tr><tr><td>g</td><td>h</td><td>i</td></tr></table>",
        encoding="utf-8",
    )
    (sheet,) = read_sheets(path)
    assert [cells for _, cells in sheet.rows] == [("عنوان", "", ""), ("a", "b", "c d"), ("", "e", "f"), ("g", "h", "i")]


def test_parquet_rows_count_from_the_heading(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pl.DataFrame({"id": [1, 2], "kind": ["a", None], "on": [dt.date(2024, 5, 6), None]}).write_parquet(path)
    (sheet,) = read_sheets(path)
    assert sheet.rows == [(1, ("id", "kind", "on")), (2, ("1", "a", "2024-05-06")), (3, ("2", "", ""))]


def test_a_sheet_shows_numbers_and_dates_as_people_see_them(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    book.active.append([1001.0, 12345678901, 2.5, dt.date(2024, 5, 6), "  دور  "])
    book.save(path)
    (sheet,) = read_sheets(path)
    assert sheet.rows == [(1, ("1001", "12345678901", "2.5", "2024-05-06", "دور"))]


def test_an_error_in_a_cell_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "quantity"])
    book.active.append(["1", "#N/A"])
    book.save(path)
    (sheet,) = read_sheets(path)
    assert sheet.rows[1] == (2, ("1", "#N/A"))


def test_visible_sheets_come_before_hidden_ones(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, seen = book.add_worksheet("پنهان"), book.add_worksheet("پیدا")
        hidden.write(0, 0, "x")
        seen.write(0, 0, "y")
        seen.activate()
        seen.set_first_sheet()
        hidden.hide()
    assert [sheet.name for sheet in read_sheets(path)] == ["پیدا", "پنهان"]


def test_a_cell_may_hold_several_lines_and_still_be_one_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('sep=;\nid;note\n1;"دو\nخط"\n2;x\n', encoding="utf-8")
    (sheet,) = read_sheets(path)
    assert [number for number, _ in sheet.rows] == [2, 3, 4]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file_empty"),
        ("a.csv", b" \r\n ", "file_empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x01\x02", "not_a_table"),
        ("a.csv", "شناسه,نوع\n۱,ویلچر\n".encode()[:-2] + b"\n", "damaged_text"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "workbook_unreadable"),
        ("a.xls", b"\xd0\xcf\x11\xe0 not a workbook", "workbook_unreadable"),
        ("a.parquet", b"PAR1 nothing more", "parquet_unreadable"),
        ("a.xls", b"<html><body>no table here</body></html>", "page_without_table"),
        ("a.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web_archive"),
    ],
)
def test_what_is_no_table_is_refused_in_words(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ListRefused) as refused:
        list(read_sheets(tmp_path / name))
    (fault,) = refused.value.faults
    assert (fault.file, fault.code) == (name, code)
    assert fault.say("fa") != fault.say("en")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.csv", "file_missing"), (tmp_path, "file_unreadable")):
        with pytest.raises(ListRefused) as refused:
            list(read_sheets(path))
        assert refused.value.faults[0].code == code


def test_a_cell_far_away_does_not_take_all_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(ListRefused, match="cannot be read"):
        list(read_sheets(path))


BEGINNINGS = [b"", b"<table>", b"<?xml?><Workbook>", b"PAR1", b"\xff\xfe", b'id,"']


def read_or_refused(path: Path) -> bool:
    try:
        sheets = list(read_sheets(path))
    except ListRefused:
        return False
    return all(any(cells) for sheet in sheets for _, cells in sheet.rows)


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_uploaded_is_read_or_refused(tmp_path: Path, beginning: bytes, rest: bytes) -> None:
    path = tmp_path / "upload.xls"
    path.write_bytes(beginning + rest)
    assert read_or_refused(path) in (True, False)


@pytest.mark.parametrize("write", [workbook, excel_97, page_saved_as_xls, excel_2003])
def test_a_file_cut_off_anywhere_is_read_or_refused(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path)
    data = path.read_bytes()
    whole = read_or_refused(path)
    for length in range(1, len(data), max(1, len(data) // 6)):
        path.write_bytes(data[:length])
        assert read_or_refused(path) in (True, False)
    assert whole
