"""A family file opened together with the consent it is kept under."""

from datetime import datetime

from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay
from peyvand.people.households import NewHousehold, give_consent, register_households
from peyvand.people.models import Household, Person
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@action
def register_family(*, row: NewHousehold, way: ConsentWay, by: Acting, now: datetime) -> Household:
    """Open the file and record that its head agreed to it, or neither."""
    household = register_households(rows=[row], by=by, now=now)[0]
    head = Person.objects.get(household=household, is_head=True)
    give_consent(
        person_id=head.pk, purpose=ConsentPurpose.KEEP_FILE, given_by=ConsentGiver.SELF, way=way, by=by, now=now
    )
    return household
