"""Federations and their members: founded, joined, left, represented. Locks: the federation, then what belongs to it."""

from datetime import date, datetime
from typing import cast

from peyvand.extend.switches import off_refusal
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.programmes.federations import rules
from peyvand.programmes.federations.enums import MemberState
from peyvand.programmes.federations.models import Decision, Federation, Member, Representative
from peyvand.programmes.federations.permissions import may_found, may_keep, may_speak
from peyvand.programmes.federations.queries import one_federation, one_member
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action
from peyvand.scope.encryption import Protected

SLUG = "federations"


@action
def found_federation(*, organisation: Organisation, quorum_percent: int = 50, by: Acting, now: datetime) -> Federation:
    """Make an organisation a federation, whose members are organisations. Raises `AlreadyThere`."""
    require(may_found(by, place_path=organisation.place.path, organisation_path=organisation.path))
    require_on(organisation.place.path, organisation.path, now)
    federation = Federation.objects.create(
        organisation=organisation, organisation_path=organisation.path, place=organisation.place,
        place_path=organisation.place.path, quorum_percent=_percent(quorum_percent), founded_at=now,
    )  # fmt: skip
    event("federation.founded", federation, by, now, data={"quorum": quorum_percent})
    return federation


@action
def set_quorum(*, federation_id: int, quorum_percent: int, by: Acting, now: datetime) -> Federation:
    """More than this part of the members has to be present. Meetings that were held keep theirs."""
    federation = locked(federation_id, by, now)
    federation.quorum_percent = _percent(quorum_percent)
    federation.save(update_fields=["quorum_percent"])
    event("federation.quorum_set", federation, by, now, data={"quorum": quorum_percent})
    return federation


@action
def ask_to_join(*, federation_id: int, organisation: Organisation, by: Acting, now: datetime) -> Member:
    """Say for one's own organisation that it wants to be a member. Raises `AlreadyThere` where it asks or is one already."""
    federation = one_federation(federation_id)
    require(may_speak(by, organisation.path))
    require_on(federation.place_path, federation.organisation_path, now)
    if organisation.pk == federation.pk:
        raise BadValue(field="organisation", reason="a federation is not a member of itself")
    member = Member.objects.create(
        federation=federation, place_path=federation.place_path, organisation_path=federation.organisation_path,
        organisation=organisation, member_path=organisation.path, state=rules.MEMBERSHIP.start, asked_at=now,
        asked_by_id=by.account_id or None,
    )  # fmt: skip
    event("federation.join_asked", federation, by, now, member=member)
    return member


@action
def admit_member(*, member_id: int, by: Acting, now: datetime) -> Member:
    """Make a member of an organisation that asked. Raises `AlreadyIn` where its house has a voice already."""
    member, federation = _member(member_id, by, now)
    member.state = rules.MEMBERSHIP.after("admit", member.state)
    voices = Member.objects.filter(federation=federation, state=MemberState.MEMBER).values_list(
        "member_path", flat=True
    )
    if any(rules.same_house(member.member_path, path) for path in voices):
        raise rules.AlreadyIn
    member.since, member.admitted_by_id = business_date(now), by.account_id or None
    member.save(update_fields=["state", "since", "admitted_by"])
    event("federation.member_admitted", federation, by, now, member=member)
    return member


@action
def decline_member(*, member_id: int, reason: str, by: Acting, now: datetime) -> Member:
    """Not admit an organisation that asked; it reads the reason, and may ask again."""
    member, federation = _member(member_id, by, now)
    if len(reason.strip()) < 5:
        raise BadValue(field="reason", reason="a sentence is needed: the organisation reads it")
    member.state, member.reason = rules.MEMBERSHIP.after("decline", member.state), reason.strip()
    return _ended("federation.member_declined", member, federation, by, now)


@action
def exclude_member(*, member_id: int, decision_id: int, by: Acting, now: datetime) -> Member:
    """End a membership by a decision of the assembly that was passed."""
    member, federation = _member(member_id, by, now)
    decision = Decision.objects.filter(pk=decision_id, federation=federation, passed=True).first()
    if decision is None:
        raise BadValue(field="decision", reason="a decision of this assembly that was passed is needed")
    member.state, member.decision = rules.MEMBERSHIP.after("exclude", member.state), decision
    return _ended("federation.member_excluded", member, federation, by, now)


@action
def leave_federation(*, member_id: int, by: Acting, now: datetime) -> Member:
    """End one's own membership, or take back that one asked for it."""
    member = lock(Member.objects.select_related("federation"), [member_id], of=("self",))[member_id]
    require(may_speak(by, member.member_path))
    require_on(member.place_path, member.organisation_path, now)
    act = "withdraw" if member.state == MemberState.ASKED else "leave"
    member.state = rules.MEMBERSHIP.after(act, member.state)
    return _ended("federation.member_left", member, member.federation, by, now)


@action
def name_representative(*, member_id: int, name: str, by: Acting, now: datetime) -> Representative:
    """Who speaks and votes for one's own organisation from today; whoever did before does no longer."""
    member = one_member(member_id)
    require(may_speak(by, member.member_path))
    require_on(member.place_path, member.organisation_path, now)
    if member.state not in (MemberState.ASKED, MemberState.MEMBER):
        raise rules.NotAMember
    if len(name.strip()) < 3:
        raise BadValue(field="name", reason="a representative has a name")
    today = business_date(now)
    Representative.objects.filter(member=member, until__isnull=True).update(until=today)
    fresh = Representative.objects.create(member=member, name=name.strip(), since=today)
    event("federation.represented", member.federation, by, now, member=member)
    return fresh


@action
def forget_representatives(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Take away who spoke for a member until before a day; gives how many."""
    require_system(by)
    gone, _ = Representative.objects.filter(until__lt=ended_before).delete()
    if gone:
        record(
            "federation.representatives_forgotten", kind="federation", subject=None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, data={"count": gone},
        )  # fmt: skip
    return gone


def _member(member_id: int, by: Acting, now: datetime) -> tuple[Member, Federation]:
    federation = locked(one_member(member_id).federation_id, by, now)
    return lock(Member.objects.all(), [member_id])[member_id], federation


def _ended(act: str, member: Member, federation: Federation, by: Acting, now: datetime) -> Member:
    member.until, member.ended_by_id = business_date(now), by.account_id or None
    member.save(update_fields=["state", "reason", "decision", "until", "ended_by"])
    event(act, federation, by, now, member=member)
    return member


def _percent(quorum_percent: int) -> int:
    if not 0 <= quorum_percent <= 99:
        raise BadValue(field="quorum_percent", reason="a part from 0 to 99 in the hundred")
    return quorum_percent


def locked(federation_id: int, by: Acting, now: datetime) -> Federation:
    """The federation, which the actor keeps, in a scope where the programme is on."""
    rows = Federation.objects.select_related("organisation", "place")
    federation = one_federation(federation_id)
    require(may_keep(by, federation))
    require_on(federation.place_path, federation.organisation_path, now)
    return lock(rows, [federation_id], of=("self",))[federation_id]


def require_on(place_path: str, organisation_path: str, now: datetime) -> None:
    require(off_refusal(SLUG, [(place_path, organisation_path)], business_date(now)))


def spoken_name(row: Representative) -> str:
    return cast(Protected, row.name).reveal()


def event(
    act: str, federation: Federation, by: Acting, now: datetime, *, member: Member | None = None,
    rows: tuple[tuple[int, ...], ...] = (), data: dict[str, object] | None = None,
) -> None:  # fmt: skip
    record(
        act, kind="federation", subject=federation.pk, by=by, now=now, place_path=federation.place_path,
        organisation_path=federation.organisation_path, rows=((member.pk, member.organisation_id),) if member else rows,
        data=data,
    )  # fmt: skip
