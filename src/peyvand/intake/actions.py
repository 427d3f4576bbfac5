"""Storing a list that was looked at, and taking it back."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from peyvand.intake.enums import ImportKind
from peyvand.intake.models import ImportRecord, RememberedColumns
from peyvand.intake.permissions import may_import
from peyvand.intake.reading import LISTS, Reading, read_list
from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotFound, Refusal, require
from peyvand.lists import ListRefused
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area, lock
from peyvand.scope.database import action, one_at_a_time


class FileImportedBefore(Refusal):
    code = "file_imported_before"
    message = "This very file was brought in before; say so if it should come in once more."


class ConfirmedBefore(Refusal):
    code = "import_confirmed_before"
    message = "This list has been brought in already; it is not stored twice."


class ReadOtherwise(Refusal):
    code = "list_reads_otherwise"
    message = "What is stored has changed since you looked, and this list now reads otherwise. Look at it once more."


class NothingToStore(Refusal):
    code = "nothing_to_store"
    message = "No row of this list can be stored."


class UndoneBefore(Refusal):
    code = "import_undone_before"
    message = "This import has been taken back already."


def imported_before(reading: Reading, kind: ImportKind, *, by: Acting) -> ImportRecord | None:
    """The newest import of the same file by the same organisation that still stands. Inside a scope."""
    same = ImportRecord.objects.filter(
        organisation_id=by.organisation_id, kind=kind, sha256=reading.sha256, undone_at__isnull=True
    )
    return same.order_by("-pk").first()


@action
def import_list(
    *,
    path: Path,
    kind: ImportKind,
    token: str,
    expected: str | None = None,
    chosen: Mapping[str, str] | None = None,
    without_bad_rows: bool = False,
    again: bool = False,
    by: Acting,
    now: datetime,
) -> ImportRecord:
    """Store a list by one bulk act, with one record of the import; all or nothing.

    `token` names the preview: it is stored once, whoever confirms it twice. `expected` is the digest of what was shown.
    Raises `ListRefused` for bad rows (unless `without_bad_rows`), `FileImportedBefore` (unless `again`), `ConfirmedBefore`,
    `ReadOtherwise`, `NothingToStore`.
    """
    require(may_import(by, kind))
    _one_at_a_time(by.organisation_id, kind)
    if ImportRecord.objects.filter(token=token).exists():
        raise ConfirmedBefore
    reading = read_list(path, kind, by=by, now=now, chosen=chosen)
    _check(reading, kind, by, without_bad_rows=without_bad_rows, again=again, expected=expected)
    made = ImportRecord.objects.create(
        kind=kind,
        file_name=path.name[:200],
        sha256=reading.sha256,
        token=token,
        imported_by_id=by.membership_id or None,
        imported_at=now,
        organisation_id=by.organisation_id,
        organisation_path=by.organisation_path,
        place_path=by.place_path,
        rows_read=len(reading.table.rows),
        rows_rejected=len(reading.rejected),
        ids=LISTS[kind].store(reading.new, by=by, now=now),
    )
    if chosen is not None:
        RememberedColumns.objects.update_or_create(
            organisation_id=by.organisation_id,
            kind=kind,
            defaults={"columns": dict(chosen), "organisation_path": by.organisation_path, "changed_at": now},
        )
    _note("list.imported", made, by, now, created=made.created, rejected=made.rows_rejected)
    return made


def _one_at_a_time(organisation_id: int, kind: ImportKind) -> None:
    """Two imports of one organisation and kind wait for each other, so that the second sees what the first stored."""
    one_at_a_time(f"import:{organisation_id}:{kind}")


def _check(
    reading: Reading, kind: ImportKind, by: Acting, *, without_bad_rows: bool, again: bool, expected: str | None
) -> None:
    if not again and imported_before(reading, kind, by=by):
        raise FileImportedBefore
    if expected is not None and reading.digest != expected:
        raise ReadOtherwise
    if reading.rejected and not without_bad_rows:
        raise ListRefused(reading.faults)
    if not reading.new:
        raise NothingToStore


@action
def undo_import(*, record_id: int, by: Acting, now: datetime) -> ImportRecord:
    """Take back exactly what an import stored; rows on which others build remain, each with its reason.

    Needs are withdrawn and offers closed, for their numbers stay in the journal; families and organisations are removed.
    Doing it again tries those that remained. Raises `UndoneBefore` where nothing remained.
    """
    made = lock(ImportRecord.objects.filter(in_area(by)), [record_id]).get(record_id)
    if made is None:
        raise NotFound
    kind = ImportKind(made.kind)
    require(may_import(by, kind))
    if made.undone_at is not None and not made.remaining:
        raise UndoneBefore
    ids = [int(pk) for pk in made.remaining] if made.undone_at else made.ids
    undone = LISTS[kind].undo(ids, by=by, now=now)
    made.undone_at, made.undone_by_id = now, by.membership_id or None
    made.remaining = {str(pk): why.value for pk, why in undone.remaining.items()}
    made.save(update_fields=["undone_at", "undone_by", "remaining"])
    _note("list.taken_back", made, by, now, removed=len(undone.removed), remaining=len(undone.remaining))
    return made


def _note(act: str, made: ImportRecord, by: Acting, now: datetime, **counts: int) -> None:
    record(
        act, kind="import", subject=made.pk, by=by, now=now, place_path=made.place_path,
        organisation_path=made.organisation_path, data={"kind": made.kind, **counts},
    )  # fmt: skip
