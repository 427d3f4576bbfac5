"""The thread of one need: its five steps, what happened in which order, and its promises as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from peyvand.flow.commitment.enums import LIVE, CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.rules import is_late
from peyvand.flow.delivery.enums import DeliveryAnswer
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryDelivery
from peyvand.web.pages import words
from peyvand.web.templatetags.peyvand_format import day_of, jdate, number, quantity


@dataclass(frozen=True)
class Step:
    """One step of a thread, this one or a programme's; `state` is done, current, ahead, late or stopped."""

    label: Any
    state: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Happened:
    at: datetime | date
    text: str
    by: str = ""


def stories_of(delivery_ids: Sequence[int]) -> list[Story]:
    """The stories this reader may see that tell of these deliveries."""
    told = StoryDelivery.objects.filter(delivery_id__in=delivery_ids).values("story")
    return list(Story.objects.filter(pk__in=told).order_by("pk"))


def any_late(promises: Sequence[Commitment], today: date) -> bool:
    return any(is_late(state=row.state, due=row.due_date, today=today) for row in promises)


def promise_lines(promises: Sequence[Any], today: date, *, opens: bool) -> list[dict[str, Any]]:
    """`opens`: whether this reader may open the page of a promise. The rows bear `giver` (see `rows.with_giver`)."""
    return [
        {
            "giver": row.giver,
            "quantity": row.quantity,
            "accepted": row.accepted,
            "due": row.due_date,
            "badge": words.promise_badge(row.state, row.due_date, today),
            "url": reverse("promise", args=[row.pk]) if opens else "",
            "deliveries": [(one, words.delivery_badge(one)) for one in row.deliveries.all()],
        }
        for row in promises
    ]


def steps(need: Need, promises: Sequence[Any], stories: Sequence[Story], today: date) -> list[Step]:
    """Need, capacity, promise, delivery, story: where the thread stands."""
    stopped = need.state == NeedState.CLOSED and need.closed_as != ClosedAs.MET
    live = [row for row in promises if row.state in (*LIVE, CommitmentState.KEPT)]
    told = next((story for story in stories if story.state == StoryState.PUBLISHED), None)
    late = any_late(promises, today)
    done = [
        need.state != NeedState.DRAFT,
        bool(live),
        bool(live) and need.committed >= need.quantity and all(row.state != CommitmentState.OFFERED for row in live),
        need.met >= need.quantity,
        told is not None,
    ]
    unit = need.specification.unit
    notes = [
        _("Told on %(day)s") % {"day": jdate(need.created_at)},
        live[0].giver if live else "",
        _("%(part)s of %(whole)s promised") % {"part": number(need.committed), "whole": quantity(need.quantity, unit)}
        if need.committed
        else "",
        _("%(part)s of %(whole)s received") % {"part": number(need.met), "whole": quantity(need.quantity, unit)}
        if need.met or need.underway
        else "",
        told.title if told else "",
    ]
    labels = (_("Need"), _("Capacity"), _("Promise"), _("Delivery"), _("Story"))
    urls = ("", "", "", "", reverse("story", args=[told.pk]) if told else "")
    current = next((place for place, is_done in enumerate(done) if not is_done), len(done))
    return [
        Step(label, _state(place, done[place], current, stopped, late), note, url)
        for place, (label, note, url) in enumerate(zip(labels, notes, urls, strict=True))
    ]


def _state(place: int, done: bool, current: int, stopped: bool, late: bool) -> str:
    if done:
        return "done"
    if place != current:
        return "ahead"
    if stopped:
        return "stopped"
    return "late" if late and place in (2, 3) else "current"


def timeline(need: Need, promises: Sequence[Commitment], stories: Sequence[Story]) -> list[Happened]:
    """Everything that has a date, oldest first."""
    found = [Happened(need.created_at, _("The need was told."))]
    if need.vouched_at:
        found.append(Happened(need.vouched_at, _("Somebody of the field vouched for it.")))
    for promise in promises:
        found += _of_promise(promise, need.specification.unit)
    for story in stories:
        if story.published_at:
            found.append(Happened(story.published_at, _("Its story was published: %(title)s") % {"title": story.title}))
    if need.closed_at:
        closed = {
            ClosedAs.MET: _("The need was met."),
            ClosedAs.WITHDRAWN: _("The need was withdrawn."),
            ClosedAs.EXPIRED: _("The need ran out: its date had passed and nothing was promised."),
        }
        found.append(Happened(need.closed_at, closed[ClosedAs(need.closed_as)]))
    return sorted(found, key=lambda one: (day_of(one.at), (isinstance(one.at, datetime) and one.at.timestamp()) or 0.0))


def _of_promise(promise: Any, unit: str) -> list[Happened]:
    giver, said = promise.giver, quantity(promise.quantity, unit)
    found = [Happened(promise.offered_at, _("A promise of %(quantity)s was offered.") % {"quantity": said}, giver)]
    if promise.accepted_at:
        found.append(
            Happened(
                promise.accepted_at,
                _("Both sides agreed on it; due %(day)s.") % {"day": jdate(promise.due_date)},
                giver,
            )
        )
    for one in promise.deliveries.all():
        told = quantity(abs(one.quantity), unit)
        if one.reverses_id:
            found.append(
                Happened(one.recorded_at, _("A delivery of %(quantity)s was corrected.") % {"quantity": told}, giver)
            )
            continue
        found.append(Happened(one.recorded_at, _("%(quantity)s was delivered.") % {"quantity": told}, giver))
        if one.answered_at and one.answer == DeliveryAnswer.ACCEPTED:
            found.append(Happened(one.answered_at, _("The receiver confirmed it.")))
        elif one.answered_at:
            found.append(
                Happened(
                    one.answered_at,
                    _("The receiver refused it: %(reason)s") % {"reason": one.get_refusal_reason_display()},
                )
            )
    ends = {
        CommitmentState.BROKEN: _("The promise was broken."),
        CommitmentState.WITHDRAWN: _("The promise was withdrawn."),
        CommitmentState.LAPSED: _("The offer lapsed without an answer."),
    }
    if promise.ended_at and promise.state in ends:
        found.append(Happened(promise.ended_at, ends[CommitmentState(promise.state)], giver))
    return found
