"""A federation as its people walk it: joining, the assembly, the election of the board, and the list without names."""

import threading
from datetime import date, timedelta
from typing import cast

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import NOW, TODAY, World

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.switches import ProgrammeOff, switch_off, switch_on
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.people.accounts import register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import Organisation
from peyvand.programmes.federations import (
    actions,
    election_actions,
    meeting_actions,
    queries,
    rules,
)
from peyvand.programmes.federations.forms import seats_rule
from peyvand.programmes.federations.models import (
    Elector,
    Federation,
    FederationSeat,
    Member,
    Representative,
)
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.scope.encryption import Protected
from peyvand.votes.actions import close_vote, open_vote
from peyvand.votes.casting import cast_by_code
from peyvand.votes.counting import count_at_once
from peyvand.votes.enums import Method, Ties, Way
from peyvand.votes.models import Voter
from peyvand.votes.roll import NewVoter, give_codes, vouch_voters
from peyvand.votes.rules import Choice

pytestmark = pytest.mark.django_db
CLOSES = NOW + timedelta(days=2)


def built() -> World:
    """The small province with a federation of its own, whose manager keeps it, and a second charity."""
    world = World.build()
    for name, kind in (("federation", OrganisationKind.ASSOCIATION), ("other", OrganisationKind.CHARITY)):
        world.organisations[name] = register_organisation(
            kind=kind, name_fa=f"{name} نمونه", place=world.places["mz"], by=SYSTEM, now=NOW
        )
        world.join(f"{name}_manager", MemberRole.ORGANISATION_MANAGER, "mz", name)
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=3))
    actions.found_federation(organisation=house(world, "federation"), by=world["federation_manager"], now=NOW)
    return world


@pytest.fixture
def world():
    return built()


def house(world, name) -> Organisation:
    return Organisation.objects.select_related("place").get(pk=world.organisations[name].pk)


def asks(world, name, now=NOW):
    federation_id = world.organisations["federation"].pk
    return actions.ask_to_join(
        federation_id=federation_id, organisation=house(world, name), by=world[SPEAKERS[name]], now=now
    )


SPEAKERS = {"charity": "charity_manager", "other": "other_manager", "firm": "firm_manager", "office": "leader"}


def member(world, name, speaker=""):
    one = asks(world, name)
    if speaker:
        actions.name_representative(member_id=one.pk, name=speaker, by=world[SPEAKERS[name]], now=NOW)
    return actions.admit_member(member_id=one.pk, by=world["federation_manager"], now=NOW)


def held(world, present, on=TODAY):
    by, federation_id = world["federation_manager"], world.organisations["federation"].pk
    meeting = meeting_actions.call_meeting(federation_id=federation_id, on=on, agenda=["گزارش"], by=by, now=NOW)
    return meeting_actions.hold_meeting(meeting_id=meeting.pk, present=[one.pk for one in present], by=by, now=NOW)


def test_a_member_asks_is_admitted_and_leaves_and_only_the_federation_admits(world):
    one = asks(world, "charity")
    with pytest.raises(AlreadyThere):
        asks(world, "charity")
    with pytest.raises((NotPermitted, NotFound)):
        actions.admit_member(member_id=one.pk, by=world["charity_manager"], now=NOW)
    with pytest.raises(NotPermitted), scope(world["charity_manager"]):
        raised_by_the_database(lambda: Member.objects.filter(pk=one.pk).update(state="member", since=TODAY))
    admitted = actions.admit_member(member_id=one.pk, by=world["federation_manager"], now=NOW)
    assert (admitted.state, admitted.since) == ("member", TODAY)
    with pytest.raises((NotPermitted, NotFound)):
        actions.leave_federation(member_id=one.pk, by=world["other_manager"], now=NOW)
    left = actions.leave_federation(member_id=one.pk, by=world["charity_manager"], now=NOW)
    assert (left.state, left.until) == ("left", TODAY)
    again = asks(world, "charity")
    with pytest.raises(AlreadyThere):  # it was a member today already
        actions.admit_member(member_id=again.pk, by=world["federation_manager"], now=NOW)
    tomorrow = NOW + timedelta(days=1)
    assert actions.admit_member(member_id=again.pk, by=world["federation_manager"], now=tomorrow).state == "member"


def raised_by_the_database(write):
    """A policy that lets nothing through is an error of the database; the actions make a refusal of it."""
    from django.db import ProgrammingError

    try:
        with transaction.atomic():
            write()
    except ProgrammingError as error:
        raise NotPermitted(reason="the database") from error


def test_one_house_has_one_voice_and_a_federation_is_not_its_own_member(world):
    member(world, "office")
    centre = actions.ask_to_join(
        federation_id=world.organisations["federation"].pk, organisation=house(world, "centre"), by=SYSTEM, now=NOW
    )
    with pytest.raises(rules.AlreadyIn):
        actions.admit_member(member_id=centre.pk, by=world["federation_manager"], now=NOW)
    asks_itself = house(world, "federation")
    with pytest.raises(BadValue):
        actions.ask_to_join(federation_id=asks_itself.pk, organisation=asks_itself, by=SYSTEM, now=NOW)


def test_the_assembly_decides_with_a_quorum_only_and_excludes_by_what_it_decided(world):
    members = [member(world, name) for name in ("charity", "other", "firm")]
    assert [rules.needed(count, 50) for count in (1, 2, 3, 10)] == [1, 2, 2, 6]
    by = world["federation_manager"]
    few = held(world, members[:1])
    with pytest.raises(rules.NoMeetingQuorum):
        meeting_actions.decide(meeting_id=few.pk, title="پایان عضویت بنگاه", in_favour=1, against=0, by=by, now=NOW)
    meeting = held(world, members[:2])
    with pytest.raises(BadValue):
        meeting_actions.decide(meeting_id=meeting.pk, title="پایان عضویت", in_favour=2, against=1, by=by, now=NOW)
    lost = meeting_actions.decide(meeting_id=meeting.pk, title="پایان عضویت", in_favour=1, against=1, by=by, now=NOW)
    won = meeting_actions.decide(meeting_id=meeting.pk, title="پایان عضویت", in_favour=2, against=0, by=by, now=NOW)
    assert (lost.passed, won.passed, won.number) == (False, True, 2)
    with pytest.raises(BadValue):
        actions.exclude_member(member_id=members[2].pk, decision_id=lost.pk, by=by, now=NOW)
    with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
        Member.objects.filter(pk=members[2].pk).update(decision=lost)
    out = actions.exclude_member(member_id=members[2].pk, decision_id=won.pk, by=by, now=NOW)
    assert (out.state, out.decision_id, out.ended_by_id) == ("left", won.pk, by.account_id)
    with scope(world["charity_manager"]):
        assert queries.one_meeting(meeting.pk).present == 2
    with scope(world["facilitator"]), pytest.raises(NotFound):
        queries.one_meeting(meeting.pk)


def written(voter) -> str:
    return cast(Protected, voter.name).reveal()


def election(world, members, method=Method.APPROVAL, seats=1):
    return election_actions.prepare_election(
        federation_id=world.organisations["federation"].pk, title="انتخابات", rule=seats_rule(method, seats, Ties.LOT),
        member_ids=[one.pk for one in members], term_months=24, by=world["federation_manager"], now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("method", [Method.APPROVAL, Method.RANKING, Method.EQUAL_SHARES])
def test_the_board_is_elected_by_one_ballot_of_each_member(world, method):
    by = world["federation_manager"]
    members = [member(world, name, f"نماینده {name}") for name in ("charity", "other")] + [member(world, "firm")]
    vote_id = election(world, members, method).pk
    with scope(by):
        roll = [written(voter) for voter in Voter.objects.filter(vote_id=vote_id).order_by("pk")]
    assert sorted(roll) == ["نماینده charity", "نماینده other"]
    actions.name_representative(member_id=members[2].pk, name="نماینده بنگاه", by=world["firm_manager"], now=NOW)
    actions.name_representative(member_id=members[0].pk, name="نماینده تازه", by=world["charity_manager"], now=NOW)
    election_actions.open_election(vote_id=vote_id, opens_at=NOW, closes_at=CLOSES, by=by, now=NOW)
    with scope(by):
        ids = {row.member_id: row.voter_id for row in Elector.objects.filter(election_id=vote_id)}
        names = {written(voter) for voter in Voter.objects.filter(vote_id=vote_id)}
    assert set(ids) == {one.pk for one in members}
    assert names == {"نماینده تازه", "نماینده other", "نماینده بنگاه"}
    with pytest.raises(IntegrityError):  # the roll is fixed, whoever writes on it
        vouch_voters(vote_id=vote_id, rows=[NewVoter("دیگری", "۱")], by=by, now=NOW)
    codes = give_codes(vote_id=vote_id, voter_ids=list(ids.values()), way=Way.HAND, by=by, now=NOW)
    for code in codes.values():
        cast_by_code(vote_id=vote_id, code=code, choice=Choice((2,)), by=PUBLIC, now=NOW)
    close_vote(vote_id=vote_id, by=by, now=CLOSES)
    count_at_once(vote_id=vote_id, by=by, now=CLOSES)
    for _again in range(2):  # a job may run twice
        election_actions.seat_boards(vote_ids=[vote_id], by=SYSTEM, now=CLOSES)
    with scope(PUBLIC):
        [seat] = FederationSeat.objects.all()
    assert (seat.member_id, seat.since) == (members[1].pk, TODAY + timedelta(days=2))


def test_one_person_may_speak_for_two_members_and_has_an_entry_of_each(world):
    by = world["federation_manager"]
    members = [member(world, name, "نمایندهٔ هر دو") for name in ("charity", "other")]
    vote_id = election(world, members).pk
    with scope(by):
        assert Elector.objects.filter(election_id=vote_id).count() == 2


def test_a_roll_that_is_not_one_entry_for_each_member_opens_nothing(world):
    by = world["federation_manager"]
    members = [member(world, "charity", "نماینده")]
    vote_id = election(world, members).pk
    vouch_voters(vote_id=vote_id, rows=[NewVoter("رأی‌دهندهٔ دیگر", "۱")], by=by, now=NOW)
    with pytest.raises(IntegrityError):
        open_vote(vote_id=vote_id, opens_at=NOW, closes_at=CLOSES, by=by, now=NOW)
    with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
        Elector.objects.create(
            voter=Voter.objects.filter(vote_id=vote_id).latest("pk"), election_id=vote_id, member=members[0]
        )


def test_off_is_off_and_representatives_are_forgotten(world):
    one = member(world, "charity", "نماینده")
    with scope(world["other_manager"]):
        assert not Representative.objects.exists()
    actions.name_representative(member_id=one.pk, name="نفر بعد", by=world["charity_manager"], now=NOW)
    late = TODAY + timedelta(days=1)
    assert actions.forget_representatives(ended_before=late, by=SYSTEM, now=NOW) == 1
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=NOW)
    with pytest.raises(ProgrammeOff):
        asks(world, "other")


# Days of joining and of leaving (None: still a member), of one organisation, in any order and overlap.
PERIODS = st.lists(
    st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 8))), min_size=1, max_size=5
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PERIODS)
def test_no_organisation_is_a_member_twice_on_one_day(world, periods):
    """Whoever writes the rows: the database takes exactly those that overlap none before them."""
    federation = Federation.objects.get()
    start, taken = date(2026, 1, 1), list[tuple[int, int]]()
    with transaction.atomic():
        for since, length in periods:
            until = None if length is None else since + length
            end = 10_000 if until is None else until
            free = all(end < first or since > last for first, last in taken)
            try:
                with transaction.atomic(), scope(SYSTEM):
                    Member.objects.create(
                        federation=federation, place_path=federation.place_path,
                        organisation_path=federation.organisation_path, organisation_id=world.organisations["charity"].pk,
                        member_path=world.organisations["charity"].path, state="member" if until is None else "left",
                        asked_at=NOW, since=start + timedelta(days=since),
                        until=None if until is None else start + timedelta(days=until),
                    )  # fmt: skip
            except IntegrityError:
                assert not free
            else:
                assert free
                taken.append((since, end))
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_join_at_once_over_two_connections_one_does():
    """The same organisation, asked for twice by its manager; then two houses of one, admitted at once."""
    world = built()
    answers = _at_once(lambda: asks(world, "charity"), lambda: asks(world, "charity"))
    assert sorted(answers) == ["already_there", "done"]
    office = asks(world, "office")
    centre = actions.ask_to_join(
        federation_id=world.organisations["federation"].pk, organisation=house(world, "centre"), by=SYSTEM, now=NOW
    )
    by = world["federation_manager"]
    answers = _at_once(
        lambda: actions.admit_member(member_id=office.pk, by=by, now=NOW),
        lambda: actions.admit_member(member_id=centre.pk, by=by, now=NOW),
    )
    assert sorted(answers) == ["already_in_federation", "done"]
    with scope(SYSTEM):
        assert Member.objects.filter(state="member").count() == 1


def _at_once(*acts) -> list[str]:
    start, answers = threading.Barrier(len(acts)), [""] * len(acts)

    def run(at: int) -> None:
        try:
            start.wait(timeout=60)
            acts[at]()
            answers[at] = "done"
        except (AlreadyThere, BadValue, rules.AlreadyIn) as refusal:
            answers[at] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers
