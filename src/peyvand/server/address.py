"""Which database this process talks to: an external one named by the environment, or the embedded one.

`DATABASE_URL` is what the app signs in with, `DATABASE_OWNER_URL` what migrates (the same when it is not given).
Without `DATABASE_URL` both lead to the embedded server of the data folder.
"""

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from peyvand.server.folders import data_folder
from peyvand.server.problems import BadAddress
from peyvand.server.starter import Role, url

_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def is_external(environ: Mapping[str, str] = os.environ) -> bool:
    return bool(environ.get("DATABASE_URL"))


def database_url(role: Role, environ: Mapping[str, str] = os.environ) -> str:
    """The address for a role. Nothing is started and nothing is asked."""
    if not is_external(environ):
        return url(data_folder(environ), role)
    owner = environ.get("DATABASE_OWNER_URL")
    return owner if role == "owner" and owner else environ["DATABASE_URL"]


def spoken(environ: Mapping[str, str] = os.environ) -> str:
    """The address as it may be printed: no password."""
    parts = _parts("app", environ)
    if not is_external(environ):
        return f"the embedded server in {data_folder(environ)}"
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def app_user(environ: Mapping[str, str] = os.environ) -> str:
    """The database user the app signs in as."""
    return str(_parts("app", environ).get("user", ""))


def databases(environ: Mapping[str, str] = os.environ) -> dict[str, dict[str, Any]]:
    """The `DATABASES` of Django: one entry, `default`, signed in as the app.

    `PEYVAND_AS_OWNER=1` makes it the owner (migrations and tests); `PEYVAND_POOL=1` gives it psycopg's pool (the web
    server). A test database is made after the pattern of the prepared one, so it has the same default privileges.
    """
    role: Role = "owner" if environ.get("PEYVAND_AS_OWNER") == "1" else "app"
    parts = _parts(role, environ)
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    entry |= {name: str(parts.pop(part)) for part, name in _DJANGO_NAMES.items() if part in parts}
    options: dict[str, Any] = dict(parts)
    if environ.get("PEYVAND_POOL") == "1":
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    entry["OPTIONS"] = options
    entry["TEST"] = {"TEMPLATE": entry.get("NAME", "template1")}
    return {"default": entry}


def _parts(role: Role, environ: Mapping[str, str]) -> dict[str, Any]:
    named = "DATABASE_OWNER_URL" if role == "owner" and environ.get("DATABASE_OWNER_URL") else "DATABASE_URL"
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(database_url(role, environ)))
    except psycopg.ProgrammingError as error:
        raise BadAddress(variable=named, reason=str(error).strip()) from error
    if not parts.get("dbname"):
        raise BadAddress(variable=named, reason="it names no database")
    return parts
