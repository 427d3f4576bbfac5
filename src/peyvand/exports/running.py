"""What the worker does: one export, from its row to its file."""

import errno
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from peyvand.exports import files
from peyvand.exports.actions import begin_export, count_rows, fail_export, finish_export
from peyvand.exports.enums import Failure
from peyvand.exports.listing import listed_at
from peyvand.exports.models import Export
from peyvand.exports.queries import Rights, acting_now_for, rights_of
from peyvand.exports.rules import BATCH, RightsChanged
from peyvand.files.storage import LocalFolder
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.beside import Beside
from peyvand.scope.database import scope


class Stopped(Exception):
    """Cancelled, deleted, or begun anew elsewhere."""


@dataclass(frozen=True)
class Written:
    path: Path
    rows: int
    rights: Rights


class Progress(Beside):
    """Says how far the writing is, and hears whether to go on: the rows come through one transaction open to the end."""

    def __init__(self, export: Export) -> None:
        self.export, self.about = export, 0

    def tell(self, done: int) -> None:
        """Raises `Stopped` where this start has to stop."""
        if not self.do(lambda: self._tell(done)):
            raise Stopped

    def _tell(self, done: int) -> bool:
        return count_rows(export=self.export, rows_done=done, rows_about=self.about, by=SYSTEM, now=timezone.now())

    def along(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows themselves; after each batch, and before the file is closed, says how many they are."""
        number = 0
        for number, row in enumerate(rows, start=1):
            yield row
            if number % BATCH == 0:
                self.tell(number)
        self.tell(number)


def write_export(*, export_id: int, now: datetime) -> None:
    """Write one export under the rights its asker has now. Whatever happens, the row says it and no half file is offered.

    Raises only what is a fault of ours, so that the queue keeps it for staff to see.
    """
    export = begin_export(export_id=export_id, by=SYSTEM, now=now)
    if export is None:
        return
    try:
        written = _written(export, files.prepared(export), now)
        _kept(export, written)
    except Stopped:
        shutil.rmtree(files.folder_of(export), ignore_errors=True)
    except RightsChanged:
        _failed(export, Failure.RIGHTS)
    except Refusal:
        _failed(export, Failure.LIST)
    except Exception as error:
        if _failed(export, Failure.ROOM if _is_full(error) else Failure.FAULT):
            raise


def _written(export: Export, folder: Path, now: datetime) -> Written:
    by = acting_now_for(export, now)
    path = folder / "unfinished"
    with Progress(export) as progress, translation.override(export.language), scope(by):
        rights = rights_of(by, now)
        listed = listed_at(export.address, by, export.account)
        progress.about = listed.count()
        progress.tell(0)
        with path.open("xb") as out:
            rows = listed.write(out, export.kind, progress.along(listed.read()), str(folder))
    return Written(path, rows, rights)


def _kept(export: Export, written: Written) -> None:
    """Put the file in its place, if its reader still may have it."""
    now = timezone.now()
    by = acting_now_for(export, now)
    with scope(by):
        if not rights_of(by, now).cover(written.rights):
            raise RightsChanged
    size = written.path.stat().st_size
    sha256 = LocalFolder(files.folder_of(export)).take(written.path)
    end = {"rows_done": written.rows, "sha256": sha256, "size": size, "rights": written.rights}
    if not finish_export(export=export, by=SYSTEM, now=now, **end):  # type: ignore[arg-type]
        raise Stopped


def _is_full(error: BaseException | None) -> bool:
    """Whether the disk was full, also where the writer of workbooks says it in its own way."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def _failed(export: Export, failure: Failure) -> bool:
    """False where it was cancelled meanwhile: what was taken away under the writer's hands is no fault."""
    shutil.rmtree(files.folder_of(export), ignore_errors=True)
    return fail_export(export=export, failure=failure, by=SYSTEM, now=timezone.now())
