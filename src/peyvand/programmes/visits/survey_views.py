"""Survey forms: uploaded by an office, printed on paper, and what their answers say."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from peyvand import papers
from peyvand.kernel.refusals import Refusal
from peyvand.places.models import Place
from peyvand.programmes.visits import permissions, queries, sample, survey_actions, xlsform
from peyvand.programmes.visits.forms import UploadForm, language
from peyvand.programmes.visits.forms_as_data import Definition, in_language
from peyvand.programmes.visits.models import HouseholdAnswer, Survey
from peyvand.programmes.visits.views import SLUG, folder, opened
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.lists import Badge, Column, Filters, ListSpec, list_page
from peyvand.web.pages.access import refuse
from peyvand.web.pages.downloads import attachment, pdf
from peyvand.web.pages.office_frame import FONTS, frame
from peyvand.web.pages.words import named
from peyvand.web.programmes import first_step
from peyvand.web.templatetags.peyvand_format import number


class SurveyFilters(Filters):
    folded = ("title",)
    in_use = forms.BooleanField(label=gettext_lazy("Only those in use"), required=False)
    lookups = {"in_use": "is_in_use"}


def _badge(row: Survey) -> Badge:
    return Badge(_("in use"), "going") if row.is_in_use else Badge(_("out of use"), "stopped")


LIST = ListSpec(
    name="surveys",
    title=gettext_lazy("Household surveys"),
    columns=(
        Column("title", gettext_lazy("Survey form"), link=lambda row: reverse(f"{SLUG}:survey", args=[row.pk])),
        Column("version", gettext_lazy("Version"), kind="number", sort="version"),
        Column("state", gettext_lazy("State"), value=_badge, kind="badge"),
        Column("households", gettext_lazy("Households asked"), kind="number", sort="households"),
    ),
    default_sort="-id",
    filters=SurveyFilters,
    empty_title=gettext_lazy("No form yet"),
    empty_text=gettext_lazy("Forms in the format of ODK and Kobo are uploaded here, then asked on the phone and on paper."),
    first_step=first_step(
        SLUG, (permissions.may_upload_survey, gettext_lazy("Upload a form"), "upload"),
        else_=gettext_lazy("An organisation manager, field leader, county officer or HQ leader uploads one."),
    ),
)  # fmt: skip


@exportable
@require_GET
def surveys(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    rows = queries.surveys_for(by).annotate(households=Count("answers"))
    if (file := export(request, LIST, rows)) is not None:
        return file
    may_upload = permissions.may_upload_survey(by) is None and opened(by)
    return render(request, "visits/surveys.html", {"page": list_page(request, LIST, rows), "may_upload": may_upload})


def upload(request: HttpRequest) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    form = UploadForm(request.POST or None, request.FILES or None)
    faults: list[xlsform.Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data["workbook"].read(xlsform.MOST_BYTES + 1)
            definition = xlsform.read(data)
            sha256 = folder().store(data)
            survey = survey_actions.upload_survey(
                definition=definition, source_sha256=sha256, by=by, now=timezone.now()
            )
        except xlsform.BadForm as refusal:
            faults = refusal.faults
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            notices.done(request, _("The form is in use, on the phone and on paper."))
            return redirect(f"{SLUG}:survey", survey_id=survey.pk)
    status = 200 if request.method == "GET" else 422
    with scope(by):
        return render(request, "visits/upload.html", {"form": form, "faults": faults}, status=status)


def _survey(survey_id: int, by: Acting) -> Survey:
    return only(queries.surveys_for(by).filter(pk=survey_id))


@require_GET
def survey(request: HttpRequest, survey_id: int) -> HttpResponseBase:
    by: Acting = request.acting  # type: ignore[attr-defined]
    found = _survey(survey_id, by)
    definition, spoken = Definition(found.definition), language()
    questions = [
        {
            "words": in_language(one["labels"], spoken), "type": one["type"], "required": one["required"],
            "choices": [in_language(choice["labels"], spoken) for choice in one["choices"]],
        }
        for one in definition.questions
    ]  # fmt: skip
    indicators = [
        {"words": in_language(one["labels"], spoken), "weight": weight}
        for one, weight in zip(definition.indicators, definition.weights, strict=True)
    ]
    context = {"survey": found, "questions": questions, "indicators": indicators, "cutoff": definition.cutoff}
    context["passed_over"] = definition.passed_over
    context["may_ask"] = found.is_in_use and by.is_staff and opened(by)
    return render(request, "visits/survey.html", context | _results(found, definition, by, spoken))


def _results(found: Survey, definition: Definition, by: Acting, spoken: str) -> dict[str, Any]:
    """What the answers of the actor's area say, by place; a place of fewer than thirty households stands in no order."""
    own = HouseholdAnswer.objects.filter(below(by.place_path, "visit__place_path"), survey=found)
    rows = list(
        own.exclude(deprived=[]).order_by("pk").values_list("visit__place_path", "deprived", "people")
    )  # fmt: skip
    if not rows or not definition.indicators:
        return {"measured": None, "households": own.count()}
    measured = queries.measured(found, rows)
    names = {place.path: named(place) for place in Place.objects.defer("boundary").filter(path__in=measured.groups)}
    groups = [{"name": names.get(path, path), "measure": one} for path, one in measured.groups.items()]
    ranked = sorted((one for one in groups if one["measure"].ranked), key=lambda one: -one["measure"].m0)
    parts = [
        {"words": in_language(one["labels"], spoken), "share": float(share), "censored": float(censored)}
        for one, share, censored in zip(definition.indicators, measured.whole.contribution, measured.whole.censored, strict=True)
    ]  # fmt: skip
    few = sorted((one for one in groups if not one["measure"].ranked), key=lambda one: one["name"])
    return {"measured": measured.whole, "households": own.count(), "ranked": ranked, "few": few, "parts": parts}


@require_GET
def paper(request: HttpRequest, survey_id: int) -> HttpResponseBase:
    """The same form to be filled in by hand."""
    found = _survey(survey_id, request.acting)  # type: ignore[attr-defined]
    definition, spoken = Definition(found.definition), language()
    around = frame(
        request,
        found.title,
        lead=_("One household a sheet. Write nobody’s name; tick or write, and leave out what does not apply."),
    )
    parts = [papers.Part(_("The visit"), "lines", [_("Place"), _("Day of the visit"), _("Visitor")])]
    parts += _parts(definition, spoken)
    body = papers.visit_form(
        around, parts=parts, signatures=[_("Visitor")], fonts=FONTS,
        note=_("Version {version} of the form. Typed in later on the page of the same form.").format(version=number(found.version)),
    )  # fmt: skip
    return pdf(body, f"{found.title}.pdf")


def _parts(definition: Definition, spoken: str) -> list[papers.Part]:
    """Questions in their order: those written on lines together, each with choices on its own, notes as titles."""
    parts: list[papers.Part] = []
    lines: list[str] = []
    for one in definition.questions:
        words = in_language(one["labels"], spoken)
        if one["type"] in ("select_one", "select_multiple"):
            parts += [papers.Part("", "lines", tuple(lines))] if lines else []
            lines = []
            parts.append(
                papers.Part(words, "ticks", [in_language(choice["labels"], spoken) for choice in one["choices"]])
            )
        elif one["type"] == "note":
            parts += [papers.Part("", "lines", tuple(lines))] if lines else []
            lines = []
            parts.append(papers.Part(words, "free"))
        else:
            lines.append(words)
    return [*parts, papers.Part("", "lines", tuple(lines))] if lines else parts


@require_GET
def sample_form(request: HttpRequest) -> HttpResponseBase:
    """A form to begin from, with everything this site knows."""
    return attachment(sample.workbook(), "sample.xlsx")
