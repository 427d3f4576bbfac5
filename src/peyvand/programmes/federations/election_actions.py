"""Elections of the board, by the ballots of `peyvand.votes`: one member, one ballot."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from peyvand.kernel.jalali import add_months, business_date
from peyvand.kernel.refusals import BadValue
from peyvand.programmes.federations import rules
from peyvand.programmes.federations.actions import event, locked, spoken_name
from peyvand.programmes.federations.enums import MemberState
from peyvand.programmes.federations.models import (
    BoardCandidate,
    Election,
    Elector,
    Federation,
    FederationSeat,
    Representative,
)
from peyvand.programmes.federations.queries import current
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action
from peyvand.scope.encryption import Protected
from peyvand.votes import actions as votes
from peyvand.votes.enums import VoteState
from peyvand.votes.models import Option, Vote
from peyvand.votes.queries import result_shown
from peyvand.votes.roll import NewVoter, strike_voter, vouch_voters
from peyvand.votes.rules import Rule


@action
def prepare_election(
    *, federation_id: int, title: str, rule: Rule, member_ids: Sequence[int], term_months: int, by: Acting, now: datetime
) -> Election:  # fmt: skip
    """An election between members that stand for the board, still a draft, with the roll of today's representatives."""
    federation = locked(federation_id, by, now)
    members = {one.pk: one for one in current(federation.pk)}
    standing = [members[pk] for pk in dict.fromkeys(member_ids) if pk in members]
    if not standing or len(standing) < len(set(member_ids)):
        raise BadValue(field="members", reason="members of the federation stand for its board")
    if not 1 <= term_months <= 120:
        raise BadValue(field="term_months", reason="a term lasts between one month and ten years")
    vote = votes.prepare_vote(
        title=title, place=federation.place, organisation=federation.organisation, rule=rule, by=by, now=now,
        options=[votes.NewOption(one.organisation.name_fa, 1, str(one.organisation_id)) for one in standing],
    )  # fmt: skip
    election = Election.objects.create(vote=vote, federation=federation, term_months=term_months)
    options = Option.objects.filter(vote=vote).order_by("number")
    BoardCandidate.objects.bulk_create(
        [BoardCandidate(option=option, election=election, member=one) for option, one in zip(options, standing, strict=True)]
    )  # fmt: skip
    _fill(election, by, now)
    event("federation.election_prepared", federation, by, now, rows=((vote.pk,),))
    return election


@action
def open_election(*, vote_id: int, opens_at: datetime, closes_at: datetime, by: Acting, now: datetime) -> Vote:
    """Bring the roll up to date, then open the vote: from now on the roll is fixed. Raises `NoRepresentatives`.

    Triggers of the database refuse a roll that is not one entry for each member, whoever opens the vote or adds to it.
    """
    election, federation = _election(vote_id, by, now)
    votes.locked(vote_id)
    if not _fill(election, by, now):
        raise rules.NoRepresentatives
    vote = votes.open_vote(vote_id=vote_id, opens_at=opens_at, closes_at=closes_at, by=by, now=now)
    event("federation.election_opened", federation, by, now, rows=((vote_id,),))
    return vote


@action
def seat_boards(*, vote_ids: Sequence[int], by: Acting, now: datetime) -> None:
    """Of elections that were counted: the members they chose form the board from today, and the board before them ends.

    Votes of others, and those whose board is seated, are passed over.
    """
    require_system(by)
    counted = Election.objects.filter(pk__in=vote_ids, vote__state=VoteState.COUNTED)
    for election in counted.select_related("vote").order_by("pk"):
        federation = lock(Federation.objects.all(), [election.federation_id])[election.federation_id]
        if not election.seats.exists():
            _seat(election, federation, by, now)


def _seat(election: Election, federation: Federation, by: Acting, now: datetime) -> None:
    today = business_date(now)
    FederationSeat.objects.filter(federation=federation, until__gt=today).update(until=today)
    chosen = {number: place for place, number in enumerate((result_shown(election.vote) or {})["chosen"])}
    rows = election.candidates.filter(member__state=MemberState.MEMBER, option__number__in=chosen)
    winners = sorted(rows.select_related("option"), key=lambda one: chosen[one.option.number])
    FederationSeat.objects.bulk_create(
        [
            FederationSeat(
                election=election, federation=federation, member_id=one.member_id, since=today,
                until=add_months(today, election.term_months),
            )
            for one in winners
        ]
    )  # fmt: skip
    event("federation.board_elected", federation, by, now, rows=tuple((one.member_id,) for one in winners))


def _election(vote_id: int, by: Acting, now: datetime) -> tuple[Election, Federation]:
    election = only(Election.objects.filter(pk=vote_id))
    return election, locked(election.federation_id, by, now)


def _fill(election: Election, by: Acting, now: datetime) -> int:
    """Make the roll one entry for each member that has named a representative; gives how many stand on it."""
    names = {
        one.member_id: spoken_name(one)
        for one in Representative.objects.filter(
            member__federation=election.federation_id, member__state=MemberState.MEMBER, until__isnull=True
        )
    }
    for elector in election.electors.select_related("voter"):
        if names.get(elector.member_id) == cast(Protected, elector.voter.name).reveal():
            del names[elector.member_id]
            continue
        struck = elector.voter_id
        elector.delete()
        strike_voter(voter_id=struck, by=by, now=now)
    fresh = [one for one in current(election.federation_id) if one.pk in names]
    if fresh:
        # One person may speak for two members: the organisation's name tells the two entries apart.
        rows = [NewVoter(names[one.pk], one.organisation.name_fa) for one in fresh]
        voters = vouch_voters(vote_id=election.pk, rows=rows, anyway=True, by=by, now=now)
        Elector.objects.bulk_create(
            [Elector(voter=voter, election=election, member=one) for voter, one in zip(voters, fresh, strict=True)]
        )
    return election.electors.count()
