"""Any single slip in a name still finds it; the same name typed on another keyboard is the same name."""

import re

from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.codes import new_code
from peyvand.kernel.slips import alike, codes_like, kept_whole, may_be_apart, words
from peyvand.kernel.text import search_key

LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
NAMES = st.lists(st.text(LETTERS, min_size=3, max_size=12), min_size=1, max_size=3).map(" ".join)


def slips() -> st.SearchStrategy[tuple[str, str]]:
    return NAMES.flatmap(slips_of)


@st.composite
def slips_of(draw, name: str) -> tuple[str, str]:
    """(a name, the same with one slip in one of its words)."""
    parts = name.split()
    which = draw(st.integers(0, len(parts) - 1))
    word, letter = parts[which], draw(st.sampled_from(LETTERS))
    place = draw(st.integers(0, len(word) - 1))
    kind = draw(st.sampled_from(["wrong", "missing", "too many", "exchanged"]))
    if kind == "wrong":
        typed = word[:place] + letter + word[place + 1 :]
    elif kind == "missing":
        typed = word[:place] + word[place + 1 :]
    elif kind == "too many":
        typed = word[:place] + letter + word[place:]
    else:
        typed = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    parts[which] = typed
    return name, " ".join(parts)


def is_alike(typed: str, key: str) -> bool:
    """As the database is asked: every word stands in the key, or differs from a word in it by one slip."""
    together = key.replace(" ", "")

    def holds(word: str) -> bool:
        return word in key or (may_be_apart(word) and word in together)

    def is_one_slip_away(word: str) -> bool:
        parts = kept_whole(word)
        return (not parts or any(part in together for part in parts)) and bool(re.search(alike(word), key))

    return all(holds(word) or is_one_slip_away(word) for word in words(typed))


@given(st.text(LETTERS, min_size=4, max_size=9), st.data())
def test_whatever_the_pattern_finds_has_a_part_that_the_slip_left_whole(word, data):
    _name, typed = data.draw(slips_of(word))
    apart = data.draw(st.integers(0, len(typed)))
    key = f"{typed[:apart]} {typed[apart:]}".strip() if data.draw(st.booleans()) else typed
    if re.search(alike(word), key):
        assert any(part in key.replace(" ", "") for part in kept_whole(word)), (key, kept_whole(word))


@given(slips())
def test_one_slip_in_one_word_still_finds_the_name(pair):
    name, typed = pair
    assert is_alike(typed, search_key(name))


OTHER_KEYBOARD = str.maketrans({"ی": "ي", "ک": "ك", "0": "۰", "1": "١"})


@given(NAMES, st.sampled_from([" ", "\u200c", "\u00a0", ""]))
def test_another_keyboard_and_other_spaces_find_the_same(name, space):
    typed = name.translate(OTHER_KEYBOARD).replace(" ", space)
    assert is_alike(typed, search_key(name)) or len(name.split()) > 2  # two spaces left out are two slips
    assert words(name.translate(OTHER_KEYBOARD)) == words(name)


@given(st.text(LETTERS, min_size=4, max_size=10), st.data())
def test_two_slips_are_another_word(word, data):
    typed = "ژژ" + word
    assert word.startswith("ژ") or not re.search(alike(typed), word)


@given(st.text(max_size=20))
def test_whatever_is_typed_makes_a_pattern(text):
    for word in words(text):
        assert re.search(alike(word), word)


@given(st.randoms(), st.data())
def test_a_code_with_one_slip_is_among_those_like_it(random, data):
    code = new_code(random)
    place, digit = data.draw(st.integers(0, 11)), data.draw(st.sampled_from("0123456789"))
    typed = data.draw(
        st.sampled_from(
            [
                code[:place] + digit + code[place + 1 :], code[:place] + code[place + 1 :], code[:place] + digit + code[place:],
                code[:place] + code[place : place + 2][::-1] + code[place + 2 :],
            ]
        )
    )  # fmt: skip
    assert typed == code or code in codes_like(typed)
    assert len(codes_like(typed)) < 40


def test_what_is_no_code_is_like_none():
    assert codes_like("") == codes_like("abc") == codes_like("12345") == []
