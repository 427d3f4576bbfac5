from django.db import migrations

from peyvand.scope.acting import Role
from peyvand.scope.policies import (
    IS_STAFF,
    STAFF_OF_ROW,
    Policy,
    in_organisation,
    looked_at,
    own,
    protect,
    role_in,
    seen_through,
    setting,
)

HAS_TASK = (
    "EXISTS (SELECT 1 FROM people_task one WHERE one.household_id = people_person.household_id"
    f" AND one.membership_id = {setting('membership')}::bigint AND one.until IS NULL)"
)
OWN_HOUSEHOLD = (
    "EXISTS (SELECT 1 FROM people_person one WHERE one.household_id = people_household.id"
    f" AND one.id = {setting('person')}::bigint)"
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("scope", "0001_scope")]
    operations = [
        protect(
            "people_household",
            Policy("by_staff", STAFF_OF_ROW),
            Policy("own", f"{role_in(Role.RESIDENT)} AND {OWN_HOUSEHOLD}", command="SELECT"),
            looked_at("people_household"),
        ),
        # A name needs the area and the organisation and a task (decision D14).
        protect(
            "people_person",
            Policy("by_staff_with_task", f"{STAFF_OF_ROW} AND {HAS_TASK}"),
            Policy("own", own("id", "person"), command="SELECT"),
        ),
        protect("people_task", Policy("by_staff", STAFF_OF_ROW)),
        protect("people_consent", seen_through("people_consent", "people_person", "person_id")),
        protect("people_disability", seen_through("people_disability", "people_person", "person_id")),
        protect(
            "people_look",
            Policy("own", own("membership_id", "membership")),
            Policy("looked_at", f"{IS_STAFF} AND {in_organisation()}", command="SELECT"),
        ),
    ]
