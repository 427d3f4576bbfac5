"""The minutes of a session on one page, in the reader's language."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from peyvand import papers
from peyvand.programmes.neighbourhoods.models import Session
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import jdate, number


def minutes_of(request: HttpRequest, session: Session) -> bytes:
    """Read inside the scope. Seats stand by their office; names are not printed, each signs beside the own seat."""
    council = session.council
    there = {one.seat_id for one in session.attendances.all()}
    seats = [
        [one.title, str(one.get_role_display()), _("present") if one.pk in there else _("absent"), ""]
        for one in council.seats.order_by("pk")
        if one.since <= session.date and (one.until is None or one.until >= session.date)
    ]
    items = session.items.order_by("position")
    agenda = [[number(one.position), one.title, one.speaker or "—", one.said or "—"] for one in items]
    resolved = [
        [number(one.number), one.title, named(one.owner), jdate(one.due_date)]
        for one in session.resolutions.select_related("owner").order_by("number")
    ]
    sheets = [
        papers.Sheet(
            _("Agenda and what was said"), [_("No."), _("Item"), _("Who spoke"), _("What was said")],
            [True, False, False, False], agenda, [1, 4, 3, 8],
        ),
        papers.Sheet(
            _("Resolutions"), [_("No."), _("What was resolved"), _("Who owes it"), _("By when")],
            [True, False, False, False], resolved, [1, 8, 4, 3], _("Nothing was resolved in this session."),
        ),
        papers.Sheet(
            _("Present"), [_("Seat"), _("Role in the council"), _("Present?"), _("Signature")],
            [False, False, False, False], seats, [5, 3, 2, 5], _("No seat was filled on that day."),
        ),
    ]  # fmt: skip
    counted = _("{present} of {seats} seats were present; {needed} are needed.").format(
        present=number(session.present), seats=number(session.seats), needed=number(session.needed)
    )
    facts = [
        (_("Council"), named(council.kind)), (_("Place"), named(council.place)), (_("Day"), jdate(session.date)),
        (_("Where"), session.where or "—"), (_("State"), str(session.get_state_display())), (_("Quorum"), counted),
    ]  # fmt: skip
    around = frame(request, _("Minutes of a session"), office=named(council.organisation))
    return papers.minutes(around, facts=facts, sheets=sheets, fonts=FONTS)
