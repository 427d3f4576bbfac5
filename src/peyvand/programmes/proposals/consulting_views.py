"""The pages of consultations: a draft paragraph by paragraph, comments and answers, statements, and what unites those who voted."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.programmes.proposals import consulting_actions, opinion_charts, opinions, permissions
from peyvand.programmes.proposals.enums import Vote
from peyvand.programmes.proposals.forms import (
    CommentAnswerForm,
    CommentForm,
    ConsultationFilters,
    ConsultationForm,
    StatementForm,
    name_of,
)
from peyvand.programmes.proposals.list_views import SLUG, is_open
from peyvand.programmes.proposals.models import (
    Comment,
    Consultation,
    KeptOpinions,
    Paragraph,
    Statement,
    StatementVote,
)
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import models_at_once, only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.charts import Chart
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, refuse, today
from peyvand.web.pages.chart_files import file_of
from peyvand.web.programmes import first_step

MOST_COMMENTS = 500  # of a draft on its page, the newest; all are in the API


def _badge(row: Consultation) -> Badge:
    day = today()
    if consulting_actions.is_open(row, day):
        return Badge(gettext("Open"), "going")
    return Badge(gettext("Not open yet"), "waiting") if row.opens > day else Badge(gettext("Closed"), "done")


LIST = ListSpec(
    name="consultations",
    title=_("Consultations"),
    columns=(
        Column("title", _("Draft"), link=lambda row: reverse(f"{SLUG}:consultation", args=[row.pk])),
        Column("organisation", _("Put forward by"), value=lambda row: name_of(row.organisation)),
        Column("state", _("State"), value=_badge, kind="badge"),
        Column("opens", _("First day"), kind="date", sort="opens"),
        Column("closes", _("Last day"), kind="date", sort="closes"),
    ),
    default_sort="-closes",
    filters=ConsultationFilters,
    empty_title=_("No draft is before us yet"),
    empty_text=_("An organisation puts a draft before everyone; each paragraph can be commented on."),
    first_step=first_step(
        SLUG,
        (permissions.may_convene, _("Put a draft before everyone"), "new_consultation"),
        else_=_("Drafts are put before everyone by organisation managers and HQ leaders."),
    ),
)


def all_consultations() -> QuerySet[Consultation]:
    return Consultation.objects.select_related("organisation")


@exportable
@require_GET
def consultations(request: HttpRequest) -> HttpResponseBase:
    by = acting(request)
    if (file := export(request, LIST, all_consultations())) is not None:
        return file
    context = {
        "page": list_page(request, LIST, all_consultations()),
        "may_open": permissions.may_convene(by) is None and is_open(by),
    }
    return render(request, "proposals/consultations.html", context)


def new_consultation(request: HttpRequest) -> HttpResponseBase:
    by, form = acting(request), ConsultationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def run() -> int:
            return consulting_actions.open_consultation(
                title=said["title"], intro=said["intro"], paragraphs=form.paragraphs(), opens=said["opens"],
                closes=said["closes"], statements=said["statements"].splitlines(), by=by, now=timezone.now(),
            ).pk  # fmt: skip

        try:
            made = acts.do(request, run)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, gettext("The draft is before everyone."))
            return redirect(f"{SLUG}:consultation", consultation_id=made)
    with scope(by):
        return render(request, "proposals/new_consultation.html", {"form": form})


@require_GET
def consultation(request: HttpRequest, consultation_id: int) -> HttpResponseBase:
    by = acting(request)
    return render(request, "proposals/consultation.html", _one(consultation_id, by))


def _one(consultation_id: int, by: Acting) -> dict[str, Any]:
    row = only(all_consultations().filter(pk=consultation_id))
    opened = is_open(by)
    takes_part = opened and consulting_actions.is_open(row, today()) and permissions.may_write(by) is None
    comments: dict[int, list[Comment]] = {}
    newest = list(Comment.objects.filter(paragraph__consultation=row).order_by("-pk")[: MOST_COMMENTS + 1])
    for one in reversed(newest[:MOST_COMMENTS]):
        comments.setdefault(one.paragraph_id, []).append(one)
    own = StatementVote.objects.filter(statement__consultation=row, account_id=by.account_id)
    parts, statements, kept, votes = models_at_once(
        Paragraph.objects.filter(consultation=row).order_by("number"),
        Statement.objects.filter(consultation=row).order_by("pk"),
        KeptOpinions.objects.filter(consultation=row),
        own if by.account_id else own.none(),
    )
    held = opinions.held(kept[0] if kept else None, statements)
    mine = {one.statement_id: one.vote for one in votes}
    return {
        "row": row,
        "badge": _badge(row),
        "parts": [(part, comments.get(part.pk, []), comment_form(part.pk) if takes_part else None) for part in parts],
        "statements": [(one, [(choice, mine.get(one.pk) == choice.value) for choice in Vote]) for one in statements],
        "more_comments": len(newest) > MOST_COMMENTS,
        "most_comments": MOST_COMMENTS,
        "held": held,
        "opinion_sizes": opinion_charts.size_bars(held),
        "opinion_parts": opinion_charts.parts(held),
        "takes_part": takes_part,
        "statement_form": StatementForm() if takes_part else None,
        "answer_form": CommentAnswerForm()
        if comments and opened and permissions.may_answer_comments(by, row) is None
        else None,
    }


@require_GET
def opinions_png(request: HttpRequest, consultation_id: int) -> HttpResponse:
    return file_of(request, _opinions(consultation_id), "png")


@require_GET
def opinions_csv(request: HttpRequest, consultation_id: int) -> HttpResponse:
    return file_of(request, _opinions(consultation_id), "csv")


def _opinions(consultation_id: int) -> Chart:
    """Raises `NotFound` where no group can be shown."""
    kept = KeptOpinions.objects.filter(consultation=consultation_id).select_related("consultation").first()
    statements = Statement.objects.filter(consultation=consultation_id).order_by("pk")
    held = opinions.held(kept, list(statements))
    if kept is None or not held.groups:
        raise NotFound
    return opinion_charts.opinions_chart(kept.consultation.title, held)


def _consultation_of(rows: QuerySet[Any], path: str, pk: int, request: HttpRequest) -> int:
    with scope(acting(request)):
        return int(only(rows.filter(pk=pk).values_list(path, flat=True)))


def to_one(consultation_id: int) -> str:
    return reverse(f"{SLUG}:consultation", args=[consultation_id])


def comment_form(paragraph_id: int, data: Any = None) -> CommentForm:
    """One for each paragraph of a page, so each has ids of its own."""
    return CommentForm(data, auto_id=f"comment-{paragraph_id}-%s")


@require_POST
def comment(request: HttpRequest, consultation_id: int, paragraph_id: int) -> HttpResponseBase:
    by, form = acting(request), comment_form(paragraph_id, request.POST)

    def run() -> None:
        consulting_actions.comment_on(
            paragraph_id=paragraph_id, text=form.cleaned_data["text"], by=by, now=timezone.now()
        )

    def beside(page: dict[str, Any]) -> dict[str, Any]:
        return {"parts": [(part, said, form if part.pk == paragraph_id else one) for part, said, one in page["parts"]]}

    done = gettext("Your comment stands below the paragraph.")
    return _taken(request, consultation_id, form, run, done, f"#paragraph-{paragraph_id}", beside)


def _taken(
    request: HttpRequest, consultation_id: int, form: Form, run: Callable[[], None], done: str, part: str,
    beside: Callable[[dict[str, Any]], dict[str, Any]],
) -> HttpResponseBase:  # fmt: skip
    """Do what a form of the page asks and go to its part; else the page once more, with what was typed and what is wrong with it."""

    def again(status: int) -> HttpResponse:
        page = _one(consultation_id, acting(request))
        return render(request, "proposals/consultation.html", page | beside(page), status=status)

    return acts.taken(request, form, run, done, f"{to_one(consultation_id)}{part}", again)


@require_POST
def answer_comments(request: HttpRequest, consultation_id: int) -> HttpResponseBase:
    by, form = acting(request), CommentAnswerForm(request.POST)
    ids = [int(one) for one in request.POST.getlist("comment") if one.isdecimal()]
    if not ids:
        form.add_error(None, gettext("Tick the comments that say the same."))

    def run() -> None:
        answer = form.cleaned_data["answer"]
        consulting_actions.answer_comments(comment_ids=ids, answer=answer, by=by, now=timezone.now())

    done = gettext("The answer stands below each of these comments.")
    typed = {"answer_form": form, "ticked": ids}
    return _taken(request, consultation_id, form, run, done, "", lambda page: typed)


@require_POST
def state(request: HttpRequest, consultation_id: int) -> HttpResponseBase:
    by, form = acting(request), StatementForm(request.POST)

    def run() -> None:
        text = form.cleaned_data["text"]
        consulting_actions.add_statement(consultation_id=consultation_id, text=text, by=by, now=timezone.now())

    done = gettext("Your statement can be voted on.")
    return _taken(request, consultation_id, form, run, done, "#statements", lambda page: {"statement_form": form})


@require_POST
def vote(request: HttpRequest, statement_id: int) -> HttpResponseBase:
    by = acting(request)
    known = {str(choice.value): choice for choice in Vote}
    said = known.get(request.POST.get("vote", ""))
    here = f"{to_one(_consultation_of(Statement.objects.all(), 'consultation_id', statement_id, request))}#statements"
    if said is None:
        return redirect(here)
    return acts.act(
        request,
        lambda: consulting_actions.vote_on(statement_id=statement_id, vote=said, by=by, now=timezone.now()),
        gettext("Your vote was counted; nobody else sees it."),
        here,
    )
