"""Writing to the journal. `record` is called by every action, inside the action's transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection

from peyvand.scope.acting import Acting

_INSERT = """
INSERT INTO journal_event (at, act, subject_kind, subject_id, account_id, membership_id, role, place_path, organisation_path, data)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    act: str,
    *,
    kind: str,
    subject: int | None,
    by: Acting,
    now: datetime,
    place_path: str,
    organisation_path: str,
    rows: Sequence[Sequence[int]] = (),
    data: Mapping[str, object] | None = None,
) -> None:
    """Append one event. `rows` are the references and quantities a replay needs: their order is fixed by the act.

    Written without RETURNING, so that an actor need not be allowed to read what he adds.
    """
    body = dict(data or {}) | ({"rows": [list(row) for row in rows]} if rows else {})
    values = (
        now, act, kind, subject, by.account_id, by.membership_id, by.role.value, place_path, organisation_path, json.dumps(body),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


class Subject(Protocol):
    """A row that lies somewhere and is kept by somebody."""

    @property
    def pk(self) -> int: ...
    @property
    def place_path(self) -> str: ...


def record_batch(
    act: str,
    *,
    kind: str,
    subjects: Sequence[Subject],
    by: Acting,
    now: datetime,
    organisation: str = "organisation_path",
    rows: Sequence[Sequence[int]] | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """One event for one row, placed where the row lies, or for a batch, placed where the actor stands.

    `organisation` names the column with the path of the organisation that keeps a row; `rows` are the ids where nothing is said.
    """
    one = subjects[0] if len(subjects) == 1 else None
    record(
        act, kind=kind, subject=one.pk if one else None, by=by, now=now, data=data,
        place_path=one.place_path if one else by.place_path,
        organisation_path=getattr(one, organisation) if one else by.organisation_path,
        rows=rows if rows is not None else [(item.pk,) for item in subjects],
    )  # fmt: skip
