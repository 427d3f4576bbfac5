from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.jalali import JalaliMonth, add_months, business_date, long_date, parse_date, short_date

days = st.dates(date(1960, 1, 1), date(2060, 12, 31))


def test_the_day_begins_at_midnight_in_tehran():
    assert business_date(datetime(2026, 3, 20, 20, 29, tzinfo=UTC)) == date(2026, 3, 20)
    assert business_date(datetime(2026, 3, 20, 20, 30, tzinfo=UTC)) == date(2026, 3, 21)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        business_date(datetime(2026, 3, 20))  # noqa: DTZ001


def test_a_leap_year_has_thirty_days_in_esfand():
    assert JalaliMonth(1403, 12).last_day - JalaliMonth(1403, 12).first_day == timedelta(days=29)
    assert JalaliMonth(1404, 12).last_day - JalaliMonth(1404, 12).first_day == timedelta(days=28)


@given(days)
def test_a_day_lies_in_its_month(day):
    month = JalaliMonth.of(day)
    assert month.first_day <= day <= month.last_day
    assert month.shift(1).first_day == month.last_day + timedelta(days=1)


@given(days, st.integers(-60, 60))
def test_months_go_forth_and_back(day, months):
    assert JalaliMonth.of(add_months(day, months)) == JalaliMonth.of(day).shift(months)


@given(days)
def test_what_is_shown_is_read_back(day):
    for language in ("fa", "en"):
        assert parse_date(short_date(day, language)) == day
    assert parse_date(day.isoformat()) == day


def test_dates_in_words():
    assert long_date(date(2026, 11, 21)) == "۳۰ آبان ۱۴۰۵"
    assert long_date(date(2026, 11, 21), "en") == "30 Aban 1405"
    assert JalaliMonth(1405, 8).label() == "آبان ۱۴۰۵"
    assert JalaliMonth.parse("۱۴۰۵/۸") == JalaliMonth(1405, 8)


@pytest.mark.parametrize("text", ["", "1405", "1405/13/1", "1405/12/30", "abc", "2026-02-30", "1405/8/²"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)
