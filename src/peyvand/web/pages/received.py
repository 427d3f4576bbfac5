"""What came to one's own family, for a small screen: it arrived, or it did not."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peyvand.flow.delivery import actions
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.delivery.permissions import acceptable_by, may_answer_delivery, may_see_received
from peyvand.flow.delivery.queries import deliveries_of
from peyvand.kernel.refusals import require
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, now, open_to
from peyvand.web.pages.answer_forms import ReasonForm
from peyvand.web.pages.rows import with_giver
from peyvand.web.pages.words import delivery_badge, what

MOST = 50


def waiting_for(by: Acting) -> QuerySet[Delivery]:
    """What was handed over to the family of this resident and waits for its word, the oldest first."""
    rows = deliveries_of(by, now()).filter(answer="", quantity__gt=0)
    return (
        acceptable_by(rows, by, now())
        .select_related("commitment__need__specification")
        .order_by("delivered_date", "pk")
    )


@require_safe
@open_to(may_see_received)
def received(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    picture = Proof.objects.filter(delivery=OuterRef("pk")).order_by("pk").values("pk")[:1]
    before = deliveries_of(by, now()).exclude(answer="").filter(quantity__gt=0).order_by("-delivered_date", "-pk")
    before = with_giver(before.select_related("commitment__need__specification"))
    context = {
        "waiting": with_giver(waiting_for(by)).annotate(picture=Subquery(picture))[:MOST],
        "before": [(one, what(one.commitment.need), delivery_badge(one)) for one in before[:MOST]],
    }
    return render(request, "web/pages/received.html", context)


@require_POST
@open_to(may_see_received)
def arrived(request: HttpRequest, delivery_id: int) -> HttpResponse:
    by = acting(request)
    return acts.act(
        request,
        lambda: actions.accept_deliveries(delivery_ids=[delivery_id], by=by, now=now()),
        gettext("Thank you. It is written down that it arrived."),
        reverse("received"),
    )


@require_http_methods(["GET", "POST"])
@open_to(may_see_received)
def not_arrived(request: HttpRequest, delivery_id: int) -> HttpResponse:
    by = acting(request)
    with scope(by):
        row = only(Delivery.objects.select_related("commitment__need__specification").filter(pk=delivery_id))
        require(may_answer_delivery(by, row.commitment))
    form = ReasonForm(request.POST if request.method == "POST" else None, reasons=RefusalReason)

    def run() -> None:
        reason = RefusalReason(form.cleaned_data["reason"])
        actions.refuse_delivery(delivery_id=delivery_id, reason=reason, by=by, now=now())

    if request.method == "POST":
        said = gettext("It is written down that it did not arrive as promised. The promise still stands.")
        return acts.taken(
            request, form, run, said, reverse("received"), lambda status: _why(request, row, form, status)
        )
    with scope(by):
        return _why(request, row, form)


def _why(request: HttpRequest, row: Delivery, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "title": _("It did not arrive, or not as promised"),
        "lead": gettext("%(what)s. Say what is wrong: the organisation that gives it reads the reason.")
        % {"what": what(row.commitment.need)},
        "button": _("Send"),
        "crumbs": [(_("What I received"), reverse("received"))],
        "back_url": reverse("received"),
    }
    return render(request, "web/pages/form.html", context, status=status)
