from django.db import migrations

from peyvand.scope.policies import Policy, own, protect


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("scope", "0001_scope")]
    operations = [protect("api_apitoken", Policy("own", own("account_id", "account")))]
