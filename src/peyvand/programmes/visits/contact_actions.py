"""Somebody who has no file anywhere, seen at a visit: his need and his family's file, kept as the core keeps them."""

from dataclasses import dataclass
from datetime import datetime

from peyvand.flow.need.intake import Call, take_call
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import BadValue
from peyvand.programmes.visits.actions import made, told_of
from peyvand.programmes.visits.models import VisitNeed
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@dataclass(frozen=True)
class NewContact:
    """A family without a file and what it needs first. Its names go into its file alone, which those with the task open."""

    given_name: str
    family_name: str
    specification: Specification
    quantity: int = 1
    household_size: int = 1
    mobile: str = ""
    note: str = ""


@action
def open_file(*, visit_id: int, contact: NewContact, by: Acting, now: datetime) -> Need:
    """Open the file of a family seen at a visit, with its need, vouched for by the visitor; he has the task with it.

    Raises `NotMade`, `NotPermitted` where his role keeps no files, `BadValue`, `ProgrammeOff`.
    """
    visit = made(visit_id, by, now)
    if not (contact.given_name.strip() and contact.family_name.strip()):
        raise BadValue(field="family_name", reason="a family file has a given and a family name")
    call = Call(
        contact.specification, contact.quantity, visit.place, note=contact.note, given_name=contact.given_name,
        family_name=contact.family_name, mobile=contact.mobile, household_size=contact.household_size,
    )  # fmt: skip
    need = take_call(call=call, by=by, now=now)
    VisitNeed.objects.create(need=need, visit=visit)
    told_of("visit.file_opened", [visit], by, now)
    return need
