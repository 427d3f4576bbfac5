"""An empty province in one page: what stands, what is missing, and the forms for it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from peyvand.extend.switches import switches_seen
from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import Need, PriorityWeights
from peyvand.flow.need.permissions import may_set_weights
from peyvand.flow.need.priorities import weights_on
from peyvand.flow.need.weights import set_weights
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import Refusal
from peyvand.office.actions import is_empty
from peyvand.people.accounts import register_organisation
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Membership, Organisation
from peyvand.people.permissions import may_register_organisation
from peyvand.places.enums import FINE, PlaceKind
from peyvand.places.models import Place
from peyvand.resources.actions import may_put_specifications
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import at_once, below
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.charts import Bar, Cell, Chart, drawn_bars
from peyvand.web.fields import JalaliDateField, QuantityField
from peyvand.web.forms import Form
from peyvand.web.pages.access import acting, everyone, now, open_to, refuse
from peyvand.web.pages.begin import begin
from peyvand.web.pages.chart_files import asked_for
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number

TREE_LIMIT = 500


def may_start(by: Acting) -> Refusal | None:
    return may_register_organisation(by, place_path=by.place_path)


@dataclass(frozen=True)
class Step:
    """One thing an office needs before it can work."""

    title: str
    count: int
    text: str
    url: str
    link: str
    optional: bool = False  # the office works without it too
    commands: tuple[str, ...] = ()  # what brings it, for the one who operates the server

    @property
    def done(self) -> bool:
        return self.count > 0


@open_to(everyone)
def start(request: HttpRequest) -> HttpResponse:
    """Where nobody has an account yet, the page that opens the office; afterwards what is still missing."""
    if not request.user.is_authenticated and is_empty():
        return begin(request)  # type: ignore[return-value]
    return _steps_page(request)  # type: ignore[return-value]


@open_to(may_start)
@require_safe
def _steps_page(request: HttpRequest) -> HttpResponse:
    """What stands already and what is still missing, in the order in which it is done."""
    steps = _steps(acting(request))
    return render(
        request,
        "web/office/start.html",
        {"steps": steps, "left": sum(not (step.done or step.optional) for step in steps)},
    )


def _number(rows: QuerySet, **counts: Count) -> QuerySet:
    """Counts of all the rows, to be asked at once with others."""
    return rows.order_by().values(whole=Value(1)).annotate(**counts)


def _steps(by: Acting) -> list[Step]:
    area = Place.objects.filter(below(by.place_path, "path"))
    members = Membership.objects.filter(below(by.place_path, "place__path"), until__isnull=True)
    with scope(SYSTEM):  # an administrator sees no need; whether there is any is a figure, and only that is read
        needs = int(Need.objects.filter(below(by.place_path)).exists())
    told = at_once(
        _number(area, counties=Count("pk", filter=Q(kind=PlaceKind.COUNTY)), fine=Count("pk", filter=Q(kind__in=FINE))),
        _number(Specification.objects.filter(is_active=True), kinds=Count("pk")),
        _number(
            Organisation.objects.filter(below(by.place_path, "place__path"), is_active=True), organisations=Count("pk")
        ),
        _number(members, accounts=Count("account", distinct=True)),
        _number(PriorityWeights.objects.all(), weights=Count("pk")),
    )
    stands: dict[str, int] = {name: count for rows in told for row in rows for name, count in row.items()}
    return [
        Step(
            _("Counties"), stands["counties"],
            _("Provinces and counties come with the product. They are loaded on the server:"), "", "",
            commands=("peyvand office new", "peyvand places load"),
        ),
        Step(
            _("Neighbourhoods and villages"), stands["fine"],
            _("Needs are told where people live. Bring in a list or a map, or write them one by one."),
            reverse("start_places"), _("Neighbourhoods"),
        ),
        Step(
            _("Kinds of help"), stands["kinds"],
            _("What can be needed and offered, each with its unit. A first list is loaded on the server:"),
            reverse("kinds") if may_put_specifications(by) is None else "", _("Rules of the match"),
            commands=("peyvand resources load",),
        ),
        Step(
            _("Organisations"), stands["organisations"],
            _("Your office with its branches, and those who work with it: charities, firms, centres."),
            reverse("start_organisations"), _("Organisations"),
        ),
        Step(
            _("Colleagues"), max(0, stands["accounts"] - 1),
            _("Facilitators, managers and officers. They sign in with a code that you hand over; no SMS is needed."),
            reverse("people"), _("People and roles"),
        ),
        Step(
            _("Programmes"), switches_seen(by).filter(until=None).count(),
            _("Ways of working with rules of their own. Each works where it is switched on, for a place or an organisation."),
            reverse("programme_list"), _("Switching programmes"), True,
        ),
        Step(
            _("Weights of priority"), stands["weights"],
            _("Who is helped first is decided openly. The weights that come with the product hold until you set your own."),
            reverse("start_weights") if may_set_weights(by) is None else "", _("Weights of priority"), True,
        ),
        Step(
            _("First needs"), needs,
            _("Those who work with families bring in the list you already have, or record the first one from a phone call."),
            reverse("imports") if by.is_staff else "", _("Bring in a list"),
        ),
    ]  # fmt: skip


class OrganisationForm(Form):
    name_fa = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=160, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OrganisationKind.choices)
    parent = forms.ChoiceField(label=gettext_lazy("Branch of"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("Place"), help_text=gettext_lazy("Where it stands or works"))

    def __init__(self, *args: Any, by: Acting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.parents = {str(row.pk): row for row in _organisations(by)}
        choices = [("", _("— none, a head office —")), *((pk, named(row)) for pk, row in self.parents.items())]
        self.fields["parent"].choices = choices  # type: ignore[attr-defined]
        self.fields["place"].choices = _areas(by)  # type: ignore[attr-defined]


@open_to(may_start)
@require_http_methods(["GET", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree of organisations in one's own area, and the form for another."""
    by = acting(request)
    if request.method == "GET":
        return _organisations_page(request, OrganisationForm(by=by))
    with scope(by):
        form = OrganisationForm(request.POST, by=by)
        valid = form.is_valid()
        place = Place.objects.filter(path=form.cleaned_data.get("place")).first()
    if valid and place:
        data = form.cleaned_data
        try:
            made = register_organisation(
                kind=OrganisationKind(data["kind"]), name_fa=data["name_fa"], name_en=data["name_en"], place=place,
                parent=form.parents.get(data["parent"]), by=by, now=now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("{name} was registered.").format(name=made.name_fa))
            return redirect("start_organisations")
    with scope(by):
        return _organisations_page(request, form)


def _organisations_page(request: HttpRequest, form: OrganisationForm) -> HttpResponse:
    rows = [
        (row, range(row.path.count("/") - 1)) for row in sorted(form.parents.values(), key=_tree_order(form.parents))
    ]
    return render(request, "web/office/organisations.html", {"form": form, "rows": rows})


def _tree_order(rows: dict[str, Organisation]) -> Any:
    """Siblings by name, each branch below its parent."""

    def key(row: Organisation) -> list[str]:
        return [rows[pk].sort_key + pk for pk in row.path.rstrip("/").split("/") if pk in rows]

    return key


def _organisations(by: Acting) -> list[Organisation]:
    rows = Organisation.objects.filter(
        Q(below(by.place_path, "place__path")) | Q(below(by.organisation_path, "path")), is_active=True
    )
    return list(rows.select_related("place").order_by("path")[:TREE_LIMIT])


def _areas(by: Acting) -> list[tuple[str, str]]:
    kinds = (PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.COUNTY)
    rows = Place.objects.filter(below(by.place_path, "path")).filter(Q(kind__in=kinds) | Q(path=by.place_path))
    return [(row.path, f"{named(row)} ({PlaceKind(row.kind).label})") for row in rows]


class WeightsForm(Form):
    since = JalaliDateField(label=gettext_lazy("In force from"))
    source = forms.CharField(label=gettext_lazy("Who decided it, and when"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for part in PriorityPart:
            self.fields[part.value] = QuantityField(label=part.label, least=0, most=100)
        self.order_fields([*(part.value for part in PriorityPart), "since", "source"])


@open_to(may_set_weights)
@require_http_methods(["GET", "POST"])
def weights(request: HttpRequest) -> HttpResponse:
    """The weights of priority: in force, to come, and those of the past."""
    by, today = acting(request), business_date(now())
    if request.method == "POST":
        form = WeightsForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                set_weights(
                    since=data["since"], weights={part: data[part.value] for part in PriorityPart}, source=data["source"], by=by, now=now()
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                notices.done(request, _("The weights were set."))
                return redirect("start_weights")
        with scope(by):
            return _weights_page(request, form)
    current = weights_on(today)
    form = WeightsForm(initial={**{part.value: weight for part, weight in current.items()}, "since": today})
    return _weights_page(request, form)


def _weights_page(request: HttpRequest, form: WeightsForm) -> HttpResponse:
    rows = list(PriorityWeights.objects.order_by("-since"))
    current = weights_on(business_date(now()))
    total = sum(current.values())
    bars = [
        Bar(part.label, number(current[part]), 100 * current[part] / total if total else 0) for part in PriorityPart
    ]
    cells: list[list[Cell]] = [[str(part.label), current[part]] for part in PriorityPart]
    chart = Chart("weights", _("Weights of priority"), [_("Part"), _("Weight")], cells, drawn_bars(bars))
    if file := asked_for(request, [chart]):
        return file
    table = [(row, [getattr(row, part.value) for part in PriorityPart]) for row in rows]
    return render(
        request,
        "web/office/weights.html",
        {"form": form, "bars": bars, "parts": [part.label for part in PriorityPart], "table": table},
    )
