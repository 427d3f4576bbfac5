"""Tours: who goes where with which skill, and for each place who comes when."""

import re
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from peyvand.kernel.jalali import business_date
from peyvand.people.models import Membership
from peyvand.places.enums import FINE
from peyvand.places.models import Place
from peyvand.programmes.visits import permissions, queries, tour_actions
from peyvand.programmes.visits.enums import TourAim
from peyvand.programmes.visits.forms import fine_places
from peyvand.programmes.visits.models import Tour, TourPerson, TourStop
from peyvand.programmes.visits.views import SLUG, badge, opened
from peyvand.scope.acting import STAFF, Acting
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Column, Filters, ListSpec, list_page
from peyvand.web.pages import acts, choices
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.choices import FoundPlace, PlaceField
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import number

PLACE_ROWS, PERSON_ROWS = 6, 5


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.account.name} — {obj.get_role_display()}"


class TourForm(Form):
    title = forms.CharField(label=_("Name of the tour"), max_length=120)
    aim = forms.ChoiceField(
        label=_("What is the tour for?"), choices=TourAim.choices, initial=TourAim.CORRIDOR, required=False,
        help_text=_("An outreach round seeks the places and people whom nobody has seen; its first contacts are counted apart."),
    )  # fmt: skip
    base = PlaceField(label=_("Where does each day begin and end?"))
    begins = JalaliDateField(label=_("First day"))
    days = QuantityField(label=_("How many days?"), most=14, initial=2)
    calls_a_day = QuantityField(label=_("Places a person can reach in a day"), most=12, initial=3)
    km_a_day = QuantityField(label=_("Kilometres a person can go in a day"), unit=_("km"), most=1000, initial=150)

    def __init__(self, *args: Any, by: Acting, near: list[Place], **options: Any) -> None:
        """`near` are the places of the actor's area as `_near` reads them, which every choice here is made of."""
        super().__init__(*args, **options)
        self.fields["begins"].earliest = today()  # type: ignore[attr-defined]
        base: Any = self.fields["base"]
        if len(near) > choices.MOST_PLACES:
            base.offer(by)
        else:
            base.offer_read(by, near)
        places = fine_places(by)
        fine = [place for place in near if place.kind in FINE]
        for row in range(1, PLACE_ROWS + 1):
            place = FoundPlace(
                label=format_lazy(_("Place {number}"), number=number(row)), required=row == 1, empty_label="—"
            )  # fmt: skip
            place.offer(places, is_written=len(near) > choices.MOST_PLACES or len(fine) > choices.MOST_NAMES)
            if not place.is_written:
                place.choices = [("", "—"), *((one.pk, place.label_from_instance(one)) for one in fine)]
            self.fields[f"place_{row}"] = place
            self.fields[f"needed_{row}"] = _skills(_("Place {number}: which skills does it need?"), row)
        people = _people(by)
        for row in range(1, PERSON_ROWS + 1):
            label = format_lazy(_("Person {number}"), number=number(row))
            person = PersonField(label=label, queryset=people.all(), required=row == 1, empty_label="—")
            person.choices = [("", "—"), *((one.pk, person.label_from_instance(one)) for one in people)]
            self.fields[f"person_{row}"] = person
            self.fields[f"has_{row}"] = _skills(_("Person {number}: which skills?"), row)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for who, what, rows in (("place", "needed", PLACE_ROWS), ("person", "has", PERSON_ROWS)):
            for row in range(1, rows + 1):
                if said.get(f"{who}_{row}") and not said.get(f"{what}_{row}"):
                    self.add_error(f"{what}_{row}", _("Write at least one skill."))
        return said

    def row(self) -> tour_actions.NewTour:
        said = self.cleaned_data
        rows = lambda who, what, most: [  # noqa: E731
            (said[f"{who}_{row}"], re.split("[،,]", said[f"{what}_{row}"]))
            for row in range(1, most + 1)
            if said[f"{who}_{row}"]
        ]
        people = [(member.account, skills) for member, skills in rows("person", "has", PERSON_ROWS)]
        return tour_actions.NewTour(
            said["title"], said["base"], said["begins"], said["days"], rows("place", "needed", PLACE_ROWS), people,
            said["calls_a_day"], said["km_a_day"], TourAim(said["aim"] or TourAim.CORRIDOR),
        )  # fmt: skip


def _near(by: Acting) -> list[Place]:
    """The places of the actor's area with what each lies in, from the outermost down; one more than a choice can hold at most."""
    rows = Place.objects.filter(below(by.place_path, "path")).select_related("parent")
    return list(rows.defer("boundary", "parent__boundary").order_by("path")[: choices.MOST_PLACES + 1])


def _skills(label: Any, row: int) -> forms.CharField:
    hint = _("Separated by commas, in the same words for places and people: doctor, social worker")
    return forms.CharField(label=format_lazy(label, number=number(row)), required=False, max_length=200, help_text=hint)


def _people(by: Acting) -> Any:
    own = in_area(by, "place__path") & below(by.organisation_path, "organisation__path")
    rows = Membership.objects.filter(own, until=None, role__in=[role.value for role in STAFF])
    return rows.select_related("account").order_by("account__name", "pk")


class TourFilters(Filters):
    searched = ("base__search_key",)
    folded = ("title",)
    lookups = {"since": "begins__gte"}
    aim = forms.ChoiceField(label=_("What for?"), required=False, choices=[("", _("All")), *TourAim.choices])
    since = JalaliDateField(label=_("Begins on or after"), required=False, help_text="")


LIST = ListSpec(
    name="tours",
    title=_("Tours"),
    columns=(
        Column("title", _("Tour"), link=lambda row: reverse(f"{SLUG}:tour", args=[row.pk])),
        Column("aim", _("What for?"), value=lambda row: row.get_aim_display()),
        Column("base", _("From where"), value=lambda row: named(row.base)),
        Column("begins", _("First day"), kind="date", sort="begins"),
        Column("days", _("How many days"), kind="number", sort="days"),
    ),
    default_sort="-begins",
    filters=TourFilters,
    empty_title=_("No tour yet"),
    empty_text=_("Those who lead the work plan one: places, days, and people with the skills the places need."),
    first_step=first_step(SLUG, (one_of(*permissions.PLANNERS), _("Plan a tour"), "new_tour"), else_=""),
)


@exportable
@require_GET
def tours(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    if (file := export(request, LIST, _tours(by))) is not None:
        return file
    may_plan = permissions.may_plan(by, by.place_path) is None and opened(by)
    return render(request, "visits/tours.html", {"page": list_page(request, LIST, _tours(by)), "may_plan": may_plan})


def _tours(by: Acting) -> QuerySet[Tour]:
    own = Tour.objects.filter(in_area(by) & below(by.organisation_path, "organisation_path"))
    return own.select_related("base").defer("base__boundary")


@require_GET
def tour(request: HttpRequest, tour_id: int) -> HttpResponseBase:
    """Day by day who goes where; and place by place who comes when: the corridor."""
    found = only(_tours(request.acting).filter(pk=tour_id))  # type: ignore[attr-defined]
    stops = list(
        TourStop.objects.filter(tour=found)
        .select_related("visit__place", "person__account")
        .order_by("visit__planned_date", "person_id", "order")
    )  # fmt: skip
    for stop in stops:
        stop.badge, stop.place_name = badge(stop.visit), named(stop.visit.place)  # type: ignore[attr-defined]
    by_place = sorted(stops, key=lambda stop: (stop.visit.place.path, stop.visit.planned_date))
    names = {
        place.pk: named(place)
        for place in Place.objects.defer("boundary").filter(pk__in=[one[0] for one in found.left])
    }
    context = {
        "tour": found,
        "base": named(found.base),
        "days": [(day, list(some)) for day, some in groupby(stops, key=lambda stop: stop.visit.planned_date)],
        "places": [(name, list(some)) for name, some in groupby(by_place, key=lambda stop: stop.place_name)],  # type: ignore[attr-defined]
        "people": list(TourPerson.objects.filter(tour=found).select_related("account").order_by("pk")),
        "left": [(names.get(pk, "—"), skill, gettext(why)) for pk, skill, why in found.left],
        "km": sum(stop.km for stop in stops),
        "came": queries.outcome(found) if found.aim == TourAim.OUTREACH else None,
    }
    return render(request, "visits/tour.html", context)


def new_tour(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def planned() -> int:
        with scope(by):
            row = form.row()
        return tour_actions.plan_tour(row=row, by=by, now=timezone.now()).pk

    def run() -> HttpResponse:
        tour_id = acts.do(request, planned)
        notices.done(request, gettext("The tour is planned; its visits stand in the list."))
        return redirect(f"{SLUG}:tour", tour_id=tour_id)

    def page(status: int) -> HttpResponse:
        return render(request, "visits/new_tour.html", {"form": form}, status=status)

    with scope(by):
        near = _near(by)
        aim = TourAim.OUTREACH if request.GET.get("aim") == TourAim.OUTREACH else TourAim.CORRIDOR
        initial = _least_seen(by, near, aim) if request.method == "GET" else {}
        form = TourForm(request.POST or None, by=by, near=near, initial=initial)
        if request.method != "POST":
            return page(200)
        form.is_valid()  # which looks places and people up
    return acts.answered(request, form, run, page)


def _least_seen(by: Acting, near: list[Place], aim: TourAim) -> dict[str, Any]:
    """The places seen least are proposed, for an outreach round those where nobody ever came; whoever plans may choose others."""
    among = near if len(near) <= choices.MOST_PLACES else None
    rows = queries.standings(by.place_path, business_date(timezone.now()), among=among)
    wanted = (lambda row: row.last is None) if aim == TourAim.OUTREACH else (lambda row: bool(row.neglect.score))
    proposed = {
        f"place_{number}": row.place for number, row in enumerate(list(filter(wanted, rows))[:PLACE_ROWS], start=1)
    }
    return {"begins": today(), "aim": aim, **proposed}
