"""The rules of a commitment, pure: its life cycle and the arithmetic of promises."""

from datetime import date

from peyvand.engines.matching.feasible import Refused
from peyvand.flow.capacity.rules import OutOfReach
from peyvand.flow.commitment.enums import CommitmentState, RunState, SuggestionState
from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle

LIFE = LifeCycle(
    "commitment",
    CommitmentState.OFFERED,
    [
        ("accept_commitment", CommitmentState.OFFERED, CommitmentState.ACCEPTED),
        ("withdraw_commitment", CommitmentState.OFFERED, CommitmentState.WITHDRAWN),
        ("withdraw_commitment", CommitmentState.ACCEPTED, CommitmentState.WITHDRAWN),
        ("lapse_commitment", CommitmentState.OFFERED, CommitmentState.LAPSED),
        ("break_commitment", CommitmentState.ACCEPTED, CommitmentState.BROKEN),
        ("keep_commitment", CommitmentState.ACCEPTED, CommitmentState.KEPT),
        ("reopen_commitment", CommitmentState.KEPT, CommitmentState.ACCEPTED),
        # Undoing: what was just promised, what was just agreed to, what was just ended.
        ("take_back_commitment", CommitmentState.OFFERED, CommitmentState.WITHDRAWN),
        ("take_back_commitment", CommitmentState.ACCEPTED, CommitmentState.WITHDRAWN),
        ("return_commitment", CommitmentState.ACCEPTED, CommitmentState.OFFERED),
        ("restore_offer", CommitmentState.WITHDRAWN, CommitmentState.OFFERED),
        ("restore_commitment", CommitmentState.WITHDRAWN, CommitmentState.ACCEPTED),
        ("restore_commitment", CommitmentState.BROKEN, CommitmentState.ACCEPTED),
    ],
)

# Who promises a pair that stands suggested answers the suggestion, whichever way he came. The next run looks again at what ended.
SUGGESTION_LIFE = LifeCycle(
    "suggestion",
    SuggestionState.PROPOSED,
    [
        ("accept_suggestion", SuggestionState.PROPOSED, SuggestionState.ACCEPTED),
        ("decline_suggestion", SuggestionState.PROPOSED, SuggestionState.DECLINED),
        ("supersede_suggestion", SuggestionState.PROPOSED, SuggestionState.SUPERSEDED),
        ("end_promise", SuggestionState.ACCEPTED, SuggestionState.ENDED),
        ("reopen_suggestion", SuggestionState.ACCEPTED, SuggestionState.PROPOSED),
        ("reopen_suggestion", SuggestionState.DECLINED, SuggestionState.PROPOSED),
        ("restore_promise", SuggestionState.ENDED, SuggestionState.ACCEPTED),
        ("undo_run", SuggestionState.SUPERSEDED, SuggestionState.PROPOSED),
    ],
)

RUN_LIFE = LifeCycle(
    "matching run",
    RunState.WAITING,
    [
        ("begin_run", RunState.WAITING, RunState.RUNNING),
        ("begin_run", RunState.RUNNING, RunState.RUNNING),  # the worker before died
        ("finish_run", RunState.RUNNING, RunState.DONE),
        ("fail_run", RunState.WAITING, RunState.FAILED),
        ("fail_run", RunState.RUNNING, RunState.FAILED),
        ("cancel_run", RunState.WAITING, RunState.CANCELLED),
        ("cancel_run", RunState.RUNNING, RunState.CANCELLED),
        ("undo_run", RunState.DONE, RunState.UNDONE),
    ],
)
MOST_ATTEMPTS = 3


class DifferentKind(Refusal):
    code = "different_kind"
    message = "The need and the capacity are of different kinds."


class FartherThanAsked(Refusal):
    code = "farther_than_asked"
    message = "It lies farther away than those who need it can go."


class DaysApart(Refusal):
    code = "days_apart"
    message = "The days of the offer and those of the need do not meet."


class LicenceMissing(Refusal):
    code = "licence_missing"
    message = "A licence is asked for that the offer does not name."


class SkillMissing(Refusal):
    code = "skill_missing"
    message = "A skill is asked for that the offer does not name."


class OtherSexAsked(Refusal):
    code = "other_sex_asked"
    message = "A woman or a man is asked for to give this help, and the offer does not promise that."


class NoCommonLanguage(Refusal):
    code = "no_common_language"
    message = "The offer names none of the languages that are asked for."


class NoWayIn(Refusal):
    code = "no_way_in"
    message = "The place where it is given lacks what the person needs to get in."


class FamilyRefuses(Refusal):
    code = "family_refuses"
    message = "Those whom this need is for do not want help from this provider."


class WeekFull(Refusal):
    code = "week_full"
    message = "This provider takes on at most {most} a week; {left} of it is left for this week."


# Why a pair may not be made, by the codes of the engine.
REFUSED: dict[Refused, type[Refusal]] = {
    Refused.KIND: DifferentKind,
    Refused.PLACE: OutOfReach,
    Refused.DISTANCE: FartherThanAsked,
    Refused.TIME: DaysApart,
    Refused.LICENCE: LicenceMissing,
    Refused.SKILL: SkillMissing,
    Refused.GENDER: OtherSexAsked,
    Refused.LANGUAGE: NoCommonLanguage,
    Refused.ACCESS: NoWayIn,
    Refused.HOUSEHOLD: FamilyRefuses,
}


class NotShared(Refusal):
    code = "not_shared"
    message = "This need may not be shared: all {left} that it lacks come from one giver."


class GoesTogether(Refusal):
    code = "goes_together"
    message = "It goes together with other needs, all of them or none: {lacking} of them would be left lacking."


class DeliveryUnderway(Refusal):
    code = "delivery_underway"
    message = "A delivery waits for the receiver's answer; settle it first."


class NotDueYet(Refusal):
    code = "not_due_yet"
    message = "This promise is due on {due}; until then it can be withdrawn but not called broken."


class AlreadyAnswered(Refusal):
    code = "already_answered"
    message = "This suggestion was answered before."


class TakenMeanwhile(Refusal):
    code = "taken_meanwhile"
    message = "What was suggested is promised or suggested to others meanwhile, or is not wanted any more; the next run looks again."


class AgreedMeanwhile(Refusal):
    code = "agreed_meanwhile"
    message = "The other side has agreed meanwhile; whoever steps back now says why on the page of the promise."


class DeliveredMeanwhile(Refusal):
    code = "delivered_meanwhile"
    message = "Something was delivered on this promise meanwhile."


class RunUnderway(Refusal):
    code = "run_underway"
    message = "The matching of this territory is running already. Wait for it, or cancel it."


class InputsGone(Refusal):
    code = "inputs_gone"
    message = "What this run was computed from is no longer kept, so it cannot be run again."


class RunMovedOn(Refusal):
    code = "run_moved_on"
    message = "A later run has taken this one up, or its suggestions were answered; what it proposed is answered one by one now."


def is_late(*, state: str, due: date, today: date) -> bool:
    return state == CommitmentState.ACCEPTED and due < today


def remainder(*, quantity: int, accepted: int, underway: int) -> int:
    """What goes back to the capacity when a commitment ends early. Raises while a delivery is unanswered."""
    if underway:
        raise DeliveryUnderway
    return quantity - accepted
