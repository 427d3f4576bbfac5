"""Reading an XLSForm: `pyxform` says whether it is one, and this file makes of it the data that the site can show.

A stated subset: see `forms_as_data.ASKED`, `note`, groups, `relevant`, `constraint`, `required`, labels by language. What changes
neither what is asked nor what is answered is passed over and told (`passed_over` of the data): what a phone writes down by itself,
calculations that nothing in the form refers to, and answers filled in beforehand. What the form holds besides is refused with its
row and column; `appearance` alone is passed over in silence.

One more sheet, `deprivation`, which ODK and Kobo pass over, says how answers become the measure: `indicator`, `label`, `weight`,
`when`, and in the first row `cutoff` and `people` (the question that counts the members of the household).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext_noop as N_
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from peyvand.kernel.refusals import Refusal
from peyvand.programmes.visits.expressions import Node, Unknown, parse, references
from peyvand.programmes.visits.forms_as_data import SHOWN

MOST_BYTES = 2**20
MOST_UNPACKED = 20 * 2**20
MOST_ROWS = 500
MOST_SHOWN = 20
# The visit itself keeps its day, its hour and its visitor; what else a phone tells of itself is not wanted.
PASSED_OVER = (
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit", "calculate",
)  # fmt: skip
_PASSED_COLUMNS = {"survey": ("default",), "settings": ("style", "instance_name")}
_CUTOFF = 1 / 3
_SHEETS = ("survey", "choices", "settings", "deprivation")
_COLUMNS = {
    "survey": (
        "type",
        "name",
        "label",
        "hint",
        "relevant",
        "constraint",
        "constraint_message",
        "required",
        "appearance",
    ),
    "choices": ("list_name", "name", "label"),
    "settings": ("form_title", "form_id", "version", "default_language"),
    "deprivation": ("indicator", "label", "weight", "when", "cutoff", "people"),
}
_SPOKEN = ("label", "hint", "constraint_message")
_LANGUAGES = {"فارسی": "fa", "persian": "fa", "farsi": "fa", "english": "en", "انگلیسی": "en"}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `row` is 0 and `column` empty where it is the whole sheet or book."""

    sheet: str
    row: int
    column: str
    why: str
    what: str = ""


class BadForm(Refusal):
    code = "visit_survey_form"
    message = "The form cannot be used. Sheet {sheet}, row {row}, column {column}: {why} {what}"

    def __init__(self, faults: list[Fault]) -> None:
        first = faults[0]
        super().__init__(sheet=first.sheet, row=first.row, column=first.column, why=first.why, what=first.what)
        self.faults = faults[:MOST_SHOWN]


@dataclass
class _Row:
    """One row of a sheet: its number as a spreadsheet shows it, its values by column, its words by language."""

    sheet: str
    number: int
    values: dict[str, str]
    words: dict[str, dict[str, str]]
    faults: list[Fault] = field(repr=False)

    def fault(self, column: str, why: str, what: str = "") -> None:
        self.faults.append(Fault(self.sheet, self.number, column, why, what))

    def expression(self, column: str, known: Mapping[str, Any]) -> Node | None:
        text = self.values.get(column, "")
        if not text:
            return None
        try:
            node = parse(text)
        except Unknown as unknown:
            self.fault(column, N_("this part of the expression is not among those this site knows:"), str(unknown))
            return None
        for name in references(node):
            if name not in known:
                self.fault(column, N_("it names a question that does not stand above it:"), name)
        return node


def read(data: bytes) -> dict[str, Any]:
    """The form as data. Raises `BadForm` with every fault found."""
    book = _Book(data)
    definition = book.definition()
    if not book.faults:
        book.check_with_pyxform(data)
    if book.faults:
        raise BadForm(book.faults)
    return definition


class _Book:
    def __init__(self, data: bytes) -> None:
        self.faults: list[Fault] = []
        self.passed: list[dict[str, Any]] = []
        self.rows = {name: list(rows) for name, rows in self._sheets(data)}
        if not self.rows.get("survey"):
            raise BadForm([Fault("survey", 0, "", N_("this sheet is missing or empty"))])

    def _sheets(self, data: bytes) -> Iterator[tuple[str, Iterator[_Row]]]:
        try:
            _check_size(data)
            book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
            raise BadForm([Fault("", 0, "", N_("this file is not a workbook (XLSX) of at most 1 MB"))]) from None
        for name in book.sheetnames:
            if name in _SHEETS:
                yield name, self._rows(name, book[name])

    def _rows(self, sheet: str, cells: Any) -> Iterator[_Row]:
        """The rows that hold anything; columns that the site does not know are faults where something stands in them."""
        headings: list[tuple[str, str]] = []
        for number, line in enumerate(cells.iter_rows(values_only=True), start=1):
            if number > MOST_ROWS:
                self.faults.append(Fault(sheet, number, "", N_("a form has at most 500 rows")))
                return
            texts = [_written(cell) for cell in line]
            if number == 1:
                headings = [_heading(text) for text in texts]
            elif any(texts):
                yield self._row(sheet, number, headings, texts)

    def _row(self, sheet: str, number: int, headings: list[tuple[str, str]], texts: list[str]) -> _Row:
        row, unknown = _Row(sheet, number, {}, {}, self.faults), []
        for (column, language), text in zip(headings, texts, strict=False):
            if not text:
                continue
            if column in _PASSED_COLUMNS.get(sheet, ()):
                self._pass_over(sheet, 0, column)
            elif column not in _COLUMNS[sheet]:
                unknown.append(column or "?")
            elif column in _SPOKEN:
                row.words.setdefault(column, {})[language] = text
            else:
                row.values[column] = text
        for column in unknown if row.values.get("type", "") not in PASSED_OVER else ():
            row.fault(column, N_("this column is not among those this site knows"))
        return row

    def _pass_over(self, sheet: str, row: int, what: str) -> None:
        """`row` is 0 where a whole column is meant, which is told once."""
        told = {"sheet": sheet, "row": row, "what": what}
        if told not in self.passed:
            self.passed.append(told)

    def definition(self) -> dict[str, Any]:
        lists = self._lists()
        known: dict[str, str] = {}
        questions: list[dict[str, Any]] = []
        groups: list[Node | None] = []
        for row in self.rows["survey"]:
            kind, _, of = row.values.get("type", "").partition(" ")
            kind = {"begin_group": "begin", "end_group": "end", "int": "integer", "string": "text"}.get(kind, kind)
            if kind in ("begin", "end") and of.strip() in ("", "group"):
                self._group(row, kind, groups, known)
            elif kind in PASSED_OVER:
                self._pass_over("survey", row.number, f"{kind} {row.values.get('name', '')}".strip())
            elif kind not in SHOWN:
                row.fault(
                    "type", N_("this question type is not among those this site knows:"), row.values.get("type", "—")
                )
            else:
                questions.append(self._question(row, kind, of.strip(), lists, groups, known))
        if groups:
            self.faults.append(Fault("survey", 0, "type", N_("a group that begins does not end")))
        if not any(one["type"] != "note" for one in questions):
            self.faults.append(Fault("survey", 0, "type", N_("the form asks nothing")))
        settings = self.rows.get("settings") or [_Row("settings", 2, {}, {}, self.faults)]
        title = settings[0].values.get("form_title") or settings[0].values.get("form_id", "")
        if not title:
            self.faults.append(Fault("settings", 2, "form_title", N_("a form needs a title")))
        self._check_words()
        return {"title": title[:120], "questions": questions, "passed_over": self.passed, **self._measure(known)}

    def _check_words(self) -> None:
        """Words that hold a value of the form (`${name}`) would be shown with a hole."""
        for row in [*self.rows["survey"], *self.rows.get("choices", [])]:
            for column, texts in row.words.items() if row.values.get("type", "") not in PASSED_OVER else ():
                if found := next((hole for text in texts.values() if (hole := re.search(r"\$\{[^}]*\}", text))), None):
                    row.fault(column, N_("words with a value in them cannot be shown:"), found[0])

    def _group(self, row: _Row, kind: str, groups: list[Node | None], known: Mapping[str, str]) -> None:
        if kind == "begin":
            groups.append(row.expression("relevant", known))
        elif groups:
            groups.pop()
        else:
            row.fault("type", N_("this group ends without having begun"))

    def _lists(self) -> dict[str, list[dict[str, Any]]]:
        lists: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows.get("choices", []):
            name, of = row.values.get("name", ""), row.values.get("list_name", "")
            if not name or " " in name:
                row.fault("name", N_("a choice needs a name without blanks"))
            if not of:
                row.fault("list_name", N_("a choice belongs to a list"))
            lists.setdefault(of, []).append({"name": name, "labels": row.words.get("label") or {"": name}})
        return lists

    def _question(
        self, row: _Row, kind: str, of: str, lists: Mapping[str, Any], groups: list[Node | None], known: dict[str, str]
    ) -> dict[str, Any]:
        name = row.values.get("name", "")
        if not re.fullmatch(r"[A-Za-z_][\w.-]{0,59}", name):
            row.fault("name", N_("a name begins with a letter and has letters, digits and _ only:"), name)
        if name in known:
            row.fault("name", N_("this name stands twice:"), name)
        if "label" not in row.words:
            row.fault("label", N_("a question needs words"))
        if kind.startswith("select") and of not in lists:
            row.fault("type", N_("there is no such list of choices:"), of)
        relevant = [*groups, row.expression("relevant", known)]
        known[name] = kind
        required = row.values.get("required", "").lower()
        if required not in ("", "yes", "no", "true()", "false()", "true", "false"):
            row.fault("required", N_("only yes or no can be said here:"), required)
        return {
            "name": name, "type": kind, "labels": row.words.get("label", {}), "hint": row.words.get("hint", {}),
            "relevant": [node for node in relevant if node is not None], "required": required in ("yes", "true()", "true"),
            "constraint": row.expression("constraint", known), "message": row.words.get("constraint_message", {}),
            "choices": lists.get(of, []) if kind.startswith("select") else [],
        }  # fmt: skip

    def _measure(self, known: Mapping[str, str]) -> dict[str, Any]:
        indicators, cutoff, people = [], _CUTOFF, ""
        for place, row in enumerate(self.rows.get("deprivation", [])):
            weight, when = _number(row.values.get("weight", "")), row.expression("when", known)
            if weight is None or weight <= 0:
                row.fault("weight", N_("a weight is a number above zero"))
            if "when" not in row.values:
                row.fault("when", N_("it has to be said when a household is deprived in this"))
            name = row.values.get("indicator", "")
            if not name:
                row.fault("indicator", N_("an indicator needs a name"))
            indicators.append(
                {"name": name, "labels": row.words.get("label") or {"": name}, "weight": weight, "when": when}
            )
            if place == 0:
                cutoff, people = self._first(row, known)
        return {"indicators": indicators, "cutoff": cutoff, "people": people}

    def _first(self, row: _Row, known: Mapping[str, str]) -> tuple[float, str]:
        told, people = row.values.get("cutoff", ""), row.values.get("people", "")
        cutoff = _number(told) if told else _CUTOFF
        if cutoff is None or not 0 < cutoff <= 1:
            row.fault("cutoff", N_("the cut-off is above 0 and at most 1:"), told)
        if people and known.get(people) != "integer":
            row.fault("people", N_("this is not a question asking for a whole number:"), people)
        return cutoff or _CUTOFF, people

    def check_with_pyxform(self, data: bytes) -> None:
        try:
            convert(xlsform=data, file_type=".xlsx", warnings=[])
        except PyXFormError as error:
            self.faults.append(_of_pyxform(str(error)))


def _of_pyxform(said: str) -> Fault:
    """Where pyxform found a fault, read from its sentence, and the sentence."""
    row = re.search(r"\[row : (\d+)\]\s*", said)
    sheet, column = re.search(r"the '(\w+)' sheet", said), re.search(r"the '(\w+)' (?:value|column)", said)
    return Fault(
        sheet[1] if sheet else "survey", int(row[1]) if row else 0, column[1] if column else "",
        N_("pyxform refuses it:"), (said[row.end() :] if row else said)[:300],
    )  # fmt: skip


def _check_size(data: bytes) -> None:
    with ZipFile(BytesIO(data)) as packed:
        if len(data) > MOST_BYTES or sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise ValueError(len(data))


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _heading(text: str) -> tuple[str, str]:
    """A column and its language: `label::English (en)` is ("label", "en")."""
    column, _, language = (part.strip() for part in text.partition("::"))
    column = {"list name": "list_name", "constraint message": "constraint_message", "relevance": "relevant"}.get(
        column.lower(), column.lower()
    )
    code = re.search(r"\(([\w-]+)\)", language)
    return column, code[1].lower()[:2] if code else _LANGUAGES.get(language.lower(), language.lower())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
