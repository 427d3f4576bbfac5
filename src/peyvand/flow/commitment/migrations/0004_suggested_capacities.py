from django.db import migrations

from peyvand.scope.policies import IS_STAFF, in_area, in_organisation, policy, shared

# What a person offers is not listed, but the side it was suggested to must be able to accept it.
SUGGESTED = (
    "EXISTS (SELECT 1 FROM commitment_suggestion one WHERE one.capacity_id = capacity_capacity.id"
    f" AND one.state IN ('proposed', 'accepted') AND {in_area('one.place_path')} AND {in_organisation('one.asker_path')})"
)


class Migration(migrations.Migration):
    dependencies = [("commitment", "0002_row_security")]
    operations = [policy("capacity_capacity", *shared("suggested", f"{IS_STAFF} AND {SUGGESTED}"))]
