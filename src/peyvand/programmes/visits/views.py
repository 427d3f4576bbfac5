"""The pages of visits: each reads, or calls one action and leads on."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.extend.discovery import programme
from peyvand.extend.pages import writes_are_open
from peyvand.files.pictures import CONTENT_TYPE, FileTooLarge, NotAPicture, PictureTooLarge, cleaned
from peyvand.files.storage import LocalFolder
from peyvand.journal.once import once
from peyvand.kernel.refusals import NotFound
from peyvand.people.permissions import may_keep_households
from peyvand.programmes.visits import actions, contact_actions, many_actions, permissions, queries, rules
from peyvand.programmes.visits.enums import MADE, Moment, VisitState
from peyvand.programmes.visits.forms import (
    ActionForm,
    ContactForm,
    DayForm,
    PictureForm,
    PlanForm,
    TermsForm,
    VisitFilters,
    given_place,
)
from peyvand.programmes.visits.models import Visit, VisitAction, VisitPhoto, VisitTerms
from peyvand.scope.acting import STAFF, Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.scope.encryption import Protected
from peyvand.web import notices
from peyvand.web.bulk import offered_on
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.words import named, need_badge
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import jdate, number

SLUG = actions.SLUG
_TONES = {
    VisitState.PLANNED: "waiting", VisitState.MADE: "going", VisitState.FOLLOWED: "done", VisitState.DROPPED: "stopped",
}  # fmt: skip


def to_one(visit_id: int) -> str:
    return reverse(f"{SLUG}:one", args=[visit_id])


def folder() -> LocalFolder:
    return LocalFolder(settings.PEYVAND_FILES)


def opened(by: Acting) -> bool:
    return writes_are_open(programme(SLUG), by, timezone.now())


def badge(visit: Visit) -> Badge:
    if visit.state == VisitState.PLANNED and visit.planned_date and visit.planned_date < today():
        return Badge(gettext("Planned, the day has passed"), "late")
    return Badge(visit.get_state_display(), _TONES[VisitState(visit.state)])


def age(visit: Visit) -> int | None:
    """For how many days a visit has stood open without an action; None where something followed or it was not made."""
    if visit.state != VisitState.MADE or visit.visited_date is None:
        return None
    return (today() - visit.visited_date).days


LIST = ListSpec(
    name="visits",
    title=_("Visits"),
    columns=(
        Column("place", _("Place"), value=lambda row: named(row.place), link=lambda row: to_one(row.pk)),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("open", _("Days open without an action"), value=age, kind="number"),
        Column("planned", _("Planned for"), value="planned_date", kind="date"),
        Column("visited", _("Visited on"), value="visited_date", kind="date"),
        Column("families", _("Families met"), value="families_met", kind="number", sort="families_met"),
        Column("contacts", _("First contacts"), value="first_contacts", kind="number", sort="first_contacts"),
        Column("organisation", _("By which organisation"), value=lambda row: named(row.organisation)),
        Column("created", _("Recorded"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=VisitFilters,
    acts=offered_on("visits"),
    empty_title=_("No visit yet"),
    empty_text=_("Choose a place that has been seen less, and plan the first one."),
    first_step=first_step(
        SLUG, (one_of(*permissions.PLANNERS), _("Plan a visit"), "plan"), (one_of(*STAFF), _("Write down a visit"), "field"),
        else_=_("Visits are planned by those who lead the work."),
    ),
)  # fmt: skip


@exportable
@require_GET
def all_visits(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    shown = {
        "waiting": lambda: queries.waiting(by, today()),
        "due": lambda: queries.to_make(by, today()),
        "mine": lambda: queries.sent(by).order_by(),
    }
    rows = shown.get(request.GET.get("show", ""), lambda: queries.visits(by))()
    if (file := export(request, LIST, rows)) is not None:
        return file
    is_open = opened(by)
    context = {
        "page": list_page(request, LIST, rows),
        "only": request.GET.get("show", ""),
        **queries.tallies(by, today()),
        "may_plan": permissions.may_plan(by, by.place_path) is None and is_open,
        "may_visit": permissions.may_visit(by, by.place_path) is None and is_open,
    }
    return render(request, "visits/list.html", context)


def plan(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def planned() -> int:
        said = form.cleaned_data
        return actions.plan_visit(place=said["place"], planned_date=said["planned_date"], by=by, now=timezone.now()).pk

    def run() -> HttpResponse:
        visit_id = acts.do(request, planned)
        notices.done(request, gettext("The visit is planned."))
        return redirect(to_one(visit_id))

    def page(status: int) -> HttpResponse:
        return render(request, "visits/plan.html", {"form": form}, status=status)

    with scope(by):
        initial = {"place": given_place(request.GET.get("place", "")), "planned_date": today()}
        form = PlanForm(request.POST or None, by=by, today=today(), initial=initial)
        if request.method != "POST":
            return page(200)
        form.is_valid()  # which looks the place up
    return acts.answered(request, form, run, page, visit_planned_in_past="planned_date", visit_not_fine="place")


@require_GET
def one_visit(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    context = _one(queries.one(visit_id), acting(request))
    if (spot := request.GET.get("spot", "")) in map(
        str, range(1, rules.SPOTS + 1)
    ):  # the one whose picture was not kept
        context["picture_form"] = PictureForm(initial={"moment": Moment.BEFORE, "spot": int(spot)})
    return render(request, "visits/one.html", context)


def _one(visit: Visit, by: Acting) -> dict[str, Any]:
    possible = set(rules.LIFE.acts(visit.state))
    leads, may_tell = permissions.may_change(by, visit) is None, permissions.may_tell(by, visit) is None
    made, open_now = visit.state in MADE, opened(by)
    needs = list(queries.heard(visit))
    return {
        "visit": visit,
        "badge": badge(visit),
        "age": age(visit),
        "facts": _facts(visit),
        "note": revealed(visit.note),
        "needs": [{"need": need, "name": named(need.specification), "badge": need_badge(need)} for need in needs],
        "done": [
            {"at": one.done_date, "text": revealed(one.words)}
            for one in VisitAction.objects.filter(visit=visit).order_by("done_date", "pk")
        ],
        "pairs": _pairs(visit),
        "households": visit.households,  # type: ignore[attr-defined]
        "may_move": open_now and leads and "give_day" in possible,
        "may_drop": open_now and leads and "drop_visit" in possible,
        "may_restore": open_now and leads and "restore_visit" in possible,
        "may_record": open_now and may_tell and visit.state == VisitState.PLANNED,
        "may_tell": open_now and may_tell and made,
        "switched_off": not open_now,
        "action_form": ActionForm(today=today(), initial={"done_date": today()}),
        "picture_form": PictureForm(),
        "contact_form": ContactForm() if open_now and may_tell and made and may_keep_households(by) is None else None,
        "files": len({need.household_id for need in needs if need.household_id}),
        "day_form": DayForm(initial={"due_date": max(visit.planned_date or today(), today())}),
    }


def revealed(words: object) -> str:
    return words.reveal() if isinstance(words, Protected) else ""


def _facts(visit: Visit) -> list[tuple[Any, str]]:
    facts = [(_("Place"), named(visit.place)), (_("By which organisation"), named(visit.organisation))]
    if visit.planned_date:
        facts.append((_("Planned for"), jdate(visit.planned_date)))
    if visit.visited_date:
        facts += [
            (_("Visited on"), jdate(visit.visited_date)),
            (_("Visitor"), visit.visitor.name if visit.visitor else jdate(None)),
            (_("Families met"), number(visit.families_met)),
            (_("First contacts"), number(visit.first_contacts)),
        ]
    if visit.lat is not None and visit.lon is not None:
        facts.append((_("Position of the place"), position_words(visit.lat, visit.lon)))
    return facts


def position_words(lat: Decimal, lon: Decimal) -> str:
    position = gettext("%(lat)s north, %(lon)s east, to about a kilometre")
    return position % {"lat": number(float(lat), 2), "lon": number(float(lon), 2)}


def _pairs(visit: Visit) -> list[dict[str, Any]]:
    """The pictures by spot: before and after side by side."""
    rows = VisitPhoto.objects.filter(visit=visit).order_by("spot")
    spots: dict[int, dict[str, Any]] = {}
    for row in rows:
        spots.setdefault(row.spot, {"spot": row.spot})[row.moment] = row
    return list(spots.values())


@require_POST
def drop(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    done = gettext("The plan is dropped. It can be taken up again below.")
    return _turned(request, visit_id, actions.drop_visit, done, back="restore")


@require_POST
def restore(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    return _turned(request, visit_id, actions.restore_visit, gettext("The visit is planned again."), back="drop")


def _turned(request: HttpRequest, visit_id: int, act: Any, done: str, *, back: str) -> HttpResponseBase:
    run = lambda: act(visit_id=visit_id, by=acting(request), now=timezone.now())  # noqa: E731
    return acts.act(request, run, done, to_one(visit_id), undo=reverse(f"{SLUG}:{back}", args=[visit_id]))


@require_POST
def give_day(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    form = DayForm(request.POST)

    def run() -> None:
        day = form.cleaned_data["due_date"]
        many_actions.give_day(visit_ids=[visit_id], planned_date=day, by=acting(request), now=timezone.now())

    again = _again(request, visit_id, day_form=form)
    done = gettext("The visit has a new day.")
    return acts.taken(request, form, run, done, to_one(visit_id), again, visit_planned_in_past="due_date")


@require_POST
def tell(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    form = ActionForm(request.POST, today=today())

    def run() -> None:
        said = form.cleaned_data
        actions.tell_action(
            visit_id=visit_id, words=said["words"], done_date=said["done_date"], by=acting(request), now=timezone.now()
        )

    done = gettext("Recorded. The visit no longer stands open.")
    return acts.taken(request, form, run, done, to_one(visit_id), _again(request, visit_id, action_form=form))


@require_POST
def open_file(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    """The file of a family that has none, and its need; pressed twice, once."""
    by = acting(request)
    with scope(by):
        form = ContactForm(request.POST)
        form.is_valid()  # which reads the kinds of help

    def run() -> HttpResponse:
        now = timezone.now()
        act = lambda: contact_actions.open_file(visit_id=visit_id, contact=form.contact(), by=by, now=now).pk  # noqa: E731
        key, body = form.cleaned_data["once"], [visit_id, form.body()]
        need_id, _repeated = once(key=key, body=body, by=by, now=now, run=act)
        notices.done(request, gettext("The family has a file now, and the task with it is yours."))
        return redirect("need_receipt", need_id)

    return acts.answered(request, form, run, _again(request, visit_id, contact_form=form))


@require_POST
def add_picture(request: HttpRequest, visit_id: int) -> HttpResponseBase:
    form, by = PictureForm(request.POST, request.FILES), acting(request)

    def run() -> None:
        said = form.cleaned_data
        data = cleaned(said["photo"])
        with scope(by):
            if not Visit.objects.filter(pk=visit_id).exists():  # nothing is stored for a visit one does not see
                raise NotFound
        picture = actions.Picture(folder().store(data), len(data), said["spot"], Moment(said["moment"]))
        actions.add_picture(visit_id=visit_id, picture=picture, by=by, now=timezone.now())

    beside = dict.fromkeys((one.code for one in (FileTooLarge, NotAPicture, PictureTooLarge)), "photo")
    again = _again(request, visit_id, picture_form=form)
    return acts.taken(
        request, form, run, gettext("The picture is kept."), to_one(visit_id), again, visit_spot_taken="spot", **beside
    )


def _again(request: HttpRequest, visit_id: int, **forms: Form) -> Callable[[int], HttpResponse]:
    """The page of the visit once more, with what was typed in one of its forms."""

    def page(status: int) -> HttpResponse:
        context = _one(queries.one(visit_id), acting(request)) | forms
        return render(request, "visits/one.html", context, status=status)

    return page


@require_GET
def picture(request: HttpRequest, photo_id: int) -> HttpResponseBase:
    """For those who see the visit."""
    row = only(VisitPhoto.objects.filter(pk=photo_id))
    try:
        data = folder().read(row.sha256)
    except OSError:
        raise NotFound from None
    headers = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=CONTENT_TYPE, headers=headers)


def terms(request: HttpRequest) -> HttpResponseBase:
    form, by = TermsForm(request.POST or None), acting(request)

    def run() -> None:
        said = form.cleaned_data
        fresh = rules.Terms(said["goal"], said["full_days"], said["full_m0"], said["source"])
        actions.set_terms(terms=fresh, since=said["since"], by=by, now=timezone.now())

    def page(status: int) -> HttpResponse:
        rows = list(VisitTerms.objects.order_by("-since")[:50])
        context = {"form": form, "now": queries.terms_on(today()), "rows": rows}
        return render(request, "visits/terms.html", context, status=status)

    if form.is_bound:
        return acts.taken(request, form, run, gettext("The setting was recorded."), reverse(f"{SLUG}:terms"), page)
    with scope(by):
        return page(200)
