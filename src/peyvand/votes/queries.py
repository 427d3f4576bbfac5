"""Reads of votes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from peyvand.kernel.text import search_key
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area, only
from peyvand.scope.encryption import blind_index
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility
from peyvand.votes.models import Ballot, Option, Paper, Vote, Voter
from peyvand.votes.rules import FEWEST_SHOWN, Choice, Rule
from peyvand.votes.tally import Asked

_NUMBER = 8  # digits of a telephone or national number, at least


def votes(by: Acting) -> QuerySet[Vote]:
    """Those of the actor's own area, with what a list shows."""
    return Vote.objects.filter(in_area(by)).select_related("place", "organisation")


def one_vote(vote_id: int) -> Vote:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(Vote.objects.select_related("place", "organisation").filter(pk=vote_id))


def rule_of(vote: Vote) -> Rule:
    return Rule(
        method=Method(vote.method), kind=BallotKind(vote.kind), utility=Utility(vote.utility),
        completion=Completion(vote.completion), step=vote.step, ties=Ties(vote.ties), budget=vote.budget, seats=vote.seats,
        threshold=vote.threshold, skip=vote.skip, most_choices=vote.most_choices,
        most_points=vote.most_points,
    )  # fmt: skip


def options_of(vote: Vote) -> list[Option]:
    return list(Option.objects.filter(vote=vote).order_by("number"))


def asked_of(options: Sequence[Option]) -> Asked:
    return Asked([one.number for one in options], [one.cost for one in options])


def roll_of(vote: Vote) -> QuerySet[Voter]:
    return Voter.objects.filter(vote=vote).order_by("pk")


def voter_of(vote: Vote, voter_id: int) -> Voter:
    """An entry of this vote's roll. Raises `NotFound`, also for one of another vote."""
    return only(Voter.objects.filter(vote=vote, pk=voter_id))


def paper_of(vote: Vote, paper_id: int) -> Paper:
    """A paper of this vote's box. Raises `NotFound`, also for one of another vote."""
    return only(Paper.objects.filter(vote=vote, pk=paper_id))


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


@dataclass(frozen=True)
class Marks:
    """Blind indexes of a person on a roll: of name and number together, and of each alone ("" without a number)."""

    who: str
    same_name: str
    same_number: str


def marks(vote_id: int, name: str, known_by: str) -> Marks:
    """What one is known by is a number where it has eight digits or more, else words (the father's name)."""
    digits = "".join(sign for sign in search_key(known_by) if sign.isdecimal())
    number = digits if len(digits) >= _NUMBER else ""
    called = search_key(name)
    return Marks(
        who=blind_index(f"vote {vote_id} voter {called} {number or search_key(known_by)}"),
        same_name=blind_index(f"vote {vote_id} name {called}"),
        same_number=blind_index(f"vote {vote_id} number {number}") if number else "",
    )


class Known(Protocol):
    """Somebody to be put on a roll."""

    @property
    def name(self) -> str: ...
    @property
    def known_by(self) -> str: ...


def like_on_roll(vote_id: int, rows: Iterable[Known]) -> list[Voter]:
    """The entries of a roll that bear the name or the number of one of these people: perhaps the same, perhaps not."""
    found = [marks(vote_id, row.name, row.known_by) for row in rows]
    names, numbers = {one.same_name for one in found}, {one.same_number for one in found} - {""}
    like = Q(same_name__in=names) | Q(same_number__in=numbers)
    return list(Voter.objects.filter(like, vote_id=vote_id).order_by("pk"))
