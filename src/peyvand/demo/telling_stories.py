"""Stories told of deliveries, with the consent of those shown."""

from datetime import timedelta
from typing import Any

from peyvand.demo.promising import told_of
from peyvand.demo.world import World, texts
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.people.bulk import NewConsent, give_consents
from peyvand.people.enums import ConsentPurpose, ConsentWay
from peyvand.people.models import Membership, Person, Task
from peyvand.people.queries import acting_as
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def tell_stories(world: World) -> None:
    """All but the last two are published; one waits for review and one is still being written."""
    rows = texts("stories")["story"]
    newest = told_of(world)
    found = [(row, next((newest[kind] for kind in row["kinds"] if kind in newest), None)) for row in rows]
    told = [(row, delivery) for row, delivery in found if delivery]
    for place, (row, delivery) in enumerate(told):
        _tell(world, row, delivery, left=len(told) - place)


def _tell(world: World, row: dict[str, Any], delivery: Delivery, left: int) -> None:
    now = max(delivery.answered_at or world.calendar.now, world.calendar.now - timedelta(days=20))
    with scope(SYSTEM):
        need = Need.objects.select_related("household", "place").get(pk=delivery.commitment.need_id)
        teller = acting_as(_worker_of(need))
        heads = list(Person.objects.filter(household=need.household, is_head=True).values_list("pk", flat=True))
        place: Place = need.place
    consents = give_consents(
        rows=[NewConsent(one) for one in heads],
        purpose=ConsentPurpose.TELL_STORY,
        way=ConsentWay.PAPER,
        by=teller,
        now=now,
    )
    story = write_story(
        title=row["title"], body=row["body"], invitation=row["invitation"], place=place, delivery_ids=[delivery.pk],
        consent_ids=[one.pk for one in consents], by=teller, now=now,
    )  # fmt: skip
    if left > 1:
        submit_story(story_id=story.pk, by=teller, now=now)
    if left > 2:
        publish_story(story_id=story.pk, by=world.acting["hq_leader"], now=now)


def _worker_of(need: Need) -> Membership:
    """Whoever has the task with the family, or vouched for the need of one who told it; the story is theirs to tell."""
    rows = Membership.objects.select_related("account", "place", "organisation")
    task = Task.objects.filter(household=need.household_id, until__isnull=True).first() if need.household_id else None
    return rows.get(pk=task.membership_id if task else need.vouched_by_id or 0)
