from django.db import migrations

from peyvand.scope.policies import Policy, own, protect


class Migration(migrations.Migration):
    dependencies = [("filters", "0001_initial"), ("scope", "0001_scope")]
    operations = [protect("filters_keptfilter", Policy("own", own("membership_id", "membership")))]
