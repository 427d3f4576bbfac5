"""Every write of stories."""

from collections.abc import Sequence
from datetime import datetime

from peyvand.extend.guards import guarded
from peyvand.extend.reactions import react
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.story import rules
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryConsent, StoryDelivery
from peyvand.flow.story.permissions import may_edit_story, may_publish_story, may_tell_story
from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal, require
from peyvand.people.enums import ConsentPurpose
from peyvand.people.models import Consent, Organisation
from peyvand.people.permissions import may_keep_households
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope


def _check_words(title: str, body: str) -> None:
    if not title.strip():
        raise BadValue(field="title", reason="a story has a title")
    if len(body.strip()) < 30:
        raise BadValue(field="body", reason="a few sentences are needed")


def _told_of(delivery_ids: Sequence[int]) -> list[Delivery]:
    """Accepted deliveries that were not reversed, all of which the teller may see."""
    found = Delivery.objects.filter(
        pk__in=delivery_ids, answer=DeliveryAnswer.ACCEPTED, quantity__gt=0, reversal__isnull=True
    )
    deliveries = list(found.order_by("pk"))
    if not deliveries or len(deliveries) != len(set(delivery_ids)):
        raise rules.NothingDelivered
    return deliveries


def _given(consent_ids: Sequence[int]) -> list[Consent]:
    found = Consent.objects.filter(pk__in=consent_ids, purpose=ConsentPurpose.TELL_STORY, withdrawn_at__isnull=True)
    consents = list(found)
    if len(consents) != len(set(consent_ids)):
        raise rules.ConsentMissing
    return consents


@action
def write_story(
    *, title: str, body: str, place: Place, delivery_ids: Sequence[int], consent_ids: Sequence[int] = (), invitation: str = "",
    organisation: Organisation | None = None, by: Acting, now: datetime,
) -> Story:  # fmt: skip
    """Tell what came of deliveries. Whoever is shown must have consented (`consent_ids`); the story names nobody otherwise."""
    require(may_tell_story(by))
    _check_words(title, body)
    deliveries, consents = _told_of(delivery_ids), _given(consent_ids)
    guarded("write_story", by=by, now=now, delivery=delivery_ids)
    keeper = organisation or Organisation.objects.filter(pk=by.organisation_id).first()
    if keeper is None:
        raise BadValue(field="organisation", reason="a story is told for an organisation")
    if by.role is not Role.SYSTEM and not by.covers(place_path=place.path, organisation_path=keeper.path):
        raise NotPermitted(reason="the place of the story lies outside your area")
    story = Story.objects.create(
        title=title.strip(), body=body.strip(), invitation=invitation.strip(), state=StoryState.DRAFT, place=place, place_path=place.path,
        organisation=keeper, organisation_path=keeper.path, told_by_id=by.membership_id or None, created_at=now,
    )  # fmt: skip
    StoryDelivery.objects.bulk_create([StoryDelivery(story=story, delivery=one) for one in deliveries])
    StoryConsent.objects.bulk_create([StoryConsent(story=story, consent=one) for one in consents])
    _event("story.told", story, by, now, rows=[(one.pk,) for one in deliveries])
    return story


@action
def change_story(*, story_id: int, title: str, body: str, invitation: str, by: Acting, now: datetime) -> Story:
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(may_edit_story(by, story))
    if story.state != StoryState.DRAFT:
        raise BadValue(field="state", reason="a story is changed while it is a draft")
    _check_words(title, body)
    story.title, story.body, story.invitation = title.strip(), body.strip(), invitation.strip()
    story.save(update_fields=["title", "body", "invitation"])
    _event("story.changed", story, by, now)
    return story


def _may_withdraw(by: Acting, story: Story) -> Refusal | None:
    return may_edit_story(by, story) and may_publish_story(by, story)


@action
def submit_story(*, story_id: int, by: Acting, now: datetime) -> Story:
    return _move("submit_story", "story.submitted", story_id, by, now)


@action
def return_story(*, story_id: int, by: Acting, now: datetime) -> Story:
    """Give it back to the teller for another look."""
    return _move("return_story", "story.returned", story_id, by, now)


@action
def publish_story(*, story_id: int, by: Acting, now: datetime) -> Story:
    """Show it to everyone. Raises `ConsentMissing` where somebody shown has taken the consent back."""
    return _move("publish_story", "story.published", story_id, by, now)


@action
def withdraw_story(*, story_id: int, by: Acting, now: datetime) -> Story:
    return _move("withdraw_story", "story.withdrawn", story_id, by, now)


@action
def forget_person(*, person_id: int, need_ids: Sequence[int], by: Acting, now: datetime) -> None:
    """After an erasure: what is told about the person is withdrawn and its words blanked; what is told of help to the family
    (`need_ids`) goes back to its teller for another look. Done under the national role, for any office may have told it.
    """
    require(may_keep_households(by))
    with scope(SYSTEM):
        about = Story.objects.filter(consents__person_id=person_id).values("pk").union(
            Story.objects.filter(deliveries__commitment__need__person_id=person_id).values("pk")
        )  # fmt: skip
        shown = lock(Story.objects.all(), [row["pk"] for row in about])
        for story in shown.values():
            if story.state != StoryState.WITHDRAWN:
                story.state = rules.LIFE.after("withdraw_story", story.state)
            story.title, story.body, story.invitation = "—", "—", ""
            story.save(update_fields=["state", "title", "body", "invitation"])
        told = Story.objects.filter(
            deliveries__commitment__need_id__in=need_ids, state__in=[StoryState.SUBMITTED, StoryState.PUBLISHED]
        )
        touched = lock(Story.objects.all(), set(told.values_list("pk", flat=True)) - set(shown))
        for story in touched.values():
            story.state = rules.LIFE.after("review_story", story.state)
            story.save(update_fields=["state"])
    for story in shown.values():
        _event("story.withdrawn", story, by, now)
    for story in touched.values():
        _event("story.returned", story, by, now)


_PERMISSIONS = {
    "submit_story": may_edit_story,
    "return_story": may_publish_story,
    "publish_story": may_publish_story,
    "withdraw_story": _may_withdraw,
}
# (the act, the state before it) -> what leads back.
_BACK = {
    ("submit_story", StoryState.DRAFT): "unsubmit_story",
    ("return_story", StoryState.SUBMITTED): "unreturn_story",
    ("publish_story", StoryState.SUBMITTED): "unpublish_story",
    ("withdraw_story", StoryState.DRAFT): "restore_draft",
    ("withdraw_story", StoryState.SUBMITTED): "restore_submitted",
    ("withdraw_story", StoryState.PUBLISHED): "restore_published",
}


@action
def put_back_story(*, story_id: int, act: str, state: str, by: Acting, now: datetime) -> Story:
    """Undo `act`, which was done when the story stood in `state`; by whoever may do that act.

    Raises `WrongState` where the story has moved on, `ConsentMissing` where it would be read again without consent.
    """
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(_PERMISSIONS[act](by, story))
    guarded("publish_story" if state == StoryState.PUBLISHED else "return_story", by=by, now=now, story=[story_id])
    story.state = rules.LIFE.after(_BACK[act, StoryState(state)], story.state)
    _require_consent(story)
    if act == "publish_story":
        story.published_at = None
    story.save(update_fields=["state", "published_at"])
    _event("story.put_back", story, by, now)
    return story


def _require_consent(story: Story) -> None:
    withdrawn = StoryConsent.objects.filter(story=story, consent__withdrawn_at__isnull=False)
    if story.state == StoryState.PUBLISHED and withdrawn.exists():
        raise rules.ConsentMissing


def _move(act: str, event: str, story_id: int, by: Acting, now: datetime) -> Story:
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(_PERMISSIONS[act](by, story))
    guarded(act, by=by, now=now, story=[story_id])
    story.state = rules.LIFE.after(act, story.state)
    _require_consent(story)
    if story.state == StoryState.PUBLISHED:
        story.published_at = now
    story.save(update_fields=["state", "published_at"])
    _event(event, story, by, now)
    return story


def _event(act: str, story: Story, by: Acting, now: datetime, rows: Sequence[Sequence[int]] = ()) -> None:
    record(
        act, kind="story", subject=story.pk, by=by, now=now, place_path=story.place_path, organisation_path=story.organisation_path,
        rows=rows,
    )  # fmt: skip
    react(act, story=[story.pk])
