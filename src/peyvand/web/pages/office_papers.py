"""Papers to print: the receipt, the blank visit form, the list for a meeting, the sign-in slip."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from peyvand import papers as sheets
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import band
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.accounts import issue_sign_in_code
from peyvand.people.enums import DisabilityKind
from peyvand.people.models import Membership
from peyvand.places.models import Place
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import digits, jdate, jdatetime, number, quantity

MEETING_ROWS = 200
SLIP_VALID = timedelta(hours=24)


def may_print(by: Acting) -> Refusal | None:
    return None if by.is_staff else NotPermitted(reason="papers are printed by those who do the work")


def may_hand_over(by: Acting) -> Refusal | None:
    if by.is_staff or by.role is Role.ADMINISTRATOR:
        return None
    return NotPermitted(reason="sign-in codes are handed over by those who grant roles")


class MeetingForm(Form):
    place = forms.ChoiceField(label=gettext_lazy("Neighbourhood or area"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        own = Need.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"), state=NeedState.OPEN)
        paths = own.order_by().values_list("place_path", flat=True).distinct()
        rows = [
            *Place.objects.filter(path=by.place_path),
            *Place.objects.filter(path__in=paths).exclude(path=by.place_path),
        ]
        self.fields["place"].choices = [(row.path, named(row)) for row in rows]  # type: ignore[attr-defined]


@open_to(may_print)
@require_GET
def papers(request: HttpRequest) -> HttpResponse:
    """What can be printed, on one page."""
    return render(request, "web/office/papers.html", {"form": MeetingForm(by=acting(request))})


@open_to(may_print)
@require_GET
def need_receipt(request: HttpRequest, need_id: int) -> HttpResponse:
    """For the one who asked: what was recorded, and the code to follow it by. It names nobody."""
    by = acting(request)
    own = Need.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"), pk=need_id)
    need = only(own.select_related("specification", "place", "organisation"))
    facts = [
        (_("Need"), named(need.specification)),
        (_("Quantity"), quantity(need.quantity, need.specification.unit)),
        (_("Place"), named(need.place)),
        (_("Recorded on"), jdate(business_date(need.created_at))),
        (_("Kept by"), named(need.organisation)),
    ]
    notes = [
        _("With this code you can see at any time how your request stands, and what comes next."),
        _("Recording a need promises nothing yet. Nobody may ask you for money for it."),
    ]
    body = sheets.receipt(
        frame(request, _("Receipt of a need")), code_label=_("Tracking code"), code=digits(spoken(need.tracking_code)),
        facts=facts, notes=notes, fonts=FONTS,
    )  # fmt: skip
    return pdf(body, f"{need.tracking_code}.pdf")


@open_to(may_print)
@require_GET
def visit(request: HttpRequest) -> HttpResponse:
    parts = [
        sheets.Part(
            _("The family"), "lines",
            [
                _("Family file"), _("Date of the visit"), _("Neighbourhood"), _("Mobile number"),
                _("Given and family name of the head"), _("Size of the family"),
            ],
        ),
        sheets.Part(
            _("Situation"), "ticks",
            [_("Headed by a woman"), *(str(kind.label) for kind in DisabilityKind), _("Elderly"), _("Child out of school")],
        ),
        sheets.Part(
            _("Consent"), "ticks",
            [
                _("Agrees that a family file is kept"), _("Agrees that health and disability data are kept"),
                _("Agrees that contact details go to the one who helps"),
            ],
        ),
        sheets.Part(_("Needs"), "rows", [_("Need"), _("Quantity"), _("Urgency"), _("Needed by")], 5),
        sheets.Part(_("What the family itself can give"), "rows", [_("Skill, time or thing"), _("How much"), _("When")], 2),
        sheets.Part(_("Note"), "free", (), 3),
    ]  # fmt: skip
    body = sheets.visit_form(
        frame(request, _("Visit form")), parts=parts, signatures=[_("The one who visits"), _("The family")],
        note=_("A national ID is not needed. Health data are written down only with the consent above."), fonts=FONTS,
    )  # fmt: skip
    return pdf(body, "visit.pdf")


@open_to(may_print)
@require_GET
def meeting(request: HttpRequest) -> HttpResponse:
    """Open needs of a place, worst-off first, without names: to be laid on the table of a meeting."""
    by = acting(request)
    form = MeetingForm(request.GET, by=by)
    path = form.cleaned_data["place"] if form.is_valid() else by.place_path
    today = business_date(now())
    own = Need.objects.filter(
        in_area(by), below(path), below(by.organisation_path, "organisation_path"), state=NeedState.OPEN
    )
    needs = list(
        own.select_related("specification", "place").order_by("-priority", "opened_at", "pk")[: MEETING_ROWS + 1]
    )
    rows = [
        [
            digits(spoken(need.tracking_code)), named(need.specification), named(need.place), number(need.priority),
            str(band(need.priority).label), number((today - business_date(need.opened_at or need.created_at)).days),
            number(need.quantity - need.committed),
        ]
        for need in needs[:MEETING_ROWS]
    ]  # fmt: skip
    place = Place.objects.filter(path=path).first()
    note = _(
        "Priority from 0 to 100; within a band who has waited longer comes first. Left is what nobody has promised yet."
    )
    if len(needs) > MEETING_ROWS:
        note = f"{_('Only the first {count} needs are printed.').format(count=number(MEETING_ROWS))} {note}"
    sheet = sheets.Sheet(
        "", [_("Tracking code"), _("Need"), _("Neighbourhood"), _("Priority"), _("Band"), _("Days of waiting"), _("Left")],
        [False, False, False, True, False, True, True], rows, [5, 5, 4, 2, 2, 3, 2], _("No need is open here."),
    )  # fmt: skip
    title = _("Open needs of {place}").format(place=named(place))
    return pdf(sheets.meeting_list(frame(request, title), sheet=sheet, note=note, fonts=FONTS), "meeting.pdf")


@open_to(may_hand_over)
@require_POST
def sign_in_slip(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Issue a single-use code and print it at once: the paper is the only place where it stands."""
    by, at = acting(request), now()
    membership = only(Membership.objects.filter(pk=membership_id).select_related("account", "place", "organisation"))
    code = issue_sign_in_code(membership=membership, valid_for=SLIP_VALID, by=by, now=at)
    facts = [
        (_("For"), membership.account.name),
        (_("Role"), str(membership.get_role_display())),
        (_("Organisation"), named(membership.organisation)),
        (_("Valid until"), jdatetime(at + SLIP_VALID)),
    ]
    steps = [
        _("Open {address} on your phone or computer.").format(address=request.build_absolute_uri("/")),
        _("Choose “Sign in with a code” and type this code."),
        _("The code works once. Keep this paper to yourself, then tear it up."),
    ]
    with scope(by):
        around = frame(request, _("Sign-in code"))
    body = sheets.slip(around, code_label=_("Sign-in code"), code=code, facts=facts, steps=steps, fonts=FONTS)
    return pdf(body, "sign-in.pdf")
