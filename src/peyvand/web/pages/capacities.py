"""What people and organisations can give: the list, one offer with what is left of it, and offering in two minutes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.flow.capacity import actions, rules
from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.capacity.permissions import may_change_capacity, may_offer_capacity, may_see_capacities
from peyvand.flow.capacity.queries import capacities_of, own
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.gifts import may_see_gift
from peyvand.kernel import slips
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.resources.models import Quality, Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.exports import export, exportable
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.lists import Column, Filters, ListSpec, list_page
from peyvand.web.pages import acts, first_steps
from peyvand.web.pages.access import open_to, refuse
from peyvand.web.pages.choices import KindField, KindFilter, PlaceField
from peyvand.web.pages.rows import county_of, in_place, with_county
from peyvand.web.pages.rule_forms import BroughtForm
from peyvand.web.pages.words import capacity_badge, code_at, listed, named, promise_badge, reach_text
from peyvand.web.search import among, exactly, nearly
from peyvand.web.templatetags.peyvand_format import jdate, number, quantity, unit
from peyvand.web.templatetags.peyvand_pages import code

_OWN = [("", _("Everyone's")), ("True", _("Our own offers"))]


class CapacityFilters(Filters):
    searched = ("search_key",)
    lookups = {"kind": "specification", "whose": "is_own"}
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *CapacityState.choices])
    kind = KindFilter(label=_("Kind of help"), required=False, empty_label=_("All"))
    whose = forms.ChoiceField(label=_("Whose"), required=False, choices=_OWN)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """By words of the kind and of the giver's name; both are looked up in their own short lists first.

        Where a word stands in neither, no offer is looked at: to find none, all of a country would be. The offers of few names are
        found through an index; of many names the page is soon full.
        """
        named = [one.values("pk") for word in slips.words(text) for one in _named(exactly, word)]
        told = at_once(*(one[: _FEW + 1] for one in named)) if named else []
        keys = iter(
            [pk["pk"] for pk in found] if len(found) <= _FEW else one for one, found in zip(named, told, strict=True)
        )
        for kinds, givers in zip(keys, keys, strict=True):
            rows = rows.filter(Q(specification__in=kinds) | Q(organisation__in=givers))
        return rows

    def similar(self, rows: QuerySet, text: str) -> QuerySet:
        """A slip is looked for in the lists of names once, in one question for all words: patterns are dear."""
        words = slips.words(text)
        is_exact = [ExpressionWrapper(exactly(word, _KEYS), BooleanField()) for word in words]
        asked = [
            named.annotate(is_exact=exact).values("pk", "is_exact")
            for word, exact in zip(words, is_exact, strict=True)
            for named in _named(nearly, word)
        ]
        told, exact = iter(at_once(*asked)) if asked else iter(()), Q()
        for kinds, givers in zip(told, told, strict=True):
            rows = rows.filter(_of_either(kinds, givers))
            exact &= _of_either(*([one for one in found if one["is_exact"]] for found in (kinds, givers)))
        return rows.exclude(exact) if exact else rows.none()


_KEYS = ("search_key",)
_FEW = 100


def _named(how: Callable[..., Q], word: str) -> list[QuerySet]:
    """The kinds, and the organisations, whose names hold a word, or nearly."""
    asked = how(word, _KEYS)
    return [Specification.objects.order_by().filter(asked), Organisation.objects.order_by().filter(asked)]


def _of_either(kinds: list[dict[str, Any]], givers: list[dict[str, Any]]) -> Q:
    return among("specification", [one["pk"] for one in kinds]) | among("organisation", [one["pk"] for one in givers])


SPEC = ListSpec(
    name="capacities",
    first_step=first_steps.capacities,
    acts=bulk.offered_on("capacities"),
    title=_("What can be given"),
    columns=(
        Column("kind", _("What is offered"), lambda row: named(row.specification), link=lambda row: reverse("capacity", args=[row.pk])),
        Column("giver", _("Who offers it"), lambda row: named(row.organisation)),
        Column("county", _("County"), sort=""),
        Column("left", _("Left"), kind="number", sort="left"),
        Column("quantity", _("Offered"), kind="number", sort="quantity"),
        Column("unit", _("Unit"), lambda row: unit(row.specification.unit)),
        Column("reach", _("Reach"), reach_text),
        Column("start_date", _("From"), kind="date", sort="start_date"),
        Column("end_date", _("Until"), kind="date"),
        Column("state", _("State"), capacity_badge, kind="badge"),
        Column("tracking_code", _("Tracking code"), code_at(), kind="code"),
    ),
    default_sort="-id",
    filters=CapacityFilters,
    empty_title=_("Nothing is offered here yet"),
    empty_text=_("What a firm, a charity, an agency or a resident can give stands here as soon as somebody records it."),
)  # fmt: skip


def capacities_seen(by: Acting) -> QuerySet[Capacity]:
    rows = (
        capacities_of(by).select_related("specification", "organisation").annotate(left=F("quantity") - F("committed"))
    )
    return with_county(rows.annotate(is_own=own(by)))


@exportable
@require_GET
@open_to(may_see_capacities)
def capacities(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    rows = in_place(request, capacities_seen(by))
    if file := export(request, SPEC, rows):
        return file
    links = [] if may_offer_capacity(by) else [(_("Offer something"), reverse("capacity_new"))]
    context = {
        "title": _("What can be given"),
        "lead": _("Offers of your organisation, and those of others that reach your area."),
        "page": list_page(request, SPEC, rows),
        "links": links,
    }
    return render(request, "web/pages/list.html", context)


_ACT_LABELS = {
    "open_capacity": _("Open it to needs"),
    "pause_capacity": _("Pause: no new promises for now"),
    "resume_capacity": _("Resume"),
    "close_capacity": _("Close this offer"),
}


def _promises_on(row: Capacity) -> list[dict[str, Any]]:
    today = business_date(timezone.now())
    rows = with_county(Commitment.objects.filter(capacity=row)).order_by("due_date", "pk")[:50]
    return [
        {
            "url": reverse("promise", args=[one.pk]),
            "text": quantity(one.quantity, row.specification.unit),
            "county": one.county,
            "due": one.due_date,
            "badge": promise_badge(one.state, one.due_date, today),
        }
        for one in rows
    ]


def _facts(row: Capacity, seen_place: Place | None) -> list[tuple[Any, Any]]:
    window = gettext("From %(start)s") % {"start": jdate(row.start_date)}
    if row.end_date:
        window = gettext("From %(start)s to %(end)s") % {"start": jdate(row.start_date), "end": jdate(row.end_date)}
    facts = [
        (_("Who offers it"), named(row.organisation)),
        (_("Place"), named(seen_place)),
        (_("Reach"), reach_text(row)),
        (_("Window"), window),
        (_("Smallest lot"), quantity(row.smallest_lot, row.specification.unit)),
        *brought_facts(row),
        (_("Renews"), _("Each Jalali month") if row.renews_monthly else _("No")),
        (_("Conditions"), row.conditions or "—"),
        (_("Tracking code"), code(row.tracking_code)),
    ]
    if row.provider_person_id:
        facts.insert(1, (_("Given by"), _("A person, through this organisation")))
    return facts


def brought_facts(row: Capacity) -> list[tuple[Any, Any]]:
    """What it brings for what needs ask, in words; nothing where it names nothing."""
    facts: list[tuple[Any, Any]] = []
    if row.brings:
        facts.append((_("Brings"), listed(*(named(one) for one in Quality.objects.filter(slug__in=row.brings)))))
    if row.giver_sex:
        facts.append((_("Who gives it"), row.get_giver_sex_display()))
    if row.most_a_week:
        facts.append((_("At most so many taken on in a week"), quantity(row.most_a_week, row.specification.unit)))
    return facts


@require_GET
@open_to(may_see_capacities)
def capacity(request: HttpRequest, pk: int) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    row = get_object_or_404(Capacity.objects.select_related("specification", "organisation", "place"), pk=pk)
    may_change = may_change_capacity(by, row) is None
    renewal = Capacity.objects.filter(Q(renewed_from=row) | Q(pk=row.renewed_from_id or 0)).order_by("start_date")
    acts_ = rules.LIFE.acts(row.state) if may_change else []
    context = {
        "row": row,
        "title": named(row.specification),
        "badge": capacity_badge(row),
        "left": quantity(row.quantity - row.committed, row.specification.unit),
        "promised": quantity(row.committed - row.delivered, row.specification.unit),
        "delivered": quantity(row.delivered, row.specification.unit),
        "offered": quantity(row.quantity, row.specification.unit),
        "facts": _facts(row, row.place if may_change or not row.provider_person_id else county_of(row.place_path)),
        "promises": _promises_on(row),
        "renewals": [(one, one.pk == row.renewed_from_id) for one in renewal],
        "acts": [(act, _ACT_LABELS[act]) for act in acts_ if act in _ACT_LABELS and act != "close_capacity"],
        "may_close": "close_capacity" in acts_,
        "brought_url": reverse("capacity_brought", args=[row.pk]) if may_change else "",
        "gift_url": reverse("gift", args=[row.pk]) if may_see_gift(by, row) is None else "",
        "crumbs": [(_("What can be given"), reverse("capacities"))],
    }
    return render(request, "web/pages/capacity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_offer_capacity)
def capacity_brought(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of what an offer brings for what needs ask."""
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(by):
        row = get_object_or_404(Capacity.objects.select_related("specification").filter(own(by)), pk=pk)
        form = BroughtForm(request.POST) if request.method == "POST" else BroughtForm.of(row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_brought(capacity_id=pk, brought=form.brought(), by=by, now=timezone.now())
        except BadValue as answer:
            refuse(form, answer)
        else:
            notices.done(request, gettext("The next matching goes by what the offer brings."))
            return redirect("capacity", pk)
    context = {
        "form": form,
        "title": _("What does the offer bring?"),
        "lead": _("Needs that ask for it can then be met. Tick only what is really there."),
        "crumbs": [
            (_("What can be given"), reverse("capacities")),
            (named(row.specification), reverse("capacity", args=[pk])),
        ],
        "button": _("Set it"),
        "back_url": reverse("capacity", args=[pk]),
    }
    with scope(by):
        return render(request, "web/pages/form.html", context)


_BULK = {
    "pause_capacity": "pause_capacities",
    "resume_capacity": "resume_capacities",
    "close_capacity": "close_capacities",
}


@require_POST
@open_to(may_offer_capacity)
def capacity_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    here = reverse("capacity", args=[pk])
    if act in _BULK:
        return bulk.do_one(request, _BULK[act], pk, to=here)
    if act != "open_capacity":
        raise Http404
    by = request.acting  # type: ignore[attr-defined]

    def run() -> int:
        return actions.open_capacity(capacity_id=pk, by=by, now=timezone.now()).pk

    undo = reverse("capacity_act", args=[pk, "pause_capacity"])
    return acts.act(request, run, gettext("The offer is open."), here, undo=undo)


# How deep in the tree of places a capacity must lie for its reach to mean anything.
_DEPTHS: dict[str, int] = {Reach.PROVINCE: 2, Reach.COUNTY: 3}


class CapacityForm(Form):
    kind = KindField(label=_("What can be given"), empty_label=_("Choose a kind of help"))
    quantity = QuantityField(label=_("How much"), help_text=_("In the unit that stands beside the kind"))
    place = PlaceField(label=_("Where it is"))
    reach = forms.ChoiceField(
        label=_("How far it reaches"), choices=Reach.choices, widget=forms.RadioSelect, initial=Reach.COUNTY
    )
    reach_km = QuantityField(
        label=_("Kilometres"),
        unit=_("km"),
        most=3000,
        required=False,
        help_text=_("Only where the reach is in kilometres"),
    )
    renews_monthly = forms.BooleanField(label=_("The same again each Jalali month"), required=False)
    end_date = JalaliDateField(label=_("Until"), required=False)
    smallest_lot = QuantityField(label=_("Smallest lot"), required=False, help_text=_("Nothing less is given at once"))
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Those who answer for a need read this; write nobody's name or number here"),
    )
    draft = forms.BooleanField(label=_("Keep it to ourselves for now"), required=False)

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].offer(by)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        in_km = given.get("reach") == Reach.KILOMETRES
        if in_km and not given.get("reach_km") and "reach_km" not in self.errors:
            self.add_error("reach_km", _("Say how many kilometres the offer reaches."))
        if not in_km:
            given["reach_km"] = None
        place, reach = given.get("place"), given.get("reach")
        if place and place.path.count("/") < _DEPTHS.get(str(reach), 0):
            self.add_error("reach", _("The place is larger than that. Choose a place inside it, or a wider reach."))
        lot, amount = given.get("smallest_lot"), given.get("quantity")
        if lot and amount and lot > amount:
            self.add_error(
                "smallest_lot",
                gettext("The smallest lot is at most the whole: %(amount)s.") % {"amount": number(amount)},
            )
        return given

    def row(self) -> actions.NewCapacity:
        given = self.cleaned_data
        specification: Specification = given["kind"]
        return actions.NewCapacity(
            specification, given["quantity"], given["place"], reach=Reach(given["reach"]), reach_km=given["reach_km"],
            end_date=given["end_date"], smallest_lot=given["smallest_lot"] or 1, conditions=given["conditions"],
            renews_monthly=given["renews_monthly"], draft=given["draft"],
        )  # fmt: skip


def _blank(request: HttpRequest, by: Acting) -> CapacityForm:
    place = Place.objects.filter(path=by.place_path).first()
    widest = {1: Reach.COUNTRY, 2: Reach.PROVINCE}.get(by.place_path.count("/"), Reach.COUNTY)
    asked = {name: request.GET[name] for name in ("kind", "place", "quantity") if request.GET.get(name, "").isdecimal()}
    return CapacityForm(by=by, initial={"place": place, "reach": Reach.COUNTY if "place" in asked else widest} | asked)


@require_http_methods(["GET", "POST"])
@open_to(may_offer_capacity)
def capacity_new(request: HttpRequest) -> HttpResponse:
    by: Acting = request.acting  # type: ignore[attr-defined]
    if request.method == "GET":
        return _form_page(request, _blank(request, by))
    form = CapacityForm(request.POST, by=by)
    if form.is_valid():
        try:
            pk = acts.do(request, lambda: actions.offer_capacities(rows=[form.row()], by=by, now=timezone.now())[0].pk)
        except Refusal as answer:
            refuse(form, answer)
        else:
            notices.done(request, gettext("The offer is recorded. The next matching counts with it."))
            return redirect("capacity", pk)
    with scope(by):
        return _form_page(request, form)


def _form_page(request: HttpRequest, form: CapacityForm) -> HttpResponse:
    context = {
        "form": form,
        "title": _("Offer something"),
        "lead": _("Four answers are enough. Needs of the same kind within reach are found from there."),
        "crumbs": [(_("What can be given"), reverse("capacities"))],
        "button": _("Offer it"),
        "back_url": reverse("capacities"),
    }
    return render(request, "web/pages/capacity_form.html", context)
