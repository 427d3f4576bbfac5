"""The closing ceremony of needs that were met: called, held, told; or called off."""

from collections.abc import Sequence
from datetime import date, datetime

from peyvand.flow.need.enums import ClosedAs
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import StoryDelivery
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.practices import permissions, rules
from peyvand.programmes.practices.actions import require_on
from peyvand.programmes.practices.enums import CelebrationState
from peyvand.programmes.practices.models import Celebration, CelebrationNeed
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

MOST_GUESTS, MOST_NEEDS = 100_000, 200


@action
def call_celebration(
    *, title: str, venue: str, held_date: date, thanks: str, place: Place, need_ids: Sequence[int],
    organisation: Organisation | None = None, by: Acting, now: datetime,
) -> Celebration:  # fmt: skip
    """Call a celebration of needs of one's own office that were met, each of which no other celebrates (`NothingMet`, or
    `AlreadyThere` from the database). Nobody who was helped is named in it, nor has to come.
    """
    keeper = organisation or Organisation.objects.filter(pk=by.organisation_id).first()
    if keeper is None or not all(text.strip() for text in (title, venue, thanks)):
        raise BadValue(field="title", reason="a celebration has a name, a venue and words of thanks")
    row = Celebration(
        title=title.strip(), venue=venue.strip(), held_date=held_date, thanks=thanks.strip(), state=rules.CELEBRATION.start,
        place=place, place_path=place.path, organisation=keeper, organisation_path=keeper.path, created_at=now,
    )  # fmt: skip
    require(permissions.may_celebrate(by, row))
    require_on(row, now)
    if held_date < business_date(now):
        raise BadValue(field="held_date", reason="this day has passed")
    wanted = set(need_ids)
    met = Need.objects.filter(
        pk__in=wanted,
        closed_as=ClosedAs.MET,
        place_path__startswith=place.path,
        organisation_path__startswith=keeper.path,
    )
    needs = list(met.order_by("pk"))
    if not 0 < len(wanted) <= MOST_NEEDS or len(needs) != len(wanted):
        raise rules.NothingMet
    row.save()
    CelebrationNeed.objects.bulk_create([CelebrationNeed(celebration=row, need=need) for need in needs])
    _event("practice.celebration_called", row, by, now)
    return row


@action
def hold_celebration(*, celebration_id: int, guests: int, by: Acting, now: datetime) -> Celebration:
    """It took place: how many came. Not before its day."""
    row = _kept(celebration_id, by, now)
    if row.held_date > business_date(now):
        raise BadValue(field="held_date", reason="its day has not come")
    if not 0 <= guests <= MOST_GUESTS:
        raise BadValue(field="guests", reason="not below nothing")
    row.guests = guests
    return _moved("hold_celebration", "practice.celebration_held", row, by, now)


@action
def tell_celebration(*, celebration_id: int, story_id: int, by: Acting, now: datetime) -> Celebration:
    """It ends in a story: a published one, told of a delivery to one of its needs, and so with the consent of all it shows."""
    row = _kept(celebration_id, by, now)
    needs = CelebrationNeed.objects.filter(celebration=row).values("need_id")
    told = StoryDelivery.objects.filter(
        story_id=story_id, story__state=StoryState.PUBLISHED, delivery__commitment__need_id__in=needs
    )
    if not told.exists():
        raise rules.StoryElsewhere
    row.story_id = story_id
    return _moved("tell_celebration", "practice.celebration_told", row, by, now)


@action
def call_off_celebration(*, celebration_id: int, by: Acting, now: datetime) -> Celebration:
    row = _kept(celebration_id, by, now)
    return _moved("call_off_celebration", "practice.celebration_called_off", row, by, now)


@action
def restore_celebration(*, celebration_id: int, by: Acting, now: datetime) -> Celebration:
    """It takes place after all."""
    row = _kept(celebration_id, by, now)
    return _moved("restore_celebration", "practice.celebration_restored", row, by, now)


def _kept(celebration_id: int, by: Acting, now: datetime) -> Celebration:
    row = lock(Celebration.objects.all(), [celebration_id])[celebration_id]
    require(permissions.may_celebrate(by, row))
    require_on(row, now)
    return row


def _moved(step: str, act: str, row: Celebration, by: Acting, now: datetime) -> Celebration:
    row.state = CelebrationState(rules.CELEBRATION.after(step, row.state))
    row.save(update_fields=["state", "guests", "story"])
    _event(act, row, by, now)
    return row


def _event(act: str, row: Celebration, by: Acting, now: datetime) -> None:
    record(
        act, kind="celebration", subject=row.pk, by=by, now=now, place_path=row.place_path,
        organisation_path=row.organisation_path,
    )  # fmt: skip
