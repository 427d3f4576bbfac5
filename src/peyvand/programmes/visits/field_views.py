"""The page on the phone: it opens without a network, keeps what is written, and sends it later exactly once.

The browser's part is `static/visits/`: `draft.js` keeps drafts, `worker.js` keeps the pages. What it sends is the form that is
sent without scripts too, under the key that was made when the draft was begun.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_GET

from peyvand.files.pictures import cleaned
from peyvand.journal.once import once
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.programmes.visits import actions, queries, survey_actions
from peyvand.programmes.visits.enums import MADE, VisitState
from peyvand.programmes.visits.forms import AnswerForm, VisitForm, given_place, language
from peyvand.programmes.visits.forms_as_data import Definition, in_language
from peyvand.programmes.visits.views import SLUG, folder
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.forms import Form
from peyvand.web.pages.access import today
from peyvand.web.pages.words import listed, named
from peyvand.web.templatetags.peyvand_format import jdate, number
from peyvand.web.templatetags.peyvand_format import refusal as words

_WORKER = Path(__file__).parent / "static" / "visits" / "worker.js"
RECENT = 30  # visits a household's answers may be added to


class AnotherOwner(Refusal):
    code = "visit_another_owner"
    message = "This draft was begun by somebody else. Sign in with the account it was begun with, then send it."


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the pages of the phone; from this address it may do so below it, and nowhere else."""
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def field(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(by):
        plans = queries.visits(by).exclude(planned_date=None).order_by("planned_date")
        initial = {"plan": request.GET.get("plan", ""), "place": given_place(request.GET.get("place", ""))}
        form = VisitForm(
            request.POST or None, request.FILES or None, by=by, today=today(), plans=plans, initial=initial
        )
        sent = request.method == "POST" and form.is_valid()
        # Another may have fulfilled the plan meanwhile, or this draft itself when it came before: taken, but not offered.
        form.fields["plan"].queryset = plans.filter(state=VisitState.PLANNED)  # type: ignore[attr-defined]
        if request.method != "POST":
            return render(request, "visits/field.html", _page(form, by))
    row, refused = _visit(form, request) if sent else (None, {})

    def store() -> int:
        return (
            actions.record_visit(row=row, by=by, now=timezone.now()).pk if row else 0
        )  # an invalid form is never stored

    def to(visit_id: int) -> str:
        replace = f"?spot={min(refused)}#add-picture" if refused else ""
        return reverse(f"{SLUG}:one", args=[visit_id]) + replace

    told = [_not_kept(spot, refusal) for spot, refusal in refused.items()]
    return store_once(request, form, store, "visits/field.html", _page, _("The visit is kept."), to, told)


def _not_kept(spot: int, refusal: Refusal) -> str:
    text = _("Picture {number} was not kept: {why} Choose another one for it, or leave it out.")
    return text.format(number=number(spot), why=words(refusal))


def _visit(form: VisitForm, request: HttpRequest) -> tuple[actions.NewVisit, dict[int, Refusal]]:
    """What is to be stored, and by spot why a picture is not: a visit is never lost for a picture that cannot be kept."""
    said, pictures, refused = form.cleaned_data, [], dict[int, Refusal]()
    digest = draft_digest(request)
    for spot, file in form.photos():
        try:
            data = cleaned(file)
        except Refusal as refusal:
            refused[spot] = refusal
        else:
            pictures.append(actions.Picture(folder().store(data), len(data), spot))
    position = None if said["lat"] is None else (said["lat"], said["lon"])
    row = actions.NewVisit(
        said["place"], said["visited_date"], said["families_met"], said["first_contacts"], said["note"], position,
        form.heard(), tuple(pictures), said["plan"].pk if said["plan"] else None, said["key"], digest,
    )  # fmt: skip
    return row, refused


def draft_digest(request: HttpRequest) -> str:
    """The fingerprint of a draft as it was sent: its fields, and of each file what is in it."""
    told = hashlib.sha256()
    fields = sorted(
        (name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values
    )
    told.update(repr(fields).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            file.seek(0)  # it may have been read already, as a picture
            told.update(name.encode() + hashlib.sha256(file.read()).digest())
            file.seek(0)
    return told.hexdigest()


def store_once(
    request: HttpRequest,
    form: Form,
    store: Callable[[], int],
    template: str,
    page: Callable[..., dict[str, Any]],
    done: str,
    to: Callable[[int], str],
    refused: Sequence[str] = (),
) -> HttpResponseBase:
    """Store what came once under its key, and say so: as a page, or to the script that sent it.

    `to` gives the address of what was stored, asked under the actor's scope; `refused` says which parts of it were not kept.
    """
    by: Acting = request.acting  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            if form.cleaned_data["owner"] != by.account_id:
                raise AnotherOwner
            key = str(form.cleaned_data["key"])
            body = [request.path, draft_digest(request)]
            answer, repeated = once(key=key, body=body, by=by, now=timezone.now(), run=lambda: {"id": store()})
        except NotFound:
            form.add_error(None, _("The visit this belongs to has not been sent yet, or lies outside your area."))
        except AnotherOwner as refusal:
            return _said(request, form, template, page, [words(refusal)], 403)
        except Refusal as refusal:
            form.add_error(None, words(refusal))
        else:
            with scope(by):
                url = to(answer["id"])
            return _kept(request, answer["id"], done, url, refused, repeated=repeated)
    told = [f"{form.fields[name].label}: {text}" if name in form.fields else str(text)
            for name, texts in form.errors.items() for text in texts]  # fmt: skip
    return _said(request, form, template, page, told, 422)


def _kept(
    request: HttpRequest, pk: int, done: str, url: str, refused: Sequence[str], *, repeated: bool
) -> HttpResponseBase:
    if _by_script(request):
        told = {"id": pk, "url": url, "repeated": repeated, "refused": list(refused)}
        return JsonResponse(told, status=200 if repeated else 201)
    notices.done(request, done)
    for text in refused:
        notices.warn(request, text)
    return redirect(url)


def _said(
    request: HttpRequest, form: Form, template: str, page: Callable[..., dict[str, Any]], told: list[str], status: int
) -> HttpResponseBase:
    if _by_script(request):
        return JsonResponse({"said": told, "choices": _to_choose(form)}, status=status)
    by: Acting = request.acting  # type: ignore[attr-defined]
    if status == 403:
        raise NotPermitted(reason=N_("this draft was begun by somebody else"))
    with scope(by):
        return render(request, template, page(form, by), status=status)


def _to_choose(form: Form) -> dict[str, list[list[str]]]:
    """Where several names fit what was written: by field what is left to choose from, as value and label."""
    written = [
        name for name, field in form.fields.items() if getattr(field, "is_written", False) and name in form.errors
    ]
    found = {name: getattr(form.fields[name].widget, "choices", ()) for name in written}
    return {name: [[str(value), str(label)] for value, label in choices] for name, choices in found.items() if choices}


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _page(form: Form, by: Acting) -> dict[str, Any]:
    surveys = list(queries.surveys_for(by).filter(is_in_use=True)[:20])
    return {"surveys": surveys, **phone_page(form, by, own=reverse(f"{SLUG}:field"))}


def phone_page(form: Form, by: Acting, *, own: str) -> dict[str, Any]:
    """What every page of the phone needs; `own` is where its form is sent."""
    return {"form": form, "owner": by.account_id, "own": own}


def survey(request: HttpRequest, survey_id: int) -> HttpResponseBase:
    """One household's answers. The form is rendered from what was uploaded; the visit may still wait on the phone.

    A version that is out of use is not asked any more, but what was answered to it may have waited on a phone and is taken.
    """
    by: Acting = request.acting  # type: ignore[attr-defined]
    with scope(by):
        found = queries.surveys_for(by).filter(pk=survey_id).first()
        if found is None or (request.method != "POST" and not found.is_in_use):
            raise NotFound
        definition = Definition(found.definition)
        recent = queries.visits(by).filter(state__in=MADE).order_by("-visited_date", "-pk")[:RECENT]
        choices = [(str(row.pk), listed(named(row.place), jdate(row.visited_date))) for row in recent]
        form = AnswerForm(request.POST or None, definition=definition, by=by, visits=choices)
        page = lambda form, by: _page(form, by) | _survey(found, definition)  # noqa: E731
        if request.method != "POST":
            return render(request, "visits/survey_field.html", page(form, by))
    row = _answer(form, survey_id, request) if form.is_valid() else None

    def store() -> int:
        return (
            survey_actions.record_answer(row=row, by=by, now=timezone.now()).pk if row else 0
        )  # an invalid form is never stored

    def to(answer_id: int) -> str:
        return reverse(f"{SLUG}:one", args=[queries.visit_of_answer(answer_id)])

    return store_once(request, form, store, "visits/survey_field.html", page, _("The answers are kept."), to)


def _survey(found: Any, definition: Definition) -> dict[str, Any]:
    spoken = language()
    notes = [in_language(one["labels"], spoken) for one in definition.questions if one["type"] == "note"]
    return {"survey": found, "notes": notes, "own": reverse(f"{SLUG}:field_survey", args=[found.pk])}


def _answer(form: AnswerForm, survey_id: int, request: HttpRequest) -> survey_actions.NewAnswer:
    said = form.cleaned_data
    at = said["visit"]
    by_key = not at.isdecimal()
    return survey_actions.NewAnswer(
        survey_id, form.answers(), None if by_key else int(at), actions.UUID(at) if by_key else None, said["key"], draft_digest(request)
    )  # fmt: skip
