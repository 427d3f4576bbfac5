"""Persian as a Persian editor would leave it: the marks of the checker, and every word of the catalogues."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.persian import LABELS, MISWRITTEN, OTHER_WORDS, faults, faults_of_page, foreign

import peyvand
from peyvand.web import catalogue

PACKAGE = Path(peyvand.__file__).parent

WRONG = [
    ("علي آمد", "an Arabic letter"), ("كتاب", "an Arabic letter"), ("سلام,", "a Latin mark"), ("چرا?", "a Latin mark"),
    ("خانـــه", "a stretched letter"), ("نیاز ، ظرفیت", "a space before a mark"), ("نیاز،ظرفیت", "no space after a mark"),
    ("صبر کنید...", "three dots"), ("او می شود", "«می»"), ("نمی توانید", "«می»"), ("میشود", "«می»"),
    ("خیریه ها", "a plural"), ("خانه هایی", "a plural"), ("خیریهها", "a plural joined"), ("بزرگ ترین", "«تر»"),
    ("خانه ای", "«ای»"), ("آنها", "«آنها»"), ("خیریه‌ ها", "a half-space at an edge"), ("یک معلول آمد", "a label"),
    ("او می نگارد", "«می» alone"), ("رفته اند", "an ending"), ("محله ی ما", "«ی» after"), ("محله‌ی ما", "«ی» after"),
    ("۳.۵ میلیون", "a Latin mark in a number"), ("۲۰%", "a Latin mark in a number"), ("'نیاز'", "a Latin quotation"),
    ("گزارشات ماه", "written wrong, say «گزارش‌ها»"), ("لطفا بنویسید", "written wrong, say «لطفاً»"),
    ("کد رهگیری شما", "another word, say «کد پیگیری»"), ("ثبت می‌باشد", "another word, say «است»"),
]  # fmt: skip
RIGHT = [
    "نیازها و ظرفیت‌ها", "می‌شود و نمی‌شود", "خانه‌ای در محله", "فرد دارای معلولیت", "بزرگ‌ترین خیریه‌ها", "میرزا میخ زد", "معلولیت شدید",
    "رفته‌اند و گفته‌ام", "محلهٔ ما و خانه‌ای", "۳٫۵ میلیون، ۲۰٪ و ۱۴۰۵/۹/۱", "هیئت و مسئول", "فقرزدایی در محلهٔ کم‌برخوردار",
    "آن‌ها گفتند: «خوب است.»", "تهران، ساری؛ و بابل؟", "میان ما", "نهاد و سازمان", "پیش از این، همه آمدند.",
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), WRONG)
def test_what_an_editor_would_mark_is_marked(text, fault):
    assert any(one.startswith(fault) for one in faults(text)), faults(text)


@pytest.mark.parametrize(
    ("words", "fault"), [(LABELS, "a label"), (OTHER_WORDS, "another word"), (MISWRITTEN, "written wrong")]
)
def test_every_word_of_the_lists_is_marked_and_what_stands_instead_is_not(words, fault):
    for wrong, right in words.items():
        for one in wrong.replace(" ?", " ").split("|"):
            assert any(told.startswith(fault) for told in faults(f"این {one} است")), one
        assert not [told for told in faults(f"این {right} است") if told.startswith(fault)], right


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_well_written_is_left_alone(text):
    assert faults(text) == []


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["نیاز", "ظرفیت", "خیریه‌ها", "می‌شود", "محله‌ای", "کمک", "بزرگ‌تر"]), min_size=1).map(
        " ".join
    )
)
def test_no_fault_is_invented_in_any_order_of_good_words(text):
    assert faults(text) == []


def test_only_what_a_reader_sees_is_judged():
    page = """<html><body><p>۱۲ نیاز <bdi class="code">PN-12</bdi></p><code>git 1</code><p lang="en">Three 3</p><script>let x = 1</script>
    <input dir="ltr" placeholder="09"><p>از <a href="/2">خیریه</a> ها</p><img alt="Picture 4"><p>3 نیاز</p></body></html>"""
    assert [fault.split(":")[0] for fault in faults_of_page(page)] == [
        "English left over", "Latin digits", "Latin digits", "a plural without a half-space",
    ]  # fmt: skip


def test_foreign_words_are_found_and_known_ones_are_not():
    assert foreign("پروندهٔ CSV با پروانهٔ CC BY 4.0") == []
    assert foreign("نوع matching شماره 5") == [
        "Latin digits: «5» in «نوع matching شماره 5»",
        "English left over: «matching» in «نوع matching شماره 5»",
    ]


@pytest.mark.parametrize("root", catalogue.roots(), ids=lambda root: root.name)
def test_the_catalogues_are_written_as_an_editor_would(root):
    found = [
        f"{message.id!r}: {fault}"
        for message in catalogue.read(root)
        if message.id
        for string in (message.string if isinstance(message.string, tuple | list) else [message.string])
        for fault in faults(string)
    ]
    assert found == [], "\n".join(found)


SOURCES = [
    *(
        path
        for ending in ("html", "typ", "toml", "js")
        for path in PACKAGE.rglob(f"*.{ending}")
        if "vendor" not in path.parts
    ),
    *sorted((PACKAGE.parents[1] / "docs" / "guide").glob("*.fa.md")),
    *sorted(PACKAGE.glob("programmes/*/README.md")),
]


def test_what_is_written_outside_the_catalogues_is_written_as_well():
    """Papers, data that the product brings, and the guide."""
    assert {path.suffix for path in SOURCES} == {".html", ".typ", ".toml", ".js", ".md"}
    found = [
        f"{path.name}: {fault}"
        for path in SOURCES
        for line in path.read_text("utf-8").splitlines()
        if re.search("[آ-ی]", line)
        and not (path.name == "match-files.fa.md" and re.search("[يك]", line))  # shows them as they are
        for fault in faults(
            re.sub(r"[A-Za-z_]+=?[\"']|[\"'][,\]})]?|`[^`]*`|\{[{%].*?[%}]\}|\*\*|^#+ ", " ", line).strip()
        )
        if not fault.startswith("a space before a mark")  # left by what was taken out
    ]
    assert found == [], "\n".join(found)


def test_no_page_joins_words_with_a_comma_of_one_language():
    """`words.listed` does, by the reader's: an English line with a Persian comma in it is read badly."""
    of_pages = [
        path
        for root in ("web", "programmes")
        for pattern in ("*.py", "*.html")
        for path in (PACKAGE / root).rglob(pattern)
        if not (
            {"tests", "gallery"} & set(path.parts) or path.stem in ("words", "seed") or path.stem.endswith("actions")
        )
    ]
    found = [
        f"{path.name}: {line.strip()}"
        for path in of_pages
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\}، |[\"']، [\"']", line)
    ]
    assert found == [], "\n".join(found)
