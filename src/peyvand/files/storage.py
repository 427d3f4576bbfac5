"""One place for files, by SHA-256: the same file is kept once, and a name says what must be inside.

A local folder today; another storage is another class with the same methods. Small files go as bytes; a large one is written
by its maker, then taken in and opened again without ever lying in memory.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Damaged(OSError):
    """The file under a fingerprint is not the file that was stored there."""


@dataclass(frozen=True)
class LocalFolder:
    """Files as `<root>/ab/cd/abcd...`, readable by their owner only."""

    root: Path

    def store(self, data: bytes) -> str:
        """Keep `data` and give its fingerprint. Whole or not at all: it is written aside, then moved into place."""
        fingerprint = hashlib.sha256(data).hexdigest()
        target = self._path(fingerprint)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, aside = tempfile.mkstemp(dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                Path(aside).replace(target)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise
        return fingerprint

    def read(self, fingerprint: str) -> bytes:
        """Raises FileNotFoundError where it is missing, `Damaged` where its content does not fit its name."""
        data = self._path(fingerprint).read_bytes()
        if hashlib.sha256(data).hexdigest() != fingerprint:
            raise Damaged(f"the content of {fingerprint} does not fit its fingerprint")
        return data

    def remove(self, fingerprint: str) -> None:
        """Safe to repeat."""
        self._path(fingerprint).unlink(missing_ok=True)

    def take(self, file: Path) -> str:
        """Move a finished file in and give its fingerprint. `file` lies on the same disk, and is gone from there afterwards."""
        with file.open("rb") as stream:
            fingerprint = hashlib.file_digest(stream, "sha256").hexdigest()
            os.fsync(stream.fileno())
        target = self._path(fingerprint)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.chmod(0o600)
        file.replace(target)
        return fingerprint

    def open(self, fingerprint: str) -> IO[bytes]:
        """For reading from the start, checked before. Raises as `read` does."""
        stream = self._path(fingerprint).open("rb")
        if hashlib.file_digest(stream, "sha256").hexdigest() != fingerprint:
            stream.close()
            raise Damaged(f"the content of {fingerprint} does not fit its fingerprint")
        stream.seek(0)
        return stream

    def _path(self, fingerprint: str) -> Path:
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValueError("a fingerprint has 64 hexadecimal digits")
        return self.root / fingerprint[:2] / fingerprint[2:4] / fingerprint
