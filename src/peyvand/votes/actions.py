"""The life of a vote: prepared, opened, closed, or called off; the count has a file of its own.

Locks: the vote first, then what belongs to it.

Who has voted is never in the journal: an event has a time, and a ballot must have none (decision record 19).
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope
from peyvand.votes import rules
from peyvand.votes.models import Option, Paper, Sealed, Vote, Voter
from peyvand.votes.permissions import may_keep
from peyvand.votes.queries import options_of
from peyvand.votes.rules import Choice, Rule


@dataclass(frozen=True)
class NewOption:
    """`cost` in rial for a project; 1 for a person."""

    title: str
    cost: int = 1
    code: str = ""


@action
def prepare_vote(
    *, title: str, place: Place, organisation: Organisation, rule: Rule, options: Sequence[NewOption], by: Acting, now: datetime
) -> Vote:  # fmt: skip
    """A draft with its options, numbered from 1 in the order given. Raises `BadValue` for a rule that cannot be counted."""
    if not title.strip():
        raise BadValue(field="title", reason="a vote has a name")
    require(rules.rule_refusal(rule))
    if rule.most_points > rules.MOST_POINTS:
        raise BadValue(field="most_points", reason="at most a hundred thousand")
    vote = Vote(
        title=title.strip(), place=place, place_path=place.path, organisation=organisation,
        organisation_path=organisation.path, state=rules.LIFE.start, created_by_id=by.account_id or None, created_at=now,
        **asdict(rule),
    )  # fmt: skip
    require(may_keep(by, vote))
    vote.save()
    _number(vote, options)
    note("vote.prepared", vote, by, now)
    return vote


def _number(vote: Vote, options: Sequence[NewOption]) -> list[Option]:
    if any(one.cost < 1 or not one.title.strip() for one in options):
        raise BadValue(field="options", reason="every option has a name and a cost above nought")
    fresh = [
        Option(vote=vote, number=number, title=one.title.strip(), cost=one.cost, code=one.code)
        for number, one in enumerate(options, 1)
    ]
    return Option.objects.bulk_create(fresh)


@action
def open_vote(*, vote_id: int, opens_at: datetime, closes_at: datetime, by: Acting, now: datetime) -> Vote:
    """From now on options and rule are fixed, and between the two times codes are taken. The lot for ties is drawn here."""
    vote = locked(vote_id)
    require(may_keep(by, vote))
    vote.state = rules.LIFE.after("open_vote", vote.state)
    if closes_at <= max(opens_at, now):
        raise BadValue(field="closes_at", reason="a vote closes after it opens, and not in the past")
    if not options_of(vote) or not Voter.objects.filter(vote=vote).exists():
        raise rules.TooFewOptions
    vote.opens_at, vote.closes_at, vote.lot = opens_at, closes_at, secrets.token_hex(16)
    vote.save(update_fields=["state", "opens_at", "closes_at", "lot"])
    note("vote.opened", vote, by, now)
    return vote


@action
def close_vote(*, vote_id: int, by: Acting, now: datetime) -> Vote:
    """No ballot is taken any more; papers of the box are still entered."""
    vote = locked(vote_id)
    require(may_keep(by, vote))
    vote.state = rules.LIFE.after("close_vote", vote.state)
    if vote.closes_at is not None and now < vote.closes_at and by.role is not Role.SYSTEM:
        raise NotPermitted(reason="a vote stays open until the time that was announced")
    vote.save(update_fields=["state"])
    note("vote.closed", vote, by, now)
    return vote


@action
def call_off_vote(*, vote_id: int, reason: str, by: Acting, now: datetime) -> Vote:
    """End it without a count; what lies in the urn is burnt. The reason is shown to everyone."""
    vote = locked(vote_id)
    require(may_keep(by, vote))
    if len(reason.strip()) < 10:
        raise BadValue(field="reason", reason="everyone reads it: a sentence is needed")
    vote.state, vote.reason = rules.LIFE.after("call_off_vote", vote.state), reason.strip()
    vote.save(update_fields=["state", "reason"])
    with scope(SYSTEM):
        Sealed.objects.filter(vote=vote).delete()
        Voter.objects.filter(vote=vote).update(code_hash="")
    burn_papers(vote)
    note("vote.called_off", vote, by, now)
    return vote


def burn_papers(vote: Vote) -> None:
    """Of a vote that is over: the number on a paper is that of its ballot, and the roll names who voted on paper."""
    with scope(SYSTEM):
        Paper.objects.filter(vote=vote).delete()


def choice_said(said: dict[str, list[int]]) -> Choice:
    return Choice(tuple(said["options"]), tuple(said["points"]))


def locked(vote_id: int) -> Vote:
    return lock(Vote.objects.all(), [vote_id])[vote_id]


def note(
    act: str, vote: Vote, by: Acting, now: datetime, *, rows: Sequence[Sequence[int]] = (), data: dict[str, object] | None = None
) -> None:  # fmt: skip
    record(
        act, kind="vote", subject=vote.pk, by=by, now=now, place_path=vote.place_path,
        organisation_path=vote.organisation_path, rows=rows, data=data,
    )  # fmt: skip
