"""Taking a finished file along."""

from datetime import datetime
from typing import IO

from peyvand.exports import files
from peyvand.exports.enums import ExportState
from peyvand.exports.listing import listed_at
from peyvand.exports.models import Export
from peyvand.exports.queries import acting_now_for, exports_of, rights_of, written_under
from peyvand.exports.rules import FileGone, RightsChanged
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Person
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only
from peyvand.scope.database import scope


def opened_file(*, export_id: int, by: Acting, now: datetime) -> tuple[Export, IO[bytes]]:
    """The file of an own export, while everything that let it be written still holds.

    Raises `NotFound` (not one's own), `FileGone` (not written, expired or lost) or `RightsChanged`.
    """
    export = only(exports_of(by).select_related("account").filter(pk=export_id))
    if export.state != ExportState.DONE or export.expires_at <= now:
        raise FileGone
    writer = acting_now_for(export, now)
    with scope(writer):
        if not rights_of(writer, now).cover(written_under(export)):
            raise RightsChanged
        # Whoever was erased since may still stand in the file.
        named = Person.objects.filter(household__tasks__in=export.task_ids)
        if named.filter(erased_at__gt=export.ended_at).exists():
            raise RightsChanged
        try:
            listed_at(export.address, writer, export.account)
        except Refusal:
            raise RightsChanged from None
    return export, files.opened(export)
