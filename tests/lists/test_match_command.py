"""`peyvand match` as people run it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from peyvand.cli import app

WriteLists = Callable[..., tuple[Path, Path]]
HEADINGS = ["need", "capacity", "quantity", "km", "reason", "need: نام", "need: تلفن", "capacity: خیریه"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["match", *map(str, arguments)])


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> object:
    yield
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_the_result_is_the_same_in_every_format(suffix: str, write_lists: WriteLists, tmp_path: Path) -> None:
    output = tmp_path / f"matches{suffix}"
    result = run(*write_lists(), "-o", output)
    assert result.exit_code == 0, result.output
    assert "Needs: 5 (1 served, 1 in part, 3 left). Units: 2 of 6. Capacities used: 2 of 4." in result.stdout
    read = {".csv": pl.read_csv, ".xlsx": pl.read_excel, ".parquet": pl.read_parquet}[suffix]
    frame = read(output)
    assert frame.columns == HEADINGS
    assert frame["need"].to_list() == ["n1", "n2", "n3", "n3", "n4", "n5"]
    assert frame["capacity"].to_list() == [None, "c1", "c2", None, None, None]
    assert frame["quantity"].to_list() == [1] * 6


def test_what_it_writes_it_can_read(write_lists: WriteLists, tmp_path: Path) -> None:
    paths = []
    for path in write_lists():
        frame = pl.read_csv(path, infer_schema=False)
        book, table = path.with_suffix(".xlsx"), path.with_suffix(".parquet")
        frame.write_excel(book)
        frame.write_parquet(table)
        paths.append((book, table))
    outputs = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for output, pair in zip(outputs, zip(*paths, strict=True), strict=True):
        assert run(*pair, "-o", output).exit_code == 0
    assert run(*write_lists(), "-o", tmp_path / "c.csv").exit_code == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes() == (tmp_path / "c.csv").read_bytes()


def test_persian_all_through(write_lists: WriteLists, tmp_path: Path) -> None:
    output, report = tmp_path / "پیوندها.xlsx", tmp_path / "گزارش.html"
    result = run(*write_lists(), "-o", output, "--report", report, "--fa")
    assert result.exit_code == 0, result.output
    assert "نیازها: ۵ (۱ برآورده" in result.stdout
    sheet = openpyxl.load_workbook(output).active
    assert [cell.value for cell in sheet[1]][:5] == ["نیاز", "ظرفیت", "تعداد", "کیلومتر", "دلیل"]
    assert sheet.sheet_view.rightToLeft
    assert 'dir="rtl"' in report.read_text(encoding="utf-8")


def test_text_that_looks_like_a_formula_stays_text(write_lists: WriteLists, tmp_path: Path) -> None:
    needs = [["id", "kind", "=1+1"], ["=cmd|' /c calc'!A0", "a", "@SUM(A1)"], ["-5", "a", "+98912"]]
    paths = write_lists(needs, [["id", "kind"], [1, "a"]])
    assert run(*paths, "-o", tmp_path / "m.csv").exit_code == 0
    assert run(*paths, "-o", tmp_path / "m.xlsx").exit_code == 0
    frame = pl.read_csv(tmp_path / "m.csv", infer_schema=False)
    assert frame["need"].to_list() == ["'=cmd|' /c calc'!A0", "-5"]
    assert frame["need: =1+1"].to_list() == ["'@SUM(A1)", "+98912"]
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx").active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == "=cmd|' /c calc'!A0"


def test_progress_goes_to_the_error_stream_line_by_line(write_lists: WriteLists, tmp_path: Path) -> None:
    result = run(*write_lists(), "-o", tmp_path / "m.csv")
    steps = [line for line in result.stderr.splitlines() if line.startswith("[")]
    assert [step[:5] for step in steps] == ["[1/5]", "[2/5]", "[3/5]", "[4/5]", "[5/5]"]
    assert "[1/5]" not in result.stdout


def test_a_bad_row_is_named_and_nothing_is_written(write_lists: WriteLists, tmp_path: Path) -> None:
    paths = write_lists([["title"], ["شناسه", "نوع", "تعداد"], [1, "a", 1], [2, "a", -1]])
    output, report = tmp_path / "m.csv", tmp_path / "r.html"
    output.write_text("before")
    result = run(*paths, "-o", output, "--report", report)
    assert result.exit_code == 2
    assert 'needs.csv, row 4, column "تعداد": "-1" is less than zero.' in result.stderr
    assert "Nothing was written." in result.stderr
    assert "--rejects FILE" in result.stderr
    assert output.read_text() == "before"
    assert not report.exists()


def test_the_first_twenty_errors_are_shown_and_all_are_counted(write_lists: WriteLists, tmp_path: Path) -> None:
    paths = write_lists([["id", "kind"], *[[i, ""] for i in range(33)]])
    result = run(*paths, "-o", tmp_path / "m.csv")
    assert result.stderr.count("needs.csv, row") == 20
    assert "33 errors in all" in result.stderr


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_rejects_are_written_with_their_reasons(suffix: str, write_lists: WriteLists, tmp_path: Path) -> None:
    paths = write_lists([["id", "kind", "نام"], [1, "a", "x"], [2, "", "y"]], [["id", "kind"], [9, "a"]])
    rejects, output = tmp_path / f"bad{suffix}", tmp_path / "m.csv"
    result = run(*paths, "-o", output, "--rejects", rejects)
    assert result.exit_code == 0, result.output
    assert "Rows rejected: 1" in result.stderr
    read = {".csv": pl.read_csv, ".xlsx": pl.read_excel, ".parquet": pl.read_parquet}[suffix]
    (row,) = read(rejects).to_dicts()
    assert (row["file"], row["row"], row["reasons"]) == ("needs.csv", 3, "kind: the cell is empty.")
    assert row["need: نام"] == "y"
    assert pl.read_csv(output)["need"].to_list() == [1]


def test_inputs_are_never_written_over(write_lists: WriteLists, tmp_path: Path) -> None:
    needs, capacities = write_lists()
    before = needs.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(needs)
    hard = tmp_path / "hard.csv"
    os.link(capacities, hard)
    for output in (needs, capacities, link, hard):
        result = run(needs, capacities, "-o", output)
        assert result.exit_code == 2
        assert "never written over" in result.stderr
    assert run(needs, capacities, "-o", tmp_path / "m.csv", "--report", needs).exit_code == 2
    assert run(needs, capacities, "-o", tmp_path / "m.csv", "--rejects", capacities).exit_code == 2
    assert needs.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "m.txt"], "must end in .csv, .xlsx, .parquet"),
        (["-o", "none/m.csv"], "no such folder"),
        (["-o", "m.csv", "--rejects", "m.csv"], "the same file is given twice"),
        (["-o", "m.csv", "--report", "m.csv"], "the same file is given twice"),
        (["-o", "m.csv", "--synonyms", "none.toml"], "no such file"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    arguments: list[str], told: str, write_lists: WriteLists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_lists()
    monkeypatch.chdir(tmp_path)
    result = run(*paths, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "m.csv").exists()


def test_an_output_that_is_a_folder_is_refused(write_lists: WriteLists, tmp_path: Path) -> None:
    (tmp_path / "m.csv").mkdir()
    result = run(*write_lists(), "-o", tmp_path / "m.csv")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_missing_and_same_inputs_are_refused(write_lists: WriteLists, tmp_path: Path) -> None:
    needs, _ = write_lists()
    missing = run(needs, tmp_path / "none.csv", "-o", tmp_path / "m.csv")
    assert (missing.exit_code, "none.csv: there is no such file." in missing.stderr) == (2, True)
    assert "given twice" in run(needs, needs, "-o", tmp_path / "m.csv").stderr


def test_persian_errors_too(write_lists: WriteLists, tmp_path: Path) -> None:
    paths = write_lists([["شناسه", "نوع", "عرض", "طول"], [1, "a", "۹۵", "۵۳"]])
    result = run(*paths, "-o", tmp_path / "m.csv", "--fa")
    assert "needs.csv، سطر ۲، ستون «عرض»: «۹۵» میان -۹۰ و ۹۰ نیست." in result.stderr
    assert "چیزی نوشته نشد." in result.stderr


def test_the_built_in_words_can_be_printed_changed_and_given_back(write_lists: WriteLists, tmp_path: Path) -> None:
    shown = run("--show-synonyms")
    assert shown.exit_code == 0
    own = tmp_path / "own.toml"
    own.write_text(shown.stdout.replace('"عصا" = [', '"عصا" = ["چوب‌دستی", '), encoding="utf-8")
    paths = write_lists([["id", "kind"], [1, "چوبدستی"]], [["id", "kind"], [9, "عصا"]])
    assert run(*paths, "-o", tmp_path / "m.csv", "--synonyms", own).exit_code == 0
    assert pl.read_csv(tmp_path / "m.csv")["capacity"].to_list() == [9]


@pytest.mark.slow
def test_a_provinces_lists_take_seconds(write_lists: WriteLists, tmp_path: Path) -> None:
    kinds, counties = ["ویلچر", "سمعک", "عصا"], [f"شهرستان {i}" for i in range(20)]
    needs = [["id", "kind", "priority", "county", "lat", "lon"]]
    needs += [[i, kinds[i % 3], i % 101, counties[i % 20], 36 + i % 97 / 97, 52 + i % 89 / 89] for i in range(5000)]
    capacities = [["id", "kind", "quantity", "reach", "county", "lat", "lon"]]
    reaches = ["county", "30", "country"]
    capacities += [
        [i, kinds[i % 3], i % 3, reaches[i % 7 % 3], counties[i * 7 % 20], 36 + i % 83 / 83, 52 + i % 79 / 79]
        for i in range(2000)
    ]
    paths = write_lists(needs, capacities)
    assert run(*paths, "-o", tmp_path / "warm.csv").exit_code == 0
    begun = time.monotonic()
    assert run(*paths, "-o", tmp_path / "m.xlsx", "--report", tmp_path / "r.html").exit_code == 0
    assert time.monotonic() - begun < 10


def typed_lists(folder: Path, **cells: object) -> tuple[Path, Path]:
    needs, capacities = folder / "n.parquet", folder / "c.parquet"
    pl.DataFrame({"id": ["a", "b"], "kind": ["x", "x"], "priority": [3.0, 9.0]} | cells).write_parquet(needs)
    pl.DataFrame({"kind": ["x"], "capacity": [1], "reach": ["country"]}).write_parquet(capacities)
    return needs, capacities


def test_typed_lists_are_matched_as_they_stand(tmp_path: Path) -> None:
    output = tmp_path / "m.parquet"
    result = run(*typed_lists(tmp_path), "-o", output, "--typed")
    assert result.exit_code == 0, result.output
    assert "Needs: 2 (1 served, 0 in part, 1 left). Units: 1 of 2, from 1 capacities" in result.stdout
    assert "[3/7] Matching, the worst-off first" in result.stderr
    assert pl.read_parquet(output).select("need", "capacity", "reason").rows() == [
        ("a", None, "full"),
        ("b", 0, "only"),
    ]


def test_a_bad_cell_of_a_typed_list_is_told_in_both_languages(tmp_path: Path) -> None:
    lists, output = typed_lists(tmp_path, priority=[3.0, None]), tmp_path / "m.parquet"
    result = run(*lists, "-o", output, "--typed")
    assert result.exit_code == 2
    assert 'n.parquet, row 1, column "priority": the cell is empty.' in result.stderr
    assert "سطر ۱، ستون «priority»: این خانه خالی است" in run(*lists, "-o", output, "--typed", "--fa").stderr
    assert "گونهٔ String است" in run(*typed_lists(tmp_path, priority=["a", "b"]), "-o", output, "--typed", "--fa").stderr
    assert not output.exists()


def test_typed_lists_give_one_parquet_file(tmp_path: Path) -> None:
    for more in (["-o", "m.csv"], ["-o", "m.parquet", "--report", "r.html"]):
        result = run(*typed_lists(tmp_path), *more, "--typed")
        assert result.exit_code == 2
        assert "--typed writes one .parquet file" in result.stderr
