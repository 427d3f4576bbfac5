"""One run of the matching: what changed since the run before it, who can be helped, who is left, and why."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from peyvand.flow.commitment.enums import GaveWay, RunFailure, RunState, SuggestionState
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.permissions import may_run_matching, may_see_promises
from peyvand.flow.commitment.queries import changes_of, later_runs
from peyvand.flow.figures import shortages
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import at_once
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, address, open_to
from peyvand.web.pages.matching import run_badge, run_by, runs_seen, suggestion_reason, underway, unserved_reason
from peyvand.web.pages.matching_report import not_proved
from peyvand.web.pages.rows import with_county, with_giver
from peyvand.web.pages.words import band_label, named
from peyvand.web.templatetags.peyvand_format import jdatetime, quantity, unit

UNSERVED = ListSpec(
    name="unserved",
    title=_("Lack something"),
    columns=(
        Column("kind", _("Need"), lambda row: named(row.need.specification), link=lambda row: address("need", row.need_id)),
        Column("quantity", _("Lacks"), kind="number", sort="quantity"),
        Column("unit", _("Unit"), lambda row: unit(row.need.specification.unit)),
        Column("county", _("County")),
        Column("band", _("Priority band"), lambda row: band_label(row.need.priority)),
        Column("reason", _("Why"), unserved_reason),
    ),
    default_sort="-need__priority",
    empty_title=_("No need of this run lacks anything"),
    empty_text=_("Or a later run has taken its reasons over."),
)  # fmt: skip

_PAIR = (
    Column("kind", _("Need"), lambda row: named(row.need.specification), link=lambda row: reverse("suggestion", args=[row.pk])),
    Column("text", _("Quantity"), lambda row: quantity(row.quantity, row.need.specification.unit)),
    Column("giver", _("Who could give")),
    Column("county", _("County")),
)  # fmt: skip

SERVED = ListSpec(
    name="suggestions",
    title=_("Can be helped"),
    columns=(*_PAIR, Column("reason", _("Why"), suggestion_reason)),
    default_sort="-priority",
    empty_title=_("This run found nobody for these needs"),
)

_ENDED = {
    SuggestionState.ACCEPTED: _("A promise was made of it."),
    SuggestionState.ENDED: _("A promise was made of it, and has ended early."),
    SuggestionState.PROPOSED: _("It stands again: a later act took its end back."),
}


def end_reason(row: Suggestion) -> str:
    """Why a suggestion stands no more."""
    if row.gave_way:
        return str(GaveWay(row.gave_way).label) + "."
    if row.state == SuggestionState.DECLINED:
        return gettext("Declined: %(why)s") % {"why": row.get_decline_reason_display()}
    return str(_ENDED[SuggestionState(row.state)])


def _side(row: Any) -> Badge:
    return Badge(_("Now"), "going") if row.since_id == row.seen_from else Badge(_("Before"), "stopped")


def _why_moved(row: Any) -> str:
    return suggestion_reason(row) if row.since_id == row.seen_from else end_reason(row)


FRESH = ListSpec(
    name="new-suggestions",
    title=_("New"),
    columns=(*_PAIR, Column("reason", _("Why"), suggestion_reason)),
    default_sort="-priority",
    empty_title=_("No need has its first suggestion by this run"),
    empty_text=_("What stood before stands still; see the other lists."),
)
MOVED = ListSpec(
    name="moved-suggestions",
    title=_("Moved"),
    columns=(*_PAIR, Column("side", _("Before and now"), _side, kind="badge"), Column("reason", _("Why"), _why_moved)),
    default_sort="need_id",
    empty_title=_("No need was moved to another offer"),
)
GONE = ListSpec(
    name="ended-suggestions",
    title=_("No longer"),
    columns=(*_PAIR, Column("reason", _("Why"), end_reason)),
    default_sort="-priority",
    empty_title=_("No suggestion has ended since the run before"),
)
_SPECS = {"new": FRESH, "moved": MOVED, "gone": GONE, "unserved": UNSERVED, "served": SERVED}


def _rows_of(run: MatchingRun, tab: str) -> QuerySet[Any]:
    if tab == "unserved":
        return with_county(Unserved.objects.filter(run=run).select_related("need__specification"))
    found = Suggestion.objects.filter(run=run) if tab == "served" else changes_of(run, tab)
    return with_giver(with_county(found.annotate(seen_from=Value(run.pk)).select_related("need__specification")))


@exportable
@never_cache
@require_GET
@open_to(may_see_promises)
def matching_run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One run: its figures, only what changed since the one before, where more capacity would help, and every reason."""
    by = acting(request)
    run = get_object_or_404(runs_seen(by).select_related("previous", "findings"), pk=pk)
    if run.state not in (RunState.DONE, RunState.UNDONE):
        return _without_result(request, run, by)
    counts = _counts(run)
    tab = _tab(request, run, counts)
    spec, rows = _SPECS[tab], _rows_of(run, tab)
    if file := export(request, spec, rows):
        return file
    may = may_run_matching(by) is None
    context = _around(run, by) | {
        "page": list_page(request, spec, rows),
        "tabs": [
            {"label": one.title, "url": f"{reverse('matching_run', args=[pk])}?tab={name}", "current": tab == name, "tally": counts[name]}
            for name, one in _SPECS.items()
        ],
        "shortages": shortages(run)[:12],
        "replaced": run.unserved - counts["reasons"] if run.state == RunState.DONE else 0,
        "suggestions_url": f"{reverse('suggestions')}?run={pk}",
        "can_undo": may and run.state == RunState.DONE and not counts["later"] and not counts["answered"],
        "nothing_changed": run.previous_id and not (run.fresh or run.moved or run.gone),
        "repeat": _repeat(run, may),
        "not_proved": not_proved(getattr(run, "findings", None)),
    }  # fmt: skip
    return render(request, "web/pages/matching_run.html", context)


def _around(run: MatchingRun, by: Acting) -> dict[str, Any]:
    lead = gettext("%(when)s, run by %(who)s") % {"when": jdatetime(run.started_at), "who": run_by(run)}
    return {
        "run": run,
        "title": gettext("Matching of %(place)s") % {"place": named(run.place)},
        "lead": lead,
        "badge": run_badge(run),
        "crumbs": [(_("Matching"), reverse("matching"))],
    }


def _without_result(request: HttpRequest, run: MatchingRun, by: Acting) -> HttpResponse:
    """A run that is under way, or of which nothing came."""
    context = _around(run, by) | {
        "underway": underway(run) if run.is_unfinished else None,
        "failure": RunFailure(run.failure).label if run.failure else "",
        "may": may_run_matching(by) is None,
    }
    return render(request, "web/pages/matching_underway.html", context)


def _counts(run: MatchingRun) -> dict[str, int]:
    """The tallies of the lists, and what decides whether the run can be undone, in one question."""
    mine = Suggestion.objects.filter(since=run)
    asked: dict[str, QuerySet[Any]] = {
        "new": changes_of(run, "new"),
        "moved": changes_of(run, "moved"),
        "gone": changes_of(run, "gone"),
        "served": Suggestion.objects.filter(run=run),
        "reasons": Unserved.objects.filter(run=run),
        "later": later_runs(run),
        "answered": mine.exclude(state__in=[SuggestionState.PROPOSED, SuggestionState.SUPERSEDED]),
    }
    told = at_once(*(rows.order_by().values(one=Value(1)).annotate(n=Count("pk")) for rows in asked.values()))
    counts = {name: found[0]["n"] if found else 0 for name, found in zip(asked, told, strict=True)}
    return counts | {"unserved": run.unserved}


def _tab(request: HttpRequest, run: MatchingRun, counts: dict[str, int]) -> str:
    """What changed comes first; of a first run everything is new, and those who are left matter more."""
    asked = request.GET.get("tab", "")
    if asked in _SPECS:
        return asked
    if run.previous_id is None:
        return "unserved"
    return next((name for name in ("new", "moved", "gone") if counts[name]), "unserved")


def _repeat(run: MatchingRun, may: bool) -> dict[str, Any]:
    """What is kept of the inputs, and what computing the run again said."""
    until = run.finished_at + timedelta(days=settings.PEYVAND_RUN_INPUT_DAYS) if run.finished_at else None
    kept = bool(run.inputs_sha256) and until is not None and until > timezone.now()
    waits = run.repeat_asked_at is not None and run.repeated_at is None
    return {"kept": kept, "until": until, "waits": waits, "can": may and kept and not waits}
