from django.db import migrations

from peyvand.scope.policies import protect


class Migration(migrations.Migration):
    """Exact counts are small counts too: nobody reads them but the national role, under which figures are suppressed."""

    dependencies = [("counting", "0001_initial"), ("scope", "0001_scope")]
    operations = [protect("counting_keptcounts")]
