"""What can be done to councils, sessions, resolutions and voices, as pages offer it."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peyvand.kernel.jalali import business_date
from peyvand.programmes.neighbourhoods import (
    actions,
    forms,
    many_actions,
    permissions,
    queries,
    rules,
    session_actions,
    voice_actions,
)
from peyvand.programmes.neighbourhoods.council_words import council_name, session_name
from peyvand.programmes.neighbourhoods.enums import CouncilState, SeatRole, SessionState
from peyvand.programmes.neighbourhoods.known import KNOWN_SEATS
from peyvand.scope.acting import Acting
from peyvand.web.doing import Act, ActForm, Acts, NothingForm

SLUG = actions.SLUG


def _stands(council: Any) -> bool:
    return council.state == CouncilState.STANDING


def _keeps_session(session: Any, by: Acting) -> Any:
    return permissions.may_keep(by, session.council)


def _by_item(said: dict[str, Any], what: str) -> dict[int, str]:
    """Of the fields of a form those of one name, by the position of the agenda that stands behind it."""
    found = ((name.rpartition("_"), words) for name, words in said.items())
    return {int(place): words for (named, _sep, place), words in found if named == what}


COUNCIL = Acts(
    "council_id",
    {
        "seat": Act(
            _("Add a seat"), _("The seat was added."),
            lambda row, said, by, now: actions.add_seat(
                council_id=row.pk, title=said["title"], role=SeatRole(said["role"]), since=said["since"], holder=said["holder"],
                organisation=said["organisation"], by=by, now=now,
            ),
            lambda row, by: permissions.may_keep(by, row), _stands, forms.SeatForm,
        ),
        "known_seats": Act(
            _("Seat the governor's office"), _("The seats of the governor's office were added."),
            lambda row, said, by, now: actions.seat_known(council_id=row.pk, since=said["since"], by=by, now=now),
            lambda row, by: permissions.may_keep(by, row), lambda row: _stands(row) and row.kind.slug in KNOWN_SEATS,
            forms.SinceForm,
            lead=_("The governor leads, the deputy for political, security and social affairs keeps the papers (IRNA, Sari, undated)."),
        ),
        "end_seat": Act(
            _("End a seat's term"), _("The term was ended; the seat stays in the history of the place."),
            lambda row, said, by, now: actions.end_seat(
                council_id=row.pk, seat_id=said["seat"].pk, until=said["until"], by=by, now=now
            ),
            lambda row, by: permissions.may_keep(by, row), _stands, forms.EndSeatForm,
        ),
        "session": Act(
            _("Call a session"), _("The session was called."),
            lambda row, said, by, now: session_actions.call_session(
                council_id=row.pk, on=said["on"], agenda=said["agenda"], where=said["where"], by=by, now=now
            ),
            lambda row, by: permissions.may_keep(by, row), _stands, forms.SessionForm,
        ),
        "voice": Act(
            _("Send something up"), _("Sent. The clock of the council above runs from today."),
            lambda row, said, by, now: voice_actions.send_voice(
                council_id=row.pk, title=said["title"], body=said["body"], by=by, now=now
            ),
            lambda row, by: permissions.may_send(by, row), _stands, forms.VoiceForm,
            lead=_("It goes to the council above, which has to answer by a day that everyone sees."),
        ),
        "committees": Act(
            _("Add committees"), _("The committees stand."),
            lambda row, said, by, now: actions.add_committees(
                council_id=row.pk, name_set=said["name_set"], kind=said["kind"], by=by, now=now
            ),
            lambda row, by: permissions.may_keep(by, row), lambda row: _stands(row) and bool(row.may_have_committees),
            forms.CommitteesForm, lead=_("A published set, or one committee by itself, such as one for a crisis."),
        ),
        "dissolve": Act(
            _("Dissolve the council"), _("Dissolved, with its committees. What it resolved is followed on; it can be revived."),
            lambda row, said, by, now: actions.dissolve_or_revive(council_id=row.pk, act="dissolve", by=by, now=now),
            lambda row, by: permissions.may_keep(by, row), _stands, undone_by="revive",
        ),
        "revive": Act(
            _("Revive the council"), _("The council stands again, with its history."),
            lambda row, said, by, now: actions.dissolve_or_revive(council_id=row.pk, act="revive", by=by, now=now),
            lambda row, by: permissions.may_keep(by, row), lambda row: not _stands(row),
        ),
    },
    lambda by, pk: queries.one_council(pk),
    lambda row: row.place,
    lambda row: reverse(f"{SLUG}:council", args=[row.pk]),
    council_name,
)  # fmt: skip

SESSION = Acts(
    "session_id",
    {
        "hold": Act(
            _("Record the session"), _("The session was recorded."),
            lambda row, said, by, now: session_actions.hold_session(
                session_id=row.pk, present=[seat.pk for seat in said["present"]],
                said=_by_item(said, "said"), speakers=_by_item(said, "speaker"), by=by, now=now,
            ),
            _keeps_session, lambda row: row.state == SessionState.CALLED, forms.HoldForm,
        ),
        "resolve": Act(
            _("Write down a resolution"), _("Resolved. It is followed until it is done."),
            lambda row, said, by, now: session_actions.resolve(
                session_id=row.pk, title=said["title"], owner=said["owner"], due=said["due"], by=by, now=now
            ),
            _keeps_session, lambda row: row.state == SessionState.HELD and row.present >= row.needed, forms.ResolveForm,
        ),
        "close": Act(
            _("Close the minutes"), _("The minutes are closed."),
            lambda row, said, by, now: session_actions.move_session(session_id=row.pk, act="close", by=by, now=now),
            _keeps_session, lambda row: row.state == SessionState.HELD, undone_by="open",
        ),
        "open": Act(
            _("Open the minutes again"), _("The minutes are open again."),
            lambda row, said, by, now: session_actions.move_session(session_id=row.pk, act="open", by=by, now=now),
            _keeps_session, lambda row: row.state == SessionState.MINUTED,
        ),
        "cancel": Act(
            _("Cancel the session"), _("The session was cancelled."),
            lambda row, said, by, now: session_actions.move_session(session_id=row.pk, act="cancel", by=by, now=now),
            _keeps_session, lambda row: row.state == SessionState.CALLED, undone_by="call_again",
        ),
        "call_again": Act(
            _("Let the session stand after all"), _("The session is called again."),
            lambda row, said, by, now: session_actions.move_session(session_id=row.pk, act="call_again", by=by, now=now),
            _keeps_session, lambda row: row.state == SessionState.CANCELLED,
        ),
    },
    lambda by, pk: queries.one_session(pk),
    lambda row: row.council.place,
    lambda row: reverse(f"{SLUG}:session", args=[row.pk]),
    session_name,
)  # fmt: skip


def _step(act: str, title: Any, done: Any, form: type[ActForm] = NothingForm) -> Act:
    return Act(
        title, done,
        lambda row, said, by, now: session_actions.step_resolution(
            resolution_id=row.pk, act=act, note=said.get("note", ""), due=said.get("due"), by=by, now=now
        ),
        lambda row, by: permissions.may_step(by, row, act), lambda row: act in rules.RESOLUTION.acts(row.state), form,
    )  # fmt: skip


RESOLUTION = Acts(
    "resolution_id",
    {
        "start": _step("start", _("Begin"), _("Begun.")),
        "report": _step("report", _("Report as done"), _("Reported. The council's secretary confirms it."), forms.WordsForm),
        "confirm": _step("confirm", _("Confirm that it is done"), _("Done, and the council kept its word.")),
        "send_back": _step("send_back", _("Not done yet"), _("Sent back to its owner."), forms.WordsForm),
        "postpone": _step("postpone", _("Give it a later day"), _("The new day was recorded, with the old one."), forms.LaterForm),
        "hand": Act(
            _("Hand it to another"), _("Handed on; the day stays, and the organisation finds it on its first page."),
            lambda row, said, by, now: many_actions.hand_resolutions(
                resolution_ids=[row.pk], owner=said["owner"], reason=said["note"], by=by, now=now
            ),
            lambda row, by: permissions.may_step(by, row, "hand"), lambda row: "hand" in rules.RESOLUTION.acts(row.state),
            forms.HandOwedForm,
        ),
        "drop": _step("drop", _("Drop it"), _("Dropped, with its reason."), forms.WordsForm),
        "reopen": _step("reopen", _("Take it up again"), _("Taken up again."), forms.WordsForm),
    },
    lambda by, pk: queries.one_resolution(pk),
    lambda row: row.council.place,
    lambda row: reverse(f"{SLUG}:resolution", args=[row.pk]),
    lambda row: row.title,
)  # fmt: skip


def _move(act: str, title: Any, done: Any, form: type[ActForm] = NothingForm, undone_by: str = "") -> Act:
    return Act(
        title, done,
        lambda row, said, by, now: voice_actions.move_voice(
            voice_id=row.pk, act=act, words=said.get("words", ""), by=by, now=now
        ),
        lambda row, by: permissions.may_move_voice(by, row, act), lambda row: _may_come(row, act), form,
        undone_by=undone_by,
    )  # fmt: skip


def _may_come(voice: Any, act: str) -> bool:
    today = business_date(timezone.now())
    too_early = act == "raise_again" and rules.raise_refusal(state=voice.state, answer_by=voice.answer_by, today=today)
    return act in rules.VOICE.acts(voice.state) and not too_early


VOICE = Acts(
    "voice_id",
    {
        "hear": Act(
            _("I have heard this"), _("Written into the log of those who heard it."),
            lambda row, said, by, now: voice_actions.hear_voice(voice_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_hear(by, row), lambda row: row.state == "waiting",
        ),
        "answer": _move("answer", _("Answer"), _("Answered. Those who sent it read it now."), forms.AnswerForm),
        "pass_on": _move("pass_on", _("Pass it on upwards"), _("Passed on; the clock of the next council runs."), forms.AnswerForm),
        "settle": _move("settle", _("The answer is enough"), _("Settled."), undone_by="take_back"),
        "raise_again": _move("raise_again", _("Raise it to the next level"), _("Raised to the next level."), forms.AnswerForm),
        "withdraw": _move("withdraw", _("Withdraw it"), _("Withdrawn."), undone_by="take_back"),
        "take_back": _move("take_back", _("Take that back"), _("It stands as it was before.")),
    },
    lambda by, pk: queries.one_voice(pk),
    lambda row: row.council.place,
    lambda row: reverse(f"{SLUG}:voice", args=[row.pk]),
    lambda row: row.title,
)  # fmt: skip
