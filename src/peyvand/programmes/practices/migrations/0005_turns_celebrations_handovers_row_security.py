from django.db import migrations

from peyvand.scope.acting import STAFF, Role
from peyvand.scope.policies import IS_STAFF, STAFF_OF_ROW, Policy, fixed, in_area, in_organisation, protect, role_in, staff_of

READERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)
OF_CELEBRATION = (
    "EXISTS (SELECT 1 FROM practices_celebration parent"
    f" WHERE parent.id = practices_celebrationneed.celebration_id AND {staff_of('parent')})"
)
# The side that takes a service over, in the place it takes it over in.
RECEIVER = f"({IS_STAFF} AND {in_area()} AND {in_organisation('receiver_path')})"
OF_HANDOVER = "EXISTS (SELECT 1 FROM practices_handover parent WHERE parent.id = practices_handoverstep.handover_id{more})"
EITHER_SIDE = (
    f" AND {IS_STAFF} AND {in_area('parent.place_path')}"
    f" AND ({in_organisation('parent.organisation_path')} OR {in_organisation('parent.receiver_path')})"
)


class Migration(migrations.Migration):
    dependencies = [("practices", "0004_turns_celebrations_handovers")]
    operations = [
        # Who went on from a story is nobody's to read: numbers alone are counted, under the national role.
        protect("practices_turn"),
        protect(
            "practices_celebration",
            Policy("kept", STAFF_OF_ROW),
            Policy("seen", f"state <> 'called_off' AND {role_in(*READERS)} AND {in_area()}", command="SELECT"),
        ),
        fixed("practices_celebration", "place_path", "organisation_path"),
        protect("practices_celebrationneed", Policy("of_staff", OF_CELEBRATION)),
        fixed("practices_celebrationneed", "celebration_id", "need_id"),
        protect(
            "practices_handover",
            Policy("kept", STAFF_OF_ROW),
            Policy("received_read", RECEIVER, command="SELECT"),
            Policy("received", RECEIVER, command="UPDATE"),
            Policy("seen", f"stage <> 'proposed' AND {role_in(*READERS)}", command="SELECT"),
        ),
        fixed("practices_handover", "specification_id", "place_path", "organisation_path", "receiver_path"),
        protect(
            "practices_handoverstep",
            Policy("seen_through", OF_HANDOVER.format(more=""), command="SELECT"),
            Policy("told", OF_HANDOVER.format(more=EITHER_SIDE), command="INSERT"),
        ),
    ]  # fmt: skip
