"""Who may do what with practices, stories' endings and sessions. Each answers a `Refusal`, or None where it is allowed."""

from collections.abc import Collection

from peyvand.flow.story.models import Story
from peyvand.flow.story.permissions import may_edit_story, may_publish_story
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.programmes.practices.models import Celebration, Handover, HighSession, Practice
from peyvand.scope.acting import STAFF, Acting, Role

READERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)
EDITORS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)
CALLERS = (Role.HQ_LEADER,)
EVERYONE = tuple(role for role in Role if role is not Role.SYSTEM)


def may_write(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.SYSTEM):
        return None
    return NotPermitted(reason="practices are written and copied by those who do the work")


def may_keep(by: Acting, practice: Practice) -> Refusal | None:
    """Change, plan, open and withdraw: whoever works in its place for its organisation."""
    return may_write(by) or _inside(by, practice)


def may_publish(by: Acting, practice: Practice) -> Refusal | None:
    """What everyone may copy, a practice or the result of a plan, is shown by those who lead the work there."""
    return _editor(by) or _inside(by, practice)


def may_nominate(by: Acting, practice: Practice) -> Refusal | None:
    return may_publish(by, practice)


def may_call_session(by: Acting) -> Refusal | None:
    if by.role in (*CALLERS, Role.SYSTEM):
        return None
    return NotPermitted(reason="high sessions are prepared by HQ leaders")


def may_keep_session(by: Acting, session: HighSession) -> Refusal | None:
    return may_call_session(by) or _inside(by, session)


def may_decide(by: Acting, session: HighSession, *, nominator: int | None, one_hand: Collection[int]) -> Refusal | None:
    """`nominator` is the account that nominated; `one_hand` the accounts that are no second person beside the actor's own."""
    if nominator and (nominator == by.account_id or nominator in one_hand):
        return NotPermitted(reason="nobody decides on a nomination of his own")
    return may_keep_session(by, session)


def may_propose_words(by: Acting, story: Story) -> Refusal | None:
    """Editors; the teller changes his words himself."""
    if story.told_by_id is None or may_edit_story(by, story) is None:
        return NotPermitted(reason="a change is proposed to the words of somebody else")
    return may_publish_story(by, story)


def may_celebrate(by: Acting, row: Celebration) -> Refusal | None:
    """Those who lead the work in the place, for the organisation whose needs were met."""
    return _editor(by) or _inside(by, row)


def may_hand_over(by: Acting, row: Handover) -> Refusal | None:
    """The office: it proposes, and says what shows each stage."""
    return _editor(by) or _inside(by, row)


def may_take_over(by: Acting, row: Handover) -> Refusal | None:
    """The people's side: it agrees."""
    if by.role is Role.SYSTEM or by.covers(place_path=row.place_path, organisation_path=row.receiver_path):
        return _editor(by)
    return NotPermitted(reason="a service is taken over by those to whom it is handed, in its place")


def may_give_back(by: Acting, row: Handover) -> Refusal | None:
    """Either side ends it, with its reason."""
    return may_hand_over(by, row) and may_take_over(by, row)


def _editor(by: Acting) -> Refusal | None:
    if by.role in (*EDITORS, Role.SYSTEM):
        return None
    return NotPermitted(reason="this is done by those who lead the work there")


def _inside(by: Acting, row: Practice | HighSession | Celebration | Handover) -> Refusal | None:
    if by.role is Role.SYSTEM or by.covers(place_path=row.place_path, organisation_path=row.organisation_path):
        return None
    return NotPermitted(reason="this is kept by another organisation or lies outside your area")
