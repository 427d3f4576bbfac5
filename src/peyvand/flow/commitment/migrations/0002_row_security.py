from django.db import migrations

from peyvand.scope.policies import (
    IS_STAFF,
    STAFF_OF_ROW,
    Policy,
    in_area,
    in_organisation,
    looked_at,
    policy,
    protect,
    shared,
)

GIVER = f"({IS_STAFF} AND {in_area('giver_place_path')} AND {in_organisation('giver_path')})"
ASKER = f"({IS_STAFF} AND {in_area('place_path')} AND {in_organisation('asker_path')})"
SUGGESTED = (
    "EXISTS (SELECT 1 FROM commitment_suggestion one WHERE one.need_id = need_need.id"
    f" AND one.state IN ('proposed', 'accepted') AND {in_area('one.giver_place_path')} AND {in_organisation('one.giver_path')})"
)
PROMISED_TO = (
    "EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.need_id = need_need.id"
    f" AND {in_area('one.giver_place_path')} AND {in_organisation('one.giver_path')})"
)
PROMISED_FROM = (
    "EXISTS (SELECT 1 FROM commitment_commitment one WHERE one.capacity_id = capacity_capacity.id"
    f" AND {in_area('one.place_path')} AND {in_organisation('one.asker_path')})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("commitment", "0001_initial"),
        ("need", "0002_row_security"),
        ("capacity", "0002_row_security"),
    ]
    operations = [
        protect("commitment_matchingrun", Policy("by_staff", STAFF_OF_ROW), looked_at("commitment_matchingrun")),
        protect("commitment_suggestion", Policy("giver", GIVER), Policy("asker", ASKER), looked_at("commitment_suggestion", "asker_path")),
        protect("commitment_unserved", Policy("by_staff", STAFF_OF_ROW), looked_at("commitment_unserved")),
        protect(
            "commitment_agreement",
            Policy("giver", f"{IS_STAFF} AND {in_organisation('giver_path')}"),
            Policy("asker", f"{IS_STAFF} AND {in_organisation('asker_path')}"),
        ),
        protect("commitment_commitment", Policy("giver", GIVER), Policy("asker", ASKER), looked_at("commitment_commitment", "asker_path")),
        # The two sides of a promise see the row of the other side; names stay behind the policies of persons.
        policy("need_need", *shared("suggested", f"{IS_STAFF} AND {SUGGESTED}"), *shared("promised", f"{IS_STAFF} AND {PROMISED_TO}")),
        policy("capacity_capacity", *shared("promised", f"{IS_STAFF} AND {PROMISED_FROM}")),
    ]
