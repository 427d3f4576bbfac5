"""The roll: who may vote, and how a code or a paper reaches him."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from peyvand.journal.actions import record
from peyvand.kernel.codes import new_code
from peyvand.kernel.refusals import BadValue, require
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action
from peyvand.votes import rules
from peyvand.votes.actions import locked, note
from peyvand.votes.enums import Voted, VoteState, Way
from peyvand.votes.models import Vote, Voter
from peyvand.votes.permissions import may_vouch
from peyvand.votes.queries import code_hash, like_on_roll, marks


@dataclass(frozen=True)
class NewVoter:
    """`known_by` tells him from others of his name: a mobile or national number, or his father's name."""

    name: str
    known_by: str = ""
    trusted: str = ""


@action
def vouch_voters(
    *, vote_id: int, rows: Sequence[NewVoter], anyway: bool = False, by: Acting, now: datetime
) -> list[Voter]:
    """Put people on the roll; the actor answers for each, or names the trusted local who does.

    Raises `LikeOnRoll` where a name or a number stands there already and it was not said that it is somebody else (`anyway`);
    `AlreadyThere` where both do.
    """
    vote = locked(vote_id)
    require(may_vouch(by, vote))
    if vote.state not in (VoteState.DRAFT, VoteState.OPEN):
        raise rules.NotOpen
    if any(not row.name.strip() for row in rows):
        raise BadValue(field="name", reason="a voter has a name")
    fresh = [
        Voter(
            vote=vote, name=row.name.strip(), known_by=row.known_by.strip(), trusted=row.trusted.strip(),
            **asdict(marks(vote.pk, row.name, row.known_by)), vouched_by_id=by.membership_id or None, vouched_at=now,
        )
        for row in rows
    ]  # fmt: skip
    if not anyway and (_repeated(fresh) or like_on_roll(vote.pk, rows)):
        raise rules.LikeOnRoll
    Voter.objects.bulk_create(fresh)
    note("vote.voters_vouched", vote, by, now, rows=[(one.pk,) for one in fresh])
    return fresh


def _repeated(fresh: Sequence[Voter]) -> bool:
    names, numbers = [one.same_name for one in fresh], [one.same_number for one in fresh if one.same_number]
    return len(set(names)) < len(names) or len(set(numbers)) < len(numbers)


@action
def strike_voter(*, voter_id: int, by: Acting, now: datetime) -> None:
    """Take somebody off the roll who was entered by mistake and has not voted. Raises `AlreadyVoted`."""
    vote, voter = _entry(voter_id, by)
    if voter.voted:
        raise rules.AlreadyVoted
    if vote.state not in (VoteState.DRAFT, VoteState.OPEN):
        raise rules.NotOpen
    voter.delete()
    note("vote.voter_struck", vote, by, now, rows=[(voter_id,)])


@action
def give_codes(*, vote_id: int, voter_ids: Sequence[int], way: Way, by: Acting, now: datetime) -> dict[int, str]:
    """A fresh one-time code for each, by id; shown now and never again. An earlier code of somebody ends.

    Raises `AlreadyVoted`, `NotOpen` where the vote is over.
    """
    vote = locked(vote_id)
    require(may_vouch(by, vote))
    if vote.state not in (VoteState.DRAFT, VoteState.OPEN):
        raise rules.NotOpen
    voters = lock(Voter.objects.filter(vote=vote), voter_ids)
    codes = {}
    for pk, voter in voters.items():
        if voter.voted:
            raise rules.AlreadyVoted
        codes[pk] = new_code()
        voter.code_hash, voter.code_way = code_hash(vote.pk, codes[pk]), way
    Voter.objects.bulk_update(voters.values(), ["code_hash", "code_way"], batch_size=2000)
    note("vote.codes_given", vote, by, now, rows=[(pk,) for pk in codes], data={"way": way.value})
    return codes


@action
def give_paper(*, voter_id: int, by: Acting, now: datetime) -> Voter:
    """He takes a numbered paper out of the pile and puts it into the box: his code, if he has one, ends.

    Raises `AlreadyVoted`, `NotOpen`.
    """
    vote, voter = _entry(voter_id, by)
    _require_open(vote, now)
    if voter.voted:
        raise rules.AlreadyVoted
    voter.voted, voter.code_hash = Voted.PAPER, ""
    voter.save(update_fields=["voted", "code_hash"])
    return voter


def _entry(voter_id: int, by: Acting) -> tuple[Vote, Voter]:
    """The vote and one entry of its roll, locked in this order, of a vote the actor vouches in."""
    vote_id = only(Voter.objects.filter(pk=voter_id).values_list("vote_id", flat=True))
    vote = locked(vote_id)
    require(may_vouch(by, vote))
    return vote, lock(Voter.objects.all(), [voter_id])[voter_id]


def _require_open(vote: Vote, now: datetime) -> None:
    if vote.state != VoteState.OPEN or not (vote.opens_at and vote.closes_at and vote.opens_at <= now < vote.closes_at):
        raise rules.NotOpen


@action
def forget_rolls(*, vote_ids: Sequence[int], ended_before: date, by: Acting, now: datetime) -> int:
    """Blank the names on the rolls of votes that ended before a day; gives how many entries. Who voted stays countable."""
    require_system(by)
    over = Vote.objects.filter(pk__in=vote_ids, closes_at__date__lt=ended_before).exclude(state=VoteState.OPEN)
    rows = Voter.objects.filter(vote__in=over, forgotten_at__isnull=True)
    votes = sorted(set(rows.order_by().values_list("vote_id", flat=True)))
    blanked = rows.update(
        name="", known_by="", trusted="", same_name="", same_number="", code_hash="", forgotten_at=now
    )
    if votes:
        record(
            "vote.rolls_forgotten", kind="vote", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, rows=[(pk,) for pk in votes],
        )  # fmt: skip
    return blanked
