"""`peyvand verify` finds what somebody with the owner's rights did behind the program's back, in sentences and as JSON."""

import json

import pytest
from django.conf import settings
from django.db import connection
from tests.world import NOW, World

from peyvand.cli import verify
from peyvand.journal.models import Event
from peyvand.journal.seals import seal
from peyvand.server.roles import connect

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def head_file(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SEAL_HEAD_FILE", tmp_path / "head.json")


@pytest.fixture
def promise():
    world = World.build()
    promise = world.agreed(world.need(3), world.capacity(3), 3)
    world.delivered(promise, 1)
    seal(now=NOW)
    return promise


def tamper(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def sentences():
    return [one.sentence for one in verify._check(show=False)[0]]


def test_a_sound_database_has_no_finding(promise, capsys):
    found, events = verify._check(show=False)
    assert found == []
    assert events == {"sealed": Event.objects.count(), "not_sealed": 0}
    verify._tell(found, events, as_json=False)
    assert "The journal is whole" in capsys.readouterr().out


def test_a_changed_event_and_the_quantity_it_no_longer_gives_are_both_told(promise):
    event = Event.objects.get(act="delivery.accepted")
    tamper(f"UPDATE journal_event SET data = '{{}}' WHERE id = {event.pk}")
    told = sentences()
    assert told[0].startswith(f"Event {event.pk} was changed after it was sealed")
    assert f"Table need_need, row {promise.need_id}: met is 1, and the journal gives 0." in told
    assert f"Table commitment_commitment, row {promise.pk}: accepted is 1, and the journal gives 0." in told


def test_a_changed_counter_is_told_with_its_table_row_and_column(promise):
    tamper(f"UPDATE need_need SET committed = 2 WHERE id = {promise.need_id}")
    assert sentences() == [f"Table need_need, row {promise.need_id}: committed is 2, and the journal gives 3."]


def test_a_wall_taken_down_is_told(promise):
    tamper("ALTER TABLE need_need DROP CONSTRAINT need_committed_within_quantity")
    tamper("ALTER TABLE need_need DISABLE ROW LEVEL SECURITY")
    tamper("DROP INDEX membership_once")
    assert sentences() == [
        "Table people_membership: the constraint membership_once is missing.",
        "Table need_need: the constraint need_committed_within_quantity is missing.",
        "Table need_need: row security is switched off.",
    ]


def test_findings_as_json_name_the_facts(promise, capsys):
    removed = Event.objects.get(act="need.told")
    tamper(f"DELETE FROM journal_event WHERE id = {removed.pk}")
    verify._tell(*verify._check(show=False), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    assert told["findings"][0]["check"] == "journal"
    assert told["findings"][0]["facts"]["what"] == "removed"
    assert told["findings"][0]["facts"]["event_id"] == removed.pk


def test_every_kind_of_finding_has_a_sentence():
    for words in (*verify._SEAL.values(), *verify._WALL.values()):
        assert words.format(event=1, seal=2, table="t", name="n").endswith(".")


@pytest.mark.slow
def test_the_commands_run_by_themselves_and_fail_on_a_finding(migrated, shared, peyvand):
    def run(*words):
        command = peyvand(*words)
        said, _ = command.communicate(timeout=180)
        return command.returncode, said

    status, said = run("seal")
    assert (status, "0 events were sealed" in said) == (0, True), said
    status, said = run("verify")
    assert (status, "The journal is whole" in said) == (0, True), said
    with connect(shared.dsn("owner")) as owner:
        owner.execute("ALTER TABLE need_need DROP CONSTRAINT need_priority")
    status, said = run("verify")
    assert (status, "the constraint need_priority is missing" in said) == (1, True), said
    status, said = run("verify", "--json")
    told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    assert (status, told["sound"], len(told["findings"])) == (1, False, 1)
