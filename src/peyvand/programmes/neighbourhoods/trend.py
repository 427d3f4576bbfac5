"""Cohesion and speed month by month («هر روز منسجم‌تر», «جهش»: source S2 2.9), inside the reader's own scope."""

from dataclasses import dataclass
from datetime import date

from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.board_models import Objective
from peyvand.programmes.neighbourhoods.enums import ObjectiveState, ResolutionState
from peyvand.programmes.neighbourhoods.figures import MONTHS, WITH_PARTS
from peyvand.programmes.neighbourhoods.models import Resolution
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below


@dataclass(frozen=True)
class MonthTold:
    """`days`: median from session to confirmation of the `done` resolutions confirmed in it; None where there are none.

    `joint`: of the `wanted` objectives set in it and not dropped, the share (0 to 1) in which two agencies or more have a part.
    """

    month: JalaliMonth
    days: float | None
    done: int
    joint: float | None
    wanted: int


def by_month(by: Acting, today: date, months: int = MONTHS) -> list[MonthTold]:
    """The last months, the oldest first; today's is the last of them and not over."""
    last = JalaliMonth.of(today)
    known = [last.shift(-back) for back in reversed(range(months))]
    since = known[0].first_day
    spans: dict[JalaliMonth, list[tuple[date, date]]] = {one: [] for one in known}
    done = Resolution.objects.filter(below(by.place_path), state=ResolutionState.DONE, closed_at__date__gte=since)
    ends = done.values_list("decided_date", "closed_at")
    for decided, day in ((decided, business_date(closed)) for decided, closed in ends if closed):
        spans.get(JalaliMonth.of(day), []).append((decided, day))
    parts: dict[JalaliMonth, list[int]] = {one: [] for one in known}
    wanted = Objective.objects.filter(below(by.place_path), created_at__date__gte=since)
    wanted = wanted.exclude(state=ObjectiveState.DROPPED).annotate(parts=WITH_PARTS)
    for set_at, many in wanted.values_list("created_at", "parts"):
        parts.get(JalaliMonth.of(business_date(set_at)), []).append(many)
    return [
        MonthTold(
            one, rules.median_days(spans[one]), len(spans[one]), rules.share_of_joint(parts[one]), len(parts[one])
        )
        for one in known
    ]
