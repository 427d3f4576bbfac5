"""What the worker does: a long batch, part by part, so that each part is one act and the page can say how far it is."""

from datetime import datetime

from django.utils import timezone

from peyvand.batches.actions import begin_batch, do_part, fail_batch
from peyvand.batches.queries import acting_now_for
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import SYSTEM


def run_batch(*, batch_id: int, now: datetime) -> None:
    """Under the rights that the one who chose has now; what was done before they ended stays, and can be undone."""
    batch = begin_batch(batch_id=batch_id, by=SYSTEM, now=now)
    if batch is None:
        return
    try:
        by = acting_now_for(batch, now)
        while do_part(batch_id=batch_id, by=by, now=timezone.now()):
            by = acting_now_for(batch, timezone.now())
    except Refusal:
        fail_batch(batch_id=batch_id, by=SYSTEM, now=timezone.now())
