from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("capacity", "0004_rows_expected")]
    operations = [
        migrations.AddIndex(
            model_name="capacity",
            index=models.Index(
                condition=models.Q(("most_a_week__isnull", False)),
                fields=["organisation", "specification"],
                name="capacity_limited",
            ),
        ),
    ]
