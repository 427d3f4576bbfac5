"""Folding makes equal words equal, and only those."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peyvand.kernel.text import latin_digits, persian_digits, search_key, sort_key, word_key

PERSIAN = st.text(alphabet="ابپتیكکيىئةۀه ءأإآؤ‌ٔـَِّ0۱٢٫،٬ \u200d\u0301-_(aàﬁǰ", max_size=20)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("كيف", "کیف"),
        ("ويلچر", "ویلچر"),
        ("محدودهٔ خدمت", "محدوده خدمت"),
        ("محدودۀ خدمت", "محدوده خدمت"),
        ("می‌رود", "می رود"),
        ("۱۲٣", "123"),
        ("مُدَرّس", "مدرس"),
        ("كـتـاب", "کتاب"),
        ("٣٫٥", "3.5"),
        ("ﻻﻟﻪ", "لاله"),
        ("Café", "CAFÉ"),
        ("  دو \u00a0 فاصله\t", "دو فاصله"),
    ],
)
def test_the_same_word_from_two_keyboards_is_one_key(typed: str, same: str) -> None:
    assert search_key(typed) == search_key(same)


@pytest.mark.parametrize("heading", ["نوع خدمت", "نوع‌خدمت", "نوع_خدمت", "نوع - خدمت", "نوعِ خدمت:", "نوعخدمت"])
def test_a_heading_is_one_word_however_it_is_spaced(heading: str) -> None:
    assert word_key(heading) == "نوعخدمت"


def test_different_words_stay_different() -> None:
    words = ["سمع", "سمعک", "عصا", "ویلچر", "ویلچر برقی", "1", "11"]
    assert len({word_key(word) for word in words}) == len(words)


@given(PERSIAN | st.text(max_size=20))
@example("a\u200d\u0301")  # a hidden joiner between a letter and its accent
@example("\u1100 \u1161")  # two halves of a syllable, apart
@example("ΰ")
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)
    assert word_key(word_key(text)) == word_key(text)
    assert word_key(search_key(text)) == word_key(text)


@given(PERSIAN)
def test_spaces_and_half_spaces_make_no_difference_to_a_word(text: str) -> None:
    assert word_key(text.replace(" ", "\u200c")) == word_key(text)


def test_the_alphabet_sorts_in_its_own_order() -> None:
    assert sorted(["یاس", "گل", "کاج", "پونه", "بید", "تاک"], key=sort_key) == [
        "بید",
        "پونه",
        "تاک",
        "کاج",
        "گل",
        "یاس",
    ]


def test_digits_go_both_ways() -> None:
    assert persian_digits(1402) == "۱۴۰۲"
    assert latin_digits("۱۴٠٢") == "1402"
