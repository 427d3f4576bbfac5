"""A backup is whole, holds no key, and comes back in an empty server as it was, rights included."""

import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from peyvand import server
from peyvand.server import backup, keys, problems
from peyvand.server.roles import connect

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def office(place: Path, monkeypatch: pytest.MonkeyPatch) -> server.Server:
    monkeypatch.setenv("PEYVAND_DATA", str(place))
    running = server.start(place, durable=False)
    with connect(running.dsn("owner")) as owner:
        owner.execute(
            "CREATE TABLE need (id serial PRIMARY KEY, title text NOT NULL, quantity int CHECK (quantity > 0))"
        )
        owner.execute("INSERT INTO need (title, quantity) SELECT 'ویلچر', n FROM generate_series(1, 500) n")
        owner.execute("ALTER TABLE need ENABLE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY few ON need TO peyvand_app USING (quantity <= 3)")
        owner.execute("CREATE TABLE journal (said text)")
        owner.execute("REVOKE UPDATE, DELETE ON journal FROM peyvand_app")
    photo = server.media_folder() / "ab" / "photo"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"\x00\xff" * 1000)
    return running


def take(running: server.Server, file: Path) -> backup.Manifest:
    media = running.data / "media"
    return backup.backup(file, owner_dsn=running.dsn("owner"), media=media, version="0.1.0", now=NOW)


def test_it_comes_back_in_an_empty_server(office: server.Server, new_place: Callable[[], Path], tmp_path: Path) -> None:
    file = tmp_path / "day.tar"
    made = take(office, file)
    office.stop()
    empty = new_place()
    with server.start(empty, durable=False) as other:
        assert backup.restore(file, owner_dsn=other.dsn("owner"), media=empty / "media") == made
        with connect(other.dsn("owner")) as owner:
            assert owner.execute("SELECT count(*), sum(quantity) FROM need").fetchone() == (500, 125250)
            with pytest.raises(errors.CheckViolation):
                owner.execute("INSERT INTO need (title, quantity) VALUES ('x', 0)")
            owner.execute("CREATE TABLE later (n int)")
        with connect(other.dsn("app")) as app:
            assert app.execute("SELECT count(*) FROM need").fetchone() == (3,)
            app.execute("INSERT INTO journal VALUES ('after')")
            app.execute("INSERT INTO later VALUES (1)")
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute("DELETE FROM journal")
        assert (empty / "media" / "ab" / "photo").read_bytes() == b"\x00\xff" * 1000


def test_it_is_closed_to_others_and_holds_no_key(office: server.Server, tmp_path: Path) -> None:
    ring = keys.key_ring("column")
    file = tmp_path / "day.tar"
    made = take(office, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (made.version, made.made_at) == ("0.1.0", "2026-03-21T08:30:00+00:00")
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["database.dump", "media/ab/photo", "manifest.json"]
    assert ring.secret not in file.read_bytes()
    assert list(tmp_path.iterdir()) == [file]


def test_it_does_not_write_over_a_file(office: server.Server, tmp_path: Path) -> None:
    file = tmp_path / "day.tar"
    file.write_text("the day before")
    with pytest.raises(problems.BackupRefused, match="exists already"):
        take(office, file)
    assert file.read_text() == "the day before"


def test_it_goes_into_an_empty_database_only(office: server.Server, tmp_path: Path) -> None:
    take(office, tmp_path / "day.tar")
    with pytest.raises(problems.RestoreRefused, match="the database is not empty"):
        backup.restore(tmp_path / "day.tar", owner_dsn=office.dsn("owner"), media=tmp_path / "media")


@pytest.mark.parametrize("at", [0.3, 0.7])
def test_a_damaged_backup_touches_nothing(
    office: server.Server, new_place: Callable[[], Path], tmp_path: Path, at: float
) -> None:
    file = tmp_path / "day.tar"
    take(office, file)
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    file.write_bytes(content)
    with server.start(new_place(), durable=False) as other:
        with pytest.raises(problems.RestoreRefused, match="is damaged"):
            backup.restore(file, owner_dsn=other.dsn("owner"), media=other.data / "media")
        with psycopg.connect(other.dsn("owner")) as owner:
            assert owner.execute("SELECT to_regclass('need')").fetchone() == (None,)


def test_a_restore_that_fails_midway_leaves_nothing(
    office: server.Server, new_place: Callable[[], Path], tmp_path: Path
) -> None:
    """Here because a role that the dump names is unknown to the other server."""
    with connect(office.dsn("owner")) as owner:
        owner.execute("CREATE ROLE stranger")
        owner.execute("GRANT SELECT ON need TO stranger")
    file = tmp_path / "day.tar"
    take(office, file)
    with server.start(new_place(), durable=False) as other:
        with pytest.raises(problems.RestoreRefused, match='role "stranger" does not exist'):
            backup.restore(file, owner_dsn=other.dsn("owner"), media=other.data / "media")
        with connect(other.dsn("owner")) as owner:
            assert owner.execute("SELECT to_regclass('need'), to_regclass('journal')").fetchone() == (None, None)
            owner.execute("CREATE TABLE later (n int)")
        with connect(other.dsn("app")) as app:
            app.execute("INSERT INTO later VALUES (1)")
        assert not (other.data / "media").exists()


@pytest.mark.parametrize("name", ["media/../../outside", "other/file"])
def test_a_forged_backup_writes_nowhere_else(office: server.Server, tmp_path: Path, name: str) -> None:
    file = tmp_path / "forged.tar"
    manifest = backup.Manifest("0.1.0", NOW.isoformat(), {"database.dump": "", name: ""})
    (tmp_path / "manifest.json").write_text(manifest.text().replace('"database.dump": "",', ""))
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
    with pytest.raises(problems.RestoreRefused, match="no part of a backup"):
        backup.restore(file, owner_dsn=office.dsn("owner"), media=tmp_path / "media")


def test_any_other_file_is_no_backup(office: server.Server, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("سلام")
    with pytest.raises(problems.RestoreRefused, match="cannot be read as a backup"):
        backup.restore(tmp_path / "letter.txt", owner_dsn=office.dsn("owner"), media=tmp_path / "media")
