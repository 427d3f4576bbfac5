import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.codes import LENGTH, new_code, read_code, spoken
from peyvand.kernel.identifiers import is_legal_id, is_mobile, is_national_id


@pytest.mark.parametrize("text", ["0499370899", "0076229645", "1583250689", "۰۴۹۹۳۷۰۸۹۹", "049-937089-9"])
def test_valid_national_ids(text):
    assert is_national_id(text)


@pytest.mark.parametrize("text", ["0499370898", "1111111111", "0000000000", "123", "", "abcdefghij", "04993708990"])
def test_invalid_national_ids(text):
    assert not is_national_id(text)


@given(st.text(alphabet="0123456789", min_size=9, max_size=9).filter(lambda body: body[3:9] != "000000"))
def test_exactly_one_last_digit_fits_a_national_id(body):
    fitting = [digit for digit in "0123456789" if is_national_id(body + digit)]
    repeated = len(set(body)) == 1
    assert len(fitting) == 1 or (repeated and len(fitting) <= 1)


@pytest.mark.parametrize(
    ("text", "valid"), [("10380284790", True), ("14007650912", True), ("10380284791", False), ("", False)]
)
def test_legal_ids(text, valid):
    assert is_legal_id(text) is valid


@pytest.mark.parametrize(
    ("text", "valid"), [("09121234567", True), ("۰۹۱۲ ۱۲۳ ۴۵۶۷", True), ("9121234567", False), ("0912123456x", False)]
)
def test_mobile_numbers(text, valid):
    assert is_mobile(text) is valid


@given(st.randoms(use_true_random=False))
def test_a_code_is_read_back_as_it_is_spoken(random):
    code = new_code(random)
    assert len(code) == LENGTH
    assert read_code(spoken(code)) == code


@given(st.randoms(use_true_random=False), st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(random, place, shift):
    code = new_code(random)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert read_code(wrong) is None


@pytest.mark.parametrize("text", ["", "12", "abcdefghijkl", "1" * 13])
def test_what_is_no_code_is_refused(text):
    assert read_code(text) is None
