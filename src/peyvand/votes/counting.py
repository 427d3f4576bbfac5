"""The count of a vote: asked for by those who keep it, done by the worker, whole or not at all.

While it is being counted nothing of the vote can change, so the urn is read and the rule reckoned without holding its row;
the row is locked only to write the result down, and only the start that holds it then may write.
"""

from collections.abc import Callable
from datetime import datetime
from secrets import SystemRandom
from typing import cast

from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from peyvand.extend.reactions import react
from peyvand.kernel.refusals import require
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.beside import Beside
from peyvand.scope.database import action
from peyvand.scope.encryption import Protected
from peyvand.votes import rules
from peyvand.votes.actions import burn_papers, choice_said, locked, note
from peyvand.votes.enums import CountStep, VoteState
from peyvand.votes.models import Ballot, Paper, Sealed, Vote, Voter
from peyvand.votes.permissions import may_keep
from peyvand.votes.queries import asked_of, options_of, rule_of, unsettled_papers
from peyvand.votes.rules import Choice
from peyvand.votes.tally import tally

TASK = "peyvand.count_vote"
_BATCH = 5000
# Django's own connection: the job is there exactly when the asking was committed.
_OUTBOX = JobManager(DjangoConnector())

Tell = Callable[[CountStep, int], None]


class Stopped(Exception):
    """Another start counts this vote, or it is counted."""


@action
def ask_count(*, vote_id: int, by: Acting, now: datetime) -> Vote:
    """Have the ballots of a closed vote counted by its own rule. Raises `PapersUnsettled`."""
    vote = locked(vote_id)
    require(may_keep(by, vote))
    vote.state = rules.LIFE.after("ask_count", vote.state)
    if open_papers := unsettled_papers(vote).count():
        raise rules.PapersUnsettled(count=open_papers)
    vote.count_asked_at, vote.count_attempts, vote.count_step, vote.count_read, vote.count_failed = now, 0, "", 0, False
    vote.save(update_fields=["state", "count_asked_at", "count_attempts", "count_step", "count_read", "count_failed"])
    _defer(vote.pk)
    note("vote.count_asked", vote, by, now)
    return vote


def run_count(*, vote_id: int, now: datetime) -> None:
    """What the worker does. Whatever happens, the vote says it, and nothing half counted stays.

    Raises only what is a fault of ours, so that the queue keeps it for staff to see.
    """
    vote = begin_count(vote_id=vote_id, by=SYSTEM, now=now)
    if vote is None:
        return
    try:
        with Beside() as beside:
            carry_out(vote=vote, tell=lambda step, read: beside.do(lambda: _tell(vote, step, read)), by=SYSTEM, now=now)
    except Stopped:
        return
    except Exception:
        if give_up(vote=vote, by=SYSTEM, now=timezone.now()):
            raise


def count_at_once(*, vote_id: int, by: Acting, now: datetime) -> Vote:
    """Ask for the count and do it here, telling nobody how far it is: for examples, where no page waits."""
    ask_count(vote_id=vote_id, by=by, now=now)
    begun = begin_count(vote_id=vote_id, by=SYSTEM, now=now)
    assert begun is not None
    return carry_out(vote=begun, tell=lambda step, read: None, by=SYSTEM, now=now)


@action
def begin_count(*, vote_id: int, by: Acting, now: datetime) -> Vote | None:
    """Start, also where an earlier start died; None where nothing is to be counted any more."""
    require_system(by)
    vote = Vote.objects.select_for_update().filter(pk=vote_id, state=VoteState.COUNTING).first()
    if vote is None:
        return None
    if vote.count_attempts >= rules.MOST_ATTEMPTS:
        _give_up(vote, by, now)
        return None
    vote.count_attempts, vote.count_step, vote.count_read = vote.count_attempts + 1, "", 0
    vote.save(update_fields=["count_attempts", "count_step", "count_read"])
    return vote


@action
def tell_step(*, vote: Vote, step: CountStep, read: int, by: Acting, now: datetime) -> bool:
    """Say how far a count is; False where this start has to stop."""
    require_system(by)
    return bool(Vote.objects.filter(**_mark(vote)).update(count_step=step, count_read=read))


@action
def carry_out(*, vote: Vote, tell: Tell, by: Acting, now: datetime) -> Vote:
    """Empty the urn, count by the vote's own rule, and keep the result with its steps, in one transaction.

    All ballots are written anew in one statement under numbers drawn by chance, every entry of the roll is written again in
    the same transaction, and what was entered of papers is deleted, so that nothing the database keeps of its own joins a
    mark to a ballot. Raises `Stopped` where this start no longer holds the vote.
    """
    require_system(by)
    ballots = _opened(vote, tell)
    tell(CountStep.TALLYING, len(ballots))
    result = tally(rule_of(vote), asked_of(options_of(vote)), [choice for choice, _receipt in ballots], lot=vote.lot)
    tell(CountStep.WRITING, len(ballots))
    held = Vote.objects.select_for_update().filter(**_mark(vote)).first()
    if held is None:
        raise Stopped
    _write(held, ballots)
    held.state, held.result = rules.LIFE.after("count_vote", held.state), result
    held.counted, held.counted_at, held.count_step = len(ballots), now, ""
    held.save(update_fields=["state", "result", "counted", "counted_at", "count_step"])
    burn_papers(held)
    note("vote.counted", held, by, now, data={"ballots": len(ballots)})
    react("vote.counted", vote=[held.pk])
    return held


@action
def give_up(*, vote: Vote, by: Acting, now: datetime) -> bool:
    """Nothing came of this start: the vote is closed as before. False where nobody waits for it any more."""
    require_system(by)
    held = Vote.objects.select_for_update().filter(**_mark(vote)).first()
    if held is not None:
        _give_up(held, by, now)
    return held is not None


@action
def defer_again(*, by: Acting, now: datetime) -> int:
    """A job for each count that was asked for and has none any more. Gives how many."""
    require_system(by)
    queued = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    numbers = {int(args["vote_id"]) for args in queued.values_list("args", flat=True)}
    lost = list(Vote.objects.filter(state=VoteState.COUNTING).exclude(pk__in=numbers).values_list("pk", flat=True))
    for vote_id in lost:
        _defer(vote_id)
    return len(lost)


def _opened(vote: Vote, tell: Tell) -> list[tuple[Choice, str]]:
    """Everything in the urn and all papers of the box, shuffled: what each says, and its receipt."""
    found: list[tuple[Choice, str]] = []
    for one in Sealed.objects.filter(vote=vote).iterator(_BATCH):
        if len(found) % _BATCH == 0:
            tell(CountStep.READING, len(found))
        found.append(rules.read_sealed(cast(Protected, one.content).reveal()))
    papers = Paper.objects.filter(vote=vote, agreed=True)
    found += [(choice_said(one.first), one.receipt) for one in papers]
    SystemRandom().shuffle(found)
    return found


def _write(vote: Vote, ballots: list[tuple[Choice, str]]) -> None:
    fresh = [
        Ballot(vote=vote, receipt=receipt, options=list(choice.options), points=list(choice.points))
        for choice, receipt in ballots
    ]
    Ballot.objects.bulk_create(sorted(fresh, key=lambda one: one.id), batch_size=_BATCH)
    Sealed.objects.filter(vote=vote).delete()
    Voter.objects.filter(vote=vote).update(code_hash="")


def _mark(vote: Vote) -> dict[str, object]:
    """What tells one start of a count from every other."""
    return {
        "pk": vote.pk, "state": VoteState.COUNTING, "count_asked_at": vote.count_asked_at,
        "count_attempts": vote.count_attempts,
    }  # fmt: skip


def _tell(vote: Vote, step: CountStep, read: int) -> None:
    if not tell_step(vote=vote, step=step, read=read, by=SYSTEM, now=timezone.now()):
        raise Stopped


def _give_up(vote: Vote, by: Acting, now: datetime) -> None:
    vote.state, vote.count_step, vote.count_failed = rules.LIFE.after("give_count_up", vote.state), "", True
    vote.save(update_fields=["state", "count_step", "count_failed"])
    note("vote.count_given_up", vote, by, now)


def _defer(vote_id: int) -> None:
    configure_task(name=TASK, job_manager=_OUTBOX).defer(vote_id=vote_id)
