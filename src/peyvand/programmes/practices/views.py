"""The pages of practices: each reads, or calls one action and leads on."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.extend.figures import LEAST
from peyvand.programmes.practices import actions, permissions, queries, rules, session_actions
from peyvand.programmes.practices.enums import PracticeState
from peyvand.programmes.practices.forms import (
    BeginForm,
    CopyForm,
    FixedForm,
    NewForm,
    NominateForm,
    PracticeFilters,
    ResultForm,
)
from peyvand.programmes.practices.models import Practice
from peyvand.programmes.practices.pages import Asking, asked, is_open
from peyvand.programmes.practices.queries import Reach, Twig
from peyvand.scope.acting import Acting
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, today
from peyvand.web.pages.words import listed, named
from peyvand.web.programmes import first_step
from peyvand.web.templatetags.peyvand_format import jdate, number, quantity, toman_long, toman_text

SLUG = actions.SLUG
TONES = {
    PracticeState.DRAFT: "waiting", PracticeState.PLANNED: "waiting", PracticeState.RUNNING: "going",
    PracticeState.PUBLISHED: "done", PracticeState.WITHDRAWN: "stopped",
}  # fmt: skip


def badge(row: Practice) -> Badge:
    return Badge(row.get_state_display(), TONES[PracticeState(row.state)])


def of(practice_id: int) -> str:
    return reverse(f"{SLUG}:one", args=[practice_id])


def crumbs() -> list[tuple[Any, str]]:
    return [(_("Practices"), reverse(f"{SLUG}:list"))]


LIST = ListSpec(
    name="practices",
    title=_("Practices"),
    columns=(
        Column("title", _("Practice"), link=lambda row: of(row.pk)),
        Column("place", _("Where"), value=lambda row: named(row.place)),
        Column("by", _("Done by"), value=lambda row: named(row.organisation)),
        Column("state", _("State"), value=badge, kind="badge"),
        Column("people", _("People reached"), value="people_reached", kind="number"),
        Column("cost", _("Cost"), value="cost_rial", kind="toman", sort="cost_rial"),
        Column("copied", _("Copied from it"), value="copied", kind="number"),
        Column("created", _("Written down"), value="created_at", kind="date", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=PracticeFilters,
    empty_title=_("No practice yet"),
    empty_text=_(
        "Write down what worked: the problem, the steps, the cost, the people, the result and the conditions."
    ),
    first_step=first_step(
        SLUG,
        (permissions.may_write, _("Write down a practice"), "new"),
        else_=_("Practices are written down by those who do the work."),
    ),
)


@exportable
@require_GET
def all_practices(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    rows = queries.practices()
    unseen = request.GET.get("show") == "unseen"
    if unseen:
        rows = queries.unseen(rows)
    if (file := export(request, LIST, rows)) is not None:
        return file
    context = {
        "page": list_page(request, LIST, rows),
        "unseen": unseen,
        "unseen_count": queries.unseen(Practice.objects.all()).count(),
        "may_write": permissions.may_write(by) is None and is_open(by),
        "is_staff": by.is_staff,
    }
    return render(request, "practices/list.html", context)


@require_GET
def one_practice(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    by = acting(request)
    practice = queries.one(practice_id)
    twigs = queries.trees_of([practice_id])[practice_id]
    context = {
        "row": practice,
        "badge": badge(practice),
        "steps": practice.steps.splitlines(),
        "facts": _facts(practice),
        "items": queries.items_of([practice_id]).get(practice_id, []),
        "story": practice.story,
        "copied_from": practice.copied_from,
        "reach": reach_facts(queries.reaches_of({practice_id: twigs})[practice_id]),
        "tree_size": len(twigs),
        "may": may(practice, by),
        "crumbs": crumbs(),
    }
    return render(request, "practices/one.html", context)


def may(practice: Practice, by: Acting) -> dict[str, bool]:
    """Which acts the page offers."""
    if not is_open(by):
        return {}
    state, keeps = practice.state, permissions.may_keep(by, practice) is None
    leads = permissions.may_publish(by, practice) is None
    done = state == PracticeState.PUBLISHED
    return {
        "change": keeps and state in (PracticeState.DRAFT, PracticeState.PLANNED),
        "plan": keeps and state == PracticeState.DRAFT,
        "begin": keeps and state == PracticeState.PLANNED,
        "tell": leads and state in (PracticeState.DRAFT, PracticeState.RUNNING),
        "copy": done and permissions.may_write(by) is None,
        "nominate": done and leads,
        "withdraw": keeps and state != PracticeState.WITHDRAWN,
        "restore": keeps and state == PracticeState.WITHDRAWN,
    }


def _facts(row: Practice) -> list[tuple[Any, str]]:
    facts = [
        (_("Where"), named(row.place)),
        (_("Done by"), named(row.organisation)),
        (_("Who carries it, and how many"), row.people),
        (_("Conditions"), row.conditions),
        (_("Cost of the whole in one place"), listed(toman_long(row.cost_rial), row.cost_source)),
    ]
    if row.begun_date:
        facts.append((_("It began on"), jdate(row.begun_date)))
    if row.ended_date:
        facts.append((_("It ended on"), jdate(row.ended_date)))
    if row.state == PracticeState.PUBLISHED and row.begun_date:
        days = rules.days_kept(row.begun_date, row.ended_date, today())
        facts.append((_("Kept up for"), gettext("%(days)s days") % {"days": number(days)}))
        facts.append((_("People reached"), listed(number(row.people_reached), row.result_source)))
    return facts


def reach_facts(reach: Reach) -> list[tuple[Any, str]]:
    """The figures of a whole tree, each by itself."""
    return [
        (_("How far it has come"), str(reach.stage.label)),
        (_("Done, with a result told"), number(reach.done)),
        (_("Planned or under way"), number(reach.under_way)),
        (_("Counties with a result"), number(reach.counties)),
        (_("Provinces with a result"), number(reach.provinces)),
        (_("Organisations that did it"), number(reach.organisations)),
        (_("People reached, all together"), number(reach.people_reached)),
        (_("Cost, all together"), toman_text(reach.cost_rial)),
        (
            _("Asked for by plans, and accepted by those who received"),
            _withheld_or(reach),
        ),
    ]


def _withheld_or(reach: Reach) -> str:
    """What came to plans, of what they asked for; nothing that is counted from fewer than five."""
    if reach.asked > 0 and (reach.met < LEAST or 0 < reach.asked - reach.met < LEAST):
        return gettext("withheld")
    return gettext("%(met)s of %(asked)s") % {"met": number(reach.met), "asked": number(reach.asked)}


@require_GET
def tree(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    by = acting(request)
    practice = queries.one(practice_id)
    twigs = queries.trees_of([practice_id])[practice_id]
    context = {
        "row": practice,
        "rows": [_twig(twig, by) for twig in twigs],
        "reach": reach_facts(queries.reaches_of({practice_id: twigs})[practice_id]),
        "crumbs": [*crumbs(), (practice.title, of(practice_id))],
    }
    return render(request, "practices/tree.html", context)


def _twig(twig: Twig, by: Acting) -> dict[str, Any]:
    """A line of the tree in words. What was accepted is counted from single deliveries: outside one's own, none under five."""
    row = twig.practice
    told = twig.told_to(by, LEAST)
    asked_and_met = gettext("%(met)s of %(asked)s") % {"met": number(twig.met), "asked": number(twig.asked)}
    done = row.state == PracticeState.PUBLISHED
    return {
        "row": row,
        "withdrawn": twig.is_withdrawn,
        "indent": "– " * twig.depth,
        "badge": badge(row),
        "people": number(row.people_reached) if done else "—",
        "cost": toman_text(row.cost_rial),
        "met": "—" if not twig.asked else asked_and_met if told else gettext("withheld"),
        "days": number(rules.days_kept(row.begun_date, row.ended_date, today())) if done and row.begun_date else "—",
        "result": row.result if done else "",
    }


@require_http_methods(["GET", "POST"])
def new_practice(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)

    def run(form: NewForm) -> int:
        story = form.cleaned_data["story"]
        practice = actions.write_practice(
            form=form.told(), items=form.items(), place=form.cleaned_data["place"], story_id=story.pk if story else None,
            by=by, now=timezone.now(),
        )  # fmt: skip
        return practice.pk

    page = Asking(
        _("Write down a practice"), _("One form for everyone, so that what is done in one place can be done in another."),
        _("Keep it as a draft"), reverse(f"{SLUG}:list"), crumbs(),
    )  # fmt: skip
    return asked(
        request, lambda data: NewForm(data, by=by, stories=queries.stories_in_hand(by)), lambda: page, run,
        lambda pk: (gettext("The practice is kept as a draft."), of(pk)), not_permitted="place",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    def make(data: Any) -> FixedForm:
        row = queries.one(practice_id)
        items = [(item.specification, item.quantity) for item in queries.items_of([practice_id]).get(practice_id, [])]
        initial = {name: getattr(row, name) for name in actions.Form.__dataclass_fields__} | {"cost": row.cost_rial}
        return FixedForm(data, initial=initial, items=items)

    def run(form: FixedForm) -> int:
        actions.change_practice(
            practice_id=practice_id, form=form.told(), items=form.items(), by=acting(request), now=timezone.now()
        )
        return practice_id

    page = Asking(_("Change it"), _("Fit it to its place before it begins."), _("Keep it"), of(practice_id), crumbs())
    done = (gettext("The practice was changed."), of(practice_id))
    return asked(request, make, lambda: page, run, lambda pk: done)


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    by = acting(request)

    def run(form: CopyForm) -> int:
        place = form.cleaned_data["place"]
        return actions.copy_practice(practice_id=practice_id, place=place, by=by, now=timezone.now()).pk

    def page() -> Asking:
        title = queries.one(practice_id).title
        lead = gettext("“%(title)s” becomes a plan of your own place, with its steps and what it takes.") % {
            "title": title
        }
        return Asking(_("Copy it into your place"), lead, _("Make the plan"), of(practice_id), crumbs())

    return asked(
        request, lambda data: CopyForm(data, by=by), page, run,
        lambda pk: (gettext("The plan is made. Fit it to your place, then begin."), of(pk)), not_permitted="place",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    def make(data: Any) -> BeginForm:
        queries.one(practice_id)
        return BeginForm(data, initial={"begun_date": today()})

    def run(form: BeginForm) -> int:
        day = form.cleaned_data["begun_date"]
        actions.open_plan(practice_id=practice_id, begun_date=day, by=acting(request), now=timezone.now())
        return practice_id

    def page() -> Asking:
        taken = queries.items_of([practice_id]).get(practice_id, [])
        names = [f"{named(one.specification)}: {quantity(one.quantity, one.specification.unit)}" for one in taken]
        lead = gettext("These become open needs of the place: %(needs)s") % {"needs": listed(*names) or "—"}
        return Asking(_("Begin, and open its needs"), lead, _("Begin"), of(practice_id), crumbs())

    done = (gettext("It has begun, and its needs are open."), of(practice_id))
    return asked(request, make, page, run, lambda pk: done)


@require_http_methods(["GET", "POST"])
def tell_result(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    by, now = acting(request), timezone.now()
    states: list[str] = []

    def make(data: Any) -> ResultForm:
        row = queries.one(practice_id)
        states.append(row.state)
        initial = {"cost": row.cost_rial, "begun_date": row.begun_date}
        return ResultForm(data, today=today(), initial=initial)

    def run(form: ResultForm) -> int:
        if states[0] == PracticeState.DRAFT:
            actions.publish_practice(practice_id=practice_id, result=form.told(), by=by, now=now)
        else:
            actions.report_result(practice_id=practice_id, result=form.told(), by=by, now=now)
        return practice_id

    page = Asking(
        _("Tell the result"), _("Figures stand by themselves with who counted them; nothing is made into one number."),
        _("Show it to everyone"), of(practice_id), crumbs(),
    )  # fmt: skip
    done = (gettext("The result is told, and it can be copied from now on."), of(practice_id))
    return asked(request, make, lambda: page, run, lambda pk: done)


@require_http_methods(["GET", "POST"])
def nominate(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    def run(form: NominateForm) -> int:
        said = form.cleaned_data
        session_actions.nominate(
            practice_id=practice_id, high_session_id=said["session"].pk, reason=said["reason"], by=acting(request), now=timezone.now()
        )  # fmt: skip
        return practice_id

    def page() -> Asking:
        lead = queries.one(practice_id).title
        return Asking(_("Nominate it to a session"), lead, _("Nominate it"), of(practice_id), crumbs())

    done = (gettext("It is nominated; those who prepare the session decide."), of(practice_id))
    return asked(
        request, lambda data: NominateForm(data, sessions=queries.open_sessions(today())), page, run, lambda pk: done,
        already_there="session", session_closed="session",
    )  # fmt: skip


@require_POST
def plan(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: actions.plan_practice(practice_id=practice_id, by=acting(request), now=timezone.now()),
        gettext("It is a plan now."), of(practice_id),
    )  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: actions.withdraw_practice(practice_id=practice_id, by=acting(request), now=timezone.now()),
        gettext("Withdrawn: it is shown no more."), of(practice_id), undo=reverse(f"{SLUG}:restore", args=[practice_id]),
    )  # fmt: skip


@require_POST
def restore(request: HttpRequest, practice_id: int) -> HttpResponseBase:
    return acts.act(
        request, lambda: actions.restore_practice(practice_id=practice_id, by=acting(request), now=timezone.now()),
        gettext("It is back as it was."), of(practice_id),
    )  # fmt: skip
