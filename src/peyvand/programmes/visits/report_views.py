"""Places that are in no list: reported from the phone, and judged by the county's officer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.programmes.visits import permissions, report_actions, rules
from peyvand.programmes.visits import report_queries as queries
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind, ReportState
from peyvand.programmes.visits.field_views import draft_digest, phone_page, store_once
from peyvand.programmes.visits.models import PlaceReport
from peyvand.programmes.visits.report_forms import AcceptForm, AsideForm, JoinForm, ReportFilters, ReportForm
from peyvand.programmes.visits.views import SLUG, opened, position_words, revealed
from peyvand.scope.acting import STAFF, Acting
from peyvand.scope.database import scope
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step, one_of
from peyvand.web.templatetags.peyvand_format import jdate, number

_TONES = {
    ReportState.WAITING: "waiting", ReportState.ACCEPTED: "done", ReportState.JOINED: "done", ReportState.ASIDE: "stopped",
}  # fmt: skip


def badge(row: PlaceReport) -> Badge:
    return Badge(row.get_state_display(), _TONES[ReportState(row.state)])


LIST = ListSpec(
    name="reports",
    title=_("Reported places"),
    columns=(
        Column("name", _("Place"), link=lambda row: reverse(f"{SLUG}:report", args=[row.pk])),
        Column("kind", _("Kind of place"), value=lambda row: row.get_kind_display()),
        Column("near", _("Near"), value=lambda row: named(row.near)),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("households", _("Households, about"), value="households", kind="number", sort="households"),
        Column("organisation", _("By which organisation"), value=lambda row: named(row.organisation)),
        Column("reported", _("Reported on"), value="reported_at", kind="date", sort="reported_at"),
    ),
    default_sort="-reported_at",
    filters=ReportFilters,
    empty_title=_("No place was reported yet"),
    empty_text=_("Whoever sees or hears of a place that is in no list can report it here, also without a network."),
    first_step=first_step(SLUG, (one_of(*STAFF), _("Report a place"), "field_place"), else_=""),
)


@exportable
@require_GET
def reports(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    rows = queries.reports(by)
    if (file := export(request, LIST, rows)) is not None:
        return file
    may_report = permissions.may_visit(by, by.place_path) is None and opened(by)
    return render(request, "visits/reports.html", {"page": list_page(request, LIST, rows), "may_report": may_report})


def field_place(request: HttpRequest) -> HttpResponseBase:
    """The page on the phone: like that of a visit it opens without a network, and sends each draft once."""
    by = acting(request)
    with scope(by):
        form = ReportForm(request.POST or None, by=by)
        if request.method != "POST":
            return render(request, "visits/field_place.html", _page(form, by))
        row = _row(form, request) if form.is_valid() else None

    def store() -> int:
        # An invalid form is never stored.
        return report_actions.report_place(row=row, by=by, now=timezone.now()).pk if row else 0

    done = gettext("The report is kept. The county’s officer judges it.")
    return store_once(request, form, store, "visits/field_place.html", _page, done, _address)


def _address(report_id: int) -> str:
    return reverse(f"{SLUG}:report", args=[report_id])


def _page(form: Form, by: Acting) -> dict[str, Any]:
    return phone_page(form, by, own=reverse(f"{SLUG}:field_place"))


def _row(form: ReportForm, request: HttpRequest) -> report_actions.NewReport:
    said = form.cleaned_data
    return report_actions.NewReport(
        said["name"], ReportedKind(said["kind"]), said["near"], HeardFrom(said["heard_from"]), said["households"], said["note"],
        None if said["lat"] is None else (said["lat"], said["lon"]), said["key"], draft_digest(request),
    )  # fmt: skip


@require_GET
def one_report(request: HttpRequest, report_id: int) -> HttpResponseBase:
    by = acting(request)
    return render(request, "visits/report.html", _one(queries.one(report_id, by), by))


def _one(report: PlaceReport, by: Acting, **filled: Form) -> dict[str, Any]:
    judges = permissions.may_judge(by, report) is None and opened(by)
    possible = set(rules.REPORT_LIFE.acts(report.state)) if judges else set()
    context: dict[str, Any] = {
        "report": report,
        "badge": badge(report),
        "facts": _facts(report),
        "note": revealed(report.note),
        "also": queries.also_reported(report, by),
        "may_judge": "accept_report" in possible,
        "may_reopen": "reopen_report" in possible,
        "few": rules.FEWEST_SHOWN,
    }
    if context["may_judge"]:
        near = queries.county_places(report)
        forms = {
            "accept_form": AcceptForm(report=report, among=near),
            "join_form": JoinForm(report=report, among=near),
            "aside_form": AsideForm(),
        }
        context |= {"like": queries.like_named(report), **forms, **filled}
    return context


def _facts(report: PlaceReport) -> list[tuple[Any, str]]:
    facts = [
        (_("Kind of place"), report.get_kind_display()),
        (_("Near"), named(report.near)),
        (_("Households, about"), "—" if report.households is None else number(report.households)),
        (_("How it is known"), report.get_heard_from_display()),
        (_("Reported on"), jdate(report.reported_at)),
        (_("By which organisation"), named(report.organisation)),
    ]
    if report.lat is not None and report.lon is not None:
        facts.append((_("Position of the place"), position_words(report.lat, report.lon)))
    if report.decided_at is not None:
        facts.append((_("Judged on"), jdate(report.decided_at)))
    if report.reason:
        facts.append((_("Why it was set aside"), report.reason))
    return facts


@require_POST
def accept(request: HttpRequest, report_id: int) -> HttpResponseBase:
    return _judge(
        request, report_id, "accept_form", AcceptForm,
        lambda said: {"name_fa": said["name_fa"], "name_en": said["name_en"], "parent_id": said["parent"]},
        report_actions.accept_report, gettext("It stands in the list of places now, and among the less-seen ones."),
    )  # fmt: skip


@require_POST
def join(request: HttpRequest, report_id: int) -> HttpResponseBase:
    return _judge(
        request, report_id, "join_form", JoinForm, lambda said: {"place_id": said["place"].pk},
        report_actions.join_report, gettext("The report is joined to the known place."),
    )  # fmt: skip


@require_POST
def set_aside(request: HttpRequest, report_id: int) -> HttpResponseBase:
    return _judge(
        request, report_id, "aside_form", lambda data, report: AsideForm(data), lambda said: {"reason": said["reason"]},
        report_actions.set_report_aside, gettext("The report is set aside; the one who sent it can read why."),
    )  # fmt: skip


def _judge(
    request: HttpRequest, report_id: int, name: str, form_of: Callable[..., Form], values: Callable[[dict[str, Any]], dict[str, Any]],
    act: Callable[..., PlaceReport], done: str,
) -> HttpResponseBase:  # fmt: skip
    """One judgement, as its form says it; a refusal stands beside what was typed."""
    by, to = acting(request), reverse(f"{SLUG}:report", args=[report_id])
    with scope(by):
        form = form_of(request.POST, report=queries.one(report_id, by))
        said = values(form.cleaned_data) if form.is_valid() else {}

    def run() -> None:
        act(report_id=report_id, by=by, now=timezone.now(), **said)

    def again(status: int) -> HttpResponse:
        context = _one(queries.one(report_id, by), by, **{name: form})
        return render(request, "visits/report.html", context | {"refused": form.non_field_errors()}, status=status)

    undo = reverse(f"{SLUG}:reopen_report", args=[report_id])
    return acts.taken(request, form, run, done, to, again, undo=undo, place_name_taken="name_fa")


@require_POST
def reopen(request: HttpRequest, report_id: int) -> HttpResponseBase:
    run = lambda: report_actions.reopen_report(report_id=report_id, by=acting(request), now=timezone.now())  # noqa: E731
    return acts.act(request, run, gettext("The report waits again."), reverse(f"{SLUG}:report", args=[report_id]))
