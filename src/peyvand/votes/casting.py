"""Casting a ballot, by a one-time code or on paper. No event tells that one was cast, nor what it says: an event has a time."""

from datetime import datetime

from peyvand.kernel.codes import read_code
from peyvand.kernel.refusals import BadValue, NotPermitted, require
from peyvand.people.queries import not_two_people
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action, scope
from peyvand.votes import rules
from peyvand.votes.actions import choice_said, locked, note
from peyvand.votes.enums import Aside, Voted, VoteState
from peyvand.votes.models import Option, Paper, Sealed, Vote, Voter
from peyvand.votes.permissions import may_vouch
from peyvand.votes.queries import code_hash, rule_of
from peyvand.votes.rules import Choice


@action
def cast_by_code(*, vote_id: int, code: str, choice: Choice, by: Acting, now: datetime) -> str:
    """Mark the roll and put the ballot into the urn; gives the receipt. Anyone who holds the code may, without signing in.

    Raises `NotOpen`, `UnknownCode`, `AlreadyVoted`, and `BadValue` for a ballot that cannot be counted.
    """
    digits = read_code(code)
    with scope(SYSTEM):
        # Only an open one is locked: whoever comes too late does not wait for the count to be written.
        vote = Vote.objects.select_for_update().filter(pk=vote_id, state=VoteState.OPEN).first()
        if vote is None or not (vote.opens_at and vote.closes_at and vote.opens_at <= now < vote.closes_at):
            raise rules.NotOpen
        if digits is None:
            raise rules.UnknownCode
        voter = Voter.objects.select_for_update().filter(vote=vote, code_hash=code_hash(vote.pk, digits)).first()
        if voter is None:
            raise rules.UnknownCode
        if voter.voted:
            raise rules.AlreadyVoted
        numbers = _numbers(vote)
        require(rules.choice_refusal(choice, rule=rule_of(vote), options=numbers))
        Voter.objects.filter(pk=voter.pk).update(voted=Voted.CODE)
        receipt = rules.new_receipt()
        Sealed.objects.create(vote=vote, content=rules.sealed_text(choice, receipt, options=len(numbers)))
    return receipt


def _numbers(vote: Vote) -> list[int]:
    return list(Option.objects.filter(vote=vote).order_by("number").values_list("number", flat=True))


@action
def enter_paper(*, vote_id: int, receipt: str, choice: Choice, by: Acting, now: datetime) -> Paper:
    """What a paper says, by the number printed on it. It counts once two different people entered the same.

    Who entered it before enters it anew; a third person's entry decides with the one it equals. Raises `PaperDiffers` where it
    equals neither, `TooManyPapers` where more agree than people were given one.
    """
    vote = locked(vote_id)
    require(may_vouch(by, vote))
    if not by.account_id:
        raise NotPermitted(reason="papers are entered by two people, each under an account")
    if vote.state not in (VoteState.OPEN, VoteState.CLOSED):
        raise rules.NotOpen
    number = rules.read_receipt(receipt)
    if number is None:
        raise BadValue(field="receipt", reason="this is not a whole number of a paper; one digit may be mistyped")
    require(rules.choice_refusal(choice, rule=rule_of(vote), options=_numbers(vote)))
    said = {"options": list(choice.options), "points": list(choice.points)}
    paper = Paper.objects.select_for_update().filter(vote=vote, receipt=number).first()
    if paper is None:
        return Paper.objects.create(vote=vote, receipt=number, first=said, first_by_id=by.account_id)
    if paper.agreed:
        if choice_said(paper.first) != choice:
            raise rules.PaperDiffers
        return paper
    _compare(paper, said, by, now)
    if paper.agreed and vote.papers >= vote.marked_paper:
        raise rules.TooManyPapers
    paper.save()
    return paper


@action
def set_aside_paper(*, paper_id: int, reason: Aside, by: Acting, now: datetime) -> Vote:
    """Take a paper that is not settled out of the count, by somebody beside the one who entered it; the journal says why, not what
    it said. A paper set aside by mistake is entered anew.

    Raises `PaperAgreed` for one that counts, `NotOpen` after the count.
    """
    vote_id = only(Paper.objects.filter(pk=paper_id).values_list("vote_id", flat=True))
    vote = locked(vote_id)
    require(may_vouch(by, vote))
    if vote.state not in (VoteState.OPEN, VoteState.CLOSED):
        raise rules.NotOpen
    paper = lock(Paper.objects.all(), [paper_id])[paper_id]
    if paper.agreed:
        raise rules.PaperAgreed
    alone = {by.account_id, *not_two_people(by.account_id, now)}
    if not by.account_id or {paper.first_by_id, paper.second_by_id} - {None} <= alone:
        raise NotPermitted(reason="a second person sets a paper aside, not the one who entered it")
    paper.delete()
    vote.refresh_from_db(fields=["aside"])
    note("vote.paper_set_aside", vote, by, now, data={"reason": reason.value})
    return vote


def _compare(paper: Paper, said: dict[str, list[int]], by: Acting, now: datetime) -> None:
    if paper.first_by_id == by.account_id:
        paper.first = said
    elif paper.second_by_id in (None, by.account_id) or said == paper.first:
        _require_other(by, paper.first_by_id, now)
        paper.second, paper.second_by_id = said, by.account_id
    elif said == paper.second:
        _require_other(by, paper.second_by_id or 0, now)
        paper.first, paper.first_by_id = said, by.account_id
    else:
        raise rules.PaperDiffers
    paper.agreed = paper.second is not None and paper.first == paper.second


def _require_other(by: Acting, account_id: int, now: datetime) -> None:
    """Two accounts may be one hand (decision record 16)."""
    if account_id in not_two_people(by.account_id, now):
        raise NotPermitted(reason="one of you gave the other the account: a third person enters this paper")
