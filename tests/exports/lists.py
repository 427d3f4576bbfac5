"""Lists on which something happens while they are written; the setting that names who is asked for a list takes them."""

import errno
import os
from dataclasses import replace
from threading import Thread

from django.db import connection
from tests.world import NOW

from peyvand.exports.actions import cancel_export
from peyvand.exports.listing import Listed
from peyvand.exports.models import Export
from peyvand.people.models import Account
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope
from peyvand.web import listed


def cancelling(address: str, by: Acting, account: Account) -> Listed:
    """The list itself; after fifteen rows its asker, at another window, cancels."""
    found = listed.listed_at(address, by, account)

    def along(rows):
        for number, row in enumerate(rows, 1):
            yield row
            if number == 15:
                other = Thread(target=_cancel_all, args=[by])
                other.start()
                other.join()

    return replace(found, write=lambda out, kind, rows, folder: found.write(out, kind, along(rows), folder))


def _cancel_all(by):
    try:
        with scope(SYSTEM):
            running = list(Export.objects.filter(state="running"))
        for export in running:
            cancel_export(export_id=export.pk, by=by, now=NOW)
    finally:
        connection.close()


def full_disk(address: str, by: Acting, account: Account) -> Listed:
    """The list itself; at its end the disk is full."""
    found = listed.listed_at(address, by, account)

    def write(out, kind, rows, folder):
        found.write(out, kind, rows, folder)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return replace(found, write=write)
