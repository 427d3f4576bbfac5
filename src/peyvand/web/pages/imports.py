"""Lists come in through the site: choose a file, look at what it says, store it by one act, take it back."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from peyvand.intake.actions import FileImportedBefore, import_list, imported_before, undo_import
from peyvand.intake.enums import ImportKind, Remains
from peyvand.intake.models import ImportRecord
from peyvand.intake.permissions import kinds_for, may_import_any
from peyvand.intake.reading import Reading, columns_of, read_list, rejects
from peyvand.intake.waiting import Waiting, WaitingRoom
from peyvand.kernel.refusals import NotFound, Refusal
from peyvand.lists import ListRefused
from peyvand.lists.writing import table_bytes
from peyvand.scope.bulk import in_area, only
from peyvand.scope.database import scope
from peyvand.web import notices
from peyvand.web.exports import export, exportable
from peyvand.web.forms import Form
from peyvand.web.lists import Badge, Column, ListSpec, list_page
from peyvand.web.pages.access import acting, now, open_to, refuse
from peyvand.web.pages.downloads import attachment
from peyvand.web.pages.import_words import COLUMNS, shown_rows

PREVIEW_ROWS = 15
FAULTS_SHOWN = 100
LEAVE_OUT = "—"


def room() -> WaitingRoom:
    return WaitingRoom(settings.PEYVAND_WAITING)


class UploadForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("What the list holds"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File to bring in"),
        help_text=gettext_lazy("Excel, CSV, HTML saved as .xls, or Parquet; at most 20 megabytes and 10,000 rows"),
    )

    def __init__(self, *args: Any, kinds: list[ImportKind], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].value if kinds else None


class ConfirmForm(Form):
    """What has to be said before a list is stored; the page shows each tick only where it is asked."""

    again = forms.BooleanField(label=gettext_lazy("Bring it in once more all the same"), required=False)
    good_rows = forms.BooleanField(
        label=gettext_lazy("Go on with the good rows and leave the rows with errors out"), required=False
    )


def _state(row: ImportRecord) -> Badge:
    if row.undone_at is None:
        return Badge(_("Stored"), "done")
    return Badge(_("Taken back in part"), "late") if row.remaining else Badge(_("Taken back"), "stopped")


SPEC = ListSpec(
    name="imports",
    title=gettext_lazy("Lists brought in"),
    columns=(
        Column("file_name", gettext_lazy("File"), link=lambda row: reverse("import", args=[row.pk])),
        Column("kind", gettext_lazy("List"), value=lambda row: row.get_kind_display()),
        Column("imported_at", gettext_lazy("Brought in"), kind="time", sort="imported_at"),
        Column("created", gettext_lazy("Stored"), kind="number"),
        Column("rows_rejected", gettext_lazy("Left out"), kind="number"),
        Column("state", gettext_lazy("State"), value=_state, kind="badge"),
    ),
    default_sort="-imported_at",
    empty_title=gettext_lazy("No list has been brought in yet"),
    empty_text=gettext_lazy("Choose a file above. Nothing is stored before you have seen how it is read."),
)


@exportable
@open_to(may_import_any)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The lists brought in so far, and the form for another."""
    if request.method == "POST":
        return _upload(request)
    form = UploadForm(kinds=kinds_for(acting(request)))
    return _all(request, form)


def _all(request: HttpRequest, form: UploadForm) -> HttpResponse:
    rows = ImportRecord.objects.filter(in_area(acting(request)))
    sheet: Any = export(request, SPEC, rows)
    return sheet or render(request, "web/office/imports.html", {"form": form, "page": list_page(request, SPEC, rows)})


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES, kinds=kinds_for(acting(request)))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            about = {"kind": form.cleaned_data["kind"]}
            waiting = room().put(
                [(file.name, file, file.size)], owner=acting(request).account_id, now=now(), about=about
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("import_look", waiting.token)
    with scope(acting(request)):
        return _all(request, form)


def _waiting(request: HttpRequest, token: str) -> tuple[Waiting, ImportKind, dict[str, str] | None]:
    waiting = room().get(token, owner=acting(request).account_id, now=now())
    return waiting, ImportKind(waiting.about["kind"]), waiting.about.get("columns")


@open_to(may_import_any)
@require_GET
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The list as it will be stored, its faults, and what may be stored already."""
    return _look(request, token, ConfirmForm())


def _look(request: HttpRequest, token: str, form: ConfirmForm, status: int = 200) -> HttpResponse:
    waiting, kind, chosen = _waiting(request, token)
    path = waiting.file()
    context: dict[str, Any] = {"waiting": waiting, "kind": kind, "file": path.name, "form": form}
    try:
        reading = read_list(path, kind, by=acting(request), now=now(), chosen=chosen)
    except ListRefused as refused:
        headings = [str(one) for one in refused.faults[0].details.get("found", [])]  # type: ignore[attr-defined]
        context |= {
            "refused": refused.say(_language()).split("\n"),
            "choices": _choices(request, kind, headings, chosen or {}),
        }
        return render(request, "web/office/import_look.html", context)
    recognised = {name: reading.table.headings[index] for name, index in reading.table.columns.items()}
    context |= {
        "reading": reading,
        "columns": [COLUMNS[name] for name in reading.shown[0]] if reading.shown else [],
        "rows": shown_rows(reading, PREVIEW_ROWS),
        "more": max(0, len(reading.shown) - PREVIEW_ROWS),
        "unused": [reading.table.headings[index] for index in reading.table.extras if reading.table.headings[index]],
        "before": imported_before(reading, kind, by=acting(request)),
        "choices": _choices(request, kind, [one for one in reading.table.headings if one], recognised),
        **_faults(reading),
    }
    return render(request, "web/office/import_look.html", context, status=status)


def _faults(reading: Reading) -> dict[str, Any]:
    faults = reading.faults
    return {
        "faults": [(one.row, one.column, one.reason(_language())) for one in faults[:FAULTS_SHOWN]],
        "faults_more": max(0, len(faults) - FAULTS_SHOWN),
        "alike": [(one.row, one.column, one.reason(_language())) for one in reading.alike[:FAULTS_SHOWN]],
        "alike_more": max(0, len(reading.alike) - FAULTS_SHOWN),
    }


def _choices(
    request: HttpRequest, kind: ImportKind, headings: list[str], chosen: dict[str, str]
) -> list[dict[str, Any]]:
    """For each column the headings to choose from, with the one taken now."""
    return [
        {
            "name": name,
            "label": COLUMNS[name],
            "required": required,
            "headings": headings,
            "chosen": chosen.get(name, ""),
        }
        for name, required in columns_of(kind, by=acting(request), now=now())
    ]


@open_to(may_import_any)
@require_POST
def columns(request: HttpRequest, token: str) -> HttpResponse:
    """Take the columns as a person picked them; they are remembered once the list is stored."""
    waiting, kind, _chosen = _waiting(request, token)
    with scope(acting(request)):
        names = [name for name, _required in columns_of(kind, by=acting(request), now=now())]
    room().note(waiting, columns={name: request.POST.get(f"column-{name}", "") for name in names})
    return redirect("import_look", token)


@open_to(may_import_any)
@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    waiting, kind, chosen = _waiting(request, token)
    form = ConfirmForm(request.POST)
    form.is_valid()  # two ticks, either way
    said = form.cleaned_data
    try:
        made = import_list(
            path=waiting.file(), kind=kind, token=token, chosen=chosen, expected=request.POST.get("expected", ""),
            without_bad_rows=said["good_rows"], again=said["again"], by=acting(request), now=now(),
        )  # fmt: skip
    except FileImportedBefore as refusal:
        refuse(form, refusal, file_imported_before="again")
    except ListRefused:
        form.add_error(
            "good_rows", _("Some rows have errors. Correct the file, or tick that the good rows go on without them.")
        )
    if form.errors:
        with scope(acting(request)):
            return _look(request, token, form, 422)
    if not made.rows_rejected:
        room().remove(waiting)
    notices.done(request, _("The list was stored."), undo_url=reverse("import_undo", args=[made.pk]))
    return redirect("import", made.pk)


@open_to(may_import_any)
@require_POST
def forget(request: HttpRequest, token: str) -> HttpResponse:
    waiting, _kind, _chosen = _waiting(request, token)
    room().remove(waiting)
    notices.say(request, _("The file was deleted. Nothing was stored."))
    return redirect("imports")


@open_to(may_import_any)
@require_GET
def rejected(request: HttpRequest, token: str) -> HttpResponse:
    """The bad rows with their reasons, to be corrected and brought in again."""
    waiting, kind, chosen = _waiting(request, token)
    path = waiting.file()
    reading = read_list(path, kind, by=acting(request), now=now(), chosen=chosen)
    name = f"{path.stem}-{_('errors')}.xlsx"
    frame = rejects(reading, _language())
    return attachment(table_bytes(frame, path.with_suffix(".xlsx"), right_to_left=_language() == "fa"), name)


@open_to(may_import_any)
@require_GET
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One list that came in: when, by whom, how much, and what an undo left."""
    made = only(
        ImportRecord.objects.filter(in_area(acting(request)), pk=record_id).select_related(
            "imported_by__account", "organisation"
        )
    )
    remains: dict[str, int] = {}
    for why in made.remaining.values():
        remains[why] = remains.get(why, 0) + 1
    context = {
        "made": made,
        "state": _state(made),
        "remains": [(Remains(why).label, count) for why, count in remains.items()],
        "rejects_url": _rejects_url(request, made),
    }
    return render(request, "web/office/import.html", context)


def _rejects_url(request: HttpRequest, made: ImportRecord) -> str:
    """The rows left out, as long as the file still waits."""
    if not made.rows_rejected:
        return ""
    try:
        room().get(made.token, owner=acting(request).account_id, now=now())
    except Refusal:
        return ""
    return reverse("import_rejected", args=[made.token])


@open_to(may_import_any)
@require_POST
def undo(request: HttpRequest, record_id: int) -> HttpResponse:
    try:
        made = undo_import(record_id=record_id, by=acting(request), now=now())
    except NotFound:
        raise
    except Refusal as refusal:
        notices.refused(request, refusal)
        return redirect("import", record_id)
    if made.remaining:
        notices.warn(request, _("What nobody builds on was taken back; the rest remains, with the reasons below."))
    else:
        notices.done(request, _("The list was taken back."))
    return redirect("import", record_id)


def _language() -> Any:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"
