"""The app's database role can neither create nor see past row security; national is taken, never inherited."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from peyvand import server
from peyvand.server import problems
from peyvand.server.roles import connect, prepare_roles


@pytest.fixture
def owner(shared: server.Server) -> Iterator[psycopg.Connection]:
    with connect(shared.dsn("owner")) as connection:
        connection.execute("DROP TABLE IF EXISTS scoped, journal")
        yield connection


@pytest.fixture
def app(shared: server.Server) -> Iterator[psycopg.Connection]:
    with connect(shared.dsn("app")) as connection:
        yield connection


def test_the_roles_have_exactly_their_attributes(owner: psycopg.Connection) -> None:
    query = """SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb,
                      rolcreaterole, rolreplication, rolinherit
               FROM pg_roles WHERE rolname LIKE 'peyvand%' ORDER BY 1"""
    app_and_national = [tuple(row) for row in owner.execute(query) if row[0] != server.OWNER]
    assert app_and_national == [
        (server.APP, True, False, False, False, False, False, False),
        (server.NATIONAL, False, False, False, False, False, False, True),
    ]
    membership = owner.execute(
        "SELECT inherit_option, set_option, admin_option FROM pg_auth_members "
        "WHERE roleid = 'peyvand_national'::regrole AND member = 'peyvand_app'::regrole"
    ).fetchall()
    assert membership == [(False, True, False)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER ROLE peyvand_app BYPASSRLS",
        "SET ROLE peyvand_owner",
    ],
)
def test_the_app_creates_nothing(app: psycopg.Connection, statement: sql.SQL) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_row_security_binds_the_app_and_opens_to_national(owner: psycopg.Connection, app: psycopg.Connection) -> None:
    owner.execute("CREATE TABLE scoped (place text)")
    owner.execute("INSERT INTO scoped VALUES ('here'), ('there')")
    owner.execute("ALTER TABLE scoped ENABLE ROW LEVEL SECURITY")
    owner.execute("CREATE POLICY here ON scoped TO peyvand_app USING (place = 'here')")
    owner.execute("CREATE POLICY everywhere ON scoped TO peyvand_national USING (true)")
    assert app.execute("SELECT place FROM scoped").fetchall() == [("here",)]
    with app.transaction():
        app.execute("SET LOCAL ROLE peyvand_national")
        assert app.execute("SELECT count(*) FROM scoped").fetchone() == (2,)
    assert app.execute("SELECT count(*) FROM scoped").fetchone() == (1,)
    with owner.transaction():
        owner.execute("SET LOCAL ROLE peyvand_app")
        assert owner.execute("SELECT count(*) FROM scoped").fetchone() == (1,)


def test_new_tables_are_open_and_what_a_migration_closed_stays_closed(
    shared: server.Server, owner: psycopg.Connection, app: psycopg.Connection
) -> None:
    owner.execute("CREATE TABLE journal (id bigserial PRIMARY KEY, said text)")
    owner.execute("REVOKE UPDATE, DELETE ON journal FROM peyvand_app, peyvand_national")
    prepare_roles(shared.dsn("owner"))
    app.execute("INSERT INTO journal (said) VALUES ('done')")
    assert app.execute("SELECT said FROM journal").fetchall() == [("done",)]
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("UPDATE journal SET said = 'changed'")


def test_an_owner_who_may_not_create_roles_is_told_so(shared: server.Server, owner: psycopg.Connection) -> None:
    """The roles are renamed for a moment, so that they are missing as on an external server."""
    owner.execute("CREATE ROLE small_owner LOGIN")
    owner.execute("ALTER ROLE peyvand_national RENAME TO away")
    try:
        small = shared.dsn("owner").replace(server.OWNER, "small_owner")
        with pytest.raises(problems.RolesNotAllowed, match=r"small_owner may not create roles, and peyvand_national"):
            prepare_roles(small)
    finally:
        owner.execute("ALTER ROLE away RENAME TO peyvand_national")
        owner.execute("DROP ROLE small_owner")


def test_roles_that_an_administrator_made_are_enough(shared: server.Server, owner: psycopg.Connection) -> None:
    owner.execute("CREATE ROLE small_owner LOGIN")
    owner.execute("CREATE DATABASE office OWNER small_owner")
    small = shared.dsn("owner", "office").replace(server.OWNER, "small_owner")
    try:
        with pytest.raises(problems.RolesNotAllowed, match="the membership of small_owner in peyvand_app"):
            prepare_roles(small)
        owner.execute("GRANT peyvand_app, peyvand_national TO small_owner WITH INHERIT FALSE, SET TRUE")
        prepare_roles(small)
        with connect(small) as external:
            external.execute("CREATE TABLE scoped (n int)")
        with connect(shared.dsn("app", "office")) as app:
            assert app.execute("SELECT count(*) FROM scoped").fetchone() == (0,)
    finally:
        owner.execute("DROP DATABASE office")
        owner.execute("DROP ROLE small_owner")


def test_an_owner_who_is_no_superuser_prepares_an_external_database(
    shared: server.Server, owner: psycopg.Connection
) -> None:
    """As on an external server: an owner with CREATEROLE only, and another name for the app's user."""
    owner.execute("CREATE ROLE office_owner LOGIN CREATEROLE")
    owner.execute("CREATE ROLE office_app LOGIN")
    owner.execute("CREATE DATABASE office OWNER office_owner")
    owner.execute("ALTER ROLE peyvand_app RENAME TO away_app")
    owner.execute("ALTER ROLE peyvand_national RENAME TO away_national")
    try:
        address = shared.dsn("owner", "office").replace(server.OWNER, "office_owner")
        prepare_roles(address, app_user="office_app")
        prepare_roles(address, app_user="office_app")
        with connect(address) as external:
            external.execute("CREATE TABLE scoped (n int)")
            with external.transaction():
                external.execute("SET LOCAL ROLE peyvand_app")
                external.execute("INSERT INTO scoped VALUES (1)")
        with connect(address.replace("office_owner", "office_app")) as app, app.transaction():
            assert app.execute("SELECT n FROM scoped").fetchall() == [(1,)]
            app.execute("SET LOCAL ROLE peyvand_national")
            assert app.execute("SELECT n FROM scoped").fetchall() == [(1,)]
    finally:
        owner.execute("DROP DATABASE office")
        owner.execute("DROP ROLE peyvand_app, peyvand_national")
        owner.execute("DROP ROLE office_app, office_owner")
        owner.execute("ALTER ROLE away_app RENAME TO peyvand_app")
        owner.execute("ALTER ROLE away_national RENAME TO peyvand_national")
