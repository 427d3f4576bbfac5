"""Two small lists as files: too few wheelchairs, one hearing aid for two, a kind nobody has, a place nobody reaches."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Rows = Sequence[Sequence[object]]
WriteLists = Callable[..., tuple[Path, Path]]

NEEDS = [
    ["شناسه", "نوع خدمت", "تعداد", "اولويت", "استان", "شهرستان", "نام", "تلفن"],
    ["n1", "ويلچر", "۱", "کم", "مازندران", "ساری", "رقیه", "+989121111111"],
    ["n2", "صندلی چرخدار", "", "فوری", "مازندران", "شهرستان ساري", "مریم", "09122222222"],
    ["n3", "سمعک", "2", "۸۰", "مازندران", "آمل", "علی", ""],
    ["n4", "عصا", "1", "", "مازندران", "بابل", "زهرا", "0911"],
    ["n5", "گفتار درمانی", "1", "زیاد", "گلستان", "گرگان", "حسن", "0912"],
]
CAPACITIES = [
    ["کد", "نوع", "ظرفیت", "محدودهٔ خدمت", "استان", "شهرستان", "خیریه"],
    ["c1", "ویلچر", "1", "شهرستان", "مازندران", "ساری", "=مهر"],
    ["c2", "سمعك", "1", "استان", "مازندران", "ساری", "نور"],
    ["c3", "گفتاردرمانی", "3", "شهرستان", "مازندران", "ساری", "امید"],
    ["c4", "بسته غذایی", "5", "کشور", "تهران", "", "یاس"],
]


def write_csv(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def write_lists(tmp_path: Path) -> WriteLists:
    """Writes two lists, the small ones unless others are given, and answers their paths."""

    def write(needs: Rows = NEEDS, capacities: Rows = CAPACITIES) -> tuple[Path, Path]:
        return write_csv(tmp_path / "needs.csv", needs), write_csv(tmp_path / "capacities.csv", capacities)

    return write
