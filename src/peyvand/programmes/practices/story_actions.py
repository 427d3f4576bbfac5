"""What is added to the core's stories: what each ends in, and changes of words that only its teller accepts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from peyvand.flow.story.actions import change_story, put_back_story, submit_story
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_edit_story
from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, require
from peyvand.programmes.practices import permissions, queries, rules
from peyvand.programmes.practices.actions import require_on
from peyvand.programmes.practices.enums import EndingKind, PracticeState, WordsState
from peyvand.programmes.practices.models import Practice, ProposedWords, StoryEnding
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

LEAST_WORDS = 10
_FIELDS = {EndingKind.OFFER: "specification", EndingKind.COPY: "practice", EndingKind.PAGE: "address"}


@action
def set_ending(
    *, story_id: int, kind: EndingKind, shown_count: int, specification: Specification | None = None,
    practice_id: int | None = None, address: str = "", by: Acting, now: datetime,
) -> StoryEnding:  # fmt: skip
    """The teller says what a reader can do, and how many people the story shows (each must have consented)."""
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(may_edit_story(by, story))
    require_on(story, now)
    if story.state == StoryState.WITHDRAWN:
        raise BadValue(field="state", reason="the story was withdrawn")
    require(rules.shown_refusal(shown_count))
    if story.state == StoryState.PUBLISHED:
        require(rules.consent_refusal(shown=shown_count, given=queries.consents_given(story_id)))
    practice = Practice.objects.filter(pk=practice_id, state=PracticeState.PUBLISHED).first() if practice_id else None
    led: dict[EndingKind, dict[str, Any]] = {
        EndingKind.OFFER: {"specification": specification, "practice": None, "address": ""},
        EndingKind.COPY: {"specification": None, "practice": practice, "address": ""},
        EndingKind.PAGE: {"specification": None, "practice": None, "address": _within_the_site(address)},
    }
    values = led[kind]
    if not any(values.values()):
        raise BadValue(field=_FIELDS[kind], reason="say what exactly the reader is led to")
    ending, _ = StoryEnding.objects.update_or_create(
        story=story, defaults={"kind": kind, "shown_count": shown_count, **values}
    )
    story_event("practice.ending_set", story, by, now)
    return ending


@action
def propose_words(
    *, story_id: int, title: str, body: str, invitation: str, reason: str, by: Acting, now: datetime
) -> ProposedWords:
    """An editor proposes other words; nothing changes until the teller accepts. One proposal waits at a time."""
    story = lock(Story.objects.all(), [story_id])[story_id]
    require(permissions.may_propose_words(by, story))
    require_on(story, now)
    if story.state not in (StoryState.DRAFT, StoryState.SUBMITTED):
        raise BadValue(field="state", reason="words are looked at before a story is published")
    if not title.strip() or len(body.strip()) < LEAST_WORDS:
        raise BadValue(field="body", reason="the whole text as it would read is needed")
    if len(reason.strip()) < LEAST_WORDS:
        raise BadValue(field="reason", reason="the teller will read it: a sentence is needed")
    if (title.strip(), body.strip(), invitation.strip()) == (story.title, story.body, story.invitation):
        raise BadValue(field="body", reason="nothing would change")
    words = ProposedWords.objects.create(
        story=story, title=title.strip(), body=body.strip(), invitation=invitation.strip(), old_title=story.title,
        old_body=story.body, old_invitation=story.invitation, reason=reason.strip(), state=rules.WORDS.start,
        proposed_by_id=by.membership_id or None, proposed_at=now,
    )  # fmt: skip
    story_event("practice.words_proposed", story, by, now)
    return words


@action
def accept_words(*, words_id: int, by: Acting, now: datetime) -> ProposedWords:
    """The teller makes the proposed words his own, by the core's acts: only he can. A story that waited for review waits again."""
    words, story = _asked(words_id, by, now)
    if (words.old_title, words.old_body, words.old_invitation) != (story.title, story.body, story.invitation):
        raise rules.WordsMoved
    waited = story.state == StoryState.SUBMITTED
    if waited:
        put_back_story(story_id=story.pk, act="submit_story", state=StoryState.DRAFT, by=by, now=now)
    change_story(
        story_id=story.pk, title=words.title, body=words.body, invitation=words.invitation, by=by, now=now
    )  # fmt: skip
    if waited:
        submit_story(story_id=story.pk, by=by, now=now)
    return _answered("accept_words", "practice.words_accepted", words, story, "", by, now)


@action
def decline_words(*, words_id: int, answer: str = "", by: Acting, now: datetime) -> ProposedWords:
    """The teller keeps his own words; he need not say why."""
    words, story = _asked(words_id, by, now)
    return _answered("decline_words", "practice.words_declined", words, story, answer, by, now)


@action
def blank_words(*, story_ids: Sequence[int] | None, before: date | None = None, by: Acting, now: datetime) -> int:
    """Blank what was proposed for these stories (somebody in them was erased), or what was answered before a day; gives how many."""
    require_system(by)
    rows = ProposedWords.objects.filter(forgotten_at__isnull=True)
    rows = rows.filter(answered_at__date__lt=before) if story_ids is None else rows.filter(story_id__in=story_ids)
    ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    found = ProposedWords.objects.filter(pk__in=ids)
    found.filter(state=WordsState.OPEN).update(state=WordsState.DECLINED, answered_at=now)
    found.update(
        title="—", body="—", invitation="", old_title="—", old_body="—", old_invitation="", reason="—", answer="",
        forgotten_at=now,
    )  # fmt: skip
    if ids:
        record(
            "practice.words_forgotten", kind="practice", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, rows=[(pk,) for pk in ids],
        )  # fmt: skip
    return len(ids)


def _within_the_site(address: str) -> str:
    """The address of a page of this site; empty where it is none."""
    address = address.strip()
    if not address.startswith("/") or address.startswith("//"):
        return ""
    try:
        resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return address


def _asked(words_id: int, by: Acting, now: datetime) -> tuple[ProposedWords, Story]:
    """A proposal and its story, locked, story first; for the teller alone."""
    found = ProposedWords.objects.filter(pk=words_id).values_list("story_id", flat=True)
    story_id = next(iter(found), 0)
    story = lock(Story.objects.all(), [story_id])[story_id]
    words = lock(ProposedWords.objects.all(), [words_id])[words_id]
    require(may_edit_story(by, story))
    if story.told_by_id != by.membership_id:
        raise NotPermitted(reason="the words of a story belong to the one who tells it")
    require_on(story, now)
    return words, story


def _answered(
    step: str, act: str, words: ProposedWords, story: Story, answer: str, by: Acting, now: datetime
) -> ProposedWords:
    words.state, words.answered_at, words.answer = rules.WORDS.after(step, words.state), now, answer.strip()
    words.save(update_fields=["state", "answered_at", "answer"])
    story_event(act, story, by, now)
    return words


def story_event(act: str, story: Story | None, by: Acting, now: datetime, rows: Sequence[Sequence[int]] = ()) -> None:
    """Of one story, where it lies; of several (None) where the actor stands."""
    record(
        act, kind="story", subject=story.pk if story else None, by=by, now=now, rows=rows,
        place_path=story.place_path if story else by.place_path,
        organisation_path=story.organisation_path if story else by.organisation_path,
    )  # fmt: skip
