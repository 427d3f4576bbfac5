"""What an export is made of, told by the page of the list; the site names the function that asks the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from peyvand.exports.rules import AT_ONCE, BATCH
from peyvand.people.models import Account
from peyvand.scope.acting import Acting

# (where to, kind of file, rows, folder for the writer's own files or "") -> number of rows
Write = Callable[[IO[bytes], str, Iterable[Any], str], int]


@dataclass(frozen=True)
class Listed:
    """A list under the rights and filters of one reader. `rows` are in order and not read yet."""

    name: str
    title: str
    rows: QuerySet
    write: Write

    def count(self) -> int:
        return self.rows.order_by().values("pk").count()

    def is_small(self) -> bool:
        return self.rows.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE

    def read(self) -> Iterable[Any]:
        """Through a server-side cursor: one batch in memory at a time."""
        return self.rows.iterator(chunk_size=BATCH)


def listed_at(address: str, by: Acting, account: Account) -> Listed:
    """The list on the page at `address` as `by` sees it, inside the scope of `by`.

    Raises `NotFound` where no exportable list is there, and the page's own refusals.
    """
    return import_string(settings.PEYVAND_LISTED)(address, by, account)
