"""A vote from its roll to its count: codes, papers entered twice, and what is refused on the way."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.votes.polls import CLOSES, MILLION, opened, prepared
from tests.world import NOW, World

from peyvand.engines.ballots import read
from peyvand.journal.models import Event
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.votes import rules
from peyvand.votes.actions import call_off_vote, close_vote, open_vote
from peyvand.votes.casting import cast_by_code, enter_paper, set_aside_paper
from peyvand.votes.counting import count_at_once
from peyvand.votes.enums import Aside, BallotKind, Method, Voted, Way
from peyvand.votes.models import Ballot, Option, Paper, Sealed, Vote, Voter
from peyvand.votes.pabulib import as_pabulib, counts_again
from peyvand.votes.queries import like_on_roll
from peyvand.votes.roll import NewVoter, forget_rolls, give_codes, give_paper, strike_voter, vouch_voters
from peyvand.votes.rules import Choice, Rule, new_receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World.build()


def cast(vote, code, *numbers, now=NOW):
    return cast_by_code(vote_id=vote.pk, code=code, choice=Choice(numbers), by=PUBLIC, now=now)


def counted(world, vote):
    close_vote(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    return count_at_once(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)


def test_a_code_is_good_for_one_ballot_and_the_receipt_finds_it(world):
    vote, codes, _ids = opened(world, voters=6)
    receipts = [cast(vote, code, 1, 3) for code in codes[:5]]
    with pytest.raises(rules.AlreadyVoted):
        cast(vote, codes[0], 2)
    with pytest.raises(rules.UnknownCode):
        cast(vote, "1" * 12, 2)
    done = counted(world, vote)
    assert done.result["chosen"] == [3, 1]
    assert (done.counted, done.result["received"]) == (5, {"1": 5, "2": 0, "3": 5})
    with scope(PUBLIC):
        assert set(receipts) == set(Ballot.objects.filter(vote=vote).values_list("receipt", flat=True))
        told = read(as_pabulib(Vote.objects.select_related("place").get(pk=vote.pk)))
    assert [row["selected"] for row in told.projects] == ["1", "0", "1"]
    assert counts_again(vote.pk)
    with scope(SYSTEM):
        assert not Sealed.objects.exists()
        assert set(Voter.objects.values_list("code_hash", flat=True)) == {""}


def test_what_a_paper_says_counts_when_two_people_enter_the_same(world):
    vote, codes, ids = opened(world, voters=2)
    give_paper(voter_id=ids[0], by=world["facilitator"], now=NOW)
    with pytest.raises(rules.UnknownCode):
        cast(vote, codes[0], 1)
    number = new_receipt()

    def entered(name, *numbers, receipt=number):
        return enter_paper(vote_id=vote.pk, receipt=receipt, choice=Choice(numbers), by=world[name], now=NOW)

    assert not entered("facilitator", 1).agreed
    assert not entered("facilitator", 2).agreed  # the same person again is no second one
    assert not entered("social_worker", 3).agreed
    close_vote(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    with pytest.raises(rules.PapersUnsettled):
        count_at_once(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    with pytest.raises(rules.PaperDiffers):
        entered("officer", 1)
    assert entered("officer", 3).agreed
    with pytest.raises(BadValue):
        entered("facilitator", 1, receipt=number[:-1] + str((int(number[-1]) + 1) % 10))
    extra = new_receipt()
    entered("facilitator", 1, receipt=extra)
    with pytest.raises(rules.TooManyPapers):
        entered("social_worker", 1, receipt=extra)
    with scope(SYSTEM):
        surplus, kept = Paper.objects.get(receipt=extra), Paper.objects.get(receipt=number)

    def aside(name, paper):
        return set_aside_paper(paper_id=paper.pk, reason=Aside.SURPLUS, by=world[name], now=NOW)

    with pytest.raises(NotPermitted):
        aside("facilitator", surplus)  # who entered it is not the second person
    with pytest.raises(rules.PaperAgreed):
        aside("officer", kept)
    with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
        kept.delete()
    assert aside("social_worker", surplus).aside == 1
    done = count_at_once(vote_id=vote.pk, by=world["field_leader"], now=CLOSES)
    assert (done.counted, done.result["received"]["3"]) == (1, 1)
    event = Event.objects.get(act="vote.paper_set_aside")
    assert (event.data, extra in str(vars(event))) == ({"reason": "surplus"}, False)
    with pytest.raises(NotFound), scope(PUBLIC):  # fewer than five ballots are shown to nobody
        as_pabulib(Vote.objects.select_related("place").get(pk=vote.pk))
    with scope(PUBLIC):
        assert not Ballot.objects.exists()


def test_who_is_on_the_roll_stands_there_once_and_only_staff_of_the_house_see_it(world):
    vote = prepared(world, voters=1)
    with pytest.raises(AlreadyThere):
        vouch_voters(
            vote_id=vote.pk,
            rows=[NewVoter("رأی‌دهندهٔ ۰", "۰۹۱۲ ۰۰۰ ۰۰۰۰")],
            anyway=True,
            by=world["facilitator"],
            now=NOW,
        )
    with pytest.raises(NotPermitted):
        open_vote(vote_id=vote.pk, opens_at=NOW, closes_at=CLOSES, by=world["facilitator"], now=NOW)
    with pytest.raises((NotPermitted, NotFound)):
        vouch_voters(vote_id=vote.pk, rows=[NewVoter("زهرا")], by=world["charity_manager"], now=NOW)
    for name in ("charity_manager", "governor", "auditor"):
        with scope(world[name]):
            assert not Voter.objects.exists()
    with scope(PUBLIC):
        assert not Vote.objects.exists()  # a draft is nobody's business
        assert not Voter.objects.exists()
        assert not Sealed.objects.exists()
    with scope(world["facilitator"]):
        voter = Voter.objects.get()
        assert (str(voter.name), voter.name.reveal()) == ("•••", "رأی‌دهندهٔ 0")
    strike_voter(voter_id=voter.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.TooFewOptions):
        open_vote(vote_id=vote.pk, opens_at=NOW, closes_at=CLOSES, by=world["field_leader"], now=NOW)


def test_a_like_entry_of_the_roll_is_told_before_another_is_made(world):
    """One person known by two numbers would vote twice, two people of one telephone could not both: somebody decides."""
    vote = prepared(world, voters=0)

    def entered(*rows, anyway=False):
        return vouch_voters(vote_id=vote.pk, rows=rows, anyway=anyway, by=world["facilitator"], now=NOW)

    (first,) = entered(NewVoter("زهرا نمونه", "09120001111"))
    other_number, same_number = NewVoter("زهرا  نمونه", "0012345678"), NewVoter("علی نمونه", "۰۹۱۲ ۰۰۰ ۱۱۱۱")
    for row in (other_number, same_number):
        with pytest.raises(rules.LikeOnRoll):
            entered(row)
        with scope(world["facilitator"]):
            assert [one.pk for one in like_on_roll(vote.pk, [row])] == [first.pk]
    with pytest.raises(rules.LikeOnRoll):
        entered(NewVoter("مریم", "1" * 10), NewVoter("مریم", "2" * 10))
    entered(same_number, anyway=True)
    entered(NewVoter("زهرا نمونه", "دختر احمد"), anyway=True)
    with pytest.raises(AlreadyThere):
        entered(same_number, anyway=True)
    entered(NewVoter("رضا", "پسر احمد"), NewVoter("مینا", ""))
    assert Voter.objects.count() == 5


def test_a_new_code_ends_the_old_one_and_what_is_kept_of_it_is_a_fingerprint(world):
    vote, codes, ids = opened(world, voters=1)
    fresh = give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.SMS, by=world["facilitator"], now=NOW)[ids[0]]
    with pytest.raises(rules.UnknownCode):
        cast(vote, codes[0], 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(v::text, ' ') FROM votes_voter v")
        assert fresh not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(e::text, ' ') FROM journal_event e")
        assert fresh not in cursor.fetchone()[0]
    cast(vote, fresh, 1)
    with pytest.raises(rules.AlreadyVoted):
        give_codes(vote_id=vote.pk, voter_ids=ids, way=Way.SMS, by=world["facilitator"], now=NOW)


def test_the_times_and_the_rule_are_kept(world):
    vote, codes, _ids = opened(world, voters=1)
    with pytest.raises(rules.NotOpen):
        cast(vote, codes[0], 1, now=CLOSES)
    with pytest.raises(NotPermitted):
        close_vote(vote_id=vote.pk, by=world["field_leader"], now=NOW)
    for broken in (
        lambda: Vote.objects.filter(pk=vote.pk).update(budget=1),
        lambda: Option.objects.filter(vote=vote).update(cost=1),
        lambda: Vote.objects.filter(pk=vote.pk).update(state="draft"),
        lambda: Ballot.objects.create(vote=vote, receipt="1", options=[1]),
        lambda: Sealed.objects.create(vote=vote, content="one too many"),
    ):
        with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
            broken()
    enter_paper(vote_id=vote.pk, receipt=new_receipt(), choice=Choice((1,)), by=world["facilitator"], now=NOW)
    call_off_vote(vote_id=vote.pk, reason="برگه‌ها اشتباه چاپ شده بود.", by=world["field_leader"], now=NOW)
    with scope(SYSTEM):
        assert not Paper.objects.exists()  # what was entered is burnt with the urn
    with pytest.raises(rules.NotOpen):
        cast(vote, codes[0], 1)


@pytest.mark.parametrize(
    ("rule", "choices", "chosen"),
    [
        (Rule(method=Method.GREEDY, budget=60 * MILLION), [(1,), (2,), (2, 3), (3,)], [3, 1]),
        (Rule(method=Method.APPROVAL, seats=1), [(1,), (2,), (2, 3)], [2]),
        (Rule(method=Method.RANKING, kind=BallotKind.RANKS, seats=1), [(1, 2), (1, 3), (2, 1), (2, 1), (3, 2)], [2]),
        (Rule(budget=60 * MILLION, step=MILLION), [(1,), (1, 3), (2,)], [1, 3]),
    ],
)
def test_the_rule_of_each_vote_is_data(world, rule, choices, chosen):
    vote, codes, _ids = opened(world, voters=len(choices), rule=rule)
    for code, numbers in zip(codes, choices, strict=True):
        cast(vote, code, *numbers)
    assert counted(world, vote).result["chosen"] == chosen
    assert counts_again(vote.pk)


def test_nobody_gives_more_points_than_the_vote_allows(world):
    points = Rule(method=Method.GREEDY, kind=BallotKind.POINTS, budget=60 * MILLION)
    with pytest.raises(BadValue):  # without a most, one ballot would outweigh all others
        prepared(world, rule=points)
    vote, codes, _ids = opened(world, voters=2, rule=replace(points, most_points=10))

    def give(code, *given):
        return cast_by_code(vote_id=vote.pk, code=code, choice=Choice((1, 2), given), by=PUBLIC, now=NOW)

    with pytest.raises(BadValue):
        give(codes[0], 10, 1)
    give(codes[0], 9, 1)
    give(codes[1], 1, 2)
    with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
        Vote.objects.filter(pk=vote.pk).update(most_points=99)
    assert counted(world, vote).result["received"] == {"1": 10, "2": 3, "3": 0}


def test_the_roll_is_forgotten_and_the_count_stays(world):
    vote, codes, _ids = opened(world, voters=2)
    cast(vote, codes[0], 1)
    counted(world, vote)
    after = CLOSES.date().replace(year=CLOSES.year + 1)
    assert forget_rolls(vote_ids=[vote.pk], ended_before=after, by=SYSTEM, now=NOW) == 2
    with scope(SYSTEM):
        assert [one.name for one in Voter.objects.all()] == ["", ""]
        assert Voter.objects.filter(voted=Voted.CODE).count() == 1
    assert forget_rolls(vote_ids=[vote.pk], ended_before=after, by=SYSTEM, now=NOW) == 0


def _traces():
    """What a reader of the whole database finds: (marks, ballots), each with what the database keeps of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, voted, xmin::text, ctid::text, v::text FROM votes_voter v ORDER BY ctid")
        marks = cursor.fetchall()
        cursor.execute("SELECT id::text, receipt, options, xmin::text, b::text FROM votes_ballot b ORDER BY ctid")
        return marks, cursor.fetchall()


_LINKS = {
    "a code and its ballot, by the transaction that wrote both": """
        SELECT count(*) FROM votes_voter v JOIN votes_sealed s ON s.xmin::text = v.xmin::text WHERE v.voted = 'code'""",
    "a paper and its ballot, by the number printed on it": """
        SELECT count(*) FROM votes_paper p JOIN votes_voter v ON v.vote_id = p.vote_id AND v.voted = 'paper'""",
}


def _links():
    """How many pairs of a mark on the roll and a ballot each way of joining them finds."""
    with connection.cursor() as cursor:
        found = []
        for query in _LINKS.values():
            cursor.execute(query)
            found.append(cursor.fetchone()[0])
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(range(6)),
    st.lists(st.lists(st.integers(1, 3), unique=True), min_size=6, max_size=6),
    st.integers(1, 6),
)
def test_nothing_joins_a_ballot_to_its_voter(world, order, wishes, many):
    """Whatever the order in which people vote: no common key, transaction, time or order, and a text of equal length in the urn."""
    with transaction.atomic():
        vote, codes, ids = opened(world, voters=7)
        receipts = {ids[row]: cast(vote, codes[row], *wishes[row]) for row in order[:many]}
        give_paper(voter_id=ids[6], by=world["facilitator"], now=NOW)
        paper = new_receipt()
        for name in ("facilitator", "social_worker"):
            enter_paper(vote_id=vote.pk, receipt=paper, choice=Choice((1,)), by=world[name], now=NOW)
        assert _links() == [many, 1]  # as long as the vote lasts; what the joins find is sealed, or seen by two people
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM votes_sealed")
            urn = [row[0] for row in cursor.fetchall()]
        assert len({len(one) for one in urn}) == 1
        assert not any(receipt in one for receipt in receipts.values() for one in urn)
        counted(world, vote)
        assert _links() == [0, 0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM votes_paper")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM votes_voter v JOIN votes_ballot b ON b.xmin::text = v.xmin::text")
            assert cursor.fetchone()[0] in (0, 7 * (many + 1))  # none, or every entry with every ballot
        receipts[ids[6]] = paper
        marks, ballots = _traces()
        assert len({xmin for *_rest, xmin, _text in ballots}) == 1  # all written by one statement of one act
        assert len({mark[2] for mark in marks}) == 1  # and so is the roll, those who did not vote with those who did
        assert [one[0] for one in ballots] == sorted(
            one[0] for one in ballots
        )  # in the order of numbers drawn by chance
        assert not any(receipt in mark[4] for receipt in receipts.values() for mark in marks)
        assert {field.name for field in Ballot._meta.get_fields()} == {"id", "vote", "receipt", "options", "points"}
        acts = [event.act for event in Event.objects.filter(act__startswith="vote.").order_by("pk")]
        assert acts == [
            "vote.prepared", "vote.voters_vouched", "vote.codes_given", "vote.opened", "vote.closed", "vote.count_asked", "vote.counted",
        ]  # fmt: skip
        transaction.set_rollback(True)
