"""Backup and restore: one tar of the database (`pg_dump`, custom format), the files of people, and a manifest.

The manifest names version, time and the SHA-256 of every member. Keys are never inside. A restore goes into an empty
database only, and checks every sum before it touches anything.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from peyvand.server.binaries import programs
from peyvand.server.folders import need_room
from peyvand.server.problems import BackupRefused, RestoreRefused
from peyvand.server.roles import connect, prepare_roles, set_defaults

FORMAT = 1
_MANIFEST = "manifest.json"
_DUMP = "database.dump"
_MEDIA = "media"
_CHUNK = 1 << 20
_FOREIGN = "WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"


@dataclass(frozen=True)
class Manifest:
    version: str
    made_at: str
    sums: dict[str, str]

    def text(self) -> str:
        return json.dumps(
            {"format": FORMAT, "version": self.version, "made_at": self.made_at, "sha256": self.sums}, indent=1
        )


def backup(file: Path, *, owner_dsn: str, media: Path, version: str, now: datetime) -> Manifest:
    """Write the backup to `file`, which must not exist; it appears only when whole, readable by its owner only."""
    if file.exists():
        raise BackupRefused(reason=f"{file} exists already. Choose another name.")
    if not file.parent.is_dir():
        raise BackupRefused(reason=f"the folder {file.parent} does not exist.")
    files = sorted(path for path in media.rglob("*") if path.is_file()) if media.is_dir() else []
    with connect(owner_dsn) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    need_room(file.parent, (row[0] if row else 0) + sum(path.stat().st_size for path in files))
    sums: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch, _umask(0o077):
        dump, whole = Path(scratch) / _DUMP, Path(scratch) / "whole.tar"
        done = _client("pg_dump", ["--format=custom", f"--file={dump}"], owner_dsn)
        if done.returncode:
            raise BackupRefused(reason=done.stderr.strip())
        with tarfile.open(whole, "w", format=tarfile.PAX_FORMAT) as tar:
            sums[_DUMP] = _add(tar, dump, _DUMP)
            # After the dump: a file that the dump knows is then always in the backup.
            for path in files:
                name = f"{_MEDIA}/{path.relative_to(media).as_posix()}"
                sums[name] = _add(tar, path, name)
            manifest = Manifest(version, now.isoformat(timespec="seconds"), sums)
            (Path(scratch) / _MANIFEST).write_text(manifest.text())
            tar.add(Path(scratch) / _MANIFEST, _MANIFEST)
        _settle(whole)
        whole.rename(file)
    return manifest


def restore(file: Path, *, owner_dsn: str, media: Path, app_user: str | None = None) -> Manifest:
    """Bring a backup into an empty database and an empty `media`; all or nothing for the database.

    Raises RestoreRefused when the backup is damaged or of a newer kind, or when something is there already.
    """
    try:
        tar = tarfile.open(file, "r:")  # noqa: SIM115 - the next line closes it
    except (OSError, tarfile.TarError) as error:
        raise RestoreRefused(reason=f"{file} cannot be read as a backup ({error}).") from error
    with tar:
        manifest = _checked(tar, file)
        _refuse_unless_empty(owner_dsn, media)
        media.parent.mkdir(parents=True, exist_ok=True)
        need_room(media.parent, 2 * file.stat().st_size)
        with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restore-") as scratch, _umask(0o077):
            for name in manifest.sums:
                target = Path(scratch) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with _member(tar, name) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, _CHUNK)
            _restore_database(Path(scratch) / _DUMP, owner_dsn, app_user)
            if (Path(scratch) / _MEDIA).exists():
                if media.exists():
                    media.rmdir()
                (Path(scratch) / _MEDIA).rename(media)
    return manifest


def _restore_database(dump: Path, owner_dsn: str, app_user: str | None) -> None:
    user = {"app_user": app_user} if app_user else {}
    prepare_roles(owner_dsn, **user)
    with connect(owner_dsn) as connection:
        # Default privileges would open each restored table anew, also those that migrations closed (the journal).
        set_defaults(connection, granted=False)
        try:
            trouble = _replay(dump, owner_dsn)
            if trouble:
                raise RestoreRefused(reason=trouble)
        finally:
            set_defaults(connection, granted=True)
        connection.execute("ANALYZE")


def _replay(dump: Path, dsn: str) -> str:
    """Send the dump through psql in one transaction; answers what went wrong, or nothing.

    Not by pg_restore alone: that begins with a setting which servers before 17 do not know.
    """
    contents = dump.with_suffix(".list")
    listed = _client("pg_restore", ["--list", str(dump)], dsn)
    contents.write_text("\n".join(line for line in listed.stdout.splitlines() if " DEFAULT ACL " not in line))
    read = [str(programs() / "pg_restore"), "--no-owner", f"--use-list={contents}", "--file=-", str(dump)]
    send = [
        str(programs() / "psql"),
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
    ]
    with (
        dump.with_suffix(".told").open("w+") as told,
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=told) as reader,
        subprocess.Popen(
            send, env=_environment(dsn), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told
        ) as sender,
    ):
        assert reader.stdout is not None
        assert sender.stdin is not None
        with suppress(BrokenPipeError):  # psql ended at an error, which it told
            for line in reader.stdout:
                if not line.startswith(b"SET transaction_timeout"):
                    sender.stdin.write(line)
                if line == b"SET row_security = off;\n":  # the last of the settings; the rest goes as it is
                    break
            shutil.copyfileobj(reader.stdout, sender.stdin, _CHUNK)
            sender.stdin.flush()
        reader.stdout.close()
        if reader.wait() and sender.poll() is None:
            sender.kill()  # closing its input instead would commit half of the dump
        with suppress(BrokenPipeError):
            sender.stdin.close()
        failed = bool(sender.wait() or reader.returncode or listed.returncode)
        told.seek(0)
        return (listed.stderr + told.read()).strip() or "psql failed" if failed else ""


def _checked(tar: tarfile.TarFile, file: Path) -> Manifest:
    """The manifest, after every member was found to be what it says."""
    try:
        with _member(tar, _MANIFEST) as stream:
            found: dict[str, Any] = json.load(stream)
        if found["format"] > FORMAT:
            raise RestoreRefused(reason=f"{file} was made by a newer Peyvand ({found['version']}). Install that one.")
        manifest = Manifest(found["version"], found["made_at"], dict(found["sha256"]))
        for name, expected in manifest.sums.items():
            if not _is_ours(name):
                raise RestoreRefused(reason=f"{file} holds {name}, which is no part of a backup.")
            with _member(tar, name) as stream:
                if _sum(stream) != expected:
                    raise RestoreRefused(reason=f"{name} in {file} is damaged. Take another copy of the backup.")
        if _DUMP not in manifest.sums:
            raise KeyError(_DUMP)
    except (KeyError, ValueError, TypeError, OSError, tarfile.TarError) as error:
        raise RestoreRefused(reason=f"{file} is damaged or is not a backup of Peyvand ({error}).") from error
    return manifest


def _refuse_unless_empty(owner_dsn: str, media: Path) -> None:
    with connect(owner_dsn) as connection:
        row = connection.execute(
            f"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace {_FOREIGN}"
        ).fetchone()
    if row and row[0]:
        raise RestoreRefused(
            reason="the database is not empty. Restore into an empty one (set PEYVAND_DATA to a new folder)."
        )
    if media.is_dir() and any(media.iterdir()):
        raise RestoreRefused(reason=f"the folder of files {media} is not empty.")


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    return name == _DUMP or (path.parts[0] == _MEDIA and len(path.parts) > 1 and ".." not in path.parts)


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.getmember(name)
    stream = tar.extractfile(found) if found.isreg() else None
    if stream is None:
        raise KeyError(name)
    return stream


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    tar.add(path, name)
    with path.open("rb") as stream:
        return _sum(stream)


def _sum(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _settle(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _client(program: str, arguments: list[str], dsn: str) -> subprocess.CompletedProcess[str]:
    command = [str(programs() / program), *arguments]
    return subprocess.run(command, env=_environment(dsn), capture_output=True, text=True)


def _environment(dsn: str) -> dict[str, str]:
    """For a client program: the address goes by the environment, where other users cannot read its password."""
    given = conninfo_to_dict(dsn)
    address = {
        option.envvar.decode(): str(given[option.keyword.decode()])
        for option in pq.Conninfo.get_defaults()
        if option.envvar and option.keyword.decode() in given
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return clean | {"LC_ALL": "C"} | address


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
