"""The main navigation of the site, in the order in which it stands; programmes follow."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from peyvand.flow.capacity.permissions import may_see_capacities
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.need.permissions import may_see_needs
from peyvand.kernel.refusals import Refusal
from peyvand.people.permissions import may_manage_people, may_search_journal, may_see_households
from peyvand.scope.acting import PUBLIC, Acting, Role
from peyvand.web.navigation import Entry, Group
from peyvand.web.pages.access import members
from peyvand.web.programmes import entries


def allowed(permission: Callable[[Acting], Refusal | None]) -> Callable[[HttpRequest], bool]:
    """Shown to those who may open the page behind it."""
    return lambda request: permission(getattr(request, "acting", PUBLIC)) is None


def _audits(request: HttpRequest) -> bool:
    """Staff may open the journal too, but it is daily work of few."""
    by = getattr(request, "acting", PUBLIC)
    return by.role in (Role.AUDITOR, Role.HQ_LEADER) and may_search_journal(by) is None


def _tells(request: HttpRequest) -> bool:
    """To those who write and publish stories they are work; to everyone else reading."""
    return getattr(request, "acting", PUBLIC).is_staff


_GIVES = (Role.ORGANISATION_MANAGER,)

ENTRIES: tuple[Entry, ...] = (
    Entry(_("What waits"), "home", allowed(members), group=Group.WORK, first_for=tuple(Role)),
    Entry(_("Needs"), "needs", allowed(may_see_needs), group=Group.WORK),
    Entry(_("Families"), "families", allowed(may_see_households), group=Group.WORK),
    Entry(_("Capacities"), "capacities", allowed(may_see_capacities), group=Group.WORK, first_for=_GIVES),
    Entry(_("Matching"), "matching", allowed(may_see_promises), group=Group.WORK, first_for=_GIVES),
    Entry(_("Promises"), "promises", allowed(may_see_promises), group=Group.WORK, first_for=_GIVES),
    Entry(_("Deliveries"), "deliveries", allowed(may_see_promises), group=Group.WORK, first_for=_GIVES),
    Entry(_("People and roles"), "people", allowed(may_manage_people), first_for=(Role.ADMINISTRATOR,)),
    Entry(_("Journal"), "journal", _audits, first_for=(Role.AUDITOR,)),
    Entry(_("Stories"), "stories", _tells, group=Group.WORK),
    Entry(_("Stories"), "stories", lambda request: not _tells(request), group=Group.PUBLIC),
    Entry(_("Places"), "places", group=Group.PUBLIC),
    Entry(_("Tracking"), "track", group=Group.PUBLIC),
    *entries(),
)
