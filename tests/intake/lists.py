"""Files of lists in every format an office sends."""

import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

FORMATS = ("csv", "xlsx", "xls", "parquet")


def write(folder: Path, name: str, rows: Sequence[Sequence[object]], suffix: str = "csv") -> Path:
    """The rows, the first of them headings, as CSV, XLSX, HTML saved as .xls, or Parquet."""
    path = folder / f"{name}.{suffix}"
    texts = [[str(cell) for cell in row] for row in rows]
    if suffix == "csv":
        path.write_text("\n".join(",".join(row) for row in texts), encoding="utf-8")
    elif suffix == "xls":
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in texts)
        path.write_text(f"<html><body><table>{body}</table></body></html>", encoding="utf-8")
    elif suffix == "parquet":
        pl.DataFrame({name: [row[place] for row in texts[1:]] for place, name in enumerate(texts[0])}).write_parquet(
            path
        )
    else:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(texts):
                sheet.write_row(number, 0, row)
        path.write_bytes(out.getvalue())
    return path


NEEDS = [
    ["نوع نیاز", "تعداد", "فوریت", "محله", "شهرستان", "مهلت", "توضیحات"],
    ["ویلچر", "۲", "فوری", "نوبنیاد", "ساری", "1405/10/1", "دو عدد"],
    ["تدریس خصوصی", "", "40", "آهنگرخیل", "", "", ""],
]
OFFERS = [
    ["خدمت", "ظرفیت", "محدوده خدمت", "شهرستان", "از تاریخ", "شرایط"],
    ["ویلچر", "۵", "استان", "ساری", "1405/9/1", "با معرفی‌نامه"],
    ["تدریس خصوصی", "10", "15 کیلومتر", "ساری", "", ""],
]
FAMILIES = [
    ["شماره پرونده", "نام", "نام خانوادگی", "جنسیت", "سال تولد", "کد ملی", "موبایل", "سرپرست زن", "محله", "نشانی"],
    ["خ-۱", "زهرا", "نمونه", "زن", "1360", "0499370899", "9121234567", "بله", "نوبنیاد", "کوچهٔ یکم"],
    ["خ-۱", "علی", "نمونه", "پسر", "1392", "", "", "", "", ""],
    ["خ-۲", "حسن", "فرضی", "مرد", "1350", "", "", "", "آهنگرخیل", ""],
]
ORGANISATIONS = [
    ["نام سازمان", "نوع سازمان", "سازمان بالادست", "شهرستان"],
    ["ادارهٔ نمونه", "اداره", "", "ساری"],
    ["مرکز نمونهٔ ساری", "مثبت زندگی", "اداره نمونه", "ساری"],
]
