"""Numbers in words say what the figures say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.kernel.numerals import in_words


@pytest.mark.parametrize(
    ("number", "persian", "english"),
    [
        (0, "صفر", "zero"),
        (21, "بیست و یک", "twenty-one"),
        (1_000, "هزار", "one thousand"),
        (2_300_000, "دو میلیون و سیصد هزار", "two million three hundred thousand"),
        (1_001_015, "یک میلیون و هزار و پانزده", "one million one thousand fifteen"),
        (2_500 * 10**9 + 7, "دو هزار و پانصد میلیارد و هفت", "two thousand five hundred billion seven"),
    ],
)
def test_a_number_is_said_in_words(number, persian, english):
    assert (in_words(number), in_words(number, "en")) == (persian, english)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, 2**53), min_size=2, max_size=20))
def test_no_two_numbers_are_said_alike(numbers):
    for language in ("fa", "en"):
        assert len({in_words(one, language) for one in numbers}) == len(numbers)


def test_nothing_is_said_of_less_than_nothing():
    with pytest.raises(ValueError, match="negative"):
        in_words(-1)
