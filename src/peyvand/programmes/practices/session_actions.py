"""High sessions: who calls them, what is nominated to them, and what stands in the book."""

from collections.abc import Sequence
from datetime import date, datetime

from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.people.queries import not_two_people
from peyvand.places.models import Place
from peyvand.programmes.practices import permissions, queries, rules
from peyvand.programmes.practices.actions import event, kept, require_on
from peyvand.programmes.practices.enums import NominationState, PracticeState, SessionState
from peyvand.programmes.practices.models import HighSession, Nomination
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

LEAST_WORDS = 10


@action
def call_session(*, title: str, host: str, held_date: date, place: Place, by: Acting, now: datetime) -> HighSession:
    """A session to which practices can be nominated; `host` is before whom it is held."""
    require(permissions.may_call_session(by))
    keeper = Organisation.objects.filter(pk=by.organisation_id).first() or Organisation.objects.order_by("pk").first()
    if keeper is None or not title.strip() or not host.strip():
        raise BadValue(field="title", reason="a session has a title and a host")
    if held_date < business_date(now):
        raise BadValue(field="held_date", reason="this day has passed")
    session = HighSession(
        title=title.strip(), host=host.strip(), held_date=held_date, state=rules.SESSION.start, place=place,
        place_path=place.path, organisation=keeper, organisation_path=keeper.path, created_at=now,
    )  # fmt: skip
    require(permissions.may_keep_session(by, session))
    require_on(session, now)
    session.save()
    _session_event("practice.session_called", session, by, now)
    return session


@action
def close_session(*, high_session_id: int, by: Acting, now: datetime) -> HighSession:
    """The book is closed: nothing more is nominated or decided, and its figures stay as they are now."""
    return _moved("close_session", "practice.session_closed", high_session_id, by, now)


@action
def reopen_session(*, high_session_id: int, by: Acting, now: datetime) -> HighSession:
    return _moved("reopen_session", "practice.session_reopened", high_session_id, by, now)


@action
def nominate(*, practice_id: int, high_session_id: int, reason: str, by: Acting, now: datetime) -> Nomination:
    """Ask that a practice be heard at a session. Raises `AlreadyThere` where it was nominated before."""
    practice = kept(practice_id, by, now)
    require(permissions.may_nominate(by, practice))
    if practice.state != PracticeState.PUBLISHED:
        raise rules.NotNominated
    if len(reason.strip()) < LEAST_WORDS:
        raise BadValue(field="reason", reason="say in a sentence why it should be heard")
    session = _open_session(high_session_id)
    nomination = Nomination.objects.create(
        session=session, practice=practice, reason=reason.strip(), state=rules.NOMINATION.start,
        nominated_by_id=by.membership_id or None, nominated_at=now,
    )  # fmt: skip
    event("practice.nominated", practice, by, now, rows=[(session.pk,)])
    return nomination


@action
def accept_nomination(*, nomination_id: int, by: Acting, now: datetime) -> Nomination:
    """It stands in the book, after those accepted before it."""
    return _decided("accept_nomination", "practice.nomination_accepted", nomination_id, "", by, now)


@action
def decline_nomination(*, nomination_id: int, answer: str, by: Acting, now: datetime) -> Nomination:
    if len(answer.strip()) < LEAST_WORDS:
        raise BadValue(field="answer", reason="those who nominated it will read it: a sentence is needed")
    return _decided("decline_nomination", "practice.nomination_declined", nomination_id, answer.strip(), by, now)


@action
def undecide_nomination(*, nomination_id: int, by: Acting, now: datetime) -> Nomination:
    """Take a decision back."""
    return _decided("undecide_nomination", "practice.nomination_undecided", nomination_id, "", by, now)


def _open_session(high_session_id: int) -> HighSession:
    """Locked under the national role: those who nominate keep no session, and it must not close beside them."""
    with scope(SYSTEM):
        session = lock(HighSession.objects.all(), [high_session_id])[high_session_id]
    if session.state != SessionState.OPEN:
        raise rules.SessionClosed
    return session


def _moved(step: str, act: str, high_session_id: int, by: Acting, now: datetime) -> HighSession:
    session = lock(HighSession.objects.all(), [high_session_id])[high_session_id]
    require(permissions.may_keep_session(by, session))
    require_on(session, now)
    session.state = rules.SESSION.after(step, session.state)
    closed = session.state == SessionState.CLOSED
    session.book = queries.book_to_keep(high_session_id, business_date(now)) if closed else None
    session.save(update_fields=["state", "book"])
    _session_event(act, session, by, now)
    return session


def _decided(step: str, act: str, nomination_id: int, answer: str, by: Acting, now: datetime) -> Nomination:
    high_session_id = Nomination.objects.filter(pk=nomination_id).values_list("session_id", flat=True).first() or 0
    session = _open_session(high_session_id)
    nomination = lock(Nomination.objects.all(), [nomination_id])[nomination_id]
    nominator = queries.nominators([nomination]).get(nomination.pk)
    require(permissions.may_decide(by, session, nominator=nominator, one_hand=not_two_people(by.account_id, now)))
    require_on(session, now)
    nomination.state = rules.NOMINATION.after(step, nomination.state)
    open_again = nomination.state == NominationState.PROPOSED
    nomination.decided_by_id = None if open_again else by.membership_id or None
    nomination.decided_at, nomination.answer = None if open_again else now, answer
    nomination.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    _session_event(act, session, by, now, rows=[(nomination.pk,)])
    return nomination


def _session_event(
    act: str, session: HighSession, by: Acting, now: datetime, rows: Sequence[Sequence[int]] = ()
) -> None:
    record(
        act, kind="high_session", subject=session.pk, by=by, now=now, place_path=session.place_path,
        organisation_path=session.organisation_path, rows=rows,
    )  # fmt: skip
