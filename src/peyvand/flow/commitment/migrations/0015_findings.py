from django.db import migrations, models
import django.db.models.deletion

from peyvand.scope.policies import Policy, protect, seen_through

_READ = seen_through("commitment_runfindings", "commitment_matchingrun", "run_id")


class Migration(migrations.Migration):
    dependencies = [("commitment", "0014_proposed_once")]
    operations = [
        migrations.CreateModel(
            name='RunFindings',
            fields=[
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='findings', serialize=False, to='commitment.matchingrun')),
                ('shares', models.JSONField()),
                ('lacks', models.JSONField()),
                ('complete', models.BooleanField()),
                ('lots', models.JSONField(null=True)),
            ],
        ),
        # Read with its run; written by runs alone.
        protect("commitment_runfindings", Policy(_READ.name, _READ.using, command="SELECT")),
    ]  # fmt: skip
