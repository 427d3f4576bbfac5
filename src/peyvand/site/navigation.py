"""The main navigation of the site, in the order in which it stands; programmes follow."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from peyvand.flow.monthly import may_report_month
from peyvand.intake.permissions import may_import_any
from peyvand.scope.acting import Role
from peyvand.web.navigation import Entry
from peyvand.web.pages.match_files import may_match_files
from peyvand.web.pages.office_papers import may_print
from peyvand.web.programmes import entries


def _administers(request: HttpRequest) -> bool:
    return request.acting.role is Role.ADMINISTRATOR  # type: ignore[attr-defined]


def _brings_lists(request: HttpRequest) -> bool:
    return may_import_any(request.acting) is None  # type: ignore[attr-defined]


def _reports(request: HttpRequest) -> bool:
    return may_report_month(request.acting) is None  # type: ignore[attr-defined]


def _prints(request: HttpRequest) -> bool:
    return may_print(request.acting) is None  # type: ignore[attr-defined]


def _matches_files(request: HttpRequest) -> bool:
    return may_match_files(request.acting) is None  # type: ignore[attr-defined]


ENTRIES: tuple[Entry, ...] = (
    Entry(_("The first day"), "start", shown_to=_administers),
    Entry(_("Lists"), "imports", shown_to=_brings_lists),
    Entry(_("Report of the month"), "month", shown_to=_reports),
    Entry(_("Papers to print"), "papers", shown_to=_prints),
    Entry(_("Match two lists"), "match_files", shown_to=_matches_files),
    *entries(),
)
