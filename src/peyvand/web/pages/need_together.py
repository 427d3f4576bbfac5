"""Needs that go together: what goes with a need, in words, and the form that says so."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.permissions import may_open_need
from peyvand.flow.need.queries import needs_of
from peyvand.flow.need.together import MOST_TOGETHER, set_together
from peyvand.kernel.codes import spoken
from peyvand.kernel.refusals import BadValue, NotFound
from peyvand.kernel.states import WrongState
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.rule_forms import Ticked
from peyvand.web.pages.words import named, what
from peyvand.web.templatetags.peyvand_format import digits, jdate_short

# So many are offered to tick: what goes with it already, then those of the same family, then the newest.
MOST_OFFERED = 40


class TogetherForm(Form):
    needs = Ticked(
        label=gettext_lazy("Needs of the same place"),
        help_text=gettext_lazy("Tick none, and the need goes by itself again"),
    )

    def __init__(self, *args: Any, offered: Sequence[Need], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["needs"].choices = [(one.pk, line(one)) for one in offered]  # type: ignore[attr-defined]

    def need_ids(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["needs"]]


def line(need: Need) -> str:
    """One need among others like it: what, when it was told, and its code."""
    told = _("told on %(day)s") % {"day": jdate_short(need.created_at)}
    return f"{what(need)} · {told} · {digits(spoken(need.tracking_code))}"


def beside(need: Need) -> list[Need]:
    """What goes together with it and is not closed, as far as the reader sees it; nothing is asked of a need by itself."""
    if need.together is None:
        return []
    others = Need.objects.filter(together=need.together).exclude(pk=need.pk).exclude(state=NeedState.CLOSED)
    return list(others.select_related("specification").order_by("pk"))


def _offered(need: Need, by: Acting) -> QuerySet[Need]:
    near = [When(together=need.together, then=Value(0))] if need.together is not None else []
    if need.household_id:
        near.append(When(household_id=need.household_id, then=Value(1)))
    order = [Case(*near, default=Value(2), output_field=IntegerField())] if near else []
    rows = needs_of(by, now()).filter(
        place_path=need.place_path,
        organisation_path=need.organisation_path,
        state__in=[NeedState.OPEN, NeedState.DRAFT],
    )
    return (
        rows.exclude(pk=need.pk).select_related("specification").order_by(*order, "-created_at", "-pk")[:MOST_OFFERED]
    )


def _own(need_id: int, by: Acting) -> Need:
    need = needs_of(by, now()).select_related("specification").filter(pk=need_id).first()
    if need is None or not by.is_staff:
        raise NotFound
    return need


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_open_need)
def need_together(request: HttpRequest, need_id: int) -> HttpResponse:
    """The form that says with which other needs this one goes together."""
    by = acting(request)
    with scope(by):
        need = _own(need_id, by)
        offered = list(_offered(need, by))
        with_it = [one.pk for one in offered if need.together is not None and one.together == need.together]
        form = TogetherForm(
            request.POST if request.method == "POST" else None, offered=offered, initial={"needs": with_it}
        )
    if request.method == "POST" and form.is_valid():
        chosen = form.need_ids()
        try:
            set_together(need_ids=[need_id, *chosen], by=by, now=now())
        except (BadValue, WrongState) as refusal:
            refuse(form, refusal, wrong_state="needs")
        else:
            said = _("They go together from now on: all of them are served, or none.")
            notices.done(request, said if chosen else _("The need goes by itself again."))
            return redirect("need_offers", need_id)
    context = {
        "form": form,
        "title": _("What goes together with it?"),
        "lead": _(
            "The members of a team, or both days of a service: the matching serves all of them or none. At most %(most)s go together."
        )
        % {"most": digits(MOST_TOGETHER)},
        "crumbs": [(_("Needs"), reverse("needs")), (named(need.specification), reverse("need", args=[need_id]))],
        "button": _("Set it"),
        "back_url": reverse("need_offers", args=[need_id]),
    }
    with scope(by):
        return render(request, "web/pages/form.html", context)
