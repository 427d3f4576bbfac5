"""The rules of federations, pure: the lives of a membership, a meeting and a taking; quorum; what is told of a shared need."""

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.programmes.federations.enums import BuyState, MeetingState, MemberState, TakingState

MEMBERSHIP = LifeCycle(
    "federation_member",
    MemberState.ASKED,
    [
        ("admit", MemberState.ASKED, MemberState.MEMBER),
        ("decline", MemberState.ASKED, MemberState.DECLINED),
        ("withdraw", MemberState.ASKED, MemberState.WITHDRAWN),
        ("leave", MemberState.MEMBER, MemberState.LEFT),
        ("exclude", MemberState.MEMBER, MemberState.LEFT),
    ],
)
MEETING = LifeCycle(
    "federation_meeting",
    MeetingState.CALLED,
    [
        ("hold", MeetingState.CALLED, MeetingState.HELD),
        ("close", MeetingState.HELD, MeetingState.CLOSED),
        ("cancel", MeetingState.CALLED, MeetingState.CANCELLED),
    ],
)
TAKING = LifeCycle(
    "federation_taking",
    TakingState.ASKED,
    [
        ("promise", TakingState.ASKED, TakingState.PROMISED),
        ("decline", TakingState.ASKED, TakingState.DECLINED),
        ("withdraw", TakingState.ASKED, TakingState.WITHDRAWN),
    ],
)
BUYING = LifeCycle(
    "federation_joint_buy",
    BuyState.OPEN,
    [
        ("close", BuyState.OPEN, BuyState.CLOSED),
        ("lapse", BuyState.OPEN, BuyState.LAPSED),
        ("move", BuyState.OPEN, BuyState.OPEN),
        ("move", BuyState.LAPSED, BuyState.OPEN),
        ("move", BuyState.CLOSED, BuyState.OPEN),
        ("choose", BuyState.CLOSED, BuyState.CHOSEN),
        ("unchoose", BuyState.CHOSEN, BuyState.CLOSED),
        ("finish", BuyState.CHOSEN, BuyState.FINISHED),
        ("take_up", BuyState.FINISHED, BuyState.CHOSEN),
        ("cancel", BuyState.OPEN, BuyState.CANCELLED),
        ("cancel", BuyState.CLOSED, BuyState.CANCELLED),
        ("restore", BuyState.CANCELLED, BuyState.OPEN),
    ],
)

MOST_ITEMS = 8


class AlreadyIn(Refusal):
    code = "already_in_federation"
    message = "This organisation, or one it belongs to or that belongs to it, is a member already. Each has one voice."


class NoMeetingQuorum(Refusal):
    code = "no_meeting_quorum"
    message = "{present} of {members} members were present; {needed} were needed. Nothing was decided."


class NotAMember(Refusal):
    code = "not_a_member"
    message = "This is open to members of the federation."


class NoRepresentatives(Refusal):
    code = "no_representatives"
    message = "No member has named a representative yet. The roll of an election is theirs."


class NothingLeft(Refusal):
    code = "nothing_left_to_take"
    message = "Nothing of this need is left to take."


def needed(members: int, quorum_percent: int) -> int:
    """How many of the members have to be present: more than the given part, and at least one."""
    return min(members, members * quorum_percent // 100 + 1)


def same_house(one: str, other: str) -> bool:
    """Whether two organisations, by their paths, are one house: the same, or one below the other."""
    return one.startswith(other) or other.startswith(one)
