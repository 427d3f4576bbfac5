"""What was handed over: recording it with its proof, and the receiver's answer."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.files.pictures import CONTENT_TYPE, cleaned
from peyvand.files.storage import LocalFolder
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.delivery import actions
from peyvand.flow.delivery.enums import DeliveryAnswer, RefusalReason
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.delivery.permissions import (
    may_answer_delivery,
    may_record_delivery,
    may_reverse_delivery,
    may_see_proofs,
)
from peyvand.flow.delivery.queries import deliveries_of
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal, require
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.exports import export, exportable
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts, first_steps
from peyvand.web.pages.access import open_to, refuse
from peyvand.web.pages.answer_forms import ReasonForm
from peyvand.web.pages.choices import KindFilter, KindFilters
from peyvand.web.pages.rows import with_county, with_giver
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number, unit


def folder() -> LocalFolder:
    return LocalFolder(settings.PEYVAND_FILES)


def _badge(row: Delivery) -> Badge:
    if row.quantity < 0:
        return Badge(_("A correction"), "stopped")
    if row.answer == DeliveryAnswer.ACCEPTED:
        return Badge(_("Reversed"), "stopped") if row.is_reversed else Badge(_("Accepted"), "done")  # type: ignore[attr-defined]
    return Badge(_("Refused"), "wrong") if row.answer else Badge(_("Waits for the receiver's answer"), "waiting")


def _promise_url(row: Delivery) -> str:
    return reverse("promise", args=[row.commitment_id])


_ANSWERS = [
    ("", _("All")),
    ("mine", _("Waits for my answer")),
    ("waiting", _("Waits for the receiver's answer")),
    *DeliveryAnswer.choices,
]


class DeliveryFilters(KindFilters):
    lookups = {"kind": "specification"}
    answer = forms.ChoiceField(label=_("Answer"), required=False, choices=_ANSWERS)
    kind = KindFilter(label=_("Kind of help"), required=False, empty_label=_("All"))

    def narrow(self, rows: QuerySet) -> QuerySet:
        self.is_valid()
        answer = self.cleaned_data.get("answer")
        if answer in ("waiting", "mine"):
            self.cleaned_data["answer"] = ""
            rows = rows.filter(answer="") if answer == "waiting" else rows.filter(answer="", is_mine_to_answer=True)
        narrowed = super().narrow(rows)
        self.cleaned_data["answer"] = answer
        return narrowed


SPEC = ListSpec(
    name="deliveries",
    first_step=first_steps.deliveries,
    acts=bulk.offered_on("deliveries"),
    title=_("Deliveries"),
    columns=(
        Column("kind", _("What was delivered"), lambda row: named(row.commitment.need.specification), link=_promise_url),
        Column("quantity", _("Quantity"), kind="number", sort="quantity"),
        Column("unit", _("Unit"), lambda row: unit(row.commitment.need.specification.unit)),
        Column("delivered_date", _("Delivered on"), kind="date", sort="delivered_date"),
        Column("giver", _("Who gave")),
        Column("asker", _("Who answers for the need")),
        Column("county", _("County")),
        Column("answer", _("Answer"), _badge, kind="badge"),
    ),
    default_sort="-id",
    filters=DeliveryFilters,
    empty_title=_("Nothing has been delivered yet"),
    empty_text=_("When one side of a promise records a delivery, it waits here for the receiver's answer."),
)  # fmt: skip


def deliveries_seen(by: Acting) -> QuerySet[Delivery]:
    reversal = Delivery.objects.filter(reverses=OuterRef("pk"))
    rows = deliveries_of(by, timezone.now()).select_related("commitment__need__specification")
    rows = rows.annotate(is_reversed=Exists(reversal), is_mine_to_answer=_mine(by))
    return with_giver(with_county(rows))


def _mine(by: Acting) -> Q:
    """What waits for this actor's own answer."""
    ours = in_area(by) & below(by.organisation_path, "asker_path") & Q(quantity__gt=0)
    recorded = Q(recorded_by__account_id=by.account_id) & Q(recorded_by__isnull=False)
    return ours if settings.ONE_PERSON_ACCEPTS else ours & ~recorded


@exportable
@require_GET
@open_to(may_see_promises)
def deliveries(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    rows = deliveries_seen(by)
    if file := export(request, SPEC, rows):
        return file
    context = {
        "title": _("Deliveries"),
        "lead": _("Help counts as arrived when the receiver's side has accepted it."),
        "page": list_page(request, SPEC, rows),
        "links": [(_("Waiting for your answer"), reverse("deliveries") + "?answer=mine")] if by.is_staff else [],
        "crumbs": [(_("Promises"), reverse("promises"))],
    }
    return render(request, "web/pages/list.html", context)


class DeliveryForm(Form):
    quantity = QuantityField(label=_("How much was handed over"))
    delivered_date = JalaliDateField(label=_("On which day"))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Both sides read this; write nobody's name here"),
    )
    photo = forms.FileField(
        label=_("A picture that shows it"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("Without faces, if it can be. Where and with what it was taken is removed before it is kept."),
    )


def _promise(pk: int, by: Acting) -> Commitment:
    with scope(by):
        row = only(Commitment.objects.select_related("need__specification").filter(pk=pk))
    require(may_record_delivery(by, row))
    return row


def _record(form: DeliveryForm, row: Commitment, photo: bytes | None, by: Acting) -> int:
    given, now = form.cleaned_data, timezone.now()
    new = actions.NewDelivery(row.pk, given["quantity"], given["delivered_date"], given["note"])
    with scope(by):
        delivery = actions.record_deliveries(rows=[new], by=by, now=now)[0]
        if photo is not None:
            actions.add_proof(
                delivery_id=delivery.pk, sha256=folder().store(photo), content_type=CONTENT_TYPE, size=len(photo), by=by, now=now
            )  # fmt: skip
    return delivery.pk


@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def delivery_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a delivery on the promise `pk`."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = _promise(pk, by)
    left = row.quantity - row.underway - row.accepted
    if request.method == "GET":
        form = DeliveryForm(initial={"quantity": left, "delivered_date": business_date(timezone.now())})
        return _delivery_page(request, row, form, left)
    form = DeliveryForm(request.POST, request.FILES)
    photo = _photo(form)
    if form.is_valid():
        try:
            acts.do(request, lambda: _record(form, row, photo, by))
        except (NotFound, NotPermitted):
            raise
        except Refusal as answer:
            refuse(form, answer, not_enough_left="quantity", in_future="delivered_date")
        else:
            notices.done(request, gettext("The delivery is recorded and waits for the receiver's answer."))
            return redirect("promise", pk)
    with scope(by):
        return _delivery_page(request, row, form, left)


def _photo(form: DeliveryForm) -> bytes | None:
    """The picture made safe; what is wrong with it is said beside its field."""
    form.is_valid()
    file = form.cleaned_data.get("photo")
    if not file:
        return None
    try:
        return cleaned(file)
    except Refusal as answer:
        refuse(form, answer, **{answer.code: "photo"})
    return None


def _delivery_page(request: HttpRequest, row: Commitment, form: DeliveryForm, left: int) -> HttpResponse:
    kind = row.need.specification
    form.fields["quantity"].unit = unit(kind.unit)  # type: ignore[attr-defined]
    context = {
        "form": form,
        "title": _("Record a delivery"),
        "lead": gettext("%(kind)s: %(left)s of %(all)s is still to come.")
        % {"kind": named(kind), "left": number(left), "all": number(row.quantity)},
        "button": _("Record the delivery"),
        "crumbs": [(_("Promises"), reverse("promises")), (_("The promise"), reverse("promise", args=[row.pk]))],
        "back_url": reverse("promise", args=[row.pk]),
    }  # fmt: skip
    return render(request, "web/pages/form.html", context)


@require_POST
@open_to(may_see_promises)
def delivery_accept(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = _delivery(pk, by, may_answer_delivery)
    return bulk.do_one(request, "accept_deliveries", pk, to=reverse("promise", args=[row.commitment_id]))


def _reverse(pk: int, note: str, by: Acting) -> int:
    return actions.reverse_delivery(delivery_id=pk, note=note, by=by, now=timezone.now()).pk


class ReversalForm(Form):
    note = forms.CharField(label=_("What was wrong"), max_length=300, min_length=5)


def _delivery(pk: int, by: Acting, may: Callable[[Acting, Commitment], Refusal | None]) -> Delivery:
    with scope(by):
        row = only(Delivery.objects.select_related("commitment__need__specification").filter(pk=pk))
    require(may(by, row.commitment))
    return row


@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def delivery_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = _delivery(pk, by, may_answer_delivery)
    form = ReasonForm(request.POST if request.method == "POST" else None, reasons=RefusalReason)
    if request.method == "POST" and form.is_valid():
        here = reverse("promise", args=[row.commitment_id])
        return bulk.do_one(request, "refuse_deliveries", pk, to=here, reason=form.cleaned_data["reason"])
    lead = _("It did not arrive, or not as promised. The giver reads the reason; the promise still stands.")
    return _answer_page(request, row, form, _("Refuse this delivery"), lead)


@require_http_methods(["GET", "POST"])
@open_to(may_see_promises)
def delivery_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = _delivery(pk, by, may_reverse_delivery)
    form = ReversalForm(request.POST if request.method == "POST" else None)

    def page(status: int) -> HttpResponse:
        lead = _("An accepted delivery stays in the books; a correcting row takes its quantity back.")
        return _answer_page(request, row, form, _("Reverse this delivery"), lead, status)

    if request.method != "POST":
        return page(200)
    run = lambda: _reverse(pk, form.cleaned_data["note"], by)  # noqa: E731
    said = gettext("The delivery is reversed by a correcting row; the need waits again.")
    return acts.taken(request, form, run, said, reverse("promise", args=[row.commitment_id]), page)


def _answer_page(
    request: HttpRequest, row: Delivery, form: Form, title: Any, lead: Any, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "button": title,
        "back_url": reverse("promise", args=[row.commitment_id]),
    }
    context["crumbs"] = [(_("Promises"), reverse("promises")), (_("The promise"), context["back_url"])]
    with scope(request.acting):  # type: ignore[attr-defined]
        return render(request, "web/pages/form.html", context, status=status)


@require_GET
@open_to(may_see_proofs)
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture, for those who may see the delivery it shows; row security answers."""
    row = get_object_or_404(Proof, pk=pk)
    try:
        data = folder().read(row.sha256)
    except OSError:
        raise NotFound from None
    headers = {
        "Cache-Control": "private, max-age=600",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
    }
    return HttpResponse(data, content_type=row.content_type, headers=headers)
