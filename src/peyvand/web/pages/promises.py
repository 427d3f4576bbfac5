"""Promises: the list, one promise with both its sides, and what each side may do with it."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.flow.commitment.enums import CommitmentState, DeclineReason, Side
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.permissions import may_answer, may_call_broken, may_see_promises, sides
from peyvand.flow.commitment.queries import promises_of
from peyvand.flow.commitment.rules import LIFE, is_late
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.delivery.permissions import may_accept_recorded
from peyvand.flow.need.models import Need
from peyvand.flow.story.models import StoryDelivery
from peyvand.kernel.jalali import business_date
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope
from peyvand.web import bulk
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import first_steps
from peyvand.web.pages.access import address, open_to
from peyvand.web.pages.answer_forms import ReasonForm
from peyvand.web.pages.choices import KindFilter, KindFilters
from peyvand.web.pages.rows import county_of, in_place, with_county, with_giver
from peyvand.web.pages.words import code_at, named, promise_badge, steps
from peyvand.web.templatetags.peyvand_format import jdate, jdate_ago, number, quantity, unit
from peyvand.web.templatetags.peyvand_pages import code

_STATES = [("", _("All")), ("late", _("Late")), *CommitmentState.choices]
_WAITING = [("", _("All")), ("answer", _("For our answer")), ("receiver", _("For the receiver's answer"))]


class PromiseFilters(KindFilters):
    lookups = {"kind": "specification"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=_STATES)
    kind = KindFilter(label=_("Kind of help"), required=False, empty_label=_("All"))
    waits = forms.ChoiceField(label=_("Waits"), required=False, choices=_WAITING)

    def narrow(self, rows: QuerySet) -> QuerySet:
        self.is_valid()
        state, waits = self.cleaned_data.pop("state", ""), self.cleaned_data.pop("waits", "")
        if state == "late":
            rows = rows.filter(state=CommitmentState.ACCEPTED, due_date__lt=business_date(timezone.now()))
        elif state:
            rows = rows.filter(state=state)
        if waits:
            rows = rows.filter(is_ours_to_answer=True) if waits == "answer" else rows.filter(underway__gt=0)
        narrowed = super().narrow(rows)
        self.cleaned_data |= {"state": state, "waits": waits}
        return narrowed


SPEC = ListSpec(
    name="promises",
    first_step=first_steps.promises,
    acts=bulk.offered_on("promises"),
    title=_("Promises"),
    columns=(
        Column(
            "kind", _("What is promised"), lambda row: named(row.need.specification),
            link=lambda row: reverse("promise", args=[row.pk]),
        ),
        Column("quantity", _("Quantity"), kind="number", sort="quantity"),
        Column("unit", _("Unit"), lambda row: unit(row.need.specification.unit)),
        Column("accepted", _("Accepted"), kind="number"),
        Column("giver", _("Who gives")),
        Column("asker", _("Who answers for the need")),
        Column("county", _("County")),
        Column("due_date", _("Due"), kind="date", sort="due_date"),
        Column("state", _("State"), lambda row: promise_badge(row.state, row.due_date, business_date(timezone.now())), kind="badge"),
        Column("tracking_code", _("Tracking code"), code_at(), kind="code"),
    ),
    default_sort="due_date",
    filters=PromiseFilters,
    empty_title=_("No promise stands here yet"),
    empty_text=_("A promise comes from a suggestion that was accepted, or from a need and an offer that somebody brought together."),
)  # fmt: skip


def promises_seen(by: Acting) -> QuerySet[Commitment]:
    asked = Q(offered_by_side=Side.GIVER) & below(by.organisation_path, "asker_path")
    ours = asked | (Q(offered_by_side=Side.ASKER) & below(by.organisation_path, "giver_path"))
    rows = promises_of(by, timezone.now()).select_related("need__specification")
    rows = rows.annotate(is_ours_to_answer=Q(state=CommitmentState.OFFERED) & ours)
    return with_giver(with_county(rows))


@exportable
@require_GET
@open_to(may_see_promises)
def promises(request: HttpRequest) -> HttpResponseBase:
    rows = in_place(request, promises_seen(request.acting))  # type: ignore[attr-defined]
    if file := export(request, SPEC, rows):
        return file
    context = {
        "title": _("Promises"),
        "lead": _("What was promised to needs, by whom and until when. You see the promises your side takes part in."),
        "page": list_page(request, SPEC, rows),
        "links": [(_("Deliveries"), reverse("deliveries")), (_("Agreements"), reverse("agreements"))],
    }
    return render(request, "web/pages/list.html", context)


def is_private(need: Need) -> bool:
    """Told for a household or a person: its place is never named below the county to the other side."""
    return bool(need.household_id or need.person_id)


def place_shown(need: Need, is_asker: bool) -> Place | None:
    return need.place if is_asker or not is_private(need) else county_of(need.place_path)


def _facts(row: Commitment, by_sides: set[Side], giver: str, asker: str) -> list[tuple[Any, Any]]:
    need, facts = row.need, list[tuple[Any, Any]]()
    facts.append((_("Who gives"), giver))
    facts.append((_("Who answers for the need"), asker))
    facts.append((_("Place of the need"), named(place_shown(need, Side.ASKER in by_sides))))
    if Side.ASKER not in by_sides and is_private(need):
        facts.append((_("For whom"), _("A family; who they are is known to those who work with them")))
    if row.agreement:
        facts.append((_("Under the agreement"), row.agreement.title))
    facts.append((_("Offered by"), row.get_offered_by_side_display()))
    if row.end_reason:
        facts.append((_("Why it ended"), row.get_end_reason_display()))
    facts.append((_("Tracking code"), code(row.tracking_code)))
    return facts


def thread(row: Commitment, deliveries: list[Delivery], has_story: bool) -> list[dict[str, Any]]:
    """How far this promise has come, from the need to the story."""
    today = business_date(timezone.now())
    late = is_late(state=row.state, due=row.due_date, today=today)
    ended = row.state in (CommitmentState.BROKEN, CommitmentState.WITHDRAWN, CommitmentState.LAPSED)
    promise = "stopped" if ended else "late" if late else "current" if row.state == CommitmentState.OFFERED else "done"
    kept = row.state == CommitmentState.KEPT
    delivery = "done" if kept else "ahead" if ended or row.state == CommitmentState.OFFERED or late else "current"
    due = gettext("Due %(day)s") % {"day": jdate_ago(row.due_date, today)}
    accepted = gettext("%(n)s of %(all)s accepted") % {"n": number(row.accepted), "all": number(row.quantity)}
    return steps([
        (_("Need"), "done", "", ""),
        (_("Capacity"), "done", "", ""),
        (_("Promise"), promise, str(CommitmentState(row.state).label) if ended else due, ""),
        (_("Delivery"), delivery, accepted if deliveries else "", ""),
        (_("Story"), "done" if has_story else "ahead", "", ""),
    ])  # fmt: skip


def _events(row: Commitment) -> list[dict[str, Any]]:
    marks = [
        (row.offered_at, gettext("Offered by: %(side)s") % {"side": row.get_offered_by_side_display()}),
        (row.accepted_at, gettext("Accepted by the other side")),
        (row.ended_at, str(CommitmentState(row.state).label)),
    ]
    return [{"at": at, "text": text} for at, text in marks if at]


@require_GET
@open_to(may_see_promises)
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, ReasonForm(reasons=DeclineReason))


def _page(request: HttpRequest, pk: int, end_form: ReasonForm) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    rows = with_giver(Commitment.objects.select_related("need__specification", "need__place", "agreement"))
    row = get_object_or_404(rows, pk=pk)
    on, today = sides(by, row), business_date(timezone.now())
    deliveries = list(
        Delivery.objects.filter(commitment=row)
        .select_related("reversal", "recorded_by")
        .prefetch_related("proofs")
        .order_by("pk")
    )
    has_story = any(one.answer == "accepted" for one in deliveries) and _told(deliveries)
    possible = LIFE.acts(row.state)
    kind = row.need.specification
    context = {
        "row": row,
        "title": gettext("Promise of %(quantity)s: %(kind)s") % {"quantity": quantity(row.quantity, kind.unit), "kind": named(kind)},
        "badge": promise_badge(row.state, row.due_date, today),
        "due_text": gettext("Due %(day)s (%(ago)s)") % {"day": jdate(row.due_date), "ago": jdate_ago(row.due_date, today)},
        "facts": _facts(row, on, row.giver, row.asker),
        "steps": thread(row, deliveries, has_story),
        "events": _events(row),
        "deliveries": deliveries,
        "kind": kind,
        "can_accept": "accept_commitment" in possible and may_answer(by, row) is None,
        "can_withdraw": "withdraw_commitment" in possible and bool(on) and not row.underway,
        "can_break": "break_commitment" in possible and row.due_date < today and may_call_broken(by, row) is None and not row.underway,
        "can_deliver": row.state == CommitmentState.ACCEPTED and bool(on) and row.underway + row.accepted < row.quantity,
        "can_answer": Side.ASKER in on,
        "own_records": {one.pk for one in deliveries if one.recorded_by and may_accept_recorded(by, one.recorded_by.account_id)},
        "is_offer": row.state == CommitmentState.OFFERED,
        "is_live": row.state in (CommitmentState.OFFERED, CommitmentState.ACCEPTED),
        "need_url": address("need", row.need_id) if Side.ASKER in on else "",
        "capacity_url": reverse("capacity", args=[row.capacity_id]) if Side.GIVER in on else "",
        "end_form": end_form,
        "crumbs": [(_("Promises"), reverse("promises"))],
    }  # fmt: skip
    return render(request, "web/pages/promise.html", context)


def _told(deliveries: list[Delivery]) -> bool:
    return StoryDelivery.objects.filter(delivery__in=deliveries).exists()


@require_POST
@open_to(may_see_promises)
def promise_accept(request: HttpRequest, pk: int) -> HttpResponse:
    return bulk.do_one(request, "accept_promises", pk, to=reverse("promise", args=[pk]))


@require_POST
@open_to(may_see_promises)
def promise_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST, reasons=DeclineReason)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        return bulk.do_one(request, "end_promises", pk, to=reverse("promise", args=[pk]), reason=reason)
    with scope(request.acting):  # type: ignore[attr-defined]
        return _page(request, pk, form)


@require_POST
@open_to(may_see_promises)
def promise_break(request: HttpRequest, pk: int) -> HttpResponse:
    return bulk.do_one(request, "break_promises", pk, to=reverse("promise", args=[pk]))
