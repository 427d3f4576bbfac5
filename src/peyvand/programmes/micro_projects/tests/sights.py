"""Who may see what of micro-projects."""

from datetime import timedelta
from typing import Any

from tests.site.listed import Listed, in_area, staff
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import everyone, today
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.programmes.micro_projects.actions import SLUG, NewProject, propose_project
from peyvand.programmes.micro_projects.enums import ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.scope.acting import SYSTEM, Acting, Role, within


def _lay_down(world: World) -> None:
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    row = NewProject(
        world.household(address="کوچهٔ پنهان"), world.specifications["wheelchair"], ReasonKind.ACCIDENT,
        business_date(NOW), 90_000_000, note="یادداشت نهان",
    )  # fmt: skip
    propose_project(row=row, by=world["facilitator"], now=NOW)


def _late(sights: Any, by: Acting, row: MicroProject, value: bool) -> bool:
    due = {"proposed": row.decide_by, "approved": row.deliver_by}.get(row.state)
    return not value or (due is not None and due < today())


def _waiting(sights: Any, by: Acting, row: MicroProject, value: bool) -> bool:
    own = within(row.need.place_path, by.place_path) and within(row.need.organisation_path, by.organisation_path)
    return not value or (own and row.state == "proposed" and row.proposed_by_id != by.account_id)


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={MicroProject: lambda facts, by, row: facts.need(by, row.need), MicroProjectTerms: everyone},
    related={MicroProject: ("need__specification",)},
    numbers={"need_id": MicroProject},  # it bears the number of its need
    meanings={"late": _late, "waiting": _waiting},
    lists={
        "": Listed(MicroProject, staff, in_area, "need_id"),
        "/terms": Listed(MicroProjectTerms, lambda by: by.role in (Role.ADMINISTRATOR, Role.HQ_LEADER)),
    },
    only={"/{need_id}": lambda by, row: staff(by)},
    other=frozenset({"/figures"}),
)
