"""The account the server runs under. PostgreSQL refuses root, so root lends it an unprivileged account of its own."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peyvand.server.folders import SYSTEM_FOLDER, is_root, make_folders
from peyvand.server.problems import AccountMissing, FolderClosed

NAME = "peyvand"
_PLACES_OF_TOOLS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


@dataclass(frozen=True)
class Account:
    """Who runs the server: `other` is False when that is simply the user of this process."""

    uid: int
    gid: int
    other: bool

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run as this account, away from folders it may not enter, in a language and zone the program knows."""
        if self.other:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
        environment = clean | {"LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(
            command, cwd="/", env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
        )

    def can(self, test: str, path: Path) -> bool:
        """Whether this account may read (`-r`), write (`-w`) or enter (`-x`) `path`."""
        return self.run(["test", test, str(path)]).returncode == 0

    def own_folder(self, folder: Path) -> None:
        """Make a folder of this account's own, closed to others. One that exists must already be such a folder."""
        if not folder.is_symlink() and not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, self.uid, self.gid)
            folder.chmod(0o700)
            return
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != self.uid or found.st_mode & 0o077:
            raise FolderClosed(who="The server", folder=folder, reason="it exists and is not the server's own")


def server_account() -> Account:
    """The user of this process; for root the system user `peyvand`, created if it is missing."""
    if not is_root():
        return Account(os.getuid(), os.getgid(), other=False)
    try:
        found = pwd.getpwnam(NAME)
    except KeyError:
        found = _create()
    if found.pw_uid == 0:
        raise AccountMissing(name=NAME, reason="it has the rights of root")
    account = Account(found.pw_uid, found.pw_gid, other=True)
    try:
        account.run(["true"], check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise AccountMissing(name=NAME, reason=f"this machine does not let root change to it ({error})") from error
    return account


def make_data_folder(data: Path, account: Account) -> None:
    """Make the data folder, open for passing through only, and prove that the server's account reaches it.

    Nothing that exists is changed: a folder the account cannot reach is refused.
    """
    make_folders(data)
    if not os.access(data, os.W_OK | os.X_OK):
        raise FolderClosed(who="This user", folder=data, reason="writing is not allowed")
    if account.other and not account.can("-x", data):
        raise FolderClosed(who=f"The account `{NAME}`", folder=data, reason="a folder above it is closed")


def make_socket_folder(folder: Path, account: Account) -> None:
    if folder.parent == SYSTEM_FOLDER / "sockets":
        make_data_folder(folder.parent, account)
    account.own_folder(folder)


def _create() -> pwd.struct_passwd:
    tool = shutil.which("useradd", path=_PLACES_OF_TOOLS)
    if tool is None:
        raise AccountMissing(name=NAME, reason="the program useradd is not installed")
    shell = next((path for path in ("/usr/sbin/nologin", "/sbin/nologin") if Path(path).exists()), "/bin/false")
    made = subprocess.run(
        [tool, "--system", "--user-group", "--home-dir", "/nonexistent", "--no-create-home", "--shell", shell, NAME],
        capture_output=True,
        text=True,
    )
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        raise AccountMissing(name=NAME, reason=made.stderr.strip() or "useradd failed") from None
