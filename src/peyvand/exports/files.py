"""Where the files of exports lie: outside the backup, a folder for each start of each export, closed to others."""

import shutil
from pathlib import Path
from typing import IO

from django.conf import settings

from peyvand.exports.models import Export
from peyvand.exports.rules import FileGone
from peyvand.files.storage import Damaged, LocalFolder


def folder_of(export: Export) -> Path:
    """The folder of the present start; what an earlier one still writes lies elsewhere."""
    return settings.PEYVAND_EXPORTS / str(export.pk) / str(export.attempts)


def clear(export_id: int) -> None:
    """Take away everything that was ever written for an export."""
    shutil.rmtree(settings.PEYVAND_EXPORTS / str(export_id), ignore_errors=True)


def prepared(export: Export) -> Path:
    """An empty folder for the present start."""
    clear(export.pk)
    folder = folder_of(export)
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    return folder


def opened(export: Export) -> IO[bytes]:
    """The whole file, checked against its fingerprint. Raises `FileGone`."""
    try:
        return LocalFolder(folder_of(export)).open(export.sha256)
    except (FileNotFoundError, Damaged):
        raise FileGone from None


def without_rows(known: set[int]) -> list[int]:
    """The numbers of folders that belong to none of the exports known."""
    root: Path = settings.PEYVAND_EXPORTS
    there = [int(one.name) for one in root.iterdir() if one.name.isdecimal()] if root.is_dir() else []
    return [number for number in there if number not in known]
