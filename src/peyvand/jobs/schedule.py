"""Times of the day in Iran as the queue's clock (cron in UTC) understands them."""

from datetime import date, datetime, time

from peyvand.kernel.jalali import TEHRAN


def daily_at(clock: str, on: date = date(2026, 3, 21)) -> str:
    """The cron line of a time in Tehran ("02:30"), by the offset in force on a day.

    Iran has kept +03:30 all year since summer time was given up in 1401; should it come back, a job runs an hour earlier.
    """
    there = datetime.combine(on, time.fromisoformat(clock), TEHRAN)
    offset = there.utcoffset()
    assert offset is not None
    minutes = (there.hour * 60 + there.minute - int(offset.total_seconds()) // 60) % (24 * 60)
    return f"{minutes % 60} {minutes // 60} * * *"
