"""The commands of operation, as an operator runs them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from peyvand import server
from peyvand.server import folders, starter
from peyvand.server.roles import connect


@pytest.mark.slow
@pytest.mark.usefixtures("migrated")
def test_a_backup_comes_back_in_an_empty_place(data: Path, tmp_path: Path, peyvand: Any) -> None:
    file = tmp_path / "day.tar"
    with server.start(data) as running, connect(running.dsn("owner")) as owner:
        tables = owner.execute("SELECT count(*) FROM django_migrations").fetchone()
        owner.execute("CREATE TABLE made_by_hand AS SELECT 'پیوند' AS word")
    status, said = _run(peyvand("backup", str(file)))
    assert (status, file.is_file()) == (0, True), said
    assert f"The keys are not in it. Keep a copy of {folders.keys_folder({'PEYVAND_DATA': str(data)})}" in said
    status, said = _run(peyvand("restore", str(file)))
    assert status == 1
    assert "Nothing was restored: the database is not empty." in said
    starter.remove(data)
    shutil.rmtree(data)
    status, said = _run(peyvand("restore", str(file)))
    assert "Restored: the database" in said
    with server.start(data) as running, connect(running.dsn("owner")) as owner:
        assert owner.execute("SELECT word FROM made_by_hand").fetchone() == ("پیوند",)
        assert owner.execute("SELECT count(*) FROM django_migrations").fetchone() == tables


def test_the_doctor_tells_what_to_do_and_fails(data: Path, tmp_path: Path, peyvand: Any) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o755)
    keys.chmod(0o755)
    status, said = _run(peyvand("doctor", PEYVAND_KEYS=str(keys)))
    assert status == 1
    assert f"TROUBLE  keys: open to other users: {keys}" in said
    assert f"chmod go= {keys}" in said
    assert "none yet" in said
    assert not data.exists()


@pytest.mark.parametrize("address", ["not an address", "postgresql://nobody@127.0.0.1:1/nothing"])
def test_an_external_server_is_named_and_its_trouble_told(peyvand: Any, address: str) -> None:
    status, said = _run(peyvand("migrate", DATABASE_URL=address))
    assert status == 1
    assert "Traceback" not in said
    assert "is not the address of a PostgreSQL server" in said or "127.0.0.1/nothing cannot be reached" in said


@pytest.mark.slow
def test_an_external_server_is_used_and_said_so(data: Path, peyvand: Any) -> None:
    with server.start(data.with_name(f"{data.name}-external"), durable=False) as external:
        status, said = _run(
            peyvand("migrate", DATABASE_URL=external.dsn("app"), DATABASE_OWNER_URL=external.dsn("owner"))
        )
        assert "Using the server of DATABASE_URL" in said
        assert status == 0, said
        with connect(external.dsn("owner")) as owner:
            assert owner.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone() == (True,)
    assert not data.exists()
    starter.remove(external.data)
    shutil.rmtree(external.data)


def _run(command: Any) -> tuple[int, str]:
    said, _ = command.communicate(timeout=120)
    return command.returncode, said
