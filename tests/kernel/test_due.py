from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from peyvand.kernel.due import due_refusal
from peyvand.kernel.jalali import add_months

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@given(days, st.integers(-800, 1600), st.integers(1, 36))
def test_a_due_date_lies_between_its_first_day_and_the_last_month_allowed(since, away, months):
    due, latest = since + timedelta(days=away), add_months(since, months)
    answer = due_refusal(due=due, since=since, months=months)
    expected = "due_in_past" if due < since else "due_too_far" if due > latest else None
    assert (answer.code if answer else None) == expected
    assert due_refusal(due=latest, since=since, months=months) is None
    assert due_refusal(due=None, since=since, months=months) is None
