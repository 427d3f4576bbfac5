"""Reads of the journal's seals."""

from dataclasses import dataclass
from datetime import datetime

from peyvand.journal.models import Event, Seal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

MOST = 10_000


@dataclass(frozen=True)
class SealState:
    """When the journal was sealed last (None: never) and how many events have come since: these, or `more`."""

    sealed_at: datetime | None
    unsealed: int
    more: bool = False


def seal_state() -> SealState:
    """Figures only, over the whole journal: seals belong to no area. Counted to `MOST`, for a journal nobody seals grows without end."""
    with scope(SYSTEM):
        last = Seal.objects.order_by("-id").only("sealed_at", "last_event").first()
        fresh = Event.objects.filter(id__gt=last.last_event if last else 0)[: MOST + 1].count()
    return SealState(last.sealed_at if last else None, min(fresh, MOST), fresh > MOST)
