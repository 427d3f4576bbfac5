"""Many rows at once: chosen on a list, looked at, done, and taken back. The same page tells each of these about one batch."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from peyvand.batches.actions import act_of, choose, do_batch, foreseen, forget_batch, undo_batch
from peyvand.batches.acts import BulkAct, known
from peyvand.batches.enums import BatchState
from peyvand.batches.models import LONGEST_ADDRESS, Batch
from peyvand.batches.queries import batches_of
from peyvand.batches.rules import MOST_ROWS, OVER
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.people.models import Account
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.bulk import said_with_undo
from peyvand.web.bulk_words import words_of
from peyvand.web.exports import ListAnswer
from peyvand.web.forms import Form
from peyvand.web.listed import asked_at
from peyvand.web.pages import acts
from peyvand.web.pages.access import acting, members, now, open_to, refuse
from peyvand.web.pages.answer_forms import DueForm, ReasonForm
from peyvand.web.pages.family_forms import TaskForm
from peyvand.web.pages.words import named
from peyvand.web.templatetags.peyvand_format import number, quantity, refusal, said

# What a reader understands without the heading of its column.
_SAID_BARE = ("text", "code", "date")
# So many rows are shown one by one; the rest are counted.
MOST_SHOWN = 100


class NothingForm(Form):
    """For an act that asks for nothing."""

    def usual(self) -> dict[str, Any]:
        return {}


class ColleagueForm(TaskForm):
    def usual(self) -> dict[str, Any]:
        first = self.fields["membership"].queryset.first()  # type: ignore[attr-defined]
        return {"membership": first.pk if first else ""}


def _form(act: BulkAct, by: Acting, *data: Any) -> Any:
    """Inside the scope."""
    if act.programme:
        return act.form(*data) if act.form else NothingForm(*data)
    if "membership" in act.asks:
        return ColleagueForm(*data, by=by)
    if "due_date" in act.asks:
        return DueForm(*data)
    return ReasonForm(*data, reasons=act.reasons) if "reason" in act.asks else NothingForm(*data)


def _values(form: Form) -> dict[str, Any]:
    """As JSON keeps them."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(getattr(value, "pk", value))
        for name, value in form.cleaned_data.items()
    }


@dataclass(frozen=True)
class Row:
    """One row of a batch as its list names it; `why` says what speaks against it, or what it becomes."""

    title: str
    url: str
    rest: str
    why: str = ""


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 18]


@require_POST
@open_to(members)
def batch_choose(request: HttpRequest) -> HttpResponse:
    """From a list: its ticked rows, or all rows of its filter, and an act. Nothing is done yet; its page shows what would be."""
    by, at, address = acting(request), now(), request.POST.get("address", "")
    assert isinstance(request.user, Account)
    if len(address) > LONGEST_ADDRESS:
        raise NotFound
    with scope(by):
        answer = asked_at(address, by, request.user)
        act = known().get(request.POST.get("act", ""))
        if act is not None and act.of_list != answer.spec.name:
            raise NotFound
        if request.POST.get("all"):
            ids = list(answer.listed.rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
        else:
            asked = _numbers(request.POST.getlist("row"))[:MOST_ROWS]
            seen = set(answer.rows.filter(pk__in=asked).values_list("pk", flat=True))
            ids = [pk for pk in asked if pk in seen]
    if act is None:
        notices.warn(request, gettext("Choose what is to be done with the rows."))
        return redirect(address)
    made: dict[str, Batch] = {}

    def run() -> int:
        made["batch"] = choose(act=act.slug, ids=ids, address=address, by=by, now=at)
        return made["batch"].pk

    try:
        return redirect("batch", acts.do(request, run))
    except (NotFound, NotPermitted):
        raise
    except Refusal as refused:
        notices.refused(request, refused)
        return redirect(address)


def _own(by: Acting, batch_id: int) -> Batch:
    return only(batches_of(by).filter(pk=batch_id))


def _listed(request: HttpRequest, batch: Batch) -> ListAnswer | None:
    """The list it was chosen on, without its filter; None where that page is gone or closed to the role."""
    assert isinstance(request.user, Account)
    try:
        return asked_at(batch.address.split("?")[0], acting(request), request.user)
    except Refusal:
        return None


def _rows(answer: ListAnswer | None, ids: list[int]) -> dict[int, Row]:
    """The first of these rows, as their list shows them; of more, or of rows out of sight, nothing."""
    if answer is None:
        return {}
    found = {}
    for one in answer.rows.filter(pk__in=ids[:MOST_SHOWN]):
        first, *others = answer.spec.cells(one)
        rest = " · ".join(cell.text for cell in others if cell.text and cell.column.kind in _SAID_BARE)
        found[one.pk] = Row(first.text, first.url, rest)
    return {pk: found[pk] for pk in ids if pk in found}


def _totals(answer: ListAnswer | None, ids: list[int]) -> list[tuple[str, str]]:
    """How many, and of kinds of help how much, of the rows that would be done."""
    if answer is None or answer.spec.name not in ("suggestions", "promises", "deliveries", "needs", "capacities"):
        return []
    path = {"deliveries": "commitment__need__specification", "needs": "specification", "capacities": "specification"}
    kind = path.get(answer.spec.name, "need__specification")
    rows = answer.rows.model._default_manager.filter(pk__in=ids).select_related(kind)
    amounts, counts, kinds = Counter[int](), Counter[int](), {}
    for one in rows:
        specification = one
        for step in kind.split("__"):
            specification = getattr(specification, step)
        kinds[specification.pk] = specification
        amounts[specification.pk] += one.quantity
        counts[specification.pk] += 1
    return [
        (named(kinds[pk]), f"{quantity(amounts[pk], kinds[pk].unit)} ({number(n)})") for pk, n in counts.most_common()
    ]


def _why_not(refused: Mapping[int, str], rows: Mapping[int, Row]) -> list[dict[str, Any]]:
    """The rows that are refused, by the reason, the commonest first."""
    counts = Counter(refused.values())
    return [
        {"why": why, "n": n, "rows": [rows[pk] for pk, one in refused.items() if one == why and pk in rows]}
        for why, n in counts.most_common()
    ]


def _told(kept: list[list[Any]]) -> dict[int, str]:
    """Refusals that were kept, in words."""

    def value(one: Any) -> Any:
        return date.fromisoformat(one["date"]) if isinstance(one, dict) else one

    return {
        int(pk): said(message, {name: value(one) for name, one in details.items()})
        for pk, _code, message, details in kept
    }


def _preview(request: HttpRequest, batch: Batch, form: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    refused = {pk: refusal(one) for pk, one in foreseen(batch, values, acting(request), now()).items()}
    possible = [pk for pk in batch.ids if pk not in refused]
    answer = _listed(request, batch)
    rows = _rows(answer, possible)
    return {
        "form": form,
        "possible": len(possible),
        "rows": list(rows.values()),
        "not_shown": len(possible) - len(rows),
        "totals": _totals(answer, possible),
        "refused": _why_not(refused, _rows(answer, list(refused))),
        "refused_count": len(refused),
    }


def _result(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    done, refused, left = [int(pk) for pk, _mark in batch.marks], _told(batch.refused), _told(batch.left)
    answer = _listed(request, batch)
    rows = _rows(answer, done)
    over = batch.state in OVER
    return {
        "rows": list(rows.values()),
        "not_shown": len(done) - len(rows),
        "done_said": words_of(batch.act).done(len(done)) if over and done else "",
        "refused": _why_not(refused, _rows(answer, list(refused))),
        "refused_count": len(refused),
        "left": _why_not(left, _rows(answer, list(left))),
        "left_count": len(left),
        "taken_back": len(done) - len(left),
        "can_undo": batch.state in (BatchState.DONE, BatchState.FAILED) and bool(done) and _in_time(batch),
    }


def _in_time(batch: Batch) -> bool:
    return batch.undo_until is not None and now() <= batch.undo_until


def _page(request: HttpRequest, batch: Batch, form: Any = None) -> HttpResponse:
    """Inside the scope."""
    words, act = words_of(batch.act), act_of(batch.act)
    answer = _listed(request, batch)
    context = {
        "batch": batch,
        "words": words,
        "title": gettext("%(act)s: %(list)s") % {"act": words.label, "list": answer.spec.title if answer else "—"},
        "all_count": len(batch.ids),
        "most": MOST_ROWS,
        "minutes": settings.PEYVAND_UNDO_MINUTES,
        "crumbs": [(answer.spec.title, batch.address)] if answer else [],
    }
    if batch.is_chosen:
        shown = form if form is not None else _form(act, acting(request))
        valid = shown.is_bound and shown.is_valid()
        context |= _preview(request, batch, shown, _values(shown) if valid else _form(act, acting(request)).usual())
    else:
        context |= _result(request, batch)
    return render(request, "web/pages/batch.html", context)


@never_cache
@require_safe
@open_to(members)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _own(acting(request), batch_id)
    if found.is_chosen or found.address.split("?")[0] in _lists() or act_of(found.act).programme:
        return _page(request, found)
    return redirect(found.address or "home")  # done on the page of a row: there it is told


def _lists() -> set[str]:
    return {
        reverse(name) for name in ("suggestions", "promises", "deliveries", "needs", "capacities", "people", "families")
    }


@require_POST
@open_to(members)
def batch_do(request: HttpRequest, batch_id: int) -> HttpResponse:
    by = acting(request)
    with scope(by):
        form = _form(act_of(_own(by, batch_id).act), by, request.POST)
        valid = form.is_valid()
    if valid:
        try:
            acts.do(request, lambda: do_batch(batch_id=batch_id, values=_values(form), by=by, now=now()).pk)
        except (NotFound, NotPermitted):
            raise
        except Refusal as answer:
            refuse(form, answer, due_in_past="due_date", due_too_far="due_date")
        else:
            return _go_on(request, by, batch_id)
    with scope(by):
        found = _own(by, batch_id)
        return _page(request, found, form) if found.is_chosen else redirect("batch", batch_id)


def _go_on(request: HttpRequest, by: Acting, batch_id: int) -> HttpResponse:
    """Back to the list, where nothing is left to be told; else to the page of the batch."""
    with scope(by):
        found = _own(by, batch_id)
    if found.is_unfinished:
        notices.say(request, gettext("This is being done. You may go on working; this page tells how far it is."))
        return redirect("batch", batch_id)
    said_with_undo(request, found, words_of(found.act).done(len(found.marks)))
    return redirect("batch", batch_id) if found.refused else redirect(found.address)


@require_POST
@open_to(members)
def batch_undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take it back. What could not be taken back is told on the page of the batch, row by row."""
    by = acting(request)
    with scope(by):
        found = _own(by, batch_id)
    if acts.done_or_said(request, lambda: undo_batch(batch_id=batch_id, by=by, now=now()).pk):
        with scope(by):
            found = _own(by, batch_id)
        _say_undone(request, found)
    whole = not found.left or len(found.ids) == 1
    return redirect(found.address) if whole and found.address else redirect("batch", batch_id)


def _say_undone(request: HttpRequest, found: Batch) -> None:
    taken, left = len(found.marks) - len(found.left), _told(found.left)
    if taken and len(found.ids) == 1:
        notices.say(request, gettext("Taken back: it is as it was before."))
    elif taken:
        words = ngettext(
            "%(n)s row was taken back: it is as it was before.",
            "%(n)s rows were taken back: they are as they were before.",
            taken,
        )
        notices.say(request, words % {"n": number(taken)})
    if left and len(found.ids) == 1:
        notices.warn(request, gettext("This could not be taken back: %(why)s") % {"why": next(iter(left.values()))})
    elif left:
        words = ngettext("%(n)s row could not be taken back.", "%(n)s rows could not be taken back.", len(left))
        notices.warn(request, words % {"n": number(len(left))})


@require_POST
@open_to(members)
def batch_forget(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Go back to the list without doing anything."""
    by = acting(request)
    with scope(by):
        address = _own(by, batch_id).address
    acts.done_or_said(request, lambda: forget_batch(batch_id=batch_id, by=by, now=now()))
    return redirect(address or "home")
