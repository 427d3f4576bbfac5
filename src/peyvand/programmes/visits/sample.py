"""A sample survey form for offices to begin from: an XLSForm with everything this site knows, and the demo's survey.

The five dimensions are those of the field notes on multidimensional deprivation; the questions are examples, not an official list.
"""

from io import BytesIO

from openpyxl import Workbook

_FA, _EN = "label::فارسی (fa)", "label::English (en)"
TITLE = "پرسش‌نامهٔ نمونهٔ خانوار"
# ruff: noqa: E501 (a sheet is read row by row)
_SHEETS: dict[str, list[list[str | float]]] = {
    "survey": [
        ["type", "name", _FA, _EN, "relevant", "constraint", "constraint_message::فارسی (fa)", "constraint_message::English (en)", "required"],
        ["note", "intro", "نام کسی پرسیده یا نوشته نمی‌شود.", "Nobody’s name is asked or written."],
        ["integer", "members", "چند نفر در این خانه زندگی می‌کنند؟", "How many people live in this home?", "", ". >= 1 and . <= 60", "از ۱ تا ۶۰ نفر", "From 1 to 60", "yes"],
        ["integer", "children", "چند کودک در سن مدرسه؟", "How many children of school age?", "", ". <= ${members}", "بیش از شمار اعضای خانه نیست", "Not more than live there", "yes"],
        ["select_one yes_no", "at_school", "همهٔ آن کودکان به مدرسه می‌روند؟", "Do all of these children go to school?", "${children} > 0", "", "", "", "yes"],
        ["select_one yes_no", "doctor", "وقتی کسی بیمار شود به پزشک می‌رسد؟", "Does somebody who falls ill reach a doctor?", "", "", "", "", "yes"],
        ["select_multiple incomes", "income", "درآمد خانه از کجاست؟", "Where does the home’s income come from?", "", "", "", "", "yes"],
        ["select_one yes_no", "water", "آب سالم در خانه هست؟", "Is there safe water in the home?", "", "", "", "", "yes"],
        ["select_one yes_no", "heard", "در کارهای محله نظر شما را می‌پرسند؟", "Are you asked about what happens in the neighbourhood?", "", "", "", "", "yes"],
    ],
    "choices": [
        ["list_name", "name", _FA, _EN],
        ["yes_no", "yes", "بله", "Yes"],
        ["yes_no", "no", "خیر", "No"],
        ["incomes", "work", "کار", "Work"],
        ["incomes", "pension", "مستمری یا بازنشستگی", "A pension"],
        ["incomes", "none", "هیچ‌کدام", "None of these"],
    ],
    "settings": [["form_title", "form_id"], [TITLE, "household_sample"]],
    "deprivation": [
        ["indicator", _FA, _EN, "weight", "when", "cutoff", "people"],
        ["education", "آموزش", "Education", 1, "${at_school} = 'no'", 0.333, "members"],
        ["health", "سلامت", "Health", 1, "${doctor} = 'no'"],
        ["income", "کار و درآمد", "Work and income", 1, "selected(${income}, 'none')"],
        ["water", "مسکن و خدمات", "Housing and services", 1, "${water} = 'no'"],
        ["heard", "مشارکت", "Participation", 1, "${heard} = 'no'"],
    ],
}  # fmt: skip


def workbook() -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in _SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell if cell != "" else None for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
