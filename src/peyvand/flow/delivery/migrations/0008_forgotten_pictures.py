from django.db import migrations

# An erasure takes pictures away; nobody else does, and nobody changes one.
GRANT = "GRANT DELETE ON delivery_proof TO peyvand_national;"
REVOKE = "REVOKE DELETE ON delivery_proof FROM peyvand_national;"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_to_own_family")]
    operations = [migrations.RunSQL(GRANT, REVOKE)]
