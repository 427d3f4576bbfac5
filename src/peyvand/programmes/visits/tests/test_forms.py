"""Survey forms: what is read of an XLSForm, what is refused and where, and which answers fit."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from peyvand.programmes.visits import xlsform
from peyvand.programmes.visits.expressions import Unknown, holds, parse
from peyvand.programmes.visits.forms_as_data import Definition, Unfit, deprived_in, fit

SURVEY = [
    ["type", "name", "label::فارسی (fa)", "label::English (en)", "relevant", "constraint", "constraint_message::English (en)", "required"],
    ["integer", "size", "شمار اعضا", "Members", "", ". >= 1 and . <= 60", "From 1 to 60", "yes"],
    ["integer", "children", "کودکان", "Children", "", "", "", ""],
    ["begin group", "school", "", "", "${children} > 0", "", "", ""],
    ["select_one yn", "at_school", "همه به مدرسه می‌روند؟", "All at school?", "", "", "", ""],
    ["end group"],
    ["select_multiple work", "income", "درآمد از کجا؟", "Income from?", "", "not(selected(., 'none')) or . = 'none'", "", ""],
    ["note", "thanks", "سپاس", "Thanks"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::فارسی (fa)", "label::English (en)"],
    ["yn", "yes", "بله", "Yes"], ["yn", "no", "خیر", "No"],
    ["work", "job", "کار", "Work"], ["work", "aid", "مستمری", "Aid"], ["work", "none", "هیچ", "None"],
]  # fmt: skip
SETTINGS = [["form_title", "form_id"], ["خانوار نمونه", "household"]]
DEPRIVATION = [
    ["indicator", "label::فارسی (fa)", "weight", "when", "cutoff", "people"],
    ["school", "آموزش", 1, "${at_school} = 'no'", 0.5, "size"],
    ["income", "درآمد", 1, "selected(${income}, 'none')"],
]


def book(survey=SURVEY, choices=CHOICES, settings=SETTINGS, deprivation=DEPRIVATION):
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings), ("deprivation", deprivation)):
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([cell if cell != "" else None for cell in row])
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def with_row(row):
    return book(survey=[*SURVEY, row])


@pytest.fixture(scope="module")
def form():
    return Definition(xlsform.read(book()))


def test_the_subset_is_read_with_its_languages_groups_and_measure(form):
    assert (form.title, form.people, form.cutoff, form.weights) == ("خانوار نمونه", "size", 0.5, [0.5, 0.5])
    names = {one["name"]: one for one in form.questions}
    assert names["size"]["labels"] == {"fa": "شمار اعضا", "en": "Members"}
    assert names["at_school"]["relevant"] == [[">", ["ref", "children"], ["number", 0.0]]]
    assert [one["name"] for one in names["income"]["choices"]] == ["job", "aid", "none"]


@pytest.mark.parametrize(
    ("data", "where", "says"),
    [
        (with_row(["geopoint", "home", "خانه", "Home"]), ("survey", 9, "type"), "question type"),
        (with_row(["integr", "n", "ن", "N"]), ("survey", 9, "type"), "question type"),
        (with_row(["integer", "size", "ن", "N"]), ("survey", 9, "name"), "twice"),
        (with_row(["integer", "n", "ن", "N", "${later} = 1"]), ("survey", 9, "relevant"), "does not stand above"),
        (with_row(["integer", "n", "ن", "N", "${size} + 1 > 2"]), ("survey", 9, "relevant"), "not among those"),
        (with_row(["integer", "n", "ن", "N", "", "regex(., 'x')"]), ("survey", 9, "constraint"), "not among those"),
        (with_row(["select_one zz", "n", "ن", "N"]), ("survey", 9, "type"), "list of choices"),
        (with_row(["end group"]), ("survey", 9, "type"), "without having begun"),
        (with_row(["begin group", "g"]), ("survey", 0, "type"), "does not end"),
        (book(survey=[[*SURVEY[0], "calculation"], [*SURVEY[1], "1 + 1"]]), ("survey", 2, "calculation"), "column"),
        (book(settings=[["form_title"], []]), ("settings", 2, "form_title"), "title"),
        (book(deprivation=[DEPRIVATION[0], ["x", "x", -1, "${size} > 9"]]), ("deprivation", 2, "weight"), "above zero"),
        (book(deprivation=[DEPRIVATION[0], ["x", "x", 1, "${size} > 9", 1, "income"]]), ("deprivation", 2, "people"), "whole number"),
        (book(survey=SURVEY[:1]), ("survey", 0, ""), "missing or empty"),
        (b"PK not a workbook", ("", 0, ""), "not a workbook"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_its_row_and_column(data, where, says):
    with pytest.raises(xlsform.BadForm) as refusal:
        xlsform.read(data)
    assert any((one.sheet, one.row, one.column) == where and says in one.why for one in refusal.value.faults)


def test_what_changes_no_question_and_no_answer_is_passed_over_and_told():
    head = [*SURVEY[0], "calculation", "default", "parameters"]
    pad = lambda row: [*row, *[""] * (len(SURVEY[0]) - len(row))]  # noqa: E731
    rows = [
        head, ["start", "start"], ["username", "who"], [*pad(["audit", "audit"]), "", "", "track-changes=true"],
        [*pad(["calculate", "total"]), "${size} + 1"], *SURVEY[1:-1], [*pad(["integer", "rooms", "اتاق", "Rooms"]), "", "2"],
    ]  # fmt: skip
    rows[4], rows[5] = rows[5], rows[4]  # a calculation stands below what it counts from
    told = Definition(xlsform.read(book(survey=rows, settings=[["form_title", "style"], ["خانوار", "pages"]])))
    assert [one["name"] for one in told.questions] == ["size", "children", "at_school", "income", "rooms"]
    assert {(one["sheet"], one["row"], one["what"]) for one in told.passed_over} == {
        ("survey", 2, "start start"), ("survey", 3, "username who"), ("survey", 4, "audit audit"),
        ("survey", 6, "calculate total"), ("survey", 0, "default"), ("settings", 0, "style"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["integer", "n", "ن", "N", "${total} > 1"], "relevant"),
        (["note", "n", "شما ${total} نفرید", "N"], "label"),
    ],
)
def test_a_calculation_that_something_refers_to_is_refused_where_it_is_named(row, column):
    calculated = [*["calculate", "total"], *[""] * (len(SURVEY[0]) - 2), "${size} + 1"]
    with pytest.raises(xlsform.BadForm) as refusal:
        xlsform.read(book(survey=[[*SURVEY[0], "calculation"], *SURVEY[1:], calculated, row]))
    assert [(one.row, one.column) for one in refusal.value.faults] == [(10, column)]


def test_what_pyxform_refuses_is_refused_here_too():
    with pytest.raises(xlsform.BadForm) as refusal:
        xlsform.read(book(choices=[*CHOICES, ["yn", "no", "خیر", "No"]]))
    [fault] = refusal.value.faults
    assert "pyxform" in fault.why
    assert (fault.sheet, fault.row, fault.column) == ("choices", 7, "name")
    assert "unique" in fault.what


def test_answers_are_typed_and_what_is_not_asked_is_left_out(form):
    answers = fit(form, {"size": "۴", "children": "0", "at_school": "no", "income": ["aid", "job"]})
    assert answers == {"size": 4, "children": 0, "income": ["job", "aid"]}
    assert deprived_in(form, answers) == [False, False]


def test_a_household_that_left_out_what_an_indicator_rests_on_is_not_measured(form):
    answers = fit(form, {"size": "4", "children": "2", "income": ["none"]})
    assert deprived_in(form, answers) == []
    assert deprived_in(form, fit(form, {"size": "4", "children": "2", "at_school": "no", "income": ["none"]})) == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    "given",
    [{}, {"size": "هیچ"}, {"size": "61"}, {"size": "2.5"}, {"size": "3", "income": ["none", "job"]},
     {"size": "3", "income": ["gold"]}, {"size": "3", "nothing": "1"}, {"size": "nan"}, {"size": "inf"}],
)  # fmt: skip
def test_answers_that_do_not_fit_are_refused_by_the_name_of_the_question(form, given):
    with pytest.raises(Unfit):
        fit(form, given)


@pytest.mark.parametrize(
    ("text", "answers", "told"),
    [
        ("${a} = 'x' and not(${b} > 3)", {"a": "x", "b": 3}, True),
        ("${a} = 1 or ${b} = 2", {"b": 2}, True),
        ("${a} != 'x'", {}, True),
        ("${a} < 1", {}, False),
        ("selected(${a}, 'x')", {"a": ["y"]}, False),
        ("(${a} = 'x')", {"a": "x"}, True),
        ("${a} = '۳'", {"a": 3}, True),
    ],
)
def test_expressions_hold_as_xpath_says(text, answers, told):
    assert holds(parse(text), answers) is told


@pytest.mark.parametrize(
    "text", ["", "1 +", "${a", "count(${a})", "${a} = ", "((((" * 20, "selected('x', 'y')", "today()"]
)
def test_an_expression_outside_the_subset_is_never_skipped(text):
    with pytest.raises(Unknown):
        parse(text)
