"""The main navigation of the site, in the order in which it stands; programmes follow."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from peyvand.exports.permissions import may_export
from peyvand.flow.capacity.permissions import may_see_capacities
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.flow.delivery.permissions import may_see_received
from peyvand.flow.monthly import may_report_month
from peyvand.flow.need.permissions import may_see_needs
from peyvand.intake.permissions import may_import_any
from peyvand.kernel.refusals import Refusal
from peyvand.people.permissions import may_manage_people, may_search_journal, may_see_households
from peyvand.scope.acting import PUBLIC, Acting, Role
from peyvand.web.navigation import Entry, Group
from peyvand.web.pages.access import members
from peyvand.web.pages.match_files import may_match_files
from peyvand.web.pages.office_papers import may_print
from peyvand.web.programmes import entries


def allowed(permission: Callable[[Acting], Refusal | None]) -> Callable[[HttpRequest], bool]:
    """Shown to those who may open the page behind it."""
    return lambda request: permission(getattr(request, "acting", PUBLIC)) is None


def _audits(request: HttpRequest) -> bool:
    """Staff may open the journal too, but it is daily work of few."""
    by = getattr(request, "acting", PUBLIC)
    return by.role in (Role.AUDITOR, Role.HQ_LEADER) and may_search_journal(by) is None


def _administers(request: HttpRequest) -> bool:
    """Officers may open the page of the first day too, but it is the administrator's work."""
    return getattr(request, "acting", PUBLIC).role is Role.ADMINISTRATOR


def _switches(request: HttpRequest) -> bool:
    """Others may read where programmes are on; to switch them is the work of these."""
    return getattr(request, "acting", PUBLIC).role in (Role.ADMINISTRATOR, Role.HQ_LEADER)


def _takes_lists(request: HttpRequest) -> bool:
    """Those whose lists may grow too long to be answered at once."""
    by = getattr(request, "acting", PUBLIC)
    return may_export(by) is None and by.role not in (Role.RESIDENT, Role.GOVERNOR_OFFICE)


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
    Entry(_("What I received"), "received", allowed(may_see_received), group=Group.WORK, first_for=(Role.RESIDENT,)),
    Entry(_("People and roles"), "people", allowed(may_manage_people), first_for=(Role.ADMINISTRATOR,)),
    Entry(_("Lists"), "imports", allowed(may_import_any)),
    Entry(_("My exports"), "exports", _takes_lists),
    Entry(_("Report of the month"), "month", allowed(may_report_month)),
    Entry(_("Papers to print"), "papers", allowed(may_print)),
    Entry(_("Match two lists"), "match_files", allowed(may_match_files)),
    Entry(_("The first day"), "start", _administers, first_for=(Role.ADMINISTRATOR,)),
    Entry(_("Switching programmes"), "programme_list", _switches, first_for=(Role.ADMINISTRATOR,)),
    Entry(_("Journal"), "journal", _audits, first_for=(Role.AUDITOR,)),
    Entry(_("Stories"), "stories", _tells, group=Group.WORK),
    Entry(_("Stories"), "stories", lambda request: not _tells(request), group=Group.PUBLIC),
    Entry(_("Places"), "places", group=Group.PUBLIC),
    Entry(_("Tracking"), "track", group=Group.PUBLIC),
    Entry(_("Guide"), "guide", group=Group.PUBLIC),
    *entries(),
)
