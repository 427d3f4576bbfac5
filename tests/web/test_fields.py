"""Forms read what people type, and keep it when it is wrong."""

from datetime import date

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.text import persian_digits
from peyvand.web.fields import JalaliDateField, MobileField, NationalIdField, QuantityField, TomanField
from peyvand.web.forms import Form


@pytest.fixture(autouse=True)
def persian():
    with translation.override("fa"):
        yield


@pytest.mark.parametrize("typed", ["۱۴۰۵/۸/۳۰", "1405/08/30", "۱۴۰۵-۰۸-۳۰", "2026-11-21", " ۱۴۰۵/۸/۳۰ "])
def test_a_date_may_be_typed_in_either_digits(typed):
    assert JalaliDateField().clean(typed) == date(2026, 11, 21)


@pytest.mark.parametrize("typed", ["۱۴۰۵/۱۳/۱", "۱۴۰۵/۷/۳۱", "فردا", "۱۴۰۵", "1405/8", "²/۸/۱"])
def test_a_wrong_date_is_answered_with_an_example(typed):
    with pytest.raises(forms.ValidationError, match="۱۴۰۵/۸/۳۰"):
        JalaliDateField().clean(typed)


def test_a_date_outside_its_limits_names_the_limit():
    field = JalaliDateField(latest=date(2026, 11, 21))
    with pytest.raises(forms.ValidationError, match="۱۴۰۵/۰۸/۳۰"):
        field.clean("۱۴۰۵/۹/۱")


@given(st.integers(1, 2**31 - 1))
def test_a_quantity_is_read_back_however_it_was_shown(amount):
    field = QuantityField()
    with translation.override("fa"):
        typed = [str(amount), persian_digits(amount), f"{amount:,}", field.prepare_value(amount)]
        assert {field.clean(text) for text in typed} == {amount}


@pytest.mark.parametrize("typed", ["چند", "۱۲٫۵", "1.5", "--3", "۹" * 30, "²"])
def test_what_is_not_a_whole_number_is_refused(typed):
    with pytest.raises(forms.ValidationError, match="عدد درست"):
        QuantityField().clean(typed)


@pytest.mark.parametrize("typed", ["0", "-3", "−۳"])
def test_too_little_is_refused_with_the_limit(typed):
    with pytest.raises(forms.ValidationError, match="کمترین مقدار ممکن ۱ است"):
        QuantityField().clean(typed)


def test_toman_is_kept_as_rial():
    field = TomanField()
    assert field.clean("۲٬۵۰۰٬۰۰۰") == 25_000_000
    assert field.prepare_value(25_000_000) == "۲٬۵۰۰٬۰۰۰"


@pytest.mark.parametrize(
    "typed",
    ["۰۹۱۲۱۲۳۴۵۶۷", "0912 123 4567", "+98 912 123 4567", "00989121234567", "9121234567", "98-912-1234567"],
)
def test_a_mobile_number_in_any_writing(typed):
    assert MobileField().clean(typed) == "09121234567"


@pytest.mark.parametrize("typed", ["۰۹۱۱", "02122334455", "091212345678", "سلام", "0912123456x"])
def test_a_wrong_mobile_number_is_refused(typed):
    with pytest.raises(forms.ValidationError, match="یازده رقم"):
        MobileField().clean(typed)


def test_a_national_id_is_checked_by_its_check_digit():
    assert NationalIdField().clean("۰۴۹۹۳۷۰۸۹۹") == "0499370899"
    with pytest.raises(forms.ValidationError, match="کد ملی درست نیست"):
        NationalIdField().clean("۰۴۹۹۳۷۰۸۹۸")


class Sample(Form):
    amount = QuantityField(label="مقدار", unit="جلسه", help_text="به جلسه")
    kind = forms.ChoiceField(label="نوع", choices=[("a", "الف")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="موافقم")
    note = forms.CharField(label="یادداشت", required=False)


def test_errors_stand_beside_their_field_and_in_the_summary():
    html = str(Sample({"amount": "<چند>"}))
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_amount_error"' in html
    assert '<a href="#id_amount">' in html
    assert '<a href="#id_kind_0">' in html
    assert 'id="id_kind_0"' in html
    assert 'value="&lt;چند&gt;"' in html, "what was typed stays"
    assert "«نوع» را انتخاب کنید." in html
    assert "برای ادامه، «موافقم» را تیک بزنید." in html


def test_a_fresh_form_has_no_summary_and_marks_what_is_optional():
    html = str(Sample())
    assert "error-summary" not in html
    assert html.count("(اختیاری)") == 1
    assert '<label for="id_note">' in html
