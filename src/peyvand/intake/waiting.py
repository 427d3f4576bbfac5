"""Files that wait between two pages: in a private folder, for their owner alone, for an hour, never in the database."""

import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from peyvand.kernel.refusals import Refusal

KEPT = timedelta(hours=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_FORBIDDEN = re.compile(r"[\x00-\x1f/\\:]")


class GoneOrNotYours(Refusal):
    code = "waiting_file_gone"
    message = "These files are no longer here: files of people are deleted after an hour. Choose them again."


class TooLarge(Refusal):
    code = "list_too_large"
    message = "{file} is larger than {megabytes} megabytes, the most that the site takes. Divide the list, or use the command."


@dataclass(frozen=True)
class Waiting:
    """A folder of one owner. `about` is what the pages wrote down about it."""

    token: str
    folder: Path
    about: Mapping[str, Any]

    def file(self, place: int = 0) -> Path:
        """The uploaded file with that place, under its real name. Raises `GoneOrNotYours` when it was removed."""
        found = sorted((self.folder / str(place)).glob("*")) if (self.folder / str(place)).is_dir() else []
        if not found:
            raise GoneOrNotYours
        return found[0]


@dataclass(frozen=True)
class WaitingRoom:
    """`root` is made with access for its owner only."""

    root: Path
    megabytes: int = 20

    def put(
        self, files: Sequence[tuple[str, BinaryIO, int]], *, owner: int, now: datetime, about: Mapping[str, Any]
    ) -> Waiting:
        """Keep files (name, stream, size in bytes) for an account. Raises `TooLarge`."""
        self.sweep(now=now)
        for name, _, size in files:
            if size > self.megabytes * 2**20:
                raise TooLarge(file=name, megabytes=self.megabytes)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        token = secrets.token_urlsafe(24)
        folder = self.root / token
        folder.mkdir(mode=0o700)
        for place, (name, stream, _) in enumerate(files):
            (folder / str(place)).mkdir(mode=0o700)
            with (folder / str(place) / _real_name(name)).open("wb") as kept:
                shutil.copyfileobj(stream, kept)
        self._write(folder, {**about, "owner": owner, "until": (now + KEPT).isoformat()})
        return self.get(token, owner=owner, now=now)

    def get(self, token: str, *, owner: int, now: datetime) -> Waiting:
        """Raises `GoneOrNotYours` when the hour is over, the token is unknown, or it is somebody else's."""
        folder = self.root / token
        if not _TOKEN.fullmatch(token) or not folder.is_dir():
            raise GoneOrNotYours
        about = self._read(folder)
        if about.get("owner") != owner or self._is_over(about, now):
            raise GoneOrNotYours
        return Waiting(token, folder, about)

    def note(self, waiting: Waiting, **changes: Any) -> Waiting:
        """Write something down beside the files."""
        about = {**waiting.about, **changes}
        self._write(waiting.folder, about)
        return Waiting(waiting.token, waiting.folder, about)

    def remove(self, waiting: Waiting) -> None:
        shutil.rmtree(waiting.folder, ignore_errors=True)

    def sweep(self, *, now: datetime) -> int:
        """Delete what is over its hour, or was left half written; gives how many folders went."""
        gone = 0
        for folder in self.root.glob("*") if self.root.is_dir() else ():
            if self._is_over(self._read(folder), now) and _is_settled(folder, now):
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
        return gone

    @staticmethod
    def _write(folder: Path, about: Mapping[str, Any]) -> None:
        part = folder / f".{secrets.token_hex(4)}"
        part.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        part.replace(folder / "about.json")

    @staticmethod
    def _read(folder: Path) -> dict[str, Any]:
        try:
            return dict(json.loads((folder / "about.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    @staticmethod
    def _is_over(about: Mapping[str, Any], now: datetime) -> bool:
        return "until" not in about or datetime.fromisoformat(about["until"]) <= now


def _is_settled(folder: Path, now: datetime) -> bool:
    """A folder without its note may still be on its way in."""
    return (folder / "about.json").exists() or now.timestamp() - folder.stat().st_mtime > KEPT.total_seconds()


def _real_name(name: str) -> str:
    """The name as the person knows it, so that faults name the file; only what could leave the folder is taken out."""
    clean = _FORBIDDEN.sub("_", name).strip(". ")
    stem, dot, suffix = clean.rpartition(".")
    short = f"{stem[:80]}{dot}{suffix[:10]}" if dot else clean[:90]
    return short or "list"
