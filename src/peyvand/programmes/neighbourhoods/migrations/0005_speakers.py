from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("neighbourhoods", "0002_row_security")]
    operations = [
        migrations.AddField("agendaitem", "speaker", models.CharField(blank=True, default="", max_length=120)),
    ]
