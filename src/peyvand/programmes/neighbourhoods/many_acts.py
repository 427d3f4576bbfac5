"""What can be done to many resolutions at once, as their list offers it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peyvand.batches.acts import due_date
from peyvand.extend.programme import ActOnMany
from peyvand.kernel.refusals import BadValue
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import many_actions
from peyvand.programmes.neighbourhoods.forms import HandManyForm, NewDayForm
from peyvand.programmes.neighbourhoods.models import Resolution
from peyvand.scope.acting import Acting
from peyvand.web.bulk_words import counted

Values = Mapping[str, Any]


def _owner(values: Values) -> Organisation:
    asked = str(values.get("organisation") or "")
    found = Organisation.objects.filter(pk=int(asked), is_active=True).first() if asked.isdecimal() else None
    if found is None:
        raise BadValue(field="organisation", reason="an organisation is needed")
    return found


def _lock(ids: Sequence[int]) -> None:
    list(Resolution.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _hand(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> dict[int, int]:
    return many_actions.hand_resolutions(
        resolution_ids=ids, owner=_owner(values), reason=str(values.get("reason", "")), by=by, now=now
    )


def _hand_back(marks: Mapping[int, Any], by: Acting, now: datetime) -> object:
    known = {one.pk: one for one in Organisation.objects.filter(pk__in=set(marks.values()))}
    return many_actions.put_back(owners={pk: known[owner] for pk, owner in marks.items()}, by=by, now=now)


def _give_day(ids: Sequence[int], values: Values, by: Acting, now: datetime) -> dict[int, str]:
    before = many_actions.give_day(
        resolution_ids=ids, due=due_date(values), reason=str(values.get("reason", "")), by=by, now=now
    )
    return {pk: day.isoformat() for pk, day in before.items()}


def _days_back(marks: Mapping[int, Any], by: Acting, now: datetime) -> object:
    return many_actions.put_back(days={pk: date.fromisoformat(day) for pk, day in marks.items()}, by=by, now=now)


ACTS = (
    ActOnMany(
        "hand_resolutions", "resolutions", "step", _("Hand them to another organisation"),
        _("From then on the organisation you choose owes each of them, by the same day. It finds them on its first page."),
        _("owed by the organisation you choose"),
        counted(lambda n: ngettext("%(n)s resolution was handed on.", "%(n)s resolutions were handed on.", n)),
        _hand, _hand_back, _lock, HandManyForm,
    ),
    ActOnMany(
        "give_day", "resolutions", "step", _("Give them another day"),
        _("Each is due on the day you choose; the old day stays in its follow-up."), _("due on the new day"),
        counted(lambda n: ngettext("%(n)s resolution has a new day.", "%(n)s resolutions have a new day.", n)),
        _give_day, _days_back, _lock, NewDayForm,
    ),
)  # fmt: skip
