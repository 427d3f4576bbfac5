from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.business_days import WorkWeek, estimated, estimates, official_holidays

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
weeks = st.builds(WorkWeek, st.frozensets(st.integers(0, 6), max_size=3), st.frozensets(days, max_size=5))


@given(weeks, days, st.integers(1, 40))
def test_business_days_are_counted_and_never_end_on_a_day_of_rest(week, day, number):
    end = week.after(day, number)
    between = [day + timedelta(step) for step in range(1, (end - day).days + 1)]
    assert sum(week.is_open(one) for one in between) == number
    assert week.is_open(end)
    assert end.weekday() not in week.rest_days
    assert end not in week.closed | official_holidays(end.year).keys()


def test_what_is_proposed_before_nowruz_waits_until_after_it():
    assert WorkWeek().after(date(2025, 3, 19), 1) == date(2025, 3, 25)
    assert WorkWeek().after(date(2026, 11, 18), 2) == date(2026, 11, 22)


def test_lunar_holidays_ahead_are_marked_as_estimates_and_solar_ones_are_not():
    year = official_holidays(2030)
    assert any(estimated(day) for day in year)
    assert not estimated(date(2030, 3, 21))
    assert not estimated(date(2030, 3, 26))


def test_the_estimates_between_two_days_are_told_by_name_in_either_language():
    after, until = date(2027, 1, 5), date(2027, 1, 24)
    found = estimates(after, until)
    assert [day for day, _name in found] == [date(2027, 1, 6), date(2027, 1, 24)]
    assert all("estimated" not in name for _day, name in found)
    assert [day for day, _name in estimates(after, until, "fa_IR")] == [day for day, _name in found]
    assert estimates(until, date(2027, 2, 28)) == []


def test_the_settings_are_read_and_what_is_wrong_is_named():
    assert WorkWeek.read("friday", "1405/9/10, 2026-12-05") == WorkWeek(
        frozenset({4}), frozenset({date(2026, 12, 1), date(2026, 12, 5)})
    )
    with pytest.raises(ValueError, match="'fryday'"):
        WorkWeek.read("fryday", "")
    with pytest.raises(ValueError, match="no business days"):
        WorkWeek.read("monday tuesday wednesday thursday friday saturday sunday", "")
