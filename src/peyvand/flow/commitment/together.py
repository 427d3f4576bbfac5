"""Needs that go together are promised and proposed all of them or none: what of a group would be left lacking."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import F, Sum

from peyvand.flow.commitment.enums import SuggestionState
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def left_lacking(
    numbers: Iterable[int | None], *, more: Mapping[int, int], answered: Collection[int] = ()
) -> dict[int, int]:
    """Of these groups those that are not promised or proposed whole: how many of their needs lack something still.

    `more` units by need count as promised, the suggestions `answered` do not count. Read under the national role: the giver of one
    does not see the others.
    """
    groups = {number for number in numbers if number is not None}
    if not groups:
        return {}
    with scope(SYSTEM):
        members = Need.objects.filter(together__in=groups).exclude(state=NeedState.CLOSED)
        rows = list(members.values_list("pk", "together", F("quantity") - F("committed")))
        proposed = Suggestion.objects.filter(need_id__in=[pk for pk, *_ in rows], state=SuggestionState.PROPOSED)
        standing = proposed.exclude(pk__in=answered).order_by().values("need_id").annotate(units=Sum("quantity"))
        units = dict(standing.values_list("need_id", "units"))
    found: dict[int, int] = {}
    for pk, number, lacking in rows:
        if lacking > more.get(pk, 0) + units.get(pk, 0):
            found[number] = found.get(number, 0) + 1
    return found
