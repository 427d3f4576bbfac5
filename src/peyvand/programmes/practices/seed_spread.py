"""Demo rows of what is carried further: published stories with readers who went on, celebrations, handovers; by the product's acts."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from PIL import Image, ImageDraw

from peyvand.extend.switches import is_on
from peyvand.flow.story.actions import publish_story, submit_story
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.practices import (
    celebration_actions,
    handover_actions,
    occasions,
    reach,
    turn_actions,
)
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.models import Handover, StoryPhoto
from peyvand.programmes.practices.photo_actions import NewPhoto, add_photo
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting, within
from peyvand.scope.database import scope
from peyvand.web.pages.deliveries import folder

_CELEBRATED, _NEEDS_OF_ONE, _HANDOVERS, _TURNED = 3, 3, 4, 12
_THANKS = "از همهٔ کسانی که وقت، کالا یا توانشان را گذاشتند سپاسگزاریم (دادهٔ نمایشی)."
_SAID = (
    "کلاس‌های هفتگی را گروه محلی برگزار می‌کند و دفتر کتاب و جا می‌دهد (نمایشی).",
    "نوبت‌ها را با هم می‌دهیم و هر دو سو در جلسهٔ هفتگی هستند (نمایشی).",
)


def with_picture(stories: Sequence[Story], tellers: Mapping[int, Acting], now: datetime) -> None:
    """The first draft among them gets a picture, where it has none."""
    draft = next((one for one in stories if one.state == StoryState.DRAFT), None)
    if draft is None:
        return
    with scope(SYSTEM):
        if StoryPhoto.objects.filter(story=draft).exists():
            return
    photo = NewPhoto.kept(_drawing(), "نقاشی دو ویلچر کنار در (نمایشی)", 0, folder())
    add_photo(story_id=draft.pk, photo=photo, by=tellers[draft.told_by_id or 0], now=now)


def _drawing() -> io.BytesIO:
    """Two wheelchairs beside a door: nobody can take it for a photograph."""
    sheet = Image.new("RGB", (480, 300), "#e8e2d6")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle([330, 60, 430, 260], fill="#8b6f4e")
    pen.line([0, 260, 480, 260], fill="#6f6350", width=4)
    for left in (60, 190):
        pen.ellipse([left, 180, left + 80, 260], outline="#3d4a57", width=6)
        pen.line([left + 30, 110, left + 30, 190, left + 90, 190, left + 100, 250], fill="#3d4a57", width=6)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    out.seek(0)
    return out


def publish_told(story: Story, leading: Sequence[Acting], by: Acting, now: datetime) -> None:
    """A story of the demo that ends in an act goes the way of every story: its teller sends it, somebody who leads publishes it."""
    leader = next(
        (one for one in leading if one.covers(place_path=story.place_path, organisation_path=story.organisation_path)),
        None,
    )
    if leader is None or story.state != StoryState.DRAFT:
        return
    submit_story(story_id=story.pk, by=by, now=now)
    publish_story(story_id=story.pk, by=leader, now=now)


def spread(leading: Sequence[Acting], working: Sequence[Acting], random: Random, now: datetime) -> None:
    _turns(working, random, now)
    offices = [one for one in leading if _is_on(one, now)]
    for number, by in enumerate(offices[:_CELEBRATED]):
        _celebration(by, number, now)
    _handovers(offices, leading, random, now)


def _is_on(by: Acting, now: datetime) -> bool:
    today = business_date(now)
    return is_on(SLUG, place_path=by.place_path, organisation_path=by.organisation_path, today=today)


def _turns(working: Sequence[Acting], random: Random, now: datetime) -> None:
    """Readers of some stories; the youngest ones are left for the shelf of what is unseen."""
    rows = reach.newest()
    ended = reach.endings([row.pk for row in rows])
    for row in [one for one in rows if one.pk in ended][len(rows) // 2 :]:
        for by in random.sample(list(working), min(len(working), random.randint(0, _TURNED))):
            turn_actions.take_turn(story_id=row.pk, by=by, now=now - timedelta(days=random.randint(1, 20)))


def _celebration(by: Acting, number: int, now: datetime) -> None:
    """One to come, one that was held; and one of which the story is told, where a story tells of its needs."""
    with scope(by):
        needs = [need.pk for need in occasions.needs_to_celebrate(by)[:_NEEDS_OF_ONE]]
        place = Place.objects.filter(path=by.place_path).first()
    if not needs or place is None:
        return
    then = now if number == 0 else now - timedelta(days=20)
    row = celebration_actions.call_celebration(
        title="جشن خدمت و توانمندسازی (نمایشی)", venue="سالن مدرسهٔ محله", held_date=business_date(then) + timedelta(days=10),
        thanks=_THANKS, place=place, need_ids=needs, by=by, now=then,
    )  # fmt: skip
    if number == 0:
        return
    celebration_actions.hold_celebration(celebration_id=row.pk, guests=40 + 15 * number, by=by, now=now)
    with scope(by):
        story = occasions.stories_of(row).order_by("pk").first()
    if story is not None:
        celebration_actions.tell_celebration(celebration_id=row.pk, story_id=story.pk, by=by, now=now)


def _handovers(offices: Sequence[Acting], leading: Sequence[Acting], random: Random, now: datetime) -> None:
    kinds = list(Specification.objects.filter(is_active=True).order_by("slug")[:12])
    with scope(SYSTEM):
        taken = set(Handover.objects.values_list("specification_id", "place__path"))
    houses = {one.path: one for one in Organisation.objects.exclude(kind__in=handover_actions.NOT_PEOPLE)}
    # An office hands over to people who work in its place too.
    pairs = [
        (office, taker)
        for office in offices
        if office.organisation_path not in houses
        for taker in leading
        if taker.organisation_path in houses
        and not within(taker.organisation_path, office.organisation_path)
        and within(office.place_path, taker.place_path)
    ]
    then = now - timedelta(days=60)
    for number, (office, taker) in enumerate(pairs[:_HANDOVERS]):
        place = Place.objects.get(path=office.place_path)
        kind = next((one for one in kinds if (one.pk, place.path) not in taken), None)
        if kind is None:
            continue
        taken.add((kind.pk, place.path))
        row = handover_actions.propose_handover(
            specification=kind,
            place=place,
            receiver=houses[taker.organisation_path],
            words=_SAID[0],
            by=office,
            now=then,
        )
        if number == 0:
            continue  # it waits for its answer
        handover_actions.agree_handover(handover_id=row.pk, words=_SAID[0], by=taker, now=then)
        if number > 1:
            since = business_date(then) + timedelta(days=random.randint(5, 20))
            handover_actions.advance_handover(handover_id=row.pk, since=since, words=_SAID[1], by=office, now=now)
            if handover_actions.given_by_receiver(row, since):
                today = business_date(now)
                handover_actions.advance_handover(handover_id=row.pk, since=today, words=_SAID[1], by=office, now=now)
