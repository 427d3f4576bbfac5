"""A vote made by the acts of the product, for the tests of votes."""

from datetime import timedelta

from tests.world import NOW, World

from peyvand.people.models import Organisation
from peyvand.scope.acting import SYSTEM
from peyvand.votes.actions import NewOption, open_vote, prepare_vote
from peyvand.votes.counting import begin_count, carry_out
from peyvand.votes.enums import Way
from peyvand.votes.models import Vote
from peyvand.votes.roll import NewVoter, give_codes, vouch_voters
from peyvand.votes.rules import Rule

MILLION = 10_000_000
CLOSES = NOW + timedelta(days=3)
PROJECTS = (
    NewOption("روشنایی کوچه", 30 * MILLION),
    NewOption("زمین بازی", 50 * MILLION),
    NewOption("سرسرهٔ ویلچر", 20 * MILLION),
)


def prepared(world: World, *, voters: int = 3, rule: Rule | None = None, options=PROJECTS) -> Vote:
    vote = prepare_vote(
        title="بودجهٔ نوبنیاد", place=world.places["nobonyad"], organisation=Organisation.objects.get(pk=world.organisations["centre"].pk),
        rule=rule or Rule(budget=60 * MILLION, step=MILLION), options=options, by=world["field_leader"], now=NOW,
    )  # fmt: skip
    rows = [NewVoter(f"رأی‌دهندهٔ {number}", f"0912000{number:04d}") for number in range(voters)]
    vouch_voters(vote_id=vote.pk, rows=rows, by=world["facilitator"], now=NOW)
    return vote


def count_waiting() -> None:
    """Do what the worker would, inside the transaction of a test, which a second connection cannot see into."""
    for vote_id in list(Vote.objects.filter(state="counting").values_list("pk", flat=True)):
        if vote := begin_count(vote_id=vote_id, by=SYSTEM, now=CLOSES):
            carry_out(vote=vote, tell=lambda step, read: None, by=SYSTEM, now=CLOSES)


def opened(world: World, **values) -> tuple[Vote, list[str], list[int]]:
    """An open vote, the codes of its voters and their ids, in one order."""
    vote = prepared(world, **values)
    ids = list(vote.voters.order_by("pk").values_list("pk", flat=True))
    codes = give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.HAND, by=world["facilitator"], now=NOW)
    open_vote(vote_id=vote.pk, opens_at=NOW, closes_at=CLOSES, by=world["field_leader"], now=NOW)
    return vote, [codes[pk] for pk in ids], ids
