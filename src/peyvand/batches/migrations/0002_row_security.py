from django.db import migrations

from peyvand.scope.policies import Policy, own, protect


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_initial"), ("scope", "0001_scope")]
    operations = [protect("batches_batch", Policy("own", own("membership_id", "membership")))]
