"""The list of needs, the page of one need, and the acts on it."""

from operator import itemgetter

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from peyvand.flow.commitment.models import Commitment, Unserved
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need import permissions
from peyvand.flow.need.actions import (
    propose_priority,
    restore_need,
    reveal_note,
    sign_priority,
)
from peyvand.flow.need.enums import ClosedAs, NeedState, PriorityPart
from peyvand.flow.need.models import Need, PriorityOverride
from peyvand.flow.need.queries import needs_of
from peyvand.flow.need.rules import PriorityLine, priority_of
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue
from peyvand.people.permissions import may_see_households
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import first_steps, words
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.acts import act
from peyvand.web.pages.need_forms import NeedFilters, PriorityForm, late_promise
from peyvand.web.pages.need_together import beside
from peyvand.web.pages.rows import with_giver
from peyvand.web.pages.thread import any_late, promise_lines, steps, stories_of, timeline
from peyvand.web.templatetags.peyvand_format import digits, jdate, jdate_ago, percent

SPEC = ListSpec(
    name="needs",
    first_step=first_steps.needs,
    acts=bulk.offered_on("needs"),
    title=gettext_lazy("Needs"),
    columns=(
        Column(
            "what",
            gettext_lazy("Need"),
            value=words.what,
            link=lambda need: reverse("need", args=[need.pk]),
        ),
        Column("code", gettext_lazy("Tracking code"), value=words.code_at(), kind="code"),
        Column("place", gettext_lazy("Neighbourhood"), value=lambda need: words.named(need.place)),
        Column("band", gettext_lazy("Band"), value=lambda need: words.band_badge(need.priority), kind="badge"),
        Column("priority", gettext_lazy("Priority"), kind="number", sort="priority"),
        Column("created", gettext_lazy("Told"), value="created_at", kind="date", sort="created_at"),
        Column("left", gettext_lazy("Not promised"), value=lambda need: need.quantity - need.committed, kind="number"),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda need: words.need_badge(need, late=need.has_late),
            kind="badge",
        ),
    ),
    default_sort="-priority",
    filters=NeedFilters,
    empty_title=gettext_lazy("No need is recorded here yet"),
    empty_text=gettext_lazy("When somebody calls, “Record a need” takes less than a minute."),
)


def needs_seen(by: Acting) -> QuerySet[Need]:
    rows = needs_of(by, now()).select_related("specification", "place").defer("place__boundary")
    return rows.annotate(has_late=late_promise(business_date(now())))


@exportable
@require_safe
@open_to(permissions.may_see_needs)
def needs(request: HttpRequest) -> HttpResponseBase:
    rows = needs_seen(acting(request))
    context = {
        "page": list_page(request, SPEC, rows),
        "may_open": permissions.may_open_need(acting(request)) is None,
        "is_staff": acting(request).is_staff,
    }
    return export(request, SPEC, rows) or render(request, "web/pages/needs.html", context)


def _need(need_id: int) -> Need:
    """Also a need of another organisation that this actor promised to: its row is seen, its family never."""
    deliveries = Prefetch("deliveries", queryset=Delivery.objects.order_by("delivered_date", "pk"))
    promises = with_giver(Commitment.objects.order_by("offered_at", "pk"))
    rows = Need.objects.select_related(
        "specification", "place__parent", "organisation", "household", "opened_by__account", "vouched_by__account"
    ).prefetch_related(
        "priority_lines",
        Prefetch(
            "overrides", queryset=PriorityOverride.objects.select_related("proposed_by", "signed_by").order_by("-pk")
        ),
        Prefetch("commitments", queryset=promises.prefetch_related(deliveries)),
    )
    return only(rows.filter(pk=need_id))


def _facts(need: Need, *, own: bool) -> list[tuple[str, str]]:
    facts = [
        (_("Tracking code"), digits(spoken(need.tracking_code))),
        (_("What is needed"), words.what(need)),
        (_("Neighbourhood"), words.where(need.place)),
        (_("Kept by"), words.named(need.organisation)),
        (_("Told"), f"{jdate(need.created_at)} ({jdate_ago(need.created_at)})"),
    ]
    if need.due_date:
        facts.append((_("Needed by"), jdate(need.due_date)))
    if own and need.opened_by:
        facts.append((_("Recorded by"), need.opened_by.account.name))
    if own and need.vouched_by:
        facts.append((_("Vouched for by"), need.vouched_by.account.name))
    if need.met_by:
        facts.append((_("Met by"), need.get_met_by_display()))
    if own and (others := beside(need)):
        facts.append((_("Goes together with"), words.listed(*(_of_group(one) for one in others))))
    return facts


def _of_group(need: Need) -> str:
    """What goes together with a need, and whether it lacks something still."""
    if need.committed == need.quantity:
        return words.what(need)
    return _("%(what)s (lacks a giver still)") % {"what": words.what(need)}


def _priority(need: Need) -> dict[str, object]:
    """The lines of the priority with what each adds, heaviest first, and the overrides."""
    lines = list(need.priority_lines.all())
    total = sum(line.weight for line in lines) or 1
    shown = [
        {
            "part": line.get_part_display(),
            "value": line.value,
            "weight": percent(line.weight / total, 0),
            "adds": line.value * line.weight / total,
            "source": words.source(line.source),
        }
        for line in lines
    ]
    overrides = list(need.overrides.all())
    return {
        "lines": sorted(shown, key=itemgetter("adds"), reverse=True),
        "counted": priority_of(
            [PriorityLine(PriorityPart(line.part), line.value, line.weight, line.source) for line in lines]
        ),
        "in_force": next((one for one in overrides if one.signed_by_id), None),
        "proposed": next((one for one in overrides if not one.signed_by_id), None),
    }


def _may(by: Acting, need: Need, *, own: bool) -> dict[str, bool]:
    """What this reader can do now; the reasons against it are the rules' own."""
    withdrawable = permissions.may_withdraw_need(by, need) is None
    is_open = need.state != NeedState.CLOSED
    return {
        "receipt": own or not by.is_staff,  # the tracking code is for the side that asks
        "offers": own and by.is_staff and need.state == NeedState.OPEN and need.committed < need.quantity,
        "vouch": need.state == NeedState.DRAFT and permissions.may_vouch_need(by, need) is None,
        "withdraw": is_open and withdrawable and need.committed == need.met,
        "restore": not is_open and withdrawable and need.closed_as != ClosedAs.MET,
        "override": is_open and permissions.may_override_priority(by, need) is None,
        "read_note": bool(need.note) and permissions.may_reveal_note(by, need) is None,
    }


def _page(request: HttpRequest, need_id: int, *, form: PriorityForm | None = None, note: str = "") -> HttpResponse:
    by, need = acting(request), _need(need_id)
    own = by.covers(place_path=need.place_path, organisation_path=need.organisation_path)
    promises = list(need.commitments.all())
    stories = stories_of([delivery.pk for promise in promises for delivery in promise.deliveries.all()])
    unserved = Unserved.objects.filter(need=need).first() if need.committed < need.quantity else None
    today = business_date(now())
    context = {
        "need": need,
        "title": words.what(need),
        "badge": words.need_badge(need, late=any_late(promises, today)),
        "band": words.band_badge(need.priority),
        "facts": _facts(need, own=own),
        "priority": _priority(need),
        "may": _may(by, need, own=own),
        "signed_by_me": by.account_id,
        "promises": promise_lines(promises, today, opens=may_see_promises(by) is None),
        "steps": steps(need, promises, stories, today),
        "events": timeline(need, promises, stories),
        "why_unserved": words.why_unserved(unserved) if unserved else "",
        "form": form or PriorityForm(),
        "form_open": form is not None,
        "note": note,
        "family": need.household if own and may_see_households(by) is None else None,
    }
    return render(request, "web/pages/need.html", context)


@require_safe
@open_to(permissions.may_see_needs)
def need(request: HttpRequest, need_id: int) -> HttpResponse:
    return _page(request, need_id)


@require_POST
@open_to(permissions.may_open_need)
def vouch(request: HttpRequest, need_id: int) -> HttpResponse:
    return bulk.do_one(request, "vouch_needs", need_id, to=reverse("need", args=[need_id]))


@require_POST
@open_to(permissions.may_open_need)
def withdraw(request: HttpRequest, need_id: int) -> HttpResponse:
    return bulk.do_one(request, "withdraw_needs", need_id, to=reverse("need", args=[need_id]))


@require_POST
@open_to(permissions.may_open_need)
def restore(request: HttpRequest, need_id: int) -> HttpResponse:
    return act(
        request,
        lambda: restore_need(need_id=need_id, by=acting(request), now=now()),
        _("The need is open again, as old as it was."),
        reverse("need", args=[need_id]),
    )


@never_cache
@require_POST
@open_to(permissions.may_open_need)
def read_note(request: HttpRequest, need_id: int) -> HttpResponse:
    """The note is shown once, in the answer itself: it stands in no address and no session."""
    note = reveal_note(need_id=need_id, by=acting(request), now=now())
    with scope(acting(request)):
        return _page(request, need_id, note=note)


@require_POST
@open_to(permissions.may_open_need)
def propose(request: HttpRequest, need_id: int) -> HttpResponse:
    form = PriorityForm(request.POST)
    if form.is_valid():
        try:
            propose_priority(need_id=need_id, by=acting(request), now=now(), **form.cleaned_data)
        except BadValue as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("Your proposal was recorded. It holds once a colleague has signed it."))
            return redirect("need", need_id)
    with scope(acting(request)):
        return _page(request, need_id, form=form)


@require_POST
@open_to(permissions.may_open_need)
def sign(request: HttpRequest, need_id: int, override_id: int) -> HttpResponse:
    return act(
        request,
        lambda: sign_priority(override_id=override_id, by=acting(request), now=now()),
        _("You signed the priority: it holds from now on."),
        reverse("need", args=[need_id]),
    )
