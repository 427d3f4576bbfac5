"""Reads of votes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from peyvand.kernel.refusals import NotFound
from peyvand.kernel.text import search_key
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area
from peyvand.scope.encryption import blind_index
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility
from peyvand.votes.models import Ballot, Option, Paper, Vote, Voter
from peyvand.votes.rules import FEWEST_SHOWN, Choice, Rule
from peyvand.votes.tally import Asked


def votes(by: Acting) -> QuerySet[Vote]:
    """Those of the actor's own area, with what a list shows."""
    return Vote.objects.filter(in_area(by)).select_related("place", "organisation")


def one_vote(vote_id: int) -> Vote:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    found = Vote.objects.select_related("place", "organisation").filter(pk=vote_id).first()
    if found is None:
        raise NotFound
    return found


def rule_of(vote: Vote) -> Rule:
    return Rule(
        method=Method(vote.method), kind=BallotKind(vote.kind), utility=Utility(vote.utility),
        completion=Completion(vote.completion), step=vote.step, ties=Ties(vote.ties), budget=vote.budget, seats=vote.seats,
        threshold=vote.threshold, skip=vote.skip, most_choices=vote.most_choices,
    )  # fmt: skip


def options_of(vote: Vote) -> list[Option]:
    return list(Option.objects.filter(vote=vote).order_by("number"))


def asked_of(options: Sequence[Option]) -> Asked:
    return Asked([one.number for one in options], [one.cost for one in options])


def roll_of(vote: Vote) -> QuerySet[Voter]:
    return Voter.objects.filter(vote=vote).order_by("pk")


def unsettled_papers(vote: Vote) -> QuerySet[Paper]:
    return Paper.objects.filter(vote=vote, agreed=False).order_by("receipt")


def ballots_of(vote: Vote) -> list[Ballot]:
    """By receipt: the order in which they stand says nothing."""
    return list(Ballot.objects.filter(vote=vote).order_by("receipt", "id"))


def ballots_shown(vote: Vote) -> bool:
    return vote.counted >= FEWEST_SHOWN


def result_shown(vote: Vote) -> dict[str, Any] | None:
    """The result as it may be read. Of fewer than five ballots only what was chosen (rising): the rest tells what each said."""
    if vote.result is None or vote.example or ballots_shown(vote):
        return vote.result
    return {"chosen": sorted(vote.result["chosen"])}


def choice_of(ballot: Ballot) -> Choice:
    return Choice(tuple(ballot.options), tuple(ballot.points))


def code_hash(vote_id: int, code: str) -> str:
    """What is kept of a one-time code: a keyed fingerprint, other for every vote; the key lies outside the database."""
    return blind_index(f"vote {vote_id} code {code}")


def who(vote_id: int, name: str, known_by: str) -> str:
    """The blind index of a person on a roll: by a number alone where one is given, else by the name and what tells it apart."""
    digits = "".join(sign for sign in search_key(known_by) if sign.isdecimal())
    said = digits if len(digits) >= 8 else f"{search_key(name)} {search_key(known_by)}"
    return blind_index(f"vote {vote_id} voter {said}")
