"""A worker in a process of its own that falls asleep in the middle of a list: `python -m tests.exports.slow_worker DATABASE FOLDER`."""

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
from django.conf import settings

ROWS_BEFORE = 25
BATCH = 10


def dozing(rows: Iterable[Any]) -> Iterator[Any]:
    for number, row in enumerate(rows, 1):
        yield row
        if number == ROWS_BEFORE:
            time.sleep(120)


def main(database: str, folder: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.PEYVAND_EXPORTS = Path(folder)
    settings.PEYVAND_LISTED = f"{__name__}.slow_list"
    django.setup()
    from procrastinate.contrib.django import app

    from peyvand.exports import listing, running
    from peyvand.jobs.worker import work

    app.periodic_registry.periodic_tasks = {}
    listing.BATCH = running.BATCH = BATCH
    work(wait=False, concurrency=1, signals=False)


def slow_list(*asked: Any) -> Any:
    from peyvand.web.listed import listed_at

    found = listed_at(*asked)
    return replace(found, write=lambda out, kind, rows, where: found.write(out, kind, dozing(rows), where))


if __name__ == "__main__":
    main(*sys.argv[1:])
