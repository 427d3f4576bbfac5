"""Sessions of councils and what they resolve, followed until it is done. Locked in the order council, session, resolution."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.actions import council_of, event, require_on, words_of
from peyvand.programmes.neighbourhoods.clash_actions import look_again
from peyvand.programmes.neighbourhoods.models import (
    AgendaItem,
    Attendance,
    Council,
    Resolution,
    ResolutionStep,
    Session,
)
from peyvand.programmes.neighbourhoods.permissions import may_step
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action

_MOVED = {
    "close": "council_session.minuted", "open": "council_session.reopened", "cancel": "council_session.cancelled",
    "call_again": "council_session.called_again",
}  # fmt: skip
MOST_ITEMS = 8  # so that the minutes stay on one page


@action
def call_session(
    *, council_id: int, on: date, agenda: Sequence[str], where: str = "", by: Acting, now: datetime
) -> Session:
    """Call a session with an agenda of one to eight items."""
    council = council_of(council_id, by, now)
    items = [one.strip() for one in agenda if one.strip()]
    if not 1 <= len(items) <= MOST_ITEMS:
        raise BadValue(field="agenda", reason="one to eight items: the minutes are one page")
    session = Session.objects.create(
        council=council, place_path=council.place_path, organisation_path=council.organisation_path, state=rules.SESSION.start,
        date=on, where=where.strip(), called_at=now,
    )  # fmt: skip
    AgendaItem.objects.bulk_create(
        [AgendaItem(session=session, position=place, title=title) for place, title in enumerate(items, start=1)]
    )
    event("council_session.called", "council_session", session.pk, by, now, row=council)
    look_again([council.place_id], now)
    return session


def in_term(day: date) -> Q:
    """Seats in force on a day."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


@action
def hold_session(
    *, session_id: int, present: Sequence[int], said: Mapping[int, str], speakers: Mapping[int, str] | None = None,
    by: Acting, now: datetime,
) -> Session:  # fmt: skip
    """Record who was present (ids of seats in force that day), and by position of the agenda what was said and who spoke.

    `speakers` are offices, as seats are: no names.
    """
    session, council = _session(session_id, by, now)
    session.state = rules.SESSION.after("hold", session.state)
    if session.date > business_date(now):
        raise BadValue(field="present", reason="this session has not come yet")
    seats = set(council.seats.filter(in_term(session.date)).values_list("pk", flat=True))
    if not seats:
        raise BadValue(field="present", reason="the council has no seats on that day")
    if set(present) - seats:
        raise BadValue(field="present", reason="somebody has no seat on that day")
    session.seats, session.present = len(seats), len(set(present))
    session.needed = rules.needed(session.seats, council.kind.quorum_percent)
    session.save()
    Attendance.objects.bulk_create([Attendance(session=session, seat_id=one) for one in sorted(set(present))])
    items = {item.position: item for item in session.items.all()}
    spoke = speakers or {}
    if (said.keys() | spoke.keys()) - items.keys():
        raise BadValue(field="said", reason="the agenda has no such item")
    for position, item in items.items():
        item.said, item.speaker = said.get(position, "").strip(), spoke.get(position, "").strip()
    AgendaItem.objects.bulk_update(items.values(), ["said", "speaker"])
    event("council_session.held", "council_session", session.pk, by, now, row=council)
    look_again([council.place_id], now)
    return session


@action
def move_session(*, session_id: int, act: str, by: Acting, now: datetime) -> Session:
    """Close the minutes of a held session (`close`) or open them again (`open`); cancel one that was only called (`cancel`) or let it
    stand after all (`call_again`)."""
    session, council = _session(session_id, by, now)
    if act not in _MOVED:
        raise BadValue(field="act", reason="a session is closed, opened again, cancelled or called again")
    session.state = rules.SESSION.after(act, session.state)
    session.save(update_fields=["state"])
    event(_MOVED[act], "council_session", session.pk, by, now, row=council)
    look_again([council.place_id], now)
    return session


@action
def resolve(*, session_id: int, title: str, owner: Organisation, due: date, by: Acting, now: datetime) -> Resolution:
    """Write down what a held session with a quorum resolved, who owes it and by when. Raises `NoQuorum`."""
    session, council = _session(session_id, by, now)
    rules.SESSION.after("close", session.state)  # the minutes are still open
    require(rules.quorum_refusal(present=session.present, seats=session.seats, needed=session.needed))
    if due < session.date:
        raise BadValue(field="due", reason="it is due on the day of the session or later")
    council.last_number += 1
    council.save(update_fields=["last_number"])
    resolution = Resolution.objects.create(
        council=council, session=session, number=council.last_number, title=words_of("title", title), owner=owner,
        owner_path=owner.path, place_path=council.place_path, organisation_path=council.organisation_path,
        state=rules.RESOLUTION.start, decided_date=session.date, due_date=due,
    )  # fmt: skip
    event("resolution.passed", "resolution", resolution.pk, by, now, row=council)
    look_again([council.place_id], now)
    return resolution


@action
def step_resolution(
    *, resolution_id: int, act: str, note: str = "", due: date | None = None, by: Acting, now: datetime
) -> Resolution:
    """One step of a resolution's follow-up: start, report, confirm, send_back, postpone (with `due`), drop or reopen."""
    resolution = lock(Resolution.objects.all(), [resolution_id])[resolution_id]
    require(may_step(by, resolution, act))
    if act in rules.OF_MANY:
        raise BadValue(field="act", reason="it is handed on or moved by an act of its own")
    require_on(resolution.place_path, resolution.organisation_path, now)
    resolution.state = rules.RESOLUTION.after(act, resolution.state)
    if act in rules.NEEDS_WORDS and len(note.strip()) < 5:
        raise BadValue(field="note", reason="a sentence is needed: the next reader has to know why")
    if act == "postpone":
        if due is None or due <= resolution.due_date:
            raise BadValue(field="due", reason="a later day is needed")
        resolution.due_date = due
    if act == "report":
        resolution.reported_by_id, resolution.reported_at = by.account_id or None, now
    elif act in ("send_back", "reopen"):
        resolution.reported_by_id = resolution.reported_at = resolution.confirmed_by_id = None
    resolution.confirmed_by_id = (by.account_id or None) if act == "confirm" else resolution.confirmed_by_id
    resolution.closed_at = now if act in ("confirm", "drop") else None
    resolution.save()
    ResolutionStep.objects.create(
        resolution=resolution,
        act=act,
        note=note.strip(),
        due_date=resolution.due_date,
        at=now,
        by_id=by.account_id or None,
    )
    event("resolution.stepped", "resolution", resolution.pk, by, now, row=resolution, data={"act": act})
    if act in rules.CLOSES_OR_OPENS:
        look_again([resolution.council.place_id], now)
    return resolution


def _session(session_id: int, by: Acting, now: datetime) -> tuple[Session, Council]:
    found = only(Session.objects.filter(pk=session_id).values_list("council_id", flat=True))
    council = council_of(found, by, now, standing=False)
    return lock(Session.objects.all(), [session_id])[session_id], council
