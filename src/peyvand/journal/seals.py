"""Seals: a changed, removed or inserted event is found, because its mark needs a key that is not in the database.

The newest seal is also written beside the key, so that cutting off the end of the journal is found too.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from peyvand.journal.models import Event, Seal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

_MARK = 16
_BATCH = 2000
_ONE_SEALER = 0x7065_7976


@dataclass(frozen=True)
class Finding:
    """Something wrong in the journal: `what` is changed, removed, inserted, broken_chain, key_missing or cut_off."""

    what: str
    event_id: int | None
    seal_id: int | None


def _canonical(event: Event) -> bytes:
    fields = [
        event.pk, event.at.timestamp(), event.act, event.subject_kind, event.subject_id, event.account_id,
        event.membership_id, event.role, event.place_path, event.organisation_path, event.data,
    ]  # fmt: skip
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()


def _mark(key: bytes, event: Event) -> bytes:
    return hmac.new(key, _canonical(event), hashlib.sha256).digest()[:_MARK]


def _digest(key: bytes, before: str, ids: list[int], marks: bytes) -> str:
    return hmac.new(key, f"{before}|{ids}|".encode() + marks, hashlib.sha256).hexdigest()


def _head_file() -> Path:
    return Path(settings.SEAL_HEAD_FILE)


def seal(*, now: datetime) -> int:
    """Seal every finished event that has no seal yet; gives how many. Run by a job every few minutes."""
    ring, sealed = settings.SEAL_KEYS, 0
    key = ring.keys[ring.current]
    settled = _settled()
    if settled is None:
        return 0
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_SEALER])
        before = Seal.objects.last()
        while True:
            start = before.last_event if before else 0
            events = list(Event.objects.filter(id__gt=start, id__lte=settled).order_by("id")[:_BATCH])
            if not events:
                break
            ids, marks = [event.pk for event in events], b"".join(_mark(key, event) for event in events)
            chained = _digest(key, before.digest if before else "", ids, marks)
            before = Seal.objects.create(
                sealed_at=now, last_event=ids[-1], event_ids=ids, marks=marks, key_id=ring.current, digest=chained
            )
            sealed += len(ids)
    head = _head()
    # A head that is not among the seals stays: it is the only witness that the end of the journal was cut off.
    if before is not None and (head is None or _was_sealed(head)):
        _write_head(before)
    return sealed


def _settled() -> int | None:
    """A number below which no event will appear any more. Its own transaction, so that acts wait for a moment only.

    None while an act has been writing for longer than that moment: sealing is put off to the next time.
    """
    try:
        with scope(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT journal_settle()")
            return cursor.fetchone()[0]
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return None
        raise


def _head() -> dict | None:
    file = _head_file()
    return json.loads(file.read_text()) if file.exists() else None


def _write_head(last: Seal) -> None:
    target = _head_file()
    fresh = target.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"last_event": last.last_event, "digest": last.digest}))
    fresh.replace(target)


def check_seals(*, step: Callable[[], object] = lambda: None) -> Iterator[Finding]:
    """Every difference between the sealed and the present journal, oldest first; all is read before the first is given.

    `step` is called as each seal begins.
    """
    with scope(SYSTEM):
        found = list(_differences(step))
    return iter(found)


def _differences(step: Callable[[], object]) -> Iterator[Finding]:
    before, start = "", 0
    for one in Seal.objects.iterator(chunk_size=50):
        step()
        key = settings.SEAL_KEYS.keys.get(one.key_id)
        if key is None:
            yield Finding("key_missing", None, one.pk)
            before, start = one.digest, one.last_event
            continue
        marks = bytes(one.marks)
        if _digest(key, before, one.event_ids, marks) != one.digest:
            yield Finding("broken_chain", None, one.pk)
        sealed = {event_id: marks[place * _MARK : (place + 1) * _MARK] for place, event_id in enumerate(one.event_ids)}
        present = {event.pk: event for event in Event.objects.filter(id__gt=start, id__lte=one.last_event)}
        for event_id in sorted(sealed.keys() | present.keys()):
            if event_id not in present:
                yield Finding("removed", event_id, one.pk)
            elif event_id not in sealed:
                yield Finding("inserted", event_id, one.pk)
            elif not hmac.compare_digest(_mark(key, present[event_id]), sealed[event_id]):
                yield Finding("changed", event_id, one.pk)
        before, start = one.digest, one.last_event
    head = _head()
    if head is not None and not _was_sealed(head):
        yield Finding("cut_off", head["last_event"], None)


def _was_sealed(head: dict) -> bool:
    with scope(SYSTEM):
        return Seal.objects.filter(digest=head["digest"]).exists()
