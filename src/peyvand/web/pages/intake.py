"""Recording a need: the form for a telephone call, its receipt, and what is printed for the field."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from peyvand.flow.need import permissions
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.intake import take_call
from peyvand.journal.once import KeyReused, once
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.permissions import may_keep_households
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web.pages import words
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.need_forms import CallForm, homes
from peyvand.web.pages.needs import needs_seen
from peyvand.web.pages.thread import any_late
from peyvand.web.templatetags.peyvand_format import digits, jdate

PRINTED = 200


def may_print_lists(by: Acting) -> Refusal | None:
    """Papers for the field and for meetings are the staff's."""
    return None if by.is_staff else NotPermitted(reason="this paper is for those who work with needs")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(permissions.may_open_need)
def need_new(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    with scope(by):
        form = CallForm(request.POST or None, by=by, initial={"household_code": request.GET.get("family", "")})
        valid = request.method == "POST" and form.is_valid()
    if valid:
        made = _take(form, by)
        if made:
            return redirect("need_receipt", made)
    with scope(by):
        context = {"form": form, "may_keep": may_keep_households(by) is None, "is_staff": by.is_staff}
        return render(request, "web/pages/need_new.html", context)


def _take(form: CallForm, by: Acting) -> int | None:
    """The need the call made; pressed twice, the same one. None where it was refused, which the form then says."""
    at = now()
    try:
        made, _repeated = once(
            key=form.cleaned_data["once"],
            body=form.body(),
            by=by,
            now=at,
            run=lambda: take_call(call=form.call(), by=by, now=at).pk,
        )
    except NotPermitted:
        raise
    except KeyReused:
        form.data = {**form.data.dict(), "once": str(uuid4())}  # type: ignore[attr-defined]
        form.add_error(None, _("This form was sent before with other values. Press again to record a second need."))
        return None
    except Refusal as refusal:
        refuse(form, refusal, due_in_past="due_date", due_too_far="due_date")
        return None
    return int(made)


@require_safe
@open_to(permissions.may_see_needs)
def need_receipt(request: HttpRequest, need_id: int) -> HttpResponse:
    """What the one who asked takes home: the tracking code, what comes next, and how to ask."""
    need = only(needs_seen(acting(request)).select_related("place__parent", "organisation").filter(pk=need_id))
    facts = [
        (_("What is needed"), words.what(need)),
        (_("Neighbourhood"), words.where(need.place)),
        (_("Recorded by"), words.named(need.organisation)),
        (_("Told"), jdate(need.created_at)),
    ]
    context = {
        "need": need,
        "code": digits(spoken(need.tracking_code)),
        "facts": facts,
        "badge": words.need_badge(need, late=any_late(list(need.commitments.all()), business_date(now()))),
        "track_url": request.build_absolute_uri(reverse("track")),
        "is_staff": acting(request).is_staff,
    }
    return render(request, "web/pages/need_receipt.html", context)


@require_safe
@open_to(may_print_lists)
def visit_form(request: HttpRequest) -> HttpResponse:
    """A paper to fill in at the door: blank, or with the neighbourhood already on it."""
    places = homes(acting(request))
    chosen = request.GET.get("place", "")
    place = places.filter(pk=chosen).first() if chosen.isdecimal() else None
    context: dict[str, Any] = {
        "place": words.where(place) if place else "",
        "chosen": place.pk if place else None,
        "places": [(one.pk, words.where(one)) for one in places],
        "blank_persons": range(5),
    }
    return render(request, "web/pages/visit_form.html", context)


@require_safe
@open_to(may_print_lists)
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The open needs for the table of a meeting, worst-off first, without a name or the code of a family."""
    rows = needs_seen(acting(request)).filter(state=NeedState.OPEN).order_by("-priority", "created_at", "pk")
    found = list(rows[: PRINTED + 1])
    lines = [
        {
            "need": one,
            "what": words.what(one),
            "place": words.named(one.place),
            "band": words.band_badge(one.priority),
            "left": one.quantity - one.committed,
        }
        for one in found[:PRINTED]
    ]
    context = {"lines": lines, "more": len(found) > PRINTED, "limit": PRINTED, "now": now(), "back": reverse("needs")}
    return render(request, "web/pages/meeting_list.html", context)
