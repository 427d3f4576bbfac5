import django.db.models.deletion
from django.db import migrations, models

from peyvand.scope.policies import protect, seen_through


class Migration(migrations.Migration):
    initial = True
    dependencies = [("need", "0002_row_security")]
    operations = [
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="need.need",
                    ),
                ),
                ("tool", models.CharField(max_length=40)),
            ],
        ),
        protect("borrowed_tools_loan", seen_through("borrowed_tools_loan", "need_need", "need_id")),
    ]
