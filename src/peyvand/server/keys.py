"""Keys: made once, mode 0600, beside the data and never inside it, so that neither a copy of the data nor a backup
carries them. A key ring holds every key by its id; the current one writes, the others still read (rotation).
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from peyvand.server.folders import is_there, keys_folder, make_folders
from peyvand.server.problems import BadKeyFile, FolderClosed, KeyMissing, KeysClosed

# seal: HMAC of the journal. column: AES-GCM of protected columns. index: HMAC of the blind indexes. django: SECRET_KEY.
Purpose = Literal["seal", "column", "index", "django"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    """Keys of 32 bytes by id. An id is never used twice, so a key that was lost is missed by name."""

    file: Path
    current: str
    keys: Mapping[str, bytes]

    @property
    def secret(self) -> bytes:
        """The key that writes now; store `current` with what it wrote."""
        return self.keys[self.current]

    def key(self, key_id: str) -> bytes:
        """Looks into the file again for one that was added since: a site that runs goes on reading through a rotation."""
        if key_id in self.keys:
            return self.keys[key_id]
        added = _read(self.file).keys if self.file.exists() else {}
        if key_id not in added:
            raise KeyMissing(key=key_id, file=self.file)
        return added[key_id]


def key_file(purpose: Purpose, environ: Mapping[str, str] = os.environ) -> Path:
    return keys_folder(environ) / f"{purpose}.json"


def key_ring(purpose: Purpose, environ: Mapping[str, str] = os.environ) -> KeyRing:
    """The ring of a purpose, made on first use. Two processes that come at once get the same one."""
    file = key_file(purpose, environ)
    if not is_there(file):
        _write(file, *_with_a_new_key({}), replace=False)
    return _read(file)


def rotate(purpose: Purpose, environ: Mapping[str, str] = os.environ) -> KeyRing:
    """Add a key and write with it from now on; the old ones stay to read with."""
    ring = key_ring(purpose, environ)
    _write(ring.file, *_with_a_new_key(ring.keys), replace=True)
    return _read(ring.file)


def open_to_others(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The key files, and their folder, that somebody else on this machine could read."""
    folder = keys_folder(environ)
    paths = [folder, *sorted(folder.glob("*.json"))] if folder.exists() else []
    return [path for path in paths if path.stat().st_mode & 0o077]


def _with_a_new_key(keys: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    name = f"k{len(keys) + 1}-{secrets.token_hex(2)}"
    return name, {**keys, name: secrets.token_bytes(_BYTES)}


def _read(file: Path) -> KeyRing:
    try:
        found = json.loads(file.read_text())
        keys = {name: base64.b64decode(text, validate=True) for name, text in found["keys"].items()}
        current = found["current"]
    except OSError as error:
        raise BadKeyFile(file=file, reason=error.strerror) from error
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise BadKeyFile(file=file, reason="it is damaged") from error
    if current not in keys or any(len(key) != _BYTES for key in keys.values()):
        raise BadKeyFile(file=file, reason="its current key is missing, or a key has the wrong length")
    return KeyRing(file, current, keys)


def _write(file: Path, current: str, keys: Mapping[str, bytes], *, replace: bool) -> None:
    text = json.dumps(
        {"current": current, "keys": {name: base64.b64encode(key).decode() for name, key in keys.items()}}
    )
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        make_folders(file.parent.parent)
        file.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, FolderClosed) as error:
        reason = error.strerror if isinstance(error, OSError) else error.details["reason"]
        raise KeysClosed(folder=file.parent, reason=reason) from error
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if replace:
        fresh.replace(file)
        return
    try:
        os.link(fresh, file)  # unlike a rename, a link never takes the place of a file that another process just made
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
