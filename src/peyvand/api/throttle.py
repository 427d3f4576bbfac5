"""How often one may call: so many times a minute, counted by all workers of the site together (`peyvand.journal.pace`)."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from peyvand.api.identity import acting
from peyvand.journal import pace


class PerMinute(BaseThrottle):
    """`name` counts by itself. Those who are signed in are told apart by account, others by address."""

    def __init__(self, name: str, setting: str) -> None:
        self.name, self.setting = name, setting

    def allow_request(self, request: HttpRequest) -> bool:
        who, most = pace.caller(request, acting(request).account_id), int(getattr(settings, self.setting))
        return pace.allowed(what=self.name, who=who, most=most, now=timezone.now())

    def wait(self) -> float:
        return pace.seconds_left(timezone.now())

    def slow_down(self, request: HttpRequest) -> None:
        """For a route that is asked of besides the usual limit. Raises `Throttled`."""
        if not self.allow_request(request):
            raise Throttled(wait=int(self.wait()) + 1)


USUAL = PerMinute("usual", "API_CALLS_A_MINUTE")
# Codes can be guessed at; ten billion of them and so many tries a minute, on the page and here together, make that hopeless.
TRACKING = PerMinute("tracking", "TRACKING_CALLS_A_MINUTE")
