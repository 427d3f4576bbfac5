"""A need told over the telephone: the family file, where there is none yet, and the need, in one act."""

from dataclasses import dataclass
from datetime import date, datetime

from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.need.models import Need
from peyvand.kernel.codes import new_code
from peyvand.kernel.refusals import BadValue
from peyvand.people.households import NewHousehold, NewPerson, register_households
from peyvand.people.models import Household, Person
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import below, in_area
from peyvand.scope.database import action


@dataclass(frozen=True)
class Call:
    """What was said. With a code it is about that family, with a name about a new one, with neither about the neighbourhood.

    `place` may be missing only where the family's file gives it. `urgency` is 0 to 100, None where nothing was said.
    """

    specification: Specification
    quantity: int
    place: Place | None = None
    urgency: int | None = None
    due_date: date | None = None
    note: str = ""
    household_code: str = ""
    given_name: str = ""
    family_name: str = ""
    mobile: str = ""
    household_size: int = 1


def _family(call: Call, by: Acting, now: datetime) -> Household | None:
    if call.household_code:
        seen = Household.objects.filter(in_area(by), below(by.organisation_path, "organisation_path"))
        found = seen.select_related("place").filter(code=call.household_code).order_by("organisation_path").first()
        if found is None:
            raise BadValue(field="household_code", reason="there is no family file with this code in your area")
        return found
    if not (call.given_name or call.family_name):
        return None
    if call.place is None:
        raise BadValue(field="place", reason="a new family file needs its neighbourhood")
    head = NewPerson(call.given_name, call.family_name, is_head=True, mobile=call.mobile)
    row = NewHousehold(code=new_code(), place=call.place, size=call.household_size, persons=(head,))
    return register_households(rows=[row], by=by, now=now)[0]


def _is_own(by: Acting) -> bool:
    """A resident tells his own need; whose it is and where is known from his own row."""
    return by.role is Role.RESIDENT and bool(by.person_id)


@action
def take_call(*, call: Call, by: Acting, now: datetime) -> Need:
    """Open the need a caller told of, with the caller's family file where it is new; all or nothing."""
    person = Person.objects.select_related("household", "place").get(pk=by.person_id) if _is_own(by) else None
    household = person.household if person else _family(call, by, now)
    place = person.place if person else None
    place = place or call.place or (household.place if household else None)
    if place is None:
        raise BadValue(field="place", reason="choose the neighbourhood, or the family whose file gives it")
    row = NewNeed(
        call.specification,
        call.quantity,
        place,
        household=household,
        person=person,
        urgency=call.urgency,
        due_date=call.due_date,
        note=call.note,
    )
    return open_needs(rows=[row], by=by, now=now)[0]
