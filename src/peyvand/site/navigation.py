"""The main navigation of the site, in the order in which it stands."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from peyvand.flow.need.permissions import may_see_needs
from peyvand.kernel.refusals import Refusal
from peyvand.people.permissions import may_manage_people, may_search_journal, may_see_households
from peyvand.scope.acting import Acting, Role
from peyvand.web.navigation import Entry
from peyvand.web.pages.access import members


def shown_by(permission: Callable[[Acting], Refusal | None]) -> Callable[[HttpRequest], bool]:
    return lambda request: permission(request.acting) is None  # type: ignore[attr-defined]


def _audits(request: HttpRequest) -> bool:
    return request.acting.role in (Role.AUDITOR, Role.HQ_LEADER) and shown_by(may_search_journal)(request)  # type: ignore[attr-defined]


ENTRIES: tuple[Entry, ...] = (
    Entry(_("What waits"), "home", shown_by(members)),
    Entry(_("Needs"), "needs", shown_by(may_see_needs)),
    Entry(_("Families"), "families", shown_by(may_see_households)),
    Entry(_("People and roles"), "people", shown_by(may_manage_people)),
    Entry(_("Journal"), "journal", _audits),
)
