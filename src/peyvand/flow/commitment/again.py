"""Suggestions that could wait for an answer again, where a run, an answer or a family's refusal is taken back."""

from collections.abc import Iterable

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import SuggestionState
from peyvand.flow.commitment.fitting import refused_by_now
from peyvand.flow.commitment.loading import proposed_units
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import lock
from peyvand.scope.database import scope


def fitting_again(rows: Iterable[Suggestion]) -> list[Suggestion]:
    """Of suggestions (locked) that wait no more those that could, beside all that is promised and proposed by now, in their order.

    Locks their needs and offers, under the national role: the other side may lie outside the actor's area. The trigger
    `suggestion_stands_again` holds the same of an offer's units and of what a family has refused.
    """
    asked = list(rows)
    if not asked:
        return []
    with scope(SYSTEM):
        needs = lock(Need.objects.all(), [row.need_id for row in asked])
        offers = lock(Capacity.objects.all(), [row.capacity_id for row in asked])
        waiting = Suggestion.objects.filter(state=SuggestionState.PROPOSED)
        given = proposed_units(waiting.filter(capacity_id__in=offers))
        of_needs = waiting.filter(need_id__in=needs).order_by().values_list("need_id", "capacity_id", "quantity")
        standing = {(need, offer): units for need, offer, units in of_needs}
        refused = refused_by_now([(row.need_id, row.capacity_id) for row in asked])
    taken: dict[int, int] = {}
    for (need_id, _), units in standing.items():
        taken[need_id] = taken.get(need_id, 0) + units
    again = []
    for row in asked:
        need, offer, pair = needs[row.need_id], offers[row.capacity_id], (row.need_id, row.capacity_id)
        lacks = need.quantity - need.committed - taken.get(need.pk, 0)
        left = offer.quantity - offer.committed - given.get(offer.pk, 0)
        # What is suggested of an offer stays while its giver pauses it.
        is_open = need.state == NeedState.OPEN and offer.state != CapacityState.CLOSED
        if is_open and row.quantity <= min(lacks, left) and pair not in standing and pair not in refused:
            taken[need.pk] = taken.get(need.pk, 0) + row.quantity
            given[offer.pk] = given.get(offer.pk, 0) + row.quantity
            standing[pair] = row.quantity
            again.append(row)
    return again
