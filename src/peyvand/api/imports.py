"""Lists come in: a file is looked at, stored by one act, and taken back."""

import json
from datetime import datetime
from typing import Annotated, Any, BinaryIO, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Form, Path, Query, Router, Schema, UploadedFile

from peyvand.api.answers import Count, Given, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.filters import narrowed
from peyvand.api.identity import acting
from peyvand.api.problems import Fault, faults_of_list, language
from peyvand.api.shapes import Id, OrganisationRef, organisation_ref
from peyvand.intake import actions
from peyvand.intake.enums import ImportKind, Remains
from peyvand.intake.models import ImportRecord
from peyvand.intake.permissions import may_import
from peyvand.intake.reading import Reading, read_list
from peyvand.intake.waiting import Waiting, WaitingRoom
from peyvand.kernel.refusals import BadValue, require
from peyvand.lists import ListRefused
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area
from peyvand.scope.database import scope

router = Router(tags=["Imports"])
FAULTS_TOLD = 100
_TOKEN = r"^[A-Za-z0-9_-]{32}$"


class ImportOut(Schema):
    """`remaining` counts, by reason, the rows that taking it back had to leave."""

    id: int
    kind: ImportKind
    file_name: str
    organisation: OrganisationRef
    imported_at: datetime
    rows_read: int
    rows_rejected: int
    created: int
    undone_at: datetime | None
    remaining: dict[Remains, int]


class LookOut(Schema):
    """Nothing is stored yet. `token` and `expected` go into `POST /imports` within the hour the file is kept."""

    token: str
    expected: str
    kind: ImportKind
    file_name: str
    columns: dict[str, str] = Field(description="Column and the heading it was found under")
    unused: list[str] = Field(description="Headings that are not read")
    rows: int
    good: int
    rejected: int
    errors: list[Fault] = Field(description=f"Of the rejected rows, the first {FAULTS_TOLD}; rows as in the file")
    alike: list[Fault] = Field(description=f"What may be stored already, the first {FAULTS_TOLD}")
    imported_before_id: int | None = Field(description="A standing import of the same file")


class LookIn(Schema):
    kind: ImportKind
    columns: Annotated[
        str,
        Field(
            max_length=5000,
            description='A JSON object of columns and headings, `{"quantity": "تعداد"}`, where headings are not found by themselves',
        ),
    ] = ""


class ImportIn(Given):
    token: Annotated[str, Field(pattern=_TOKEN, description="Of the look")]
    expected: Annotated[
        str, Field(max_length=64, description="Of the look: nothing is stored where it now reads otherwise")
    ]
    without_bad_rows: bool = False
    again: Annotated[bool, Field(description="Also where the same file was brought in before")] = False


class ImportFilters(Schema):
    kind: ImportKind | None = None


def _room() -> WaitingRoom:
    return WaitingRoom(settings.PEYVAND_WAITING)


def import_out(row: ImportRecord) -> ImportOut:
    remaining: dict[Remains, int] = {}
    for why in row.remaining.values():
        remaining[Remains(why)] = remaining.get(Remains(why), 0) + 1
    return ImportOut(
        id=row.pk, kind=ImportKind(row.kind), file_name=row.file_name, organisation=organisation_ref(row.organisation),
        imported_at=row.imported_at, rows_read=row.rows_read, rows_rejected=row.rows_rejected, created=row.created,
        undone_at=row.undone_at, remaining=remaining,
    )  # fmt: skip


def _rows(by: Acting, filters: ImportFilters) -> QuerySet[ImportRecord]:
    return narrowed(ImportRecord.objects.filter(in_area(by)).select_related("organisation"), filters)


def _one(import_id: int, by: Acting) -> ImportOut:
    return import_out(the_one(_rows(by, ImportFilters()), import_id))


@router.get("", response=Page[ImportOut], summary="Lists that were brought in")
def list_imports(request: HttpRequest, filters: Query[ImportFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(by, filters), page, lambda rows: [import_out(row) for row in rows])


@router.get("/count", response=Count, summary="How many lists were brought in")
def count_imports(request: HttpRequest, filters: Query[ImportFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(by, filters).count()))


@router.get("/{int:import_id}", response=ImportOut, summary="One list that was brought in")
def get_import(request: HttpRequest, import_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_one(import_id, by))


def _chosen(text: str) -> dict[str, str] | None:
    try:
        chosen = json.loads(text) if text else None
    except ValueError:
        chosen = ()
    known = chosen is None or (isinstance(chosen, dict) and all(isinstance(one, str) for one in chosen.values()))
    if not known:
        raise BadValue(field="columns", reason="an object of columns and headings is expected")
    return chosen


def _look_out(waiting: Waiting, kind: ImportKind, reading: Reading, by: Acting, spoken: str) -> LookOut:
    before = actions.imported_before(reading, kind, by=by)
    headings = reading.table.headings
    return LookOut(
        token=waiting.token, expected=reading.digest, kind=kind, file_name=waiting.file().name,
        columns={name: headings[index] for name, index in reading.table.columns.items()},
        unused=[headings[index] for index in reading.table.extras if headings[index]],
        rows=len(reading.table.rows), good=len(reading.new), rejected=len(reading.rejected),
        errors=faults_of_list(reading.faults[:FAULTS_TOLD], spoken),
        alike=faults_of_list(reading.alike[:FAULTS_TOLD], spoken), imported_before_id=before.pk if before else None,
    )  # fmt: skip


@router.post("/look", response={201: LookOut}, summary="Look at a list: how it is read, and what is wrong with it")
def look_at_list(request: HttpRequest, form: Form[LookIn], file: File[UploadedFile]) -> HttpResponse:
    """Excel, CSV, HTML saved as .xls, or Parquet; at most 20 megabytes and 10,000 rows. The file is kept for an hour, for you."""
    by, now, chosen = acting(request), timezone.now(), _chosen(form.columns)
    require(may_import(by, form.kind))
    about: dict[str, Any] = {"kind": form.kind.value, "columns": chosen}
    waiting = _room().put(
        [(file.name or "list", cast(BinaryIO, file), file.size or 0)], owner=by.account_id, now=now, about=about
    )
    try:
        with scope(by):
            found = read_list(waiting.file(), form.kind, by=by, now=now, chosen=chosen)
            return say(_look_out(waiting, form.kind, found, by, language(request)), status=201)
    except ListRefused:
        _room().remove(waiting)
        raise


@router.post("", response={201: ImportOut}, summary="Store a list that was looked at, by one act")
def store_list(request: HttpRequest, body: ImportIn) -> HttpResponse:
    """All good rows or none; rows with errors only where you say so."""

    def run(by: Acting, now: datetime) -> ImportOut:
        waiting = _room().get(body.token, owner=by.account_id, now=now)
        made = actions.import_list(
            path=waiting.file(), kind=ImportKind(waiting.about["kind"]), token=body.token,
            chosen=waiting.about.get("columns"), expected=body.expected, without_bad_rows=body.without_bad_rows,
            again=body.again, by=by, now=now,
        )  # fmt: skip
        return _one(made.pk, by)

    return act(request, run, status=201)


@router.post("/{int:import_id}/undo", response=ImportOut, summary="Take back what a list stored")
def take_list_back(request: HttpRequest, import_id: Path[Id]) -> HttpResponse:
    """Exactly that; rows on which others build remain, each with its reason. Again tries those that remained."""

    def run(by: Acting, now: datetime) -> ImportOut:
        actions.undo_import(record_id=import_id, by=by, now=now)
        return _one(import_id, by)

    return act(request, run)
