from django.db import migrations

from peyvand.scope.policies import Policy, own, protect


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("scope", "0001_scope")]
    operations = [protect("exports_export", Policy("own", own("account_id", "account")))]
