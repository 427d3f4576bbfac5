"""Who may tell, review and publish stories."""

from peyvand.flow.story.models import Story
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import STAFF, Acting, Role

_EDITORS = (Role.ORGANISATION_MANAGER, Role.FIELD_LEADER, Role.COUNTY_OFFICER, Role.HQ_LEADER)


def may_tell_story(by: Acting) -> Refusal | None:
    if by.role in (*STAFF, Role.SYSTEM):
        return None
    return NotPermitted(reason="stories are told by those who did the work")


def may_edit_story(by: Acting, story: Story) -> Refusal | None:
    """A teller's words are changed by the teller only."""
    if by.role is Role.SYSTEM or (story.told_by_id == by.membership_id and by.membership_id):
        return None
    return NotPermitted(reason="the words of a story belong to the one who tells it")


def may_publish_story(by: Acting, story: Story) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role not in _EDITORS or not by.covers(place_path=story.place_path, organisation_path=story.organisation_path):
        return NotPermitted(reason="stories are published by those who lead the work there")
    return None
