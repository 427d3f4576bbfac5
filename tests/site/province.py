"""What the small province of the flow's own test has not: papers, pictures, lists, stories, and what programmes lay into it."""

import io
from typing import Any

from django.conf import settings
from PIL import Image
from tests.people.test_least_seeing import populate
from tests.site.programme_sights import programme_sights
from tests.world import NOW, World

from peyvand.batches.actions import do_at_once
from peyvand.exports.actions import ask_export
from peyvand.exports.enums import FileKind
from peyvand.exports.listing import listed_at
from peyvand.files.pictures import cleaned
from peyvand.files.storage import LocalFolder
from peyvand.filters.actions import keep_filter
from peyvand.flow.commitment.actions import sign_agreement
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.refusing import refuse_provider
from peyvand.flow.delivery.actions import NewDelivery, add_proof, record_deliveries
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.actions import propose_priority
from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.intake.enums import ImportKind
from peyvand.intake.models import ImportRecord
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import search_key
from peyvand.people.models import Account, Household, Person, Task
from peyvand.resources.actions import put_qualities, starter
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

_LETTERS = "بپتجچخدرزسشطفقکگلمنوهی"


def lay_down(world: World) -> dict[int, list[str]]:
    """Fill the province; gives the looks taken, as `populate` does."""
    looks = populate(world)
    with scope(SYSTEM):
        delivery = Delivery.objects.filter(answer="accepted").order_by("pk")[0]
        need = Need.objects.filter(organisation=world.organisations["centre"], state="open").order_by("pk")[0]
    _stories(world, delivery)
    _agreements(world)
    _deliveries(world)
    _proof(world, delivery)
    for by, place in (("facilitator", "nobonyad"), ("charity_manager", "espiari")):
        world.need(kind="tutoring", by=by, place=place, note="یادداشت نهان")
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    propose_priority(
        need_id=need.pk, priority=77, reason="چون سقف خانه نهفته فرو ریخته است.", by=world["field_leader"], now=NOW
    )
    _imports(world)
    _rules(world)
    for name in ("facilitator", "firm_manager"):
        _lists_of(world, name)
    for sights in programme_sights().values():
        sights.lay_down(world)
    _name_apart()
    return looks


def _rules(world: World) -> None:
    """The words of the rules of the match, and what one family refuses."""
    put_qualities(rows=starter().qualities, by=SYSTEM, now=NOW)
    by = world["facilitator"]
    with scope(SYSTEM):
        home = Task.objects.filter(membership_id=by.membership_id, until__isnull=True).order_by("pk")[0].household_id
    refuse_provider(household_id=home, organisation_id=world.organisations["firm"].pk, by=by, now=NOW)


def _stories(world: World, delivery: Delivery) -> None:
    """One that is still being written, and one for everyone."""
    act: dict[str, Any] = {"by": world["facilitator"], "now": NOW}
    words: dict[str, Any] = {"body": "خیریه آمد و کمک رسید و خانواده خوشحال شد.", "place": world.places["nobonyad"]}
    write_story(title="داستان نانوشته", delivery_ids=[delivery.pk], **words, **act)
    shown = write_story(title="داستان همه", delivery_ids=[delivery.pk], **words, **act)
    submit_story(story_id=shown.pk, **act)
    publish_story(story_id=shown.pk, by=world["field_leader"], now=delivery.recorded_at)


def _agreements(world: World) -> None:
    for number, (giver, asker, by) in enumerate(
        [("charity", "centre", "charity_manager"), ("firm", "office", "firm_manager")]
    ):
        sign_agreement(
            title=f"پیمان نهفته {number}", giver=world.organisations[giver], asker=world.organisations[asker],
            signed_date=business_date(NOW), by=world[by], now=NOW,
        )  # fmt: skip


def _deliveries(world: World) -> None:
    of_both = world.need(1, by="charity_manager", place="espiari")
    for number, promise in enumerate(
        [
            world.agreed(world.need(1), world.capacity(1)),
            world.promise(of_both, world.capacity(1), by="charity_manager"),
        ]
    ):
        told = NewDelivery(promise.pk, 1, business_date(NOW), f"تحویل نهفته {number}")
        record_deliveries(rows=[told], by=world["charity_manager"], now=NOW)


def _proof(world: World, delivery: Delivery) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(picture, "PNG")
    data = cleaned(io.BytesIO(picture.getvalue()))
    stored = LocalFolder(settings.PEYVAND_FILES).store(data)
    add_proof(
        delivery_id=delivery.pk, sha256=stored, content_type="image/jpeg", size=len(data), by=world["facilitator"], now=NOW
    )  # fmt: skip


def _lists_of(world: World, name: str) -> None:
    """A filter kept, a bulk act and a file asked for."""
    with scope(world[name]):
        listed = listed_at("/needs/", world[name], Account.objects.get(pk=world[name].account_id))
    keep_filter(path="/needs/", title="Needs", name=f"پالایهٔ نهفته {name}", query="state=open", by=world[name], now=NOW)
    withdrawn = world.need(kind="tutoring", by=name, place="nobonyad" if name == "facilitator" else "espiari")
    do_at_once(act="withdraw_needs", ids=[withdrawn.pk], values={}, by=world[name], now=NOW)
    ask_export(listed=listed, address="/needs/", kind=FileKind.CSV, language="fa", by=world[name], now=NOW)


def _imports(world: World) -> None:
    """Records as an import leaves them; what a list stores is tried in its own tests."""
    for number, name in enumerate(("facilitator", "charity_manager", "administrator")):
        by = world[name]
        ImportRecord.objects.create(
            kind=ImportKind.ORGANISATIONS if name == "administrator" else ImportKind.NEEDS, ids=[], rows_read=3, rows_rejected=0,
            file_name=f"فهرست نهفته {number}.xlsx", sha256="0" * 64, token=f"token{number}", imported_by_id=by.membership_id,
            imported_at=NOW, organisation_id=by.organisation_id, organisation_path=by.organisation_path, place_path=by.place_path,
        )  # fmt: skip


def _name_apart() -> None:
    """Codes and names that are found nowhere by accident."""
    for number, home in enumerate(Household.objects.order_by("pk")):
        Household.objects.filter(pk=home.pk).update(code=f"HIDE{number:03}")
    for number, person in enumerate(Person.objects.order_by("pk")):
        name = word(number)
        Person.objects.filter(pk=person.pk).update(
            family_name=name, search_key=search_key(f"{person.given_name} {name}"), sort_key=name
        )


def word(number: int) -> str:
    """A family name nobody else bears."""
    return "نهفته" + _LETTERS[number // len(_LETTERS)] + _LETTERS[number % len(_LETTERS)]
