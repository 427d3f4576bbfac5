"""Reading what exports left."""

import csv
import io
from pathlib import Path

from django.conf import settings
from tests.world import NOW

from peyvand.exports.models import Export
from peyvand.exports.taking import opened_file
from peyvand.scope.acting import Acting
from peyvand.scope.database import scope


def taken(export: Export, by: Acting) -> bytes:
    with scope(by):
        _export, file = opened_file(export_id=export.pk, by=by, now=NOW)
    with file:
        return file.read()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def left_behind() -> list[Path]:
    root = settings.PEYVAND_EXPORTS
    return [path for path in root.rglob("*") if path.is_file()] if root.is_dir() else []
