"""The embedded PostgreSQL: find, start, stop, roles, addresses, keys, backup and restore. No Django here."""

from peyvand.server.folders import data_folder, keys_folder, media_folder
from peyvand.server.problems import ServerProblem
from peyvand.server.roles import APP, DATABASE, NATIONAL, OWNER, prepare_roles
from peyvand.server.starter import Server, remove, running, start, url

__all__ = [
    "APP",
    "DATABASE",
    "NATIONAL",
    "OWNER",
    "Server",
    "ServerProblem",
    "data_folder",
    "keys_folder",
    "media_folder",
    "prepare_roles",
    "remove",
    "running",
    "start",
    "url",
]
