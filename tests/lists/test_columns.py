"""Headings are found and cells become values; what is wrong is named by file, row and column."""

from pathlib import Path

import pytest

from peyvand.lists import Column, Form, ListRefused, Synonyms, Table, columns, read_rows, read_table
from peyvand.lists.faults import BadCell
from peyvand.lists.forms import capacities_form, needs_form, settle_reach

WORDS = Synonyms.load()


def table_of(folder: Path, text: str, form: Form | None = None, synonyms: Synonyms = WORDS, **chosen: str) -> Table:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, form or needs_form(synonyms), synonyms, chosen)


def refusal(folder: Path, text: str, form: Form | None = None, **chosen: str) -> str:
    with pytest.raises(ListRefused) as refused:
        table_of(folder, text, form, **chosen)
    return refused.value.say("en")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12),
        ("۱۲٫۵", 12.5),
        ("٣٦٫٥٦٣٣", 36.5633),
        ("36/5633", 36.5633),
        ("1,200", 1200),
        ("۱٬۲۰۰٬۰۰۰", 1_200_000),
        ("36,5", 36.5),
        ("-3", -3),
        (" 7 ", 7),
    ],
)
def test_numbers_are_read_in_every_usual_spelling(cell: str, number: float) -> None:
    assert columns.plain_number(cell) == number


def test_a_comma_in_a_coordinate_stands_before_the_decimals() -> None:
    assert columns.degrees(90)("36,563") == 36.563


@pytest.mark.parametrize("cell", ["", "دو", "1.2.3", "1e5", "inf", "nan", "--1", "1 2x", "."])
def test_what_is_no_number_is_none(cell: str) -> None:
    with pytest.raises(BadCell):
        columns.plain_number(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("فوری", 90), ("زیاد", 70), ("متوسط", 50), ("کم", 20), ("Urgent", 90), ("low", 20), ("۶۲٫۵", 62.5), ("0", 0)],
)
def test_a_priority_is_a_number_or_a_word(cell: str, value: float) -> None:
    assert columns.priority(WORDS)(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("شهرستان", ("county", None)),
        ("county", ("county", None)),
        ("سراسر استان", ("province", None)),
        ("كشور", ("country", None)),
        ("محله", ("neighbourhood", None)),
        ("15", ("km", 15)),
        ("۱۵ کیلومتر", ("km", 15)),
        ("15km", ("km", 15)),
        ("۲٫۵ كیلومتر", ("km", 2.5)),
        ("تا شعاع ۱۰ کیلومتری", ("km", 10)),
        ("۵۰۰ متر", ("km", 0.5)),
    ],
)
def test_a_reach_is_a_place_or_a_distance(cell: str, value: object) -> None:
    assert columns.reach(WORDS)(cell) == value


def test_title_rows_order_and_decoration_of_headings_do_not_matter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "سازمان بهزیستی\nفهرست, ۱۴۰۴\n\nتلفن,تعداد (عدد),نوع‌خدمت:,شناسه\n09,۳,ویلچر,۷\n")
    assert table.heading_row == 4
    assert table.columns == {"quantity": 1, "kind": 2, "id": 3}
    assert table.extras == [0]
    assert read_rows(table, needs_form(WORDS)).numbers == [5]


def test_the_preferred_of_two_headings_is_taken_and_the_other_comes_back(tmp_path: Path) -> None:
    table = table_of(tmp_path, "ردیف,کد,شناسه,نوع\n1,k,s,ویلچر\n")
    assert table.columns["id"] == 2
    assert table.extras == [0, 1]


def test_what_a_person_chose_goes_before_synonyms(tmp_path: Path) -> None:
    text = "شناسه,کد من,نوع,تعداد\ns,k,ویلچر,3\n"
    assert table_of(tmp_path, text, id="کد من", quantity="").columns == {"id": 1, "kind": 2}
    assert "no heading" in refusal(tmp_path, text, priority="نیست")


def test_a_missing_column_is_named_with_the_headings_found(tmp_path: Path) -> None:
    told = refusal(tmp_path, "شناسه,چیز\n1,2\n")
    assert told == "list.csv: a column is missing: kind (نوع). The headings found are: شناسه, چیز."


def test_one_heading_twice_is_refused(tmp_path: Path) -> None:
    assert "twice" in refusal(tmp_path, "شناسه,نوع,نوع\n1,ویلچر,عصا\n")


def test_a_heading_alone_is_no_list(tmp_path: Path) -> None:
    assert "no row below" in refusal(tmp_path, "شناسه,نوع\n\n,,\n")


BAD = [
    ("id", ",ویلچر,1,5,36,53", "the cell is empty"),
    ("kind", "n1,,1,5,36,53", "the cell is empty"),
    ("kind", "n1,--,1,5,36,53", "no letter or digit"),
    ("quantity", "n1,ویلچر,-2,5,36,53", "less than zero"),
    ("quantity", "n1,ویلچر,۱٫۵,5,36,53", "not a whole number"),
    ("quantity", "n1,ویلچر,0,5,36,53", "zero units"),
    ("quantity", "n1,ویلچر,سه,5,36,53", "not a number"),
    ("quantity", "n1,ویلچر,99999999999,5,36,53", "more than"),
    ("quantity", "n1,ویلچر,#REF!,5,36,53", "the error #REF!"),
    ("priority", "n1,ویلچر,1,101,36,53", "not between 0 and 100"),
    ("priority", "n1,ویلچر,1,خیلی,36,53", "neither a number"),
    ("lat", "n1,ویلچر,1,5,91,53", "not between -90 and 90"),
    ("lon", "n1,ویلچر,1,5,36,181", "not between -180 and 180"),
    ("lon", "n1,ویلچر,1,5,36,", "lat is given, lon is not"),
]


@pytest.mark.parametrize(("column", "row", "why"), BAD)
def test_a_bad_cell_is_named_by_file_row_and_column(column: str, row: str, why: str, tmp_path: Path) -> None:
    table = table_of(tmp_path, f"id,kind,quantity,priority,lat,lon\nok,سمعک,1,50,36,53\n\n{row}\n")
    rows = read_rows(table, needs_form(WORDS))
    assert rows.numbers == [2]
    (fault,) = rows.faults
    assert (fault.file, fault.row, fault.column) == ("list.csv", 4, column)
    assert why in fault.reason("en")
    assert "سطر ۴" in fault.say("fa")


def test_every_bad_cell_of_a_row_is_told(tmp_path: Path) -> None:
    rows = read_rows(table_of(tmp_path, "id,kind,quantity,lat\n1,,x,100\n"), needs_form(WORDS))
    assert [fault.column for fault in rows.faults] == ["kind", "quantity", "lat"]


def test_an_id_stands_once_in_whichever_digits(tmp_path: Path) -> None:
    rows = read_rows(table_of(tmp_path, "id,kind\n12,a\n۱۲,b\n"), needs_form(WORDS))
    assert rows.numbers == [2]
    assert rows.faults[0].reason("en") == '"۱۲" already stands in row 2.'


def test_one_may_bring_ones_own_words(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[headings.needs]\nid = ["پرونده"]\n[words.priority]\n80 = ["زیاد", "مهم"]\n'
        '[kinds]\n"صندلی چرخ‌دار" = ["ویلچر"]\n',
        encoding="utf-8",
    )
    words = Synonyms.load(own)
    table = table_of(tmp_path, "پرونده,نوع\n1,wheelchair\n", needs_form(words), words)
    assert table.columns["id"] == 0
    assert columns.priority(words)("زیاد") == columns.priority(words)("مهم") == 80
    shown = words.of_kind()
    assert shown["ویلچر"] == shown["wheelchair"] == shown["صندلیچرخدار"] == "صندلی چرخ‌دار"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[kinds", "synonyms_unreadable"),
        ("[colours]\nx = ['y']", "synonyms_unknown"),
        ("[kinds]\nx = 'y'", "synonyms_shape"),
        ("[kinds]\nx = ['y']\nz = ['Y']", "synonym_twice"),
        ("[words.priority]\nsoon = ['now']", "synonyms_unknown"),
        ("[words.reach]\ncity = ['شهر']", "synonyms_unknown"),
        ("headings = 3", "synonyms_shape"),
    ],
)
def test_a_wrong_file_of_synonyms_is_refused(text: str, code: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ListRefused) as refused:
        Synonyms.load(own)
    assert refused.value.faults[0].code == code


def test_another_list_needs_only_its_own_form(tmp_path: Path) -> None:
    households = Form(
        "households",
        (
            Column("code", columns.text, required=True, unique=True),
            Column("members", columns.at_least_one, default=1),
        ),
    )
    table = table_of(tmp_path, "code,members,نام\nh1,۴,x\nh2,,y\n", households)
    assert [row["members"] for row in read_rows(table, households).values] == [4, 1]


def capacity(**given: object) -> dict[str, object]:
    blank = dict.fromkeys(("reach", "lat", "lon", "province", "county", "neighbourhood"))
    return blank | given


@pytest.mark.parametrize(
    ("given", "needed", "reach"),
    [
        ({"reach": ("county", None), "county": "a"}, {"county"}, ("county", None)),
        ({"reach": ("county", None), "province": "a"}, {"county", "province"}, ("province", None)),
        ({"reach": ("county", None), "county": "a", "province": "b"}, {"province"}, ("province", None)),
        ({"reach": ("km", 7.0), "lat": 36.0, "county": "a"}, {"km", "county"}, ("km", 7.0)),
        ({"reach": ("km", 7.0), "county": "a"}, {"km", "county"}, ("county", None)),
        ({"county": "a", "lat": 36.0}, {"km", "county"}, ("county", None)),
        ({"lat": 36.0}, {"km"}, ("km", 30.0)),
        ({}, {"county"}, ("country", None)),
        ({"county": "a"}, set(), ("country", None)),
        ({"county": "a"}, {"km"}, ("county", None)),
    ],
)
def test_the_finest_place_that_both_lists_give_counts(given: dict, needed: set, reach: tuple) -> None:
    assert settle_reach([capacity(**given)], needed)[0] == [reach]


def test_a_reach_without_a_place_is_a_fault_only_where_others_give_one() -> None:
    said = capacity(reach=("county", None))
    assert settle_reach([said], {"county"}) == ([("country", None)], {"no_places": 1}, [])
    assert settle_reach([said, capacity(county="a")], {"county"})[2] == [0]


def test_a_capacity_may_be_called_so_in_the_list_of_capacities_only(tmp_path: Path) -> None:
    text = "id,kind,ظرفیت\n1,a,3\n"
    assert "quantity" in table_of(tmp_path, text, capacities_form(WORDS)).columns
    assert "quantity" not in table_of(tmp_path, text, needs_form(WORDS)).columns
