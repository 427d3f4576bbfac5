"""Family files: the list, a new file, and one file with its members. Names are shown where row security lets them through."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.flow.need.permissions import may_open_need
from peyvand.journal.once import once
from peyvand.kernel.codes import LENGTH, new_code, spoken
from peyvand.kernel.refusals import AlreadyThere, NotFound, NotPermitted, Refusal
from peyvand.people.consented import register_family
from peyvand.people.enums import ConsentPurpose, ConsentWay
from peyvand.people.households import add_persons, reveal
from peyvand.people.models import Consent, Disability, Household, Person, Task
from peyvand.people.permissions import may_give_task, may_keep_households, may_see_households
from peyvand.people.queries import households_of
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web import bulk, notices
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.kept import finds_people
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import first_steps, words
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.family_forms import (
    ConsentForm,
    DisabilityForm,
    FamilyFilters,
    FamilyForm,
    PersonForm,
    RefuseForm,
    TaskForm,
)

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
REVEALED = {
    "mobile": gettext_lazy("Mobile number"),
    "national_id": gettext_lazy("National ID"),
    "address": gettext_lazy("Address"),
}


def _code(row: Household) -> str:
    return spoken(row.code) if len(row.code) == LENGTH and row.code.isdecimal() else row.code


SPEC = ListSpec(
    name="families",
    acts=bulk.offered_on("families"),
    first_step=first_steps.families,
    title=gettext_lazy("Families"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code of the family file"),
            value=_code,
            kind="code",
            sort="code",
            link=lambda row: reverse("family", args=[row.pk]),
        ),
        Column("head", gettext_lazy("Head of the family"), value=lambda row: str(row.heads[0]) if row.heads else ""),
        Column("place", gettext_lazy("Neighbourhood"), value=lambda row: words.named(row.place)),
        Column("size", gettext_lazy("Members"), kind="number", sort="size"),
        Column("open_needs", gettext_lazy("Open needs"), kind="number"),
        Column("created", gettext_lazy("Opened"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=FamilyFilters,
    empty_title=gettext_lazy("No family file is open here yet"),
    empty_text=gettext_lazy("Register the first family, or record a need by telephone: that opens a file by itself."),
)  # fmt: skip


def families_of(by: Acting) -> QuerySet[Household]:
    return households_of(by, now()).select_related("place", "organisation").defer("place__boundary")


@finds_people
@exportable
@require_safe
@open_to(may_see_households)
def families(request: HttpRequest) -> HttpResponseBase:
    open_needs = Need.objects.filter(household=OuterRef("pk"), state=NeedState.OPEN).order_by().values("household")
    heads = Prefetch("persons", queryset=Person.objects.filter(is_head=True), to_attr="heads")
    rows = (
        families_of(acting(request))
        .prefetch_related(heads)
        .annotate(open_needs=Coalesce(Subquery(open_needs.annotate(n=Count("pk")).values("n")), 0))
    )
    context = {"page": list_page(request, SPEC, rows), "may_keep": may_keep_households(acting(request)) is None}
    return export(request, SPEC, rows) or render(request, "web/pages/families.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_keep_households)
def family_new(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    with scope(by):
        form = FamilyForm(request.POST or None, by=by)
        valid = request.method == "POST" and form.is_valid()
    made = _register(form, by) if valid else None
    if made:
        notices.done(request, _("The family file is open, and the task with it is yours."))
        return redirect("family", made)
    with scope(by):
        return render(request, "web/pages/family_new.html", {"form": form})


def _register(form: FamilyForm, by: Acting) -> int | None:
    at, asked = now(), form.cleaned_data
    body = {name: str(getattr(value, "pk", value)) for name, value in asked.items() if name != "once"}
    row, way = form.household(new_code()), ConsentWay(asked["way"])
    try:
        made, _repeated = once(
            key=asked["once"], body=body, by=by, now=at, run=lambda: register_family(row=row, way=way, by=by, now=at).pk
        )
    except NotPermitted:
        raise
    except AlreadyThere as refusal:
        _taken(form, refusal)
        return None
    except Refusal as refusal:
        refuse(form, refusal)
        return None
    return int(made)


def _taken(form: Form, refusal: AlreadyThere) -> None:
    """Say beside its field what the organisation has a file with already."""
    field = {"household_code": "code", "person_national_id": "national_id"}.get(refusal.constraint)
    if field is None:
        refuse(form, refusal)
    else:
        form.add_error(field, _("Your organisation has a file with this already."))


def _family(by: Acting, household_id: int) -> Household:
    persons = Person.objects.order_by("-is_head", "pk").prefetch_related(
        Prefetch("consents", queryset=Consent.objects.order_by("pk"))
    )
    kept = Disability.objects.filter(person=OuterRef("pk")).order_by("pk")
    persons = persons.annotate(
        kept_disabilities=ArraySubquery(kept.values(of=JSONObject(kind="kind", severity="severity")))
    )
    refused = ProviderRefused.objects.filter(household=OuterRef("pk"), until__isnull=True).order_by("pk")
    named = {"name_fa": "organisation__name_fa", "name_en": "organisation__name_en"}
    tasks = Task.objects.filter(until__isnull=True).select_related("membership__account").order_by("pk")
    rows = (
        families_of(by)
        .select_related("place__parent")
        .annotate(kept_refused=ArraySubquery(refused.values(of=JSONObject(pk="pk", since="since", **named))))
        .prefetch_related(
            Prefetch("persons", queryset=persons),
            Prefetch("tasks", queryset=tasks),
            Prefetch("needs", queryset=Need.objects.select_related("specification").order_by("-created_at")),
        )
    )
    return only(rows.filter(pk=household_id))


def form_of(name: str, person_id: int, asked: QueryDict | None = None) -> Form:
    """A short form on the page, of one of its members: `name` is consent or disability."""
    return {"consent": ConsentForm, "disability": DisabilityForm}[name](asked, auto_id=f"{name}-{person_id}-%s")


def _person_lines(
    household: Household, revealed: Mapping[int, tuple[str, str]], sent: Mapping[str, Form]
) -> list[dict[str, Any]]:
    """One line for each member whose row this reader sees."""
    lines = []
    for person in household.persons.all():
        forms = {
            name: sent.get(f"{name}-{person.pk}") or form_of(name, person.pk) for name in ("consent", "disability")
        }
        standing = [one for one in person.consents.all() if one.withdrawn_at is None]
        kept = {name: bool(getattr(person, name)) for name in ("mobile", "national_id")}
        lines.append(
            {
                "person": person,
                "consents": standing,
                "health": any(one.purpose == ConsentPurpose.KEEP_HEALTH for one in standing),
                "disabilities": [Disability(**one) for one in person.kept_disabilities],  # type: ignore[attr-defined]
                "hidden": [(name, REVEALED[name]) for name in ("mobile", "national_id") if kept[name]]
                + ([("address", REVEALED["address"])] if person.is_head and household.address else []),
                "revealed": revealed.get(person.pk),
                "forms": forms,
                "is_open": any(form.is_bound for form in forms.values()),
            }
        )
    return lines


def _refused(kept: dict[str, Any]) -> tuple[ProviderRefused, str]:
    row = ProviderRefused(pk=kept["pk"], since=datetime.fromisoformat(kept["since"]))
    return row, words.in_ones_language(kept["name_fa"], kept["name_en"])


def page_of(
    request: HttpRequest, household_id: int, *, revealed: Mapping[int, tuple[str, str]] = _NOTHING,
    sent: Mapping[str, Form] = _NOTHING, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Inside the scope. `sent` are forms of the page with what is wrong with them: task, refuse, or `form_of` of a member.

    Raises `NotFound` where the family is out of sight, and where a form is of nobody who is seen in it.
    """
    by = acting(request)
    household = _family(by, household_id)
    of_members = {f"{name}-{person.pk}" for person in household.persons.all() for name in ("consent", "disability")}
    if not sent.keys() <= {"task", "refuse"} | of_members:
        raise NotFound
    mine = any(task.membership_id == by.membership_id for task in household.tasks.all())
    context = {
        "family": household,
        "place": words.where(household.place),
        "persons": _person_lines(household, revealed, sent),
        "needs": [(one, words.what(one), words.need_badge(one)) for one in household.needs.all()],
        "tasks": list(household.tasks.all()),
        "mine": mine,
        "may_keep": mine and may_keep_households(by) is None,
        "may_task": may_give_task(by) is None,
        "may_open": may_open_need(by) is None,
        "task_form": sent.get("task") or TaskForm(by=by),
        "refused": [_refused(one) for one in household.kept_refused],  # type: ignore[attr-defined]
        "refuse_form": (sent.get("refuse") or RefuseForm()) if mine and may_keep_households(by) is None else None,
    }
    return render(request, "web/pages/family.html", context, status=status)


@require_safe
@open_to(may_see_households)
def family(request: HttpRequest, household_id: int) -> HttpResponse:
    return page_of(request, household_id)


@never_cache
@require_POST
@open_to(may_see_households)
def person_reveal(request: HttpRequest, household_id: int, person_id: int) -> HttpResponse:
    """One protected value, shown once in the answer itself; that it was read is an event."""
    what = request.POST.get("what", "")
    if what not in REVEALED:
        raise NotFound
    value = reveal(person_id=person_id, what=what, by=acting(request), now=now())  # type: ignore[arg-type]
    with scope(acting(request)):
        return page_of(request, household_id, revealed={person_id: (str(REVEALED[what]), value)})


def family_url(household_id: int) -> str:
    return reverse("family", args=[household_id])


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(may_keep_households)
def person_add(request: HttpRequest, household_id: int) -> HttpResponse:
    by, form = acting(request), PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_persons(household_id=household_id, persons=[form.person(is_head=False)], by=by, now=now())
        except AlreadyThere as refusal:
            _taken(form, refusal)
        else:
            notices.done(request, _("The member was added."))
            return redirect(family_url(household_id))
    with scope(by):
        return render(request, "web/pages/person_add.html", {"form": form, "family": _family(by, household_id)})
