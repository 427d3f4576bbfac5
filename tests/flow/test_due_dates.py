"""Nothing is needed or promised for a day that has passed, nor for one beyond the site's setting."""

import pytest
from tests.world import TODAY, World, in_days, later

from peyvand.kernel.due import DueInPast, DueTooFar
from peyvand.kernel.jalali import add_months

pytestmark = pytest.mark.django_db


def test_a_need_is_due_from_the_day_it_was_told_and_within_two_years():
    world = World.build()
    for due in (TODAY, add_months(TODAY, 24), None):
        assert world.need(due_date=due).due_date == due
    with pytest.raises(DueInPast):
        world.need(due_date=in_days(-1))
    with pytest.raises(DueTooFar):
        world.need(due_date=in_days(740))
    # What was told earlier and is written down now may have been due in between.
    assert world.need(told_at=later(days=-30), due_date=in_days(-1)).due_date == in_days(-1)
    with pytest.raises(DueInPast):
        world.need(told_at=later(days=-30), due_date=in_days(-31))


def test_a_promise_is_due_within_the_setting(settings):
    world = World.build()
    need, capacity = world.need(5), world.capacity(5)
    assert world.promise(need, capacity, due=0).due_date == TODAY
    for due, refusal in ((-1, DueInPast), (740, DueTooFar)):
        with pytest.raises(refusal):
            world.promise(need, capacity, due=due)
    settings.LONGEST_DUE_MONTHS = 36
    assert world.promise(need, capacity, due=740).due_date == in_days(740)
