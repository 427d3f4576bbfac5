"""Reads of celebrations and handovers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.enums import ClosedAs
from peyvand.flow.need.models import Need
from peyvand.flow.story.models import Story, StoryDelivery
from peyvand.flow.story.queries import published
from peyvand.people.models import Organisation
from peyvand.programmes.practices.models import Celebration, CelebrationNeed, Handover, HandoverStep
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope

OFFERED = 100


def celebrations() -> QuerySet[Celebration]:
    return Celebration.objects.select_related("place", "organisation").defer("place__boundary")


def one_celebration(celebration_id: int) -> Celebration:
    return only(celebrations().select_related("story").filter(pk=celebration_id))


def needs_to_celebrate(by: Acting) -> QuerySet[Need]:
    """Met needs of one's own office that no celebration closes yet, the last met first."""
    there = CelebrationNeed.objects.filter(need=OuterRef("pk"))
    own = Need.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"), closed_as=ClosedAs.MET)
    ids = list(own.filter(~Exists(there)).order_by("-closed_at", "-pk").values_list("pk", flat=True)[:OFFERED])
    rows = Need.objects.filter(pk__in=ids).select_related("specification", "place").defer("place__boundary")
    return rows.order_by("-closed_at", "-pk")


def stories_of(row: Celebration) -> QuerySet[Story]:
    """Published ones told of a delivery to one of its needs."""
    return published().filter(pk__in=_told_of(row))


def _told_of(row: Celebration) -> list[int]:
    with scope(SYSTEM):
        needs = CelebrationNeed.objects.filter(celebration=row).values("need_id")
        told = StoryDelivery.objects.filter(delivery__commitment__need_id__in=needs)
        return list(told.values_list("story_id", flat=True).distinct())


@dataclass(frozen=True)
class Thanked:
    """What a celebration is about: kinds with their amounts, and the organisations whose deliveries were accepted for it."""

    needs: int
    kinds: list[tuple[Specification, int]]
    givers: list[Organisation]


def thanked(row: Celebration) -> Thanked:
    """Counted under the national role; no single need and nobody who gave or received shows in it."""
    with scope(SYSTEM):
        needs = Need.objects.filter(pk__in=CelebrationNeed.objects.filter(celebration=row).values("need_id"))
        counted = list(
            needs.order_by("specification__sort_key").values_list("specification_id").annotate(n=Sum("quantity"))
        )
        given = Delivery.objects.filter(
            commitment__need__in=needs, answer=DeliveryAnswer.ACCEPTED, quantity__gt=0, reversal__isnull=True
        )
        givers = Organisation.objects.filter(pk__in=given.values("commitment__capacity__organisation_id"))
        kinds = Specification.objects.in_bulk([kind for kind, _ in counted])
        return Thanked(needs.count(), [(kinds[pk], n) for pk, n in counted], list(givers.order_by("sort_key", "pk")))


def handovers() -> QuerySet[Handover]:
    related = Handover.objects.select_related("place", "organisation", "receiver", "specification")
    return related.defer("place__boundary")


def one_handover(handover_id: int) -> Handover:
    return only(handovers().filter(pk=handover_id))


def steps_of(handover_id: int) -> list[HandoverStep]:
    return list(HandoverStep.objects.filter(handover_id=handover_id).order_by("pk"))


def accepted_of(row: Handover, since: date) -> dict[str, int]:
    """Accepted deliveries of the kind in the place since a day: by the office, by the receiver, by others."""
    with scope(SYSTEM):
        rows = Delivery.objects.filter(
            below(row.place_path), specification_id=row.specification_id, answer=DeliveryAnswer.ACCEPTED, quantity__gt=0,
            reversal__isnull=True, delivered_date__gte=since,
        )  # fmt: skip
        counted = rows.aggregate(
            office=Count("pk", filter=below(row.organisation_path, "giver_path")),
            receiver=Count("pk", filter=below(row.receiver_path, "giver_path")),
            all=Count("pk"),
        )
    return {**counted, "others": max(0, counted["all"] - counted["office"] - counted["receiver"])}
