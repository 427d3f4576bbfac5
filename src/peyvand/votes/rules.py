"""The rules of a vote, pure: its life cycle, what a ballot may say, its codes and receipts, and who of equals comes first."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from peyvand.kernel.codes import new_code, read_code
from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.votes.enums import BallotKind, Completion, Method, Ties, Utility, VoteState

LIFE = LifeCycle(
    "vote",
    VoteState.DRAFT,
    [
        ("open_vote", VoteState.DRAFT, VoteState.OPEN),
        ("close_vote", VoteState.OPEN, VoteState.CLOSED),
        ("ask_count", VoteState.CLOSED, VoteState.COUNTING),
        ("count_vote", VoteState.COUNTING, VoteState.COUNTED),
        ("give_count_up", VoteState.COUNTING, VoteState.CLOSED),
        ("call_off_vote", VoteState.DRAFT, VoteState.CANCELLED),
        ("call_off_vote", VoteState.OPEN, VoteState.CANCELLED),
        ("call_off_vote", VoteState.CLOSED, VoteState.CANCELLED),
    ],
)

# Receipts are longer than codes, so that among the ballots of a city no two are equal.
RECEIPT_LENGTH = 16
# A count whose worker died over it so many times is given up, until somebody asks anew.
MOST_ATTEMPTS = 3
# Ballots are shown to everyone from so many on: of fewer, somebody's could be guessed (decision record 9).
FEWEST_SHOWN = 5
# A share is raised at most so many times before one voter could pay for everything alone: a count must end while one waits.
_MOST_STEPS = 10_000
# Of points a ballot may give, at most: more signs of a number would tell its length.
MOST_POINTS = 100_000
_PER_OPTION = 8  # signs of a ballot's text for each option, at most


class UnknownCode(Refusal):
    code = "vote_code_unknown"
    message = "This code is not known for this vote. Check its twelve digits, or ask the one who gave it to you."


class LikeOnRoll(Refusal):
    code = "like_on_roll"
    message = "The same name or the same number is on the roll already. Look whether it is the same person."


class AlreadyVoted(Refusal):
    code = "already_voted"
    message = "Somebody has voted with this entry of the roll already. A vote is cast once and cannot be changed."


class NotOpen(Refusal):
    code = "vote_not_open"
    message = "This vote is not open now."


class PapersUnsettled(Refusal):
    code = "papers_unsettled"
    message = "{count} papers were entered only once, or differently by two people. Settle them before the count."


class TooManyPapers(Refusal):
    code = "too_many_papers"
    message = (
        "There are more papers than people who were given one. Check the numbers on the papers against the roll; what is "
        "one too many is set aside."
    )


class PaperAgreed(Refusal):
    code = "paper_agreed"
    message = "Two people entered this paper alike: it counts, and is not set aside."


class PaperDiffers(Refusal):
    code = "paper_differs"
    message = "The two entries of this paper differ. Look at the paper together and enter it again."


class TooFewOptions(Refusal):
    code = "too_few_options"
    message = "A vote needs at least one option and at least one person on its roll."


@dataclass(frozen=True)
class Rule:
    """How a vote is counted: data of the vote, published with it. Always exact: money in whole rial, shares in fractions.

    `budget` in rial for projects; `seats` for people. `step` is what each voter's share is raised by (rial). `threshold` is
    the fewest votes of a project under `greedy`; `skip` goes on to the next where one no longer fits. `most_choices` is the
    most options a ballot may name, 0 for all; `most_points` the most points it may give them together, where points are given.
    """

    method: Method = Method.EQUAL_SHARES
    kind: BallotKind = BallotKind.APPROVAL
    utility: Utility = Utility.COST
    completion: Completion = Completion.STEP_THEN_GREEDY
    step: int = 500_000
    ties: Ties = Ties.CHEAPER
    budget: int = 0
    seats: int = 0
    threshold: int = 0
    skip: bool = True
    most_choices: int = 0
    most_points: int = 0


@dataclass(frozen=True)
class Choice:
    """What a ballot says: numbers of options, for a ranking the best first; `points` only where the vote asks for points."""

    options: tuple[int, ...]
    points: tuple[int, ...] = ()


def rule_refusal(rule: Rule) -> Refusal | None:
    for_money = rule.method in (Method.EQUAL_SHARES, Method.GREEDY)
    if for_money and rule.budget < 1:
        return BadValue(field="budget", reason="money is needed to vote on projects")
    if not for_money and rule.seats < 1:
        return BadValue(field="seats", reason="at least one place")
    if (rule.kind == BallotKind.RANKS) != (rule.method == Method.RANKING):
        return BadValue(field="kind", reason="a ranking is counted by ranking, and nothing else is")
    if rule.method == Method.APPROVAL and rule.kind != BallotKind.APPROVAL:
        return BadValue(field="kind", reason="for places people say yes to each they agree with")
    if rule.kind == BallotKind.POINTS and rule.most_points < 1:
        return BadValue(field="most_points", reason="where points are given, a ballot may give so many and no more")
    if rule.step < 1:
        return BadValue(field="step", reason="at least one")
    stepwise = rule.method == Method.EQUAL_SHARES and rule.completion in (Completion.STEP, Completion.STEP_THEN_GREEDY)
    if stepwise and rule.step * _MOST_STEPS < rule.budget:
        return BadValue(field="step", reason="too small for this budget: at least one ten-thousandth of it")
    return None


def choice_refusal(choice: Choice, *, rule: Rule, options: Sequence[int]) -> Refusal | None:
    """Why this ballot cannot be counted. An empty one can: it is somebody's wish to choose nothing."""
    if not set(choice.options) <= set(options):
        return BadValue(field="choice", reason="there is no such option in this vote")
    if len(set(choice.options)) < len(choice.options):
        return BadValue(field="choice", reason="an option is named twice")
    if rule.most_choices and len(choice.options) > rule.most_choices:
        return BadValue(field="choice", reason="more options are named than this vote allows")
    asked = len(choice.options) if rule.kind == BallotKind.POINTS else 0
    if len(choice.points) != asked or any(one < 1 for one in choice.points):
        return BadValue(
            field="points", reason="one number above nought for each option, and only where points are given"
        )
    if sum(choice.points) > rule.most_points > 0:
        return BadValue(field="points", reason="more points are given than this vote allows")
    return None


def sealed_text(choice: Choice, receipt: str, *, options: int) -> str:
    """A ballot as text, as long for every choice, so that the length of what is encrypted says nothing."""
    text = json.dumps({"options": choice.options, "points": choice.points, "receipt": receipt})
    return text.ljust(80 + 2 * _PER_OPTION * options)


def read_sealed(text: str) -> tuple[Choice, str]:
    said = json.loads(text)
    return Choice(tuple(said["options"]), tuple(said["points"])), said["receipt"]


def new_receipt() -> str:
    return new_code(length=RECEIPT_LENGTH)


def read_receipt(text: str) -> str | None:
    """The receipt somebody typed, or None where it cannot be one."""
    return read_code(text, length=RECEIPT_LENGTH)


def first_of_equals(rule: Rule, *, costs: Sequence[int], numbers: Sequence[int], lot: str) -> list[int]:
    """The rank of each option among equals, the lower first."""
    rows = range(len(numbers))
    if rule.ties == Ties.LOT:
        order = sorted(rows, key=lambda row: drawn(lot, numbers[row]))
    elif rule.ties == Ties.CHEAPER:
        order = sorted(rows, key=lambda row: (costs[row], numbers[row]))
    else:
        order = sorted(rows, key=lambda row: numbers[row])
    ranks = [0] * len(order)
    for rank, row in enumerate(order):
        ranks[row] = rank
    return ranks


def drawn(lot: str, number: int) -> str:
    """The lot of an option: everyone can draw it again from the word that was published before the vote opened."""
    return hashlib.sha256(f"{lot}:{number}".encode()).hexdigest()
