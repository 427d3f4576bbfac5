"""The main navigation of the site, in the order in which it stands; programmes follow."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.permissions import may_see_capacities
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import PUBLIC, Acting
from peyvand.web.navigation import Entry
from peyvand.web.programmes import entries


def allowed(permission: Callable[[Acting], Refusal | None]) -> Callable[[HttpRequest], bool]:
    """Shown to those who may open the page behind it."""
    return lambda request: permission(getattr(request, "acting", PUBLIC)) is None


ENTRIES: tuple[Entry, ...] = (
    Entry(_("Capacities"), "capacities", allowed(may_see_capacities)),
    Entry(_("Matching"), "matching", allowed(may_see_promises)),
    Entry(_("Promises"), "promises", allowed(may_see_promises)),
    Entry(_("Deliveries"), "deliveries", allowed(may_see_promises)),
    Entry(_("Stories"), "stories"),
    Entry(_("Places"), "places"),
    Entry(_("Tracking"), "track"),
    *entries(),
)
