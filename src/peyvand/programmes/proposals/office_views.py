"""The pages around proposals: themes, bodies, the calendar of the clock, and figures."""

from collections.abc import Callable
from dataclasses import replace

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.kernel.business_days import SOURCE
from peyvand.kernel.refusals import require
from peyvand.programmes.proposals import actions, answering_actions, permissions, queries, rules, settling_actions
from peyvand.programmes.proposals.enums import OPEN
from peyvand.programmes.proposals.forms import AnswerTermsForm, HolidayForm, RouteForm, ThemeFilters
from peyvand.programmes.proposals.list_views import LIST, SLUG, clocked, is_open, without_day
from peyvand.programmes.proposals.models import Answer, AnswerTerms, Holiday, Proposal, Theme
from peyvand.programmes.proposals.queries import one_theme
from peyvand.programmes.proposals.views import answering
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.words import listed
from peyvand.web.templatetags.peyvand_format import number

OF_THEME = replace(LIST, name="proposals-of-a-theme", first_step=None)
MOST_NEWS = 100
THEMES = ListSpec(
    name="proposal-themes",
    title=_("Themes of proposals"),
    columns=(
        Column("title", _("Theme"), link=lambda row: reverse(f"{SLUG}:theme", args=[row.pk])),
        Column("words", _("Words in common"), value=lambda row: listed(*row.words)),
        Column("many", _("Proposals"), kind="number", sort="many"),
        Column("waiting", _("Without an answer"), kind="number", sort="waiting"),
    ),
    default_sort="-many",
    filters=ThemeFilters,
    empty_title=_("No theme yet"),
    empty_text=_("Like proposals are put together every night."),
)


@exportable
@require_GET
def themes(request: HttpRequest) -> HttpResponseBase:
    rows = Theme.objects.annotate(
        many=Count("proposals"), waiting=Count("proposals", filter=Q(proposals__state__in=OPEN))
    )
    if (file := export(request, THEMES, rows)) is not None:
        return file
    return render(request, "proposals/themes.html", {"page": list_page(request, THEMES, rows)})


@exportable
@require_GET
def theme(request: HttpRequest, theme_id: int) -> HttpResponseBase:
    by, row = acting(request), one_theme(theme_id)
    answers, sends = (by.role in roles and is_open(by) for roles in (permissions.ANSWERERS, permissions.SECRETARIAT))
    glance = queries.glance(by, today(), Proposal.objects.filter(theme=row))
    spec, standing = clocked(OF_THEME, glance.clock), glance.standing
    rows = queries.proposals().filter(theme=row)
    if (file := export(request, spec, rows)) is not None:
        return file
    context = {
        "row": row,
        "page": list_page(request, without_day(spec), rows),
        "waiting": standing.waiting if answers else 0,
        "unsent": standing.unrouted if sends else 0,
        "answers": list(Answer.objects.filter(theme=row).select_related("body").order_by("-at")),
    }
    return render(request, "proposals/theme.html", context)


def answer_theme(request: HttpRequest, theme_id: int) -> HttpResponseBase:
    by = acting(request)
    with scope(by):
        row = one_theme(theme_id)
        ids = list(queries.waiting_for(by).filter(theme=row).values_list("pk", flat=True))
        require(None if ids else rules.NothingToAnswer())
        joined = Proposal.objects.filter(pk__in=queries.with_joined(ids), state__in=OPEN)
        asked = list(joined.order_by("pk"))

    def act(said: answering_actions.Said) -> Answer:
        return answering_actions.answer_theme(theme_id=theme_id, said=said, by=by, now=timezone.now())

    return answering(request, asked, act, row.title, reverse(f"{SLUG}:theme", args=[theme_id]))


def route_theme(request: HttpRequest, theme_id: int) -> HttpResponseBase:
    """Send all of a theme that were not sent yet to one body."""
    by, here = acting(request), reverse(f"{SLUG}:theme", args=[theme_id])
    with scope(by):
        row, form = one_theme(theme_id), RouteForm(request.POST or None)
        ids = list(queries.unrouted(by).filter(theme_id=theme_id).values_list("pk", flat=True))
        form.is_valid()  # which reads the body

    def run() -> None:
        body_id = form.cleaned_data["body"].pk
        answering_actions.route_proposals(proposal_ids=ids, body_id=body_id, by=by, now=timezone.now())

    def page(status: int) -> HttpResponse:
        context = {"row": row, "form": form, "unsent": len(ids)}
        return render(request, "proposals/route.html", context, status=status)

    if not form.is_bound:
        return page(200)
    said = gettext("%(count)s proposals were sent. The public clock runs.") % {"count": number(len(ids))}
    return acts.taken(request, form, run, said, here, page)


@require_GET
def bodies(request: HttpRequest) -> HttpResponseBase:
    day = today()
    context = {"lines": queries.by_body(day), "unsent": queries.unsent_now(queries.calendar(), day)}
    return render(request, "proposals/bodies.html", context)


@require_GET
def calendar(request: HttpRequest) -> HttpResponseBase:
    return render(request, "proposals/calendar.html", _calendar(acting(request)))


def _calendar(by: Acting) -> dict[str, object]:
    now = today()
    settles = is_open(by) and permissions.may_settle(by) is None
    clock = queries.calendar()
    names = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    return {
        "rest": [names[day] for day in sorted(clock.week.rest_days)],
        "now": queries.terms_on(now),
        "terms": list(AnswerTerms.objects.order_by("-since")[:50]),
        "holidays": list(Holiday.objects.order_by("-day")[:200]),
        "source": f"\u2066{SOURCE}\u2069",  # Latin within a Persian sentence
        "today": now,
        "example": clock.after(now, queries.terms_on(now).answer_days),
        "holiday_form": HolidayForm() if settles else None,
        "terms_form": AnswerTermsForm() if settles else None,
    }


@require_POST
def holiday(request: HttpRequest) -> HttpResponseBase:
    return _settle(request, "holiday_form", HolidayForm(request.POST), settling_actions.record_holiday)


@require_POST
def terms(request: HttpRequest) -> HttpResponseBase:
    return _settle(request, "terms_form", AnswerTermsForm(request.POST), settling_actions.set_answer_terms)


def _settle(request: HttpRequest, name: str, form: Form, act: Callable[..., object]) -> HttpResponseBase:
    """What the form says is settled by an act, or the calendar shown again with the form."""
    by = acting(request)

    def run() -> None:
        act(**form.cleaned_data, by=by, now=timezone.now())

    def again(status: int) -> HttpResponse:
        return render(request, "proposals/calendar.html", _calendar(by) | {name: form}, status=status)

    said = gettext("Recorded. Clocks that run were counted anew.")
    return acts.taken(request, form, run, said, reverse(f"{SLUG}:calendar"), again)


@require_GET
def news(request: HttpRequest) -> HttpResponseBase:
    """What happened to the proposals the reader wrote or supports."""
    by = acting(request)
    rows = list(queries.told_to(by)[: MOST_NEWS + 1])
    context = {"rows": rows[:MOST_NEWS], "older": len(rows) > MOST_NEWS, "unread": queries.unread(by).count()}
    return render(request, "proposals/news.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    run = lambda: actions.mark_read(by=by, now=timezone.now())  # noqa: E731
    return acts.act(request, run, gettext("Marked as read."), reverse(f"{SLUG}:news"))
