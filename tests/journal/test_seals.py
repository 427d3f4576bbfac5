"""The journal is sealed so that a changed, removed, inserted or cut-off event is found."""

import threading
import time

import pytest
from django.conf import settings
from django.db import connection
from tests.world import NOW

from peyvand.journal.actions import record
from peyvand.journal.models import Event, Seal
from peyvand.journal.seals import check_seals, seal
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import acting_now, scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def head_file(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SEAL_HEAD_FILE", tmp_path / "head.json")


def happen(count: int) -> None:
    with scope(SYSTEM):
        for number in range(count):
            record(
                "need.told",
                kind="need",
                subject=number,
                by=SYSTEM,
                now=NOW,
                place_path="ir/",
                organisation_path="1/",
                rows=[(number, 1)],
            )


def tamper(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def findings() -> list[tuple[str, int | None]]:
    return [(one.what, one.event_id) for one in check_seals()]


def ids() -> list[int]:
    return list(Event.objects.order_by("id").values_list("id", flat=True))


def test_an_untouched_journal_has_no_finding():
    happen(5)
    assert seal(now=NOW) == 5
    happen(3)
    assert seal(now=NOW) == 3
    assert seal(now=NOW) == 0
    assert findings() == []


@pytest.mark.parametrize(
    "change", ["act = 'x'", "subject_id = 99", "at = at + interval '1 second'", "data = '{}'", "account_id = 7"]
)
def test_a_changed_event_is_found(change):
    happen(4)
    seal(now=NOW)
    second = ids()[1]
    tamper(f"UPDATE journal_event SET {change} WHERE id = {second}")
    assert findings() == [("changed", second)]


def test_a_removed_event_is_found():
    happen(4)
    seal(now=NOW)
    second = ids()[1]
    tamper(f"DELETE FROM journal_event WHERE id = {second}")
    assert findings() == [("removed", second)]


def test_an_inserted_event_is_found():
    happen(2)
    tamper("SELECT nextval(pg_get_serial_sequence('journal_event', 'id'))")
    happen(2)
    seal(now=NOW)
    gap = ids()[1] + 1
    tamper(
        "INSERT INTO journal_event (id, at, act, subject_kind, account_id, membership_id, role, place_path, organisation_path, data)"
        f" SELECT {gap}, at, act, subject_kind, 0, 0, role, place_path, organisation_path, data FROM journal_event LIMIT 1"
    )
    assert findings() == [("inserted", gap)]


def test_a_forged_seal_breaks_the_chain():
    happen(2)
    seal(now=NOW)
    happen(2)
    seal(now=NOW)
    first = Seal.objects.first()
    tamper(f"UPDATE journal_seal SET marks = decode(repeat('00', 32), 'hex') WHERE id = {first.pk}")
    assert ("broken_chain", None) in findings()


def test_a_seal_that_names_a_key_nobody_has_is_a_finding_and_the_rest_is_still_checked():
    happen(2)
    seal(now=NOW)
    happen(2)
    seal(now=NOW)
    tamper(f"UPDATE journal_seal SET key_id = 'k9' WHERE id = {Seal.objects.first().pk}")
    tamper(f"UPDATE journal_event SET act = 'x' WHERE id = {ids()[-1]}")
    assert findings() == [("key_missing", None), ("changed", ids()[-1])]


def test_a_journal_cut_off_together_with_its_seals_is_found():
    happen(2)
    seal(now=NOW)
    happen(2)
    seal(now=NOW)
    last = Seal.objects.last()
    tamper(f"DELETE FROM journal_event WHERE id > {Seal.objects.first().last_event}")
    tamper(f"DELETE FROM journal_seal WHERE id = {last.pk}")
    assert findings() == [("cut_off", last.last_event)]


def test_a_cut_off_journal_is_not_made_good_by_the_next_seal():
    happen(2)
    seal(now=NOW)
    happen(2)
    seal(now=NOW)
    last = Seal.objects.last()
    tamper(f"DELETE FROM journal_event WHERE id > {Seal.objects.first().last_event}")
    tamper(f"DELETE FROM journal_seal WHERE id = {last.pk}")
    happen(3)
    assert seal(now=NOW) == 3
    assert ("cut_off", last.last_event) in findings()


def test_a_check_gives_the_scope_back_before_its_findings_are_read():
    happen(2)
    seal(now=NOW)
    tamper("UPDATE journal_event SET act = 'x'")
    found = check_seals()
    assert next(iter(found)).what == "changed"
    assert acting_now() is None


@pytest.mark.django_db(transaction=True)
def test_sealing_is_put_off_while_a_long_act_is_writing():
    happen(2)
    writing, done = threading.Event(), threading.Event()

    def write_long():
        with scope(SYSTEM):
            record("need.told", kind="need", subject=1, by=SYSTEM, now=NOW, place_path="ir/", organisation_path="1/")
            writing.set()
            done.wait(timeout=30)
        connection.close()

    writer = threading.Thread(target=write_long)
    writer.start()
    writing.wait(timeout=10)
    begin = time.monotonic()
    try:
        assert seal(now=NOW) == 0
        assert time.monotonic() - begin < 8
    finally:
        done.set()
        writer.join()
    assert seal(now=NOW) == 3
    assert findings() == []
