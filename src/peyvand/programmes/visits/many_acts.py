"""What can be done to many less-seen places and to many visits at once, as their lists offer it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peyvand.batches.acts import due_date
from peyvand.extend.programme import ActOnMany
from peyvand.programmes.visits import many_actions
from peyvand.programmes.visits.forms import DayForm
from peyvand.programmes.visits.models import Visit
from peyvand.scope.acting import Acting
from peyvand.web.bulk_words import counted

Values = Mapping[str, Any]


def _lock(ids: Sequence[int]) -> None:
    list(Visit.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _drop(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> dict[int, None]:
    return {visit.pk: None for visit in many_actions.drop_visits(visit_ids=ids, by=by, now=now)}


def _give_day(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> dict[int, str]:
    before = many_actions.give_day(visit_ids=ids, planned_date=due_date(values), by=by, now=now)
    return {pk: day.isoformat() for pk, day in before.items()}


def _put_back(marks: Mapping[int, Any], by: Acting, now: datetime) -> object:
    days = {pk: date.fromisoformat(day) for pk, day in marks.items()}
    return many_actions.put_back_days(days=days, by=by, now=now)


ACTS = (
    ActOnMany(
        "plan_visits", "unseen", "plan", _("Plan visits"),
        _("To each of these places a visit is planned for the day you choose. It shows on the phones of those who may write it down."),
        _("a visit is planned"),
        counted(lambda n: ngettext("A visit to %(n)s place is planned.", "Visits to %(n)s places are planned.", n)),
        lambda ids, values, by, now: many_actions.plan_visits(place_ids=ids, planned_date=due_date(values), by=by, now=now),
        lambda marks, by, now: many_actions.drop_visits(visit_ids=list(marks.values()), by=by, now=now),
        form=DayForm,
    ),
    ActOnMany(
        "give_day", "visits", "move", _("Give them another day"),
        _("Each planned visit gets the day you choose; whoever is sent there sees the new day."), _("planned for the new day"),
        counted(lambda n: ngettext("%(n)s planned visit has a new day.", "%(n)s planned visits have a new day.", n)),
        _give_day, _put_back, _lock, DayForm,
    ),
    ActOnMany(
        "drop_visits", "visits", "move", _("Drop the plans"),
        _("Nobody is sent there any more. A dropped plan stays in the list, and can be taken up again."), _("dropped"),
        counted(lambda n: ngettext("%(n)s plan is dropped.", "%(n)s plans are dropped.", n)),
        _drop, lambda marks, by, now: many_actions.restore_visits(visit_ids=list(marks), by=by, now=now), _lock,
    ),
)  # fmt: skip
