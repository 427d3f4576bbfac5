"""Where programmes are on: the list with their purpose, switching on and off, and what was before."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peyvand.extend.discovery import UnknownProgramme, programme, programmes
from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.programme import Programme
from peyvand.extend.switches import may_see_switches, may_switch, switch_off, switch_on, switches_seen
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.fields import JalaliDateField
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.acts import act
from peyvand.web.pages.choices import FoundChoice, FoundPlace
from peyvand.web.pages.people_forms import areas


class SwitchForm(Form):
    """A place, an organisation, or an organisation in a place; from a day that has not passed."""

    place = FoundPlace(label=gettext_lazy("In a place"), empty_label=gettext_lazy("Anywhere"), required=False)
    organisation = FoundChoice(
        label=gettext_lazy("For an organisation, with its branches"),
        empty_label=gettext_lazy("Every organisation"),
        required=False,
    )
    since = JalaliDateField(label=gettext_lazy("From"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        today = business_date(now())
        self.fields["place"].offer(areas(by))  # type: ignore[attr-defined]
        self.fields["organisation"].offer(_organisations(by))  # type: ignore[attr-defined]
        self.fields["since"].earliest = today  # type: ignore[attr-defined]
        self.initial.setdefault("since", today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not (data["place"] or data["organisation"]):
            self.add_error("place", _("Choose a place, an organisation, or both."))
        return data


def _organisations(by: Acting) -> QuerySet[Organisation]:
    return Organisation.objects.filter(in_area(by, "place__path"), is_active=True).order_by("sort_key")


def _is_over(row: ProgrammeSwitch) -> bool:
    return row.until is not None and row.until <= business_date(now())


@open_to(may_see_switches)
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    """Every programme of this installation, and where it is on."""
    rows = list(switches_seen(acting(request)))
    found = [
        (one, [row for row in rows if row.slug == one.slug and not _is_over(row)], any(row.slug == one.slug for row in rows))
        for one in programmes().values()
    ]  # fmt: skip
    return render(request, "web/office/programmes.html", {"programmes": found})


@open_to(may_see_switches)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: where it is on, the form to switch it on, and where it was."""
    by, one = acting(request), _programme(slug)
    with scope(by):
        form = SwitchForm(request.POST or None, by=by)
        valid = request.method == "POST" and form.is_valid()
    if valid:
        data = form.cleaned_data
        with scope(by):
            stands = switches_seen(by).filter(
                slug=slug, place=data["place"], organisation=data["organisation"], until=None
            )
            stands_already = stands.exists()
        try:
            switch_on(slug=slug, **data, by=by, now=now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            if stands_already:
                notices.say(request, _("It is on there already; nothing has changed."))
            else:
                notices.done(request, _("The programme was switched on."))
            return redirect("programme_switches", slug)
    with scope(by):
        return render(request, "web/office/programme.html", _page_context(by, one, form))


def _programme(slug: str) -> Programme:
    try:
        return programme(slug)
    except UnknownProgramme:
        raise NotFound from None


def _page_context(by: Acting, one: Programme, form: SwitchForm) -> dict[str, Any]:
    rows = list(switches_seen(by).filter(slug=one.slug))
    on = [row for row in rows if not _is_over(row)]
    may = [may_switch(by, place=row.place, organisation=row.organisation) is None for row in on]
    own = may_switch(by, place=Place.objects.filter(path=by.place_path).first(), organisation=None)
    return {
        "programme": one,
        "form": form if own is None else None,
        "reason": own,
        "on": list(zip(on, may, strict=True)),
        "past": [row for row in rows if _is_over(row)],
        "today": business_date(now()),
    }


@open_to(may_see_switches)
@require_POST
def programme_off(request: HttpRequest, slug: str, switch_id: int) -> HttpResponse:
    _programme(slug)
    return act(
        request,
        lambda: switch_off(switch_id=switch_id, by=acting(request), now=now()),
        _("The programme was switched off. What was done stays readable."),
        reverse("programme_switches", args=[slug]),
    )
