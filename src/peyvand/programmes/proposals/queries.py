"""Reads of proposals and of the clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from peyvand.engines.themes import Word, nearest, stems
from peyvand.kernel.jalali import business_date
from peyvand.programmes.proposals.enums import PROMISED, HappeningKind, ProposalState
from peyvand.programmes.proposals.models import (
    AnswerTerms,
    Happening,
    Holiday,
    OwnWords,
    Proposal,
    Reading,
    Reply,
    Support,
    Theme,
)
from peyvand.programmes.proposals.permissions import may_answer, may_withdraw
from peyvand.programmes.proposals.rules import Calendar, Terms
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once, below, only

# How alike a proposal must be to be shown while one types, and to be asked about before another one is taken in.
SHOWN_AT, ASKED_AT = 0.2, 0.45
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CANDIDATES, _RAREST, _OFTEN = 80, 8, 1000


@dataclass(frozen=True)
class Like:
    """A proposal that exists, how alike it is (0 to 1), and the words in common."""

    proposal: Proposal
    likeness: float
    why: tuple[Word, ...]


def terms_on(day: date) -> Terms:
    """The terms in force; the default where nobody has set any."""
    row = AnswerTerms.objects.filter(since__lte=day).order_by("-since").first()
    return Terms(row.answer_days) if row else Terms()


def calendar() -> Calendar:
    return _calendar(at_once(_holidays())[0])


def _holidays() -> QuerySet[Holiday, Any]:
    return Holiday.objects.values("day", "is_closed")


def _calendar(told: Sequence[dict[str, Any]]) -> Calendar:
    return Calendar(settings.WORK_WEEK, {date.fromisoformat(one["day"]): one["is_closed"] for one in told})


@dataclass(frozen=True)
class Standing:
    """How many wait for whom."""

    waiting: int
    unrouted: int
    late: int
    passed: int


@dataclass(frozen=True)
class Glance:
    """What stands around a list of proposals: how many wait, how much is new to the actor, and the calendar of the clock."""

    standing: Standing
    unread: int
    clock: Calendar


def glance(by: Acting, today: date, rows: QuerySet[Proposal] | None = None) -> Glance:
    """In one question. Of all proposals or those given: to be answered by the actor's organisation, to be sent on in his area, and
    everywhere those whose answer is overdue or whose promised day has passed."""
    found = (Proposal.objects.all() if rows is None else rows).filter(merged_into__isnull=True).order_by()
    counted = found.values(whole=Value(1)).annotate(
        waiting=Count("id", filter=below(by.organisation_path, "body_path") & Q(state=ProposalState.ROUTED)),
        unrouted=Count("id", filter=below(by.place_path) & Q(state=ProposalState.RECEIVED)),
        late=Count("id", filter=overdue(today)),
        passed=Count("id", filter=promise_passed(today)),
    )
    fresh = unread(by).order_by().values(whole=Value(1)).annotate(many=Count("pk"))
    numbers, new, days = at_once(
        counted.values("waiting", "unrouted", "late", "passed"), fresh.values("many"), _holidays()
    )
    told = Standing(**numbers[0]) if numbers else Standing(0, 0, 0, 0)
    return Glance(told, new[0]["many"] if new else 0, _calendar(days))


@dataclass(frozen=True)
class Beside:
    """What stands beside one proposal for this reader: whether he supports it, what its author alone was told, the calendar."""

    supports: bool
    own_words: str
    clock: Calendar


def beside(proposal: Proposal, by: Acting) -> Beside:
    """In one question."""
    reply = reply_to(proposal)
    hidden = reply is None or (may_withdraw(by, proposal) and may_answer(by, reply.answer.body.path))
    words = OwnWords.objects.none() if hidden else OwnWords.objects.filter(reply=reply)
    own = Support.objects.filter(proposal=proposal, account_id=by.account_id, withdrawn_at__isnull=True)
    mine, said, days = at_once((own if by.account_id else own.none()).values("pk"), words.values("text"), _holidays())
    return Beside(bool(mine), said[0]["text"] if said else "", _calendar(days))


def proposals() -> QuerySet[Proposal]:
    """All, for proposals are public, with what a list shows."""
    return Proposal.objects.select_related("body", "place", "organisation", "theme", "merged_into")


def one_theme(theme_id: int) -> Theme:
    """Raises `NotFound`."""
    return only(Theme.objects.filter(pk=theme_id))


def one(proposal_id: int) -> Proposal:
    """With its answer, where it has one. Raises `NotFound`."""
    return only(proposals().select_related("reply__answer__body", "reply__answer__theme").filter(pk=proposal_id))


def overdue(today: date) -> Q:
    return Q(state=ProposalState.ROUTED, answer_by__lt=today)


def promise_passed(today: date) -> Q:
    return Q(state__in=PROMISED, promised_by__lt=today)


def own_passed(by: Acting, today: date) -> QuerySet[Proposal]:
    """What the actor's organisation promised to have carried out by now, the longest past first."""
    own = below(by.organisation_path, "body_path")
    rows = Proposal.objects.filter(own, promise_passed(today), merged_into__isnull=True)
    return rows.order_by("promised_by", "pk")


def unsent() -> QuerySet[Proposal]:
    """What was not sent to a body yet, wherever it was handed in."""
    return Proposal.objects.filter(state=ProposalState.RECEIVED, merged_into__isnull=True)


@dataclass(frozen=True)
class Unsent:
    """How many were not sent to a body yet, and for how many working days the one that waits longest was handed in."""

    many: int
    oldest: int | None


def unsent_now(clock: Calendar, today: date) -> Unsent:
    found = unsent().aggregate(many=Count("id"), since=Min("written_at"))
    since = found["since"]
    return Unsent(found["many"], clock.between(business_date(since), today) if since else None)


def waiting_for(by: Acting) -> QuerySet[Proposal]:
    """What the actor's organisation, or one that belongs to it, has to answer. What was joined waits with the other one."""
    own = below(by.organisation_path, "body_path")
    return Proposal.objects.filter(own, state=ProposalState.ROUTED, merged_into__isnull=True)


def unrouted(by: Acting) -> QuerySet[Proposal]:
    """What the secretariat of an area has to send to a body."""
    return unsent().filter(below(by.place_path))


# How many proposals have each word, up to so many; then those that have one of the rarest, each word worth more the rarer it is.
# Every step asks the index of words; a word that half of all have would add thousands of candidates and tell nothing.
_NEAR = """WITH asked AS MATERIALIZED (
  SELECT word, (SELECT count(*) FROM (SELECT FROM proposals_proposal p WHERE p.words @> ARRAY[word] LIMIT %s) few) AS many
  FROM unnest(%s::varchar[]) word
), rare AS MATERIALIZED (
  SELECT word, many FROM asked WHERE many > 0 ORDER BY many, word COLLATE "C" LIMIT %s
) SELECT p.id FROM rare JOIN proposals_proposal p ON p.words @> ARRAY[rare.word]
  WHERE p.state <> 'withdrawn' AND NOT p.id = ANY(%s::bigint[])
  GROUP BY p.id ORDER BY sum(1000000000 / rare.many) DESC, p.id LIMIT %s"""


def like_ones(text: str, *, least: float = SHOWN_AT, leave_out: Iterable[int] = (), most: int = 5) -> list[Like]:
    """The proposals most like a text. Those that share its rarest words are looked at closely."""
    words = stems(text)
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [_OFTEN, sorted(set(words)), _RAREST, list(leave_out), _CANDIDATES])
        near = [row[0] for row in cursor.fetchall()]
    rows = list(Proposal.objects.filter(pk__in=near).order_by("pk"))
    found = nearest(text, [row.text for row in rows], most=most, alike=least)
    return [Like(rows[place], likeness, why) for place, likeness, why in found]


_BELOW = """WITH RECURSIVE below AS (
  SELECT id FROM proposals_proposal WHERE id = ANY(%s)
  UNION SELECT p.id FROM proposals_proposal p JOIN below b ON p.merged_into_id = b.id
) SELECT id FROM below ORDER BY id"""


def with_joined(ids: Sequence[int]) -> list[int]:
    """These proposals and all that were joined to them, directly or through others."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [list(ids)])
        return [row[0] for row in cursor.fetchall()]


def root_of(proposal: Proposal) -> Proposal:
    """The proposal that speaks for this one now: itself where it was not joined."""
    while proposal.merged_into_id is not None:
        proposal = Proposal.objects.get(pk=proposal.merged_into_id)
    return proposal


def told_to(by: Acting) -> QuerySet[Happening]:
    """What happened to the proposals the actor wrote, and to those he supports since he does."""
    if not by.account_id:
        return Happening.objects.none()
    written = Happening.objects.filter(proposal__author_id=by.account_id)
    supported = Happening.objects.filter(
        proposal__supports__account_id=by.account_id,
        proposal__supports__withdrawn_at__isnull=True,
        proposal__supports__since__lte=F("at"),
    )
    # One after the other: asked with OR, all that ever happened would be gone through.
    mine = Happening.objects.filter(pk__in=written.values("pk").union(supported.values("pk")))
    rows = mine.exclude(kind=HappeningKind.WRITTEN).select_related("proposal", "organisation", "other")
    return rows.order_by("-at", "-id")


def unread(by: Acting) -> QuerySet[Happening]:
    """What of it came after the actor last said that he had read all."""
    seen = Reading.objects.filter(account_id=by.account_id).values("seen_at")
    return told_to(by).filter(at__gt=Coalesce(Subquery(seen), Value(_EPOCH)))


@dataclass(frozen=True)
class BodyLine:
    """How a body keeps the clock."""

    body_id: int
    name_fa: str
    name_en: str
    waiting: int
    overdue: int
    answered: int
    passed: int
    oldest: date | None


def by_body(today: date) -> list[BodyLine]:
    """Every body something was sent to, those with most overdue first; `passed` counts promises whose day has passed."""
    standing = Q(state=ProposalState.ROUTED, merged_into__isnull=True)
    rows = (
        Proposal.objects.filter(body__isnull=False)
        .values("body_id", name_fa=F("body__name_fa"), name_en=F("body__name_en"))
        .annotate(
            waiting=Count("id", filter=standing),
            overdue=Count("id", filter=standing & overdue(today)),
            answered=Count("id", filter=Q(reply__isnull=False)),
            passed=Count("id", filter=promise_passed(today) & Q(merged_into__isnull=True)),
            oldest=Min("answer_by", filter=standing),
        )
    )
    lines = [BodyLine(**row) for row in rows]
    return sorted(lines, key=lambda line: (-line.overdue - line.passed, -line.waiting, line.body_id))


def reply_to(proposal: Proposal) -> Reply | None:
    """The answer as it went to its author."""
    return getattr(proposal, "reply", None)
