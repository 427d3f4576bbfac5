"""The database roles (decision D6): owner migrates, app works under row security, national sees every row.

`peyvand_app` never bypasses row security and creates nothing. `peyvand_national` is a group that the app may take with
SET ROLE but whose rights it never has by itself. What the owner creates later is open to both by default privileges.
"""

from typing import LiteralString

import psycopg
from psycopg import Connection, errors, sql

from peyvand.server.problems import RolesNotAllowed, Unreachable

OWNER = "peyvand_owner"
APP = "peyvand_app"
NATIONAL = "peyvand_national"
DATABASE = "peyvand"

_ATTRIBUTES = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
_RIGHTS_IN_DATABASE: tuple[LiteralString, ...] = (
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {app}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}, {national}",
)
_DEFAULTS: tuple[LiteralString, ...] = (
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public {verb} SELECT, INSERT, UPDATE, DELETE ON TABLES {to} {app}, {national}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public {verb} USAGE ON SEQUENCES {to} {app}, {national}",
)


def connect(dsn: str) -> Connection:
    """A connection that commits each statement; a server that does not answer is told in a sentence."""
    try:
        return psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="peyvand operation")
    except psycopg.OperationalError as error:
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
        address = f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
        raise Unreachable(address=address, reason=str(error).strip()) from error


def prepare_roles(owner_dsn: str, app_user: str = APP) -> None:
    """Create what is missing of the roles and their rights in the owner's database. Safe to repeat.

    `app_user` is the user the app signs in with, where an external server gives it another name. Rights on tables that
    exist are left alone: migrations narrow them (the journal is append-only) and that must last.
    """
    with connect(owner_dsn) as connection, connection.transaction():
        _create_roles(connection)
        _grant_memberships(connection, app_user)
        for statement in _RIGHTS_IN_DATABASE:
            _run(connection, statement)
        set_defaults(connection, granted=True)


def set_defaults(connection: Connection, *, granted: bool) -> None:
    """Give or take what tables and sequences created from now on grant to the app."""
    verb, to = (sql.SQL("GRANT"), sql.SQL("TO")) if granted else (sql.SQL("REVOKE"), sql.SQL("FROM"))
    for statement in _DEFAULTS:
        _run(connection, statement, verb=verb, to=to)


def _create_roles(connection: Connection) -> None:
    wanted = {APP: "LOGIN NOINHERIT", NATIONAL: "NOLOGIN"}
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(wanted)])
    found = {row[0] for row in rows}
    missing = {name: kind for name, kind in wanted.items() if name not in found}
    if not missing:
        return
    row = connection.execute(
        "SELECT current_user, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    if not row[1]:
        raise RolesNotAllowed(user=row[0], missing=" and ".join(sorted(missing)))
    may_all = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)
    for name, kind in missing.items():
        # Only a superuser may even say the words NOSUPERUSER and NOBYPASSRLS on older servers; they are the default.
        attributes = _ATTRIBUTES if may_all else "NOCREATEDB NOCREATEROLE"
        words = _raw(f"{kind} {attributes}")
        _run(connection, "CREATE ROLE {name} {words}", name=sql.Identifier(name), words=words)


def _grant_memberships(connection: Connection, app_user: str) -> None:
    """The app may become national, the owner may become either; nobody has the other's rights without asking."""
    row = connection.execute(
        "SELECT rolname, rolsuper, current_setting('server_version_num')::int "
        "FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    owner, superuser, version = row
    wanted = {(NATIONAL, APP)} | (set() if superuser else {(APP, owner), (NATIONAL, owner)})
    if app_user not in (APP, owner):
        wanted |= {(APP, app_user), (NATIONAL, app_user)}
    names_options = version >= 160000
    for role, member in sorted(wanted - _memberships(connection, names_options)):
        inherits = role == APP and member == app_user
        option = _raw(f"WITH INHERIT {str(inherits).upper()}, SET TRUE" if names_options else "")
        who = {"role": sql.Identifier(role), "member": sql.Identifier(member)}
        try:
            _run(connection, "GRANT {role} TO {member} {option}", option=option, **who)
        except errors.InsufficientPrivilege as error:
            raise RolesNotAllowed(user=owner, missing=f"the membership of {member} in {role}") from error


def _memberships(connection: Connection, names_options: bool) -> set[tuple[str, str]]:
    """Who may become whom already, as (role, member)."""
    may_set = sql.SQL("set_option" if names_options else "true")
    query = sql.SQL("SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members WHERE {}").format(may_set)
    return {(role.strip('"'), member.strip('"')) for role, member in connection.execute(query)}


def _run(connection: Connection, statement: LiteralString, **parts: sql.Composable) -> None:
    names = {"app": sql.Identifier(APP), "national": sql.Identifier(NATIONAL)}
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL(statement).format(database=database, **names, **parts))


def _raw(text: str) -> sql.SQL:
    """Words composed here from constants only; never a name or a value from outside."""
    return sql.SQL(text)
