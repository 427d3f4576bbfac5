"""The row locks of an act on many rows, all taken before it is tried: suggestions, needs, capacities, promises, each in the
order of their ids. What is tried and given up gives its locks back; these stay, so that two batches never wait for each other."""

from collections.abc import Iterable, Sequence

from django.db.models import Model, QuerySet

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need
from peyvand.flow.story.models import Story
from peyvand.people.models import Household, Membership


def _lock(rows: QuerySet, ids: Iterable[int]) -> None:
    list(rows.select_for_update(of=("self",)).filter(pk__in=set(ids)).order_by("pk").values_list("pk", flat=True))


def _all(model: type[Model]) -> QuerySet:
    return model._default_manager.all()


def suggestions(ids: Sequence[int]) -> None:
    _lock(_all(Suggestion), ids)
    _ends(Suggestion.objects.filter(pk__in=ids).values_list("need_id", "capacity_id"))


def _ends(pairs: Iterable[tuple[int, int]]) -> None:
    both = list(pairs)
    _lock(_all(Need), (need_id for need_id, _ in both))
    _lock(_all(Capacity), (capacity_id for _, capacity_id in both))


def promises(ids: Sequence[int]) -> None:
    told = Commitment.objects.filter(pk__in=ids, suggestion__isnull=False).values_list("suggestion_id", flat=True)
    _lock(_all(Suggestion), [pk for pk in told if pk is not None])
    _ends(Commitment.objects.filter(pk__in=ids).values_list("need_id", "capacity_id"))
    _lock(_all(Commitment), ids)


def deliveries(ids: Sequence[int]) -> None:
    promised = list(Delivery.objects.filter(pk__in=ids).values_list("commitment_id", flat=True))
    _ends(Commitment.objects.filter(pk__in=promised).values_list("need_id", "capacity_id"))
    _lock(_all(Commitment), promised)
    _lock(_all(Delivery), ids)


def needs(ids: Sequence[int]) -> None:
    _lock(_all(Need), ids)


def capacities(ids: Sequence[int]) -> None:
    _lock(_all(Capacity), ids)


def stories(ids: Sequence[int]) -> None:
    _lock(_all(Story), ids)


def households(ids: Sequence[int]) -> None:
    _lock(_all(Household), ids)


def memberships(ids: Sequence[int]) -> None:
    _lock(_all(Membership), ids)
