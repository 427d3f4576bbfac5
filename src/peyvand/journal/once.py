"""The same request sent twice is done once (promise d)."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from peyvand.journal.models import OnceKey
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.database import scope

_CLAIM = """
INSERT INTO journal_oncekey (account_id, key, body_digest, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (account_id, key) DO NOTHING
"""


_KEY_LENGTH = 100


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    message = "This idempotency key was used before for a different request."


def digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def once(*, key: str, body: object, by: Acting, now: datetime, run: Callable[[], Any]) -> tuple[Any, bool]:
    """Run `run` once for this account and key, in one transaction with the key; later calls give the stored answer.

    `run` returns something JSON can hold. Gives (answer, whether it was repeated). A second request that arrives while the
    first is still running waits for it. Raises `KeyReused` where the body differs.
    """
    if not by.account_id and by.role is not Role.SYSTEM:
        raise NotPermitted(
            reason="only somebody who has signed in can send a key: the public would share one another's"
        )
    if not 1 <= len(key) <= _KEY_LENGTH or "\0" in key:
        raise BadValue(field="idempotency key", reason=f"between 1 and {_KEY_LENGTH} signs")
    with scope(by):
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, (by.account_id, key, digest(body), now))
            claimed = cursor.rowcount == 1
        stored = OnceKey.objects.get(account_id=by.account_id, key=key)
        if not claimed:
            if stored.body_digest != digest(body):
                raise KeyReused
            return stored.answer, True
        answer = json.loads(json.dumps(run()))  # as it will be given the second time
        OnceKey.objects.filter(pk=stored.pk).update(answer=answer)
        return answer, False


def forget_keys(*, kept: timedelta, now: datetime) -> int:
    """Take away the keys, with their answers, that are older than `kept`; gives how many. A request sent again after that is new."""
    with scope(SYSTEM):
        return OnceKey.objects.filter(at__lt=now - kept).delete()[0]
