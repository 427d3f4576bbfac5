"""Writing to the journal. `record` is called by every action, inside the action's transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

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
