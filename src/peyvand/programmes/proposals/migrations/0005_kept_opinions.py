import django.db.models.deletion
from django.db import migrations, models

from peyvand.scope.policies import Policy, protect


class Migration(migrations.Migration):
    dependencies = [("proposals", "0002_row_security")]
    operations = [
        migrations.CreateModel(
            name="KeptOpinions",
            fields=[
                (
                    "consultation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="kept", serialize=False,
                        to="proposals.consultation",
                    ),
                ),
                ("voters", models.PositiveIntegerField()),
                ("groups", models.JSONField()),
                ("unites", models.JSONField()),
                ("counted_at", models.DateTimeField()),
            ],
        ),  # fmt: skip
        # It holds nothing but what everyone may read; the system alone writes it.
        protect("proposals_keptopinions", Policy("seen", "true", command="SELECT")),
    ]
