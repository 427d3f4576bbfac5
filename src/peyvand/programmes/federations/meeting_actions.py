"""The general assembly: called, held with the members that were represented, and what it decided."""

from collections.abc import Sequence
from datetime import date, datetime

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue
from peyvand.programmes.federations import rules
from peyvand.programmes.federations.actions import event, locked
from peyvand.programmes.federations.models import Decision, Federation, Meeting, Presence
from peyvand.programmes.federations.queries import members_on, one_meeting
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


@action
def call_meeting(
    *, federation_id: int, on: date, agenda: Sequence[str], where: str = "", by: Acting, now: datetime
) -> Meeting:
    """Call the members together, with an agenda of one to eight items."""
    federation = locked(federation_id, by, now)
    items = [one.strip() for one in agenda if one.strip()]
    if not 1 <= len(items) <= rules.MOST_ITEMS:
        raise BadValue(field="agenda", reason="one to eight items: the minutes are one page")
    if on < business_date(now):
        raise BadValue(field="on", reason="this day has passed")
    meeting = Meeting.objects.create(
        federation=federation, place_path=federation.place_path, organisation_path=federation.organisation_path,
        state=rules.MEETING.start, date=on, where=where.strip(), agenda=items, called_at=now,
    )  # fmt: skip
    event("federation.meeting_called", federation, by, now, rows=((meeting.pk,),))
    return meeting


@action
def hold_meeting(
    *, meeting_id: int, present: Sequence[int], minutes: str = "", by: Acting, now: datetime
) -> Meeting:  # fmt: skip
    """Record which members were represented (ids of members of that day) and what was said."""
    meeting, federation = _meeting(meeting_id, by, now)
    meeting.state = rules.MEETING.after("hold", meeting.state)
    if meeting.date > business_date(now):
        raise BadValue(field="present", reason="this meeting has not come yet")
    members = set(members_on(federation.pk, meeting.date).values_list("pk", flat=True))
    if not members or set(present) - members:
        raise BadValue(field="present", reason="only members of that day are present at an assembly")
    meeting.members, meeting.present = len(members), len(set(present))
    meeting.needed = rules.needed(meeting.members, federation.quorum_percent)
    meeting.minutes = minutes.strip()
    meeting.save()
    Presence.objects.bulk_create([Presence(meeting=meeting, member_id=one) for one in sorted(set(present))])
    event("federation.meeting_held", federation, by, now, rows=((meeting.pk, meeting.present, meeting.members),))
    return meeting


@action
def decide(
    *, meeting_id: int, title: str, in_favour: int, against: int, abstained: int = 0, by: Acting, now: datetime
) -> Decision:
    """Write down what was put to the vote and how the members present voted. Raises `NoMeetingQuorum`.

    A trigger of the database asks for the quorum too, and for no more votes than were present.
    """
    meeting, federation = _meeting(meeting_id, by, now)
    rules.MEETING.after("close", meeting.state)  # the minutes are still open
    if meeting.present < meeting.needed:
        raise rules.NoMeetingQuorum(present=meeting.present, members=meeting.members, needed=meeting.needed)
    if min(in_favour, against, abstained) < 0 or not 1 <= in_favour + against + abstained <= meeting.present:
        raise BadValue(field="in_favour", reason="each member present has one vote")
    if len(title.strip()) < 5:
        raise BadValue(field="title", reason="a few words are needed")
    federation.last_number += 1
    federation.save(update_fields=["last_number"])
    decision = Decision.objects.create(
        federation=federation, meeting=meeting, number=federation.last_number, title=title.strip(), in_favour=in_favour,
        against=against, abstained=abstained,
    )  # fmt: skip
    event("federation.decided", federation, by, now, rows=((meeting.pk, decision.pk),))
    return decision


@action
def close_or_cancel(*, meeting_id: int, act: str, by: Acting, now: datetime) -> Meeting:
    """Close the minutes of a meeting that was held (`close`), or call off one that was only called (`cancel`)."""
    meeting, federation = _meeting(meeting_id, by, now)
    if act not in ("close", "cancel"):
        raise BadValue(field="act", reason="a meeting is closed or called off")
    meeting.state = rules.MEETING.after(act, meeting.state)
    meeting.save(update_fields=["state"])
    done = "federation.meeting_closed" if act == "close" else "federation.meeting_cancelled"
    event(done, federation, by, now, rows=((meeting.pk,),))
    return meeting


def _meeting(meeting_id: int, by: Acting, now: datetime) -> tuple[Meeting, Federation]:
    federation = locked(one_meeting(meeting_id).federation_id, by, now)
    return lock(Meeting.objects.all(), [meeting_id])[meeting_id], federation
