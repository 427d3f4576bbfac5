"""Values are shown in the reader's language, and nothing of them is lost on the way."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.quantities import Unit
from peyvand.kernel.refusals import BadValue
from peyvand.kernel.text import latin_digits
from peyvand.web.templatetags import peyvand_format as show

DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def persian():
    with translation.override("fa"):
        yield


@given(st.integers(-(10**15), 10**15))
def test_a_number_read_back_is_the_same_number(value):
    with translation.override("fa"):
        text = show.number(value)
    assert not any(letter in "0123456789," for letter in text)
    assert int(latin_digits(text).replace("٬", "").replace("−", "-").replace("\u200e", "")) == value


@given(st.integers(0, 10**16))
def test_an_exact_amount_loses_nothing(amount):
    rial = amount * 10
    with translation.override("fa"):
        text = latin_digits(show.toman_text(rial)).replace("٬", "").replace("٫", ".")
    words = text.removesuffix(" تومان").split(" ", 1)
    scale = {"": 1, "میلیون": 10**6, "میلیارد": 10**9, "هزار میلیارد": 10**12}[words[1] if len(words) > 1 else ""]
    assert Decimal(words[0]) * scale == amount


@given(st.text())
def test_digits_changes_only_digits(text):
    with translation.override("fa"):
        shown = show.digits(text)
    assert len(shown) == len(text)
    assert latin_digits(shown) == latin_digits(text)


@pytest.mark.parametrize(
    ("rial", "said"),
    [
        (2_500_000, "۲۵۰٬۰۰۰ تومان"),
        (5_000_000_000, "۵۰۰ میلیون تومان"),
        (12_000_000_000, "۱٫۲ میلیارد تومان"),
        (30_000_000_000_000, "۳ هزار میلیارد تومان"),
        (12_345_678_900, "۱٬۲۳۴٬۵۶۷٬۸۹۰ تومان"),
        (0, "۰ تومان"),
        (None, "—"),
    ],
)
def test_money_is_said_in_words_where_nothing_is_lost(rial, said):
    assert show.toman_text(rial) == said


def test_a_rounded_amount_for_tiles():
    assert show.toman_short(12_345_678_900) == "۱٫۲ میلیارد تومان"
    assert str(show.tile(show.toman_short(12_345_678_900))) == '۱٫۲ <span class="stat-unit">میلیارد تومان</span>'
    assert str(show.tile("<b> c")) == '<span class="stat-word">&lt;b&gt; c</span>'
    assert str(show.tile("پنهان ماند")) == '<span class="stat-word">پنهان ماند</span>', "a word is not broken in two"
    assert str(show.tile("۱۲")) == "۱۲"


@pytest.mark.parametrize(
    ("rial", "below", "long"),
    [
        (12_345_678_900, "دقیق: ۱٬۲۳۴٬۵۶۷٬۸۹۰ تومان", "۱٫۲ میلیارد تومان (دقیق: ۱٬۲۳۴٬۵۶۷٬۸۹۰ تومان)"),
        (12_000_000_000, "", "۱٫۲ میلیارد تومان"),
        (2_500_000, "", "۲۵۰٬۰۰۰ تومان"),
        (None, "", "—"),
    ],
)
def test_behind_words_for_a_large_amount_stands_the_exact_one(rial, below, long):
    assert show.toman_exact(rial) == below
    assert show.toman_long(rial) == long


def test_dates_are_jalali_days_of_iran():
    late_evening = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    assert show.jdate(DAY) == "۳۰ آبان ۱۴۰۵"
    assert show.jdate(late_evening) == "۳۰ آبان ۱۴۰۵"
    assert show.jdate_short(DAY) == "۱۴۰۵/۰۸/۳۰"
    assert show.jdatetime(late_evening) == "۳۰ آبان ۱۴۰۵، ساعت ۰۰:۳۰"
    assert show.jmonth(DAY) == "آبان ۱۴۰۵"


@pytest.mark.parametrize(
    ("day", "said"),
    [(20, "دیروز"), (21, "امروز"), (22, "فردا"), (18, "۳ روز پیش"), (30, "۹ روز دیگر")],
)
def test_near_days_are_said_as_people_say_them(day, said):
    assert show.jdate_ago(date(2026, 11, day), DAY) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 10, 21), "۱ ماه پیش"),
        (date(2026, 1, 1), "۱۰ ماه پیش"),
        (date(2025, 11, 25), "۱۱ ماه پیش"),
        (date(2025, 11, 21), "۱ سال پیش"),
        (date(2024, 1, 1), "۲ سال پیش"),
        (date(2027, 2, 21), "۳ ماه دیگر"),
        (date(2028, 11, 22), "۲ سال دیگر"),
    ],
)
def test_a_day_far_away_is_said_in_months_and_years(day, said):
    assert show.jdate_ago(day, DAY) == said


def test_ratios_distances_and_quantities():
    assert show.percent(0.154) == "۱۵٫۴٪"
    assert [show.km(far) for far in (0.8, 0.999, 4.25, 128.4)] == ["۸۰۰ متر", "۱ کیلومتر", "۴٫۳ کیلومتر", "۱۲۸ کیلومتر"]
    assert show.quantity(3, "hour") == "۳ ساعت"
    assert show.quantity(2_500_000, "rial") == "۲۵۰٬۰۰۰ تومان"


def test_a_size_of_a_file_is_said_in_words(persian):
    sizes = [show.filesize(size) for size in (1, 193_200, 999_499, 1_250_000, None)]
    assert sizes == ["۱ کیلوبایت", "۱۹۳ کیلوبایت", "۹۹۹ کیلوبایت", "۱٫۳ مگابایت", "—"]


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_unit_has_a_word(unit, language):
    with translation.override(language):
        assert show.quantity(1, unit)


def test_english_readers_see_latin_digits_and_plurals():
    with translation.override("en"):
        assert show.number(1234567) == "1,234,567"
        assert [show.quantity(count, "session") for count in (1, 2)] == ["1 session", "2 sessions"]
        assert show.jdate(DAY) == "30 Aban 1405"
        assert show.toman_text(5_000_000_000) == "500 million toman"


def test_a_refusal_is_said_in_the_readers_language():
    assert show.refusal(BadValue(field="مقدار", reason="12")) == "مقدار «مقدار» پذیرفتنی نیست: ۱۲"


@pytest.mark.parametrize(("value", "shown"), [(1405, "۱۴۰۵"), (50_000_000, "۵۰٬۰۰۰٬۰۰۰"), (DAY, "۳۰ آبان ۱۴۰۵")])
def test_a_number_in_a_refusal_is_grouped_and_a_year_is_not(value, shown):
    assert show.said("{value}", {"value": value}) == shown
