"""How often one may call: so many a minute, counted for each worker process in its own memory."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from peyvand.scope.acting import Acting

_WINDOW = 60


class PerMinute(BaseThrottle):
    """`name` counts by itself. Those who are signed in are told apart by account, others by address."""

    def __init__(self, name: str, setting: str) -> None:
        self.name, self.setting = name, setting

    def allow_request(self, request: HttpRequest) -> bool:
        key = f"api:{self.name}:{self._who(request)}:{int(time.time()) // _WINDOW}"
        cache.add(key, 0, timeout=_WINDOW)
        try:
            return cache.incr(key) <= int(getattr(settings, self.setting))
        except ValueError:  # the minute ended between the two lines
            return True

    def wait(self) -> float:
        return _WINDOW - time.time() % _WINDOW

    def _who(self, request: HttpRequest) -> str:
        acting = getattr(request, "auth", None)
        if isinstance(acting, Acting):
            return f"account-{acting.account_id}"
        # Behind the proxy that ends HTTPS the last address it wrote down is the caller's.
        forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
        return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


USUAL = PerMinute("usual", "API_CALLS_A_MINUTE")
# Codes can be guessed at; ten billion of them and so many tries a minute make that hopeless.
TRACKING = PerMinute("tracking", "TRACKING_CALLS_A_MINUTE")
