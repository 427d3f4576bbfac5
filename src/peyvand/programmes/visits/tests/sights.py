"""Who may see what of visits."""

from datetime import timedelta
from typing import Any

from tests.site.listed import Listed, in_area, staff
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import kept, today
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.places.enums import FINE
from peyvand.programmes.visits import sample, xlsform
from peyvand.programmes.visits.actions import SLUG, NewVisit, plan_visit, record_visit
from peyvand.programmes.visits.enums import HeardFrom, ReportedKind
from peyvand.programmes.visits.models import PlaceReport, Survey, Tour, Visit, VisitPhoto
from peyvand.programmes.visits.report_actions import NewReport, report_place
from peyvand.programmes.visits.survey_actions import upload_survey
from peyvand.scope.acting import SYSTEM, Acting, Role, within


def _lay_down(world: World) -> None:
    """Visits of two offices, planned and made, with a picture, a form in use and a tour."""
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    day, base = business_date(NOW), world.places["nobonyad"]
    for name, place in (("field_leader", "nobonyad"), ("charity_manager", "espiari")):
        plan_visit(place=world.places[place], planned_date=day, by=world[name], now=NOW)
        row = NewVisit(world.places[place], day, 7, 2, "بازدید نهفته")
        visit = record_visit(row=row, by=world[name], now=NOW)
        VisitPhoto.objects.create(visit=visit, moment="before", spot=1, sha256=f"{visit.pk:064d}", size=9, added_at=NOW)
    upload_survey(definition=xlsform.read(sample.workbook()), source_sha256="0" * 64, by=world["field_leader"], now=NOW)
    for name, near in (("field_leader", "nobonyad"), ("charity_manager", "espiari")):
        told = NewReport("آبادی نهفته", ReportedKind.VILLAGE, world.places[near], HeardFrom.NEARBY, 9, "گزارش نهفته")
        report_place(row=told, by=world[name], now=NOW)
    Tour.objects.create(
        title="تور نهفته", base=base, place_path=base.path, organisation=world.organisations["centre"],
        organisation_path=world.organisations["centre"].path, begins=day, days=2, calls_a_day=3, km_a_day=100, planned_at=NOW,
    )  # fmt: skip


def _reported(facts: Any, by: Acting, row: PlaceReport) -> bool:
    """By the own organisation, and by everyone where one judges."""
    judges = by.role in (Role.COUNTY_OFFICER, Role.HQ_LEADER) and within(row.place_path, by.place_path)
    return judges or kept(facts, by, row)


def _waiting(sights: Any, by: Acting, row: Visit, value: bool) -> bool:
    due = row.state == "planned" and row.planned_date is not None and row.planned_date <= today()
    return not value or row.state == "made" or due


def _of_house_above(by: Acting, row: Survey) -> bool:
    """A form in use in one's own house: its own, and those of the houses above it."""
    return staff(by) and by.organisation_path.startswith(row.organisation_path)


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={
        Visit: kept,
        Tour: kept,
        PlaceReport: _reported,
        VisitPhoto: lambda facts, by, row: kept(facts, by, row.visit),
        Survey: lambda facts, by, row: staff(by),
    },
    related={VisitPhoto: ("visit",)},
    numbers={
        "visit_id": Visit,
        "plan_id": Visit,
        "tour_id": Tour,
        "survey_id": Survey,
        "photo_id": VisitPhoto,
        "report_id": PlaceReport,
    },
    meanings={"waiting": _waiting},
    lists={
        "": Listed(Visit, staff),
        "/tours": Listed(Tour, staff),
        "/reports": Listed(PlaceReport, staff),
        "/surveys": Listed(Survey, staff, _of_house_above),
    },
    only={
        "/places/{place_id}": lambda by, row: staff(by) and row.kind in FINE and in_area(by, row),
        "/surveys/{survey_id}": _of_house_above,
    },
    other=frozenset({"/figures", "/places"}),
)
