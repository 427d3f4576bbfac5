from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_rows_expected")]
    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=64)),
                ("minute", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["who", "minute"], name="attempt_minute")]},
        ),
        migrations.RunSQL("ALTER TABLE journal_attempt SET UNLOGGED", "ALTER TABLE journal_attempt SET LOGGED"),
    ]
