"""How often something may be tried: so many times a minute, counted by all processes and machines of a site together.

Every try is a row of its own. A counter would be one row that all requests of a caller wait for, because a request that reads
runs in one transaction from its beginning to its end; rows wait for nobody. What is not committed yet is not counted, so that
a caller may go over by as many tries as run at the same moment.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from peyvand.journal.models import Attempt

WINDOW = 60  # seconds
_TRY = """
INSERT INTO journal_attempt (who, minute)
SELECT %(who)s, %(minute)s WHERE (SELECT count(*) FROM journal_attempt WHERE who = %(who)s AND minute = %(minute)s) < %(most)s
"""


def allowed(*, what: str, who: str, most: int, now: datetime) -> bool:
    """Whether this try is among the first `most` of its minute; those that are not leave no trace."""
    fingerprint = salted_hmac("peyvand.pace", f"{what}:{who}", algorithm="sha256").hexdigest()
    values: dict[str, str | int] = {"who": fingerprint, "minute": int(now.timestamp()) // WINDOW, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_TRY, values)
        return cursor.rowcount == 1


def seconds_left(now: datetime) -> float:
    """Until the next minute begins."""
    return WINDOW - now.timestamp() % WINDOW


def caller(request: HttpRequest, account_id: int) -> str:
    """The account, or where nobody signed in the address: behind the proxy that ends HTTPS the last one it wrote down."""
    if account_id:
        return f"account-{account_id}"
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def forget_attempts(*, now: datetime) -> int:
    """Take away the tries of minutes that are over; gives how many."""
    return Attempt.objects.filter(minute__lt=int(now.timestamp()) // WINDOW).delete()[0]
