"""Who could give what a need asks: what it asks, the offers that fit right now, why the others do not, and asking one of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.commitment.offers import Offer, offers_for
from peyvand.flow.commitment.together import left_lacking
from peyvand.flow.need.actions import set_asked
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.permissions import may_open_need, may_see_needs, may_set_asked
from peyvand.flow.need.queries import needs_of
from peyvand.kernel.jalali import add_months, business_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal
from peyvand.people.enums import Sex
from peyvand.resources.models import Quality
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.answer_forms import DueForm
from peyvand.web.pages.need_together import beside, line
from peyvand.web.pages.rule_forms import AskedForm
from peyvand.web.pages.words import listed, named, where
from peyvand.web.templatetags.peyvand_format import jdate, km, quantity
from peyvand.web.templatetags.peyvand_format import refusal as refusal_words


def _own(need_id: int, by: Acting) -> Need:
    rows = needs_of(by, now()).select_related("specification", "place__parent").defer("place__boundary")
    need = rows.filter(pk=need_id).first()
    if need is None or not by.is_staff:
        raise NotFound
    return need


def asked_facts(need: Need) -> list[tuple[str, str]]:
    """What it asks of whoever gives, in words; nothing where it asks nothing."""
    facts = []
    if need.asks:
        names = [named(one) for one in Quality.objects.filter(slug__in=need.asks)]
        facts.append((_("Asks for"), listed(*names)))
    if need.giver_sex:
        facts.append((_("Who may give it"), str(Sex(need.giver_sex).label)))
    if need.start_date:
        facts.append((_("Not before"), jdate(need.start_date)))
    if need.most_km:
        facts.append((_("How far the person can go"), km(need.most_km)))
    if not need.may_share:
        facts.append((_("Sharing"), _("All of it comes from one giver")))
    return facts


def _line(offer: Offer, need: Need) -> dict[str, Any]:
    one = offer.capacity
    return {
        "pk": one.pk,
        "giver": named(one.organisation),
        "kind": named(one.specification) if one.specification_id != need.specification_id else "",
        "url": reverse("capacity", args=[one.pk]),
        "left": quantity(one.quantity - one.committed, one.specification.unit),
        "units": quantity(offer.units, one.specification.unit),
        "km": km(offer.km) if offer.km is not None else "",
        "why": [refusal_words(reason) for reason in offer.why_not],
    }


def _page(
    request: HttpRequest, need_id: int, form: DueForm | None = None, asked_of: int = 0, status: int = 200
) -> HttpResponse:
    """`form` was sent for the offer `asked_of`, and says there what is wrong with it."""
    by = acting(request)
    need = _own(need_id, by)
    lines = [_line(one, need) for one in offers_for(need.pk, by=by, now=now())]
    others_lack = left_lacking([need.together], more={need.pk: need.quantity - need.committed})
    context = {
        "need": need,
        "title": _("Who could give it?"),
        "lead": f"{named(need.specification)} · {where(need.place)}",
        "fitting": [one for one in lines if not one["why"]],
        "others": [one for one in lines if one["why"]],
        "asked": asked_facts(need),
        "can_ask": need.state == NeedState.OPEN and need.committed < need.quantity and not others_lack,
        "others_lack": others_lack,
        "beside": [(line(one), reverse("need_offers", args=[one.pk])) for one in beside(need)],
        "may_set": may_set_asked(by, need) is None,
        "form": form or DueForm(initial={"due_date": _due(need)}),
        "asked_of": asked_of,
        "crumbs": [(_("Needs"), reverse("needs")), (named(need.specification), reverse("need", args=[need.pk]))],
    }
    return render(request, "web/pages/need_offers.html", context, status=status)


def _due(need: Need) -> Any:
    """The day it is needed by where that was said, else in a month."""
    today = business_date(now())
    return need.due_date if need.due_date and need.due_date >= today else add_months(today, 1)


@require_safe
@open_to(may_see_needs)
def need_offers(request: HttpRequest, need_id: int) -> HttpResponse:
    return _page(request, need_id)


@require_POST
@open_to(may_open_need)
def need_ask(request: HttpRequest, need_id: int, capacity_id: int) -> HttpResponse:
    """Ask a giver for what is lacking, or for what he has left of it: an offered promise, which he answers."""
    by, form, at = acting(request), DueForm(request.POST), now()
    with scope(by):
        if not form.is_valid():
            return _page(request, need_id, form, capacity_id, 422)
        need = _own(need_id, by)
        units = next((one.units for one in offers_for(need.pk, by=by, now=at) if one.capacity.pk == capacity_id), 0)
    row = NewPromise(need_id, capacity_id, max(units, 1), form.cleaned_data["due_date"])
    try:
        made = acts.do(request, lambda: commit(rows=[row], by=by, now=at)[0].pk)
    except (NotFound, NotPermitted):
        raise
    except Refusal as answer:
        refuse(form, answer)
        with scope(by):
            return _page(request, need_id, form, capacity_id, 409)
    notices.done(request, _("The giver is asked. Until the answer comes, this much is kept for the need."))
    return redirect("promise", made)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_open_need)
def need_asked(request: HttpRequest, need_id: int) -> HttpResponse:
    """The form of what a need asks of whoever gives."""
    by = acting(request)
    with scope(by):
        need = _own(need_id, by)
        form = AskedForm(request.POST) if request.method == "POST" else AskedForm.of(need)
    if request.method == "POST" and form.is_valid():
        try:
            set_asked(need_id=need_id, asked=form.asked(), by=by, now=now())
        except BadValue as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("From now on only givers who fit this are proposed and promised."))
            return redirect("need_offers", need_id)
    context = {
        "form": form,
        "title": _("What does it ask of the giver?"),
        "lead": _("Leave empty what does not matter: the more is asked, the fewer can give."),
        "crumbs": [(_("Needs"), reverse("needs")), (named(need.specification), reverse("need", args=[need_id]))],
        "button": _("Set it"),
        "back_url": reverse("need_offers", args=[need_id]),
    }
    with scope(by):
        return render(request, "web/pages/form.html", context)
