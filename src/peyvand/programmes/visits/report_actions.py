"""A place that is in no list: reported, and judged by the county's officer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from peyvand.journal.actions import record, record_batch
from peyvand.kernel.refusals import BadValue, Refusal, require
from peyvand.kernel.text import search_key
from peyvand.places.actions import NewPlace, add_place, remove_place
from peyvand.places.importing import made_code
from peyvand.places.models import Place
from peyvand.programmes.visits import rules
from peyvand.programmes.visits.actions import keeper, kept_draft, require_on
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind, ReportState
from peyvand.programmes.visits.models import PlaceReport
from peyvand.programmes.visits.permissions import may_judge, may_visit
from peyvand.programmes.visits.report_queries import NEAR, known_places, parents_for
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action


class NotNear(Refusal):
    code = "visit_report_not_near"
    message = "A place is reported near a county or a place within one. “{place}” is a larger one."


class NotInCounty(Refusal):
    code = "visit_report_not_in_county"
    message = "A reported place is joined to a neighbourhood, village or nomadic place of the same county."


@dataclass(frozen=True)
class NewReport:
    """`near` is the county or the nearest known place; `households` None where nobody could say. The rest as in `NewVisit`."""

    name: str
    kind: ReportedKind
    near: Place
    heard_from: HeardFrom
    households: int | None = None
    note: str = ""
    position: tuple[Decimal, Decimal] | None = None
    draft_key: UUID | None = None
    digest: str = ""


@action
def report_place(*, row: NewReport, by: Acting, now: datetime) -> PlaceReport:
    """Keep a report of a place that is in no list; a draft that was stored before gives the report it became.

    Raises `NotNear`, `BadValue`, `KeyReused`, `ProgrammeOff`.
    """
    require(may_visit(by, row.near.path))
    if (stored := kept_draft(PlaceReport, "reported_by_id", row.draft_key, row.digest, by)) is not None:
        return stored
    own = keeper(by)
    require_on([(row.near.path, own.path)], now)
    if row.near.kind not in NEAR:
        raise NotNear(place=row.near.name_fa)
    name = " ".join(row.name.split())
    if not 2 <= len(name) <= 120:
        raise BadValue(field="name", reason="a name of 2 to 120 letters")
    if row.households is not None and not 1 <= row.households <= rules.MOST_HOUSEHOLDS:
        raise BadValue(field="households", reason="a number of households that one place can have")
    lat, lon = (rules.rounded(row.position[0]), rules.rounded(row.position[1])) if row.position else (None, None)
    report = PlaceReport.objects.create(
        name=name, name_key=search_key(name), kind=row.kind, near=row.near, place_path=row.near.path, organisation=own,
        organisation_path=own.path, state=rules.REPORT_LIFE.start, households=row.households, heard_from=row.heard_from,
        note=row.note.strip(), lat=lat, lon=lon, reported_by_id=by.account_id or None, reported_at=now,
        draft_key=row.draft_key, body_digest=row.digest,
    )  # fmt: skip
    _told("place_report.told", report, by, now)
    return report


@action
def accept_report(
    *, report_id: int, name_fa: str, parent_id: int, name_en: str = "", by: Acting, now: datetime
) -> PlaceReport:
    """It becomes a place, by the core's own act, and stands among the less-seen ones from then on.

    Raises `WrongState`, `BadValue`, and `NameTaken` where a place of this name stands there already.
    """
    report = _locked(report_id, by, now)
    report.state = rules.REPORT_LIFE.after("accept_report", report.state)
    parent = next((one for one in parents_for(report) if one.pk == parent_id), None)
    if parent is None:
        raise BadValue(field="parent", reason="what the place lies in, within the county")
    lat, lon = rules.public_point(report.lat, report.lon, report.households)
    kind, code = rules.BECOMES[ReportedKind(report.kind)], made_code(name_fa)
    row = NewPlace(kind, name_fa, code, parent.path, name_en, lat, lon, source=_("reported from the field"))
    report.place = add_place(row=row, by=by, now=now)
    return _decided(report, "place_report.accepted", by, now)


@action
def join_report(*, report_id: int, place_id: int, by: Acting, now: datetime) -> PlaceReport:
    """It is a known place under another name. Raises `WrongState`, `NotInCounty`."""
    report = _locked(report_id, by, now)
    report.state = rules.REPORT_LIFE.after("join_report", report.state)
    report.place = known_places(report).filter(pk=place_id).first()
    if report.place is None:
        raise NotInCounty
    return _decided(report, "place_report.joined", by, now)


@action
def set_report_aside(*, report_id: int, reason: str, by: Acting, now: datetime) -> PlaceReport:
    """Raises `WrongState`, and `BadValue` where no reason is given."""
    report = _locked(report_id, by, now)
    report.state = rules.REPORT_LIFE.after("set_report_aside", report.state)
    report.reason = reason.strip()[:300]
    if len(report.reason) < 5:
        raise BadValue(field="reason", reason="why is told to the one who reported it")
    return _decided(report, "place_report.set_aside", by, now)


@action
def reopen_report(*, report_id: int, by: Acting, now: datetime) -> PlaceReport:
    """Take a judgement back: the report waits again. A place that was made of it goes, unless something stands there already.

    Raises `WrongState`, `PlaceInUse`.
    """
    report = _locked(report_id, by, now)
    made = report.place_id if report.state == ReportState.ACCEPTED else None
    report.state = rules.REPORT_LIFE.after("reopen_report", report.state)
    report.place, report.reason, report.decided_by, report.decided_at = None, "", None, None
    report.save()
    if made is not None:
        remove_place(place_id=made, by=by, now=now)
    _told("place_report.reopened", report, by, now)
    return report


def _locked(report_id: int, by: Acting, now: datetime) -> PlaceReport:
    report = lock(PlaceReport.objects.all(), [report_id])[report_id]
    require(may_judge(by, report))
    require_on([(report.place_path, report.organisation_path)], now)
    return report


def _decided(report: PlaceReport, act: str, by: Acting, now: datetime) -> PlaceReport:
    report.decided_by_id, report.decided_at = by.account_id or None, now
    report.save()
    _told(act, report, by, now)
    return report


def _told(act: str, report: PlaceReport, by: Acting, now: datetime) -> None:
    record_batch(act, kind="place_report", subjects=[report], by=by, now=now)


@action
def forget_report_words(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Blank what was noted in reports judged before a day; the place, the state and its reason stay."""
    rows = PlaceReport.objects.filter(decided_at__date__lt=ended_before, forgotten_at__isnull=True)
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    PlaceReport.objects.filter(pk__in=ids).update(note="", forgotten_at=now)
    if ids:
        record(
            "place_report.forgotten", kind="place_report", subject=None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, rows=[(pk,) for pk in ids],
        )  # fmt: skip
    return len(ids)
