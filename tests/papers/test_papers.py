"""Printed papers: PDF of the pages asked for, and no text of a person ever acts as markup."""

import io
import re
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from peyvand import papers
from peyvand.web.pages.office_frame import FONTS

HOSTILE = '#read("/etc/passwd") #set text(red) *x* $y$ "\\ #panic("no") ]] }} \u202e'


@pytest.fixture
def fonts():
    if not list(FONTS.glob("*.ttf")):
        pytest.fail("the font is missing: run the build of the site (python -m peyvand.web.build) before the tests")
    return FONTS


def frame(language="fa", **changes):
    return papers.Frame(language, "گزارش", "مرکز", "۳۰ آبان ۱۴۰۵", **changes)


def pages(body: bytes) -> int:
    assert body.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b", body))


def every_paper(words: str, fonts: Path, language: str = "fa"):
    around = papers.Frame(language, words, words, words, words, words, words)
    sheet = papers.Sheet(words, [words, words], [False, True], [[words, words]], [2, 1], words)
    yield papers.receipt(around, code_label=words, code=words, facts=[(words, words)], notes=[words], fonts=fonts)
    yield papers.slip(around, code_label=words, code=words, facts=[(words, words)], steps=[words], fonts=fonts)
    kinds = [papers.Part(words, kind, [words], 2) for kind in ("lines", "ticks", "rows", "free")]
    yield papers.visit_form(around, parts=kinds, signatures=[words], note=words, fonts=fonts)
    yield papers.meeting_list(around, sheet=sheet, note=words, fonts=fonts)
    tile = papers.Tile(words, words, words, "late")
    yield papers.monthly_report(around, tiles=[tile], sheets=[sheet], notes=[words], empty="", fonts=fonts)
    thread = {"kind": "thread", "steps": [{"label": words, "text": words, "state": "done", "notes": [words] * 3}]}
    yield papers.gift(around, words=words, picture=thread, sheet=sheet, notes=[words], fonts=fonts)
    bars = {
        "kind": "pairs",
        "groups": [{"label": words, "rows": [{"label": words, "share": 0.5, "tone": "", "text": words, "out": []}]}],
    }
    yield papers.drawn_report(around, words=words, parts=[(bars, sheet), ({}, sheet)], notes=[words], fonts=fonts)
    yield papers.one_page(around, tiles=[tile] * 6, words=page_of(words), fonts=fonts)


def pictures_of(words: str) -> dict[str, dict[str, object]]:
    bar = {"label": words, "share": 0.5, "tone": "joined", "text": words, "out": [words, words]}
    marks = [{"share": number / 11, "withheld": number == 4} for number in range(12)]
    line = {"label": words, "most": words, "tone": "", "first": words, "last": words, "marks": marks}
    spot = {"x": 200.0, "y": 90.5, "r": 12.0}
    spots = [spot | {"withheld": one == 0, "nought": one == 1, "own": one == 2} for one in range(4)]
    return {
        "bars": {"kind": "bars", "rows": [bar] * 4},
        "pairs": {"kind": "pairs", "groups": [{"label": words, "rows": [bar, bar]}]},
        "months": {"kind": "months", "across": 2, "lines": [line] * 6},
        "map": {"kind": "map", "width": 400.0, "height": 180.0, "borders": ["M20 20L380 30L350 160Z"], "own": [], "spots": spots,
                "names": [{"x": 200.0, "y": 120.0, "text": words}]},
        "thread": {"kind": "thread", "steps": [{"label": words, "text": words, "state": "stopped", "notes": []}]},
    }  # fmt: skip


def page_of(words: str) -> dict[str, object]:
    pictures = pictures_of(words)
    part = {"title": words, "rows": [[words, words]] * 8, "empty": words}
    return {
        "map": pictures["map"], "map_title": words, "no_map": words, "way_title": words, "way": pictures["bars"]["rows"],
        "trend_title": words, "trend": pictures["months"]["lines"][:4], "longest": part, "idle": part | {"rows": []},
        "stories": part | {"rows": [[words, words * 9, words]] * 3}, "notes": [words],
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("words", ["ویلچر", HOSTILE], ids=["plain", "hostile"])
def test_every_paper_is_set_whatever_the_texts_say(fonts, words, language):
    counts = [pages(body) for body in every_paper(words, fonts, language)]
    assert counts == [1] * 8 if words != HOSTILE else max(counts) <= 2


def test_a_long_list_goes_on_over_pages(fonts):
    sheet = papers.Sheet("", ["الف", "ب"], [False, True], [["متن", "۱"]] * 120, [2, 1])
    assert pages(papers.meeting_list(frame(), sheet=sheet, note="", fonts=fonts)) > 2


def test_an_empty_list_and_an_empty_month_say_so_on_one_page(fonts):
    sheet = papers.Sheet("", ["الف"], [False], [], [1], "چیزی نیست")
    assert pages(papers.meeting_list(frame(), sheet=sheet, note="", fonts=fonts)) == 1
    report = papers.monthly_report(frame(), tiles=[], sheets=[sheet], notes=[], empty="چیزی نیست", fonts=fonts)
    assert pages(report) == 1


def test_the_mark_of_demonstration_data_changes_the_paper(fonts):
    sheet = papers.Sheet("", ["الف"], [False], [], [1], "-")
    plain, marked = (
        papers.meeting_list(frame(demo=demo), sheet=sheet, note="", fonts=fonts) for demo in ("", "دادهٔ نمایشی")
    )
    assert len(marked) > len(plain)


def test_without_the_font_it_says_what_to_do(tmp_path):
    sheet = papers.Sheet("", ["الف"], [False], [], [1])
    with pytest.raises(papers.FontMissing):
        papers.meeting_list(frame(), sheet=sheet, note="", fonts=tmp_path)


def read(body: bytes) -> str:
    """The text a program reads in a PDF. Right-to-left runs come back in another order of words, and figures mirrored."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def letters(text: str) -> Counter[str]:
    return Counter(sign for sign in text if sign.isalnum())


def test_the_persian_words_and_figures_are_in_the_paper_as_text(fonts):
    facts = [("نوع نیاز", "ویلچر برقی"), ("تعداد", "۲۸")]
    note = "فرد دارای معلولیت پیگیری کند"
    said = read(papers.receipt(frame(), code_label="کد پیگیری", code="۱۲۳۴۵۶۷", facts=facts, notes=[note], fonts=fonts))
    given = " ".join(
        ["گزارش", "مرکز", "۳۰ آبان ۱۴۰۵", "کد پیگیری", "۱۲۳۴۵۶۷", *(one for fact in facts for one in fact), note]
    )
    assert not letters(given) - letters(said)
    for word in ("ویلچر", "برقی", "معلولیت", "گزارش", "آبان"):
        assert word in said
    for figure in ("۱۲۳۴۵۶۷", "۲۸", "۱۴۰۵"):
        assert figure in said or figure[::-1] in said


def test_the_figures_of_a_monthly_report_are_in_it(fonts):
    sheet = papers.Sheet("نیازها", ["شاخص", "این ماه"], [False, True], [["برآورده‌شده", "۳۱۷"]], [2, 1])
    tile = papers.Tile("باز", "۴۰۹۶", "", "late")
    said = read(papers.monthly_report(frame(), tiles=[tile], sheets=[sheet], notes=[], empty="", fonts=fonts))
    assert not letters("نیازها شاخص این ماه برآورده‌شده ۳۱۷ باز ۴۰۹۶") - letters(said)
    assert "۷۱۳" in said or "۳۱۷" in said


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("words", ["ویلچر", HOSTILE], ids=["plain", "hostile"])
def test_every_picture_is_drawn_whatever_the_texts_say(fonts, words, language):
    around = papers.Frame(language, words, words, words, words, words, words)
    for kind, picture in pictures_of(words).items():
        image = Image.open(io.BytesIO(papers.picture(around, picture=picture, notes=[words], fonts=fonts)))
        assert (image.format, image.width) == ("PNG", 1004), kind
        colours = {colour for _count, colour in image.convert("RGB").getcolors(2**20)}
        assert (255, 255, 255) in colours, kind
        assert len(colours) > 10, kind


@pytest.mark.parametrize(
    "words", ["محله", "محلهٔ بسیار دورافتادهٔ کنار رودخانهٔ بزرگ و جادهٔ قدیم شهرستان " * 4, HOSTILE * 3]
)
def test_a_place_is_always_one_page(fonts, words):
    assert pages(papers.one_page(frame(), tiles=[papers.Tile("۱۲", words)] * 6, words=page_of(words), fonts=fonts)) == 1


def test_persian_letters_are_joined_in_a_picture(fonts):
    """A word whose letters stood apart, as a renderer without shaping draws them, would be a third wider than in one run."""

    def width(text):
        picture = {"kind": "thread", "steps": []}
        image = Image.open(
            io.BytesIO(papers.picture(papers.Frame("fa", text, "", ""), picture=picture, notes=[], fonts=fonts))
        )
        ink = image.convert("L").crop((0, 0, image.width, 110)).point(lambda value: 255 if value < 128 else 0).getbbox()
        assert ink[2] > image.width * 0.9, "it begins at the right"
        return ink[2] - ink[0]

    apart = "\u200c".join("سببسعععسسبب")
    assert width("سببسعععسسبب") < 0.8 * width(apart)
