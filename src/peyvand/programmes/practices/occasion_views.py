"""Celebrations of needs that were met, and services handed over to people: lists, pages, acts, and the sheet of thanks."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from peyvand import papers
from peyvand.extend.figures import LEAST
from peyvand.programmes.practices import celebration_actions, handover_actions, occasions, permissions, rules
from peyvand.programmes.practices.actions import SLUG
from peyvand.programmes.practices.enums import CelebrationState, HandoverStage
from peyvand.programmes.practices.models import Handover
from peyvand.programmes.practices.occasion_forms import (
    CelebrationFilters,
    CelebrationForm,
    HandoverFilters,
    HandoverForm,
    HeldForm,
    StageForm,
    ToldForm,
    WordsForm,
)
from peyvand.programmes.practices.pages import Asking, asked, is_open
from peyvand.scope.acting import Acting
from peyvand.web.doing import Act, Acts
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.downloads import pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.thread import Step
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number, quantity

_TONES = {
    CelebrationState.PLANNED: "waiting", CelebrationState.HELD: "going", CelebrationState.TOLD: "done",
    CelebrationState.CALLED_OFF: "stopped", HandoverStage.PROPOSED: "waiting", HandoverStage.AGREED: "waiting",
    HandoverStage.TOGETHER: "going", HandoverStage.LED: "going", HandoverStage.OWN: "done", HandoverStage.ENDED: "stopped",
}  # fmt: skip
_COUNTED_DAYS = 90


def of_celebration(pk: int) -> str:
    return reverse(f"{SLUG}:celebration", args=[pk])


def of_handover(pk: int) -> str:
    return reverse(f"{SLUG}:handover", args=[pk])


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Practices"), reverse(f"{SLUG}:list")), *more]


CELEBRATIONS = Acts(
    "celebration_id",
    {
        "hold": Act(
            _("It took place"), _("It is kept that it took place."),
            lambda row, said, by, now: celebration_actions.hold_celebration(
                celebration_id=row.pk, guests=said["guests"], by=by, now=now
            ),
            lambda row, by: permissions.may_celebrate(by, row),
            lambda row: row.state == CelebrationState.PLANNED and row.held_date <= today(), HeldForm,
        ),
        "tell": Act(
            _("Link its story"), _("The celebration leads to its story."),
            lambda row, said, by, now: celebration_actions.tell_celebration(
                celebration_id=row.pk, story_id=said["story"].pk, by=by, now=now
            ),
            lambda row, by: permissions.may_celebrate(by, row), lambda row: row.state == CelebrationState.HELD, ToldForm,
            lead=_("A published story, told of a delivery to one of these needs."),
        ),
        "call_off": Act(
            _("Call it off"), _("It is called off."),
            lambda row, said, by, now: celebration_actions.call_off_celebration(celebration_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_celebrate(by, row), lambda row: row.state == CelebrationState.PLANNED,
        ),
        "restore": Act(
            _("It takes place after all"), _("It stands as it was."),
            lambda row, said, by, now: celebration_actions.restore_celebration(celebration_id=row.pk, by=by, now=now),
            lambda row, by: permissions.may_celebrate(by, row), lambda row: row.state == CelebrationState.CALLED_OFF,
        ),
    },
    lambda by, pk: occasions.one_celebration(pk), lambda row: row.place, lambda row: of_celebration(row.pk),
    lambda row: row.title,
)  # fmt: skip
_BEFORE_OWN = (HandoverStage.AGREED, HandoverStage.TOGETHER, HandoverStage.LED)
HANDOVERS = Acts(
    "handover_id",
    {
        "agree": Act(
            _("Agree to take it over"), _("Both sides have agreed."),
            lambda row, said, by, now: handover_actions.agree_handover(handover_id=row.pk, **said, by=by, now=now),
            lambda row, by: permissions.may_take_over(by, row), lambda row: row.stage == HandoverStage.PROPOSED, WordsForm,
            lead=_("Say what you take over, and what you need for it."),
        ),
        "advance": Act(
            _("Next stage reached"), _("The stage is kept."),
            lambda row, said, by, now: handover_actions.advance_handover(handover_id=row.pk, **said, by=by, now=now),
            lambda row, by: permissions.may_hand_over(by, row), lambda row: row.stage in _BEFORE_OWN, StageForm,
            initial=lambda row, by: {"since": today()},
            lead=_("Say what shows it. From “done together” on, deliveries of the receiver must have been accepted."),
        ),
        "end": Act(
            _("Give it back"), _("The service is with the office again."),
            lambda row, said, by, now: handover_actions.end_handover(handover_id=row.pk, **said, by=by, now=now),
            lambda row, by: permissions.may_give_back(by, row), lambda row: row.stage != HandoverStage.ENDED, WordsForm,
            lead=_("Say why: the next who try it will read it."),
        ),
    },
    lambda by, pk: occasions.one_handover(pk), lambda row: row.place, lambda row: of_handover(row.pk),
    lambda row: listed(named(row.specification), named(row.place)),
)  # fmt: skip


def _badge(label: str, state: str) -> Badge:
    return Badge(label, _TONES[state])  # type: ignore[index]


CELEBRATION_LIST = ListSpec(
    name="celebrations",
    title=_("Celebrations"),
    columns=(
        Column("title", _("Celebration"), link=lambda row: of_celebration(row.pk)),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("by", _("Called by"), value=lambda row: named(row.organisation)),
        Column("held", _("Held on"), value="held_date", kind="date", sort="held_date"),
        Column("state", _("State"), value=lambda row: _badge(row.get_state_display(), row.state), kind="badge"),
        Column("guests", _("Guests"), value="guests", kind="number"),
    ),
    default_sort="-held_date",
    filters=CelebrationFilters,
    empty_title=_("No celebration yet"),
    empty_text=_("When needs of a place were met, those who gave are thanked together, and the story is told."),
)
HANDOVER_LIST = ListSpec(
    name="handovers",
    title=_("Services handed over to people"),
    columns=(
        Column("kind", _("Service"), value=lambda row: named(row.specification), link=lambda row: of_handover(row.pk)),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("by", _("Handed over by"), value=lambda row: named(row.organisation)),
        Column("to", _("Taken over by"), value=lambda row: named(row.receiver)),
        Column("stage", _("Stage"), value=lambda row: _badge(row.get_stage_display(), row.stage), kind="badge"),
        Column("created", _("Proposed on"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=HandoverFilters,
    empty_title=_("No service handed over yet"),
    empty_text=_("What people can carry themselves is handed over stage by stage, each shown by what was accepted."),
)


def _leads(by: Acting) -> bool:
    return by.role in permissions.EDITORS and is_open(by)


@exportable
@require_GET
def celebrations(request: HttpRequest) -> HttpResponseBase:
    lead = _("Needs that were met end in a celebration of service: thanks to those who gave, and a story.")
    return _listed(
        request, CELEBRATION_LIST, occasions.celebrations(), lead, "celebration_new", _("Call a celebration")
    )


@exportable
@require_GET
def handovers(request: HttpRequest) -> HttpResponseBase:
    lead = _("How far services have passed from offices to people, and what shows it.")
    return _listed(request, HANDOVER_LIST, occasions.handovers(), lead, "handover_new", _("Propose a handover"))


def _listed(
    request: HttpRequest, spec: ListSpec, rows: QuerySet, lead: Any, route: str, label: Any
) -> HttpResponseBase:
    if (file := export(request, spec, rows)) is not None:
        return file
    new_url = reverse(f"{SLUG}:{route}") if _leads(acting(request)) else ""
    context = {
        "page": list_page(request, spec, rows), "new_url": new_url, "new": label, "lead": lead, "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "practices/occasions.html", context)


@require_GET
def celebration(request: HttpRequest, celebration_id: int) -> HttpResponseBase:
    by, row = acting(request), occasions.one_celebration(celebration_id)
    about = occasions.thanked(row)
    keeps = by.is_staff and by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
    context = {
        "row": row, "badge": _badge(row.get_state_display(), row.state),
        "kinds": [_kind(kind, n, keeps or about.needs >= LEAST) for kind, n in about.kinds], "givers": about.givers,
        "acts": CELEBRATIONS.offers(row, by, is_open(by), f"{SLUG}:celebration_act"),
        "tells": keeps and row.state == CelebrationState.HELD,
        "crumbs": _crumbs((_("Celebrations"), reverse(f"{SLUG}:celebrations"))),
    }  # fmt: skip
    return render(request, "practices/celebration.html", context)


def _kind(kind: Any, amount: int, shown: bool) -> str:
    return f"{named(kind)}: {quantity(amount, kind.unit)}" if shown else named(kind)


@require_GET
def thanks(request: HttpRequest, celebration_id: int) -> HttpResponseBase:
    """The sheet of thanks that is read out and hung up: organisations that gave, and nobody who received."""
    row = occasions.one_celebration(celebration_id)
    about = occasions.thanked(row)
    around = frame(
        request,
        row.title,
        office=named(row.organisation),
        lead=listed(named(row.place), row.venue, jdate(row.held_date)),
    )
    lines = [[number(place), named(one)] for place, one in enumerate(about.givers, 1)]
    sheet = papers.Sheet(
        gettext("We thank"),
        ["", gettext("Those who gave")],
        [False, False],
        lines,
        [1, 12],
        gettext("Nobody is recorded yet."),
    )
    return pdf(papers.meeting_list(around, sheet=sheet, note=row.thanks, fonts=FONTS), f"{row.title}.pdf")


@require_GET
def handover(request: HttpRequest, handover_id: int) -> HttpResponseBase:
    by, row = acting(request), occasions.one_handover(handover_id)
    told = occasions.accepted_of(row, today() - timedelta(days=_COUNTED_DAYS))
    own = by.is_staff and (
        by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
        or by.covers(place_path=row.place_path, organisation_path=row.receiver_path)
    )
    names = (("office", _("By the office")), ("receiver", _("By those who take it over")), ("others", _("By others")))
    steps = occasions.steps_of(handover_id)
    context = {
        "row": row, "badge": _badge(row.get_stage_display(), row.stage), "thread": _thread(row, steps), "told": steps,
        "counted": [(name, number(told[key]) if own or told[key] >= LEAST else gettext("withheld")) for key, name in names],
        "acts": HANDOVERS.offers(row, by, is_open(by), f"{SLUG}:handover_act"),
        "crumbs": _crumbs((_("Services handed over to people"), reverse(f"{SLUG}:handovers"))),
    }  # fmt: skip
    return render(request, "practices/handover.html", context)


def _thread(row: Handover, steps: list[Any]) -> list[Step]:
    reached = {one.stage: one for one in steps}
    ended = row.stage == HandoverStage.ENDED
    stages = [*rules.ONWARD, *([HandoverStage.ENDED] if ended else [])]
    found = []
    for stage in stages:
        step = reached.get(stage)
        state = (
            "stopped"
            if stage == HandoverStage.ENDED or (ended and step is None)
            else "ahead"
            if step is None
            else "done"
        )
        state = "current" if stage == row.stage and not ended and stage != HandoverStage.OWN else state
        found.append(Step(stage.label, state, jdate(step.since) if step else ""))
    return found


@require_http_methods(["GET", "POST"])
def celebration_act(request: HttpRequest, celebration_id: int, act: str) -> HttpResponseBase:
    return CELEBRATIONS.view(request, act, celebration_id=celebration_id)


@require_http_methods(["GET", "POST"])
def handover_act(request: HttpRequest, handover_id: int, act: str) -> HttpResponseBase:
    return HANDOVERS.view(request, act, handover_id=handover_id)


@require_http_methods(["GET", "POST"])
def new_celebration(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def run(form: CelebrationForm) -> int:
        said = dict(form.cleaned_data)
        needs = [one.pk for one in said.pop("needs")]
        return celebration_actions.call_celebration(**said, need_ids=needs, by=by, now=timezone.now()).pk

    page = Asking(
        _("Call a celebration"), _("Needs that were met end in a celebration of service: thanks to those who gave, and a story."),
        _("Call it"), reverse(f"{SLUG}:celebrations"), _crumbs(),
    )  # fmt: skip
    return asked(
        request, lambda data: CelebrationForm(data, by=by, today=today()), lambda: page, run,
        lambda pk: (gettext("The celebration is called."), of_celebration(pk)), not_permitted="place",
        celebration_without_needs="needs", already_there="needs",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_handover(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def run(form: HandoverForm) -> int:
        return handover_actions.propose_handover(**form.cleaned_data, by=by, now=timezone.now()).pk

    page = Asking(
        _("Propose a handover"), _("A service that people can carry themselves, in one place. They agree, and take it over in stages."),
        _("Propose it"), reverse(f"{SLUG}:handovers"), _crumbs(),
    )  # fmt: skip
    return asked(
        request, lambda data: HandoverForm(data, by=by), lambda: page, run,
        lambda pk: (gettext("It is proposed; those who take it over answer."), of_handover(pk)), not_permitted="place",
        already_there="specification",
    )  # fmt: skip
