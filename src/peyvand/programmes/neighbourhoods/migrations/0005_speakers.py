from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("neighbourhoods", "0004_one_stands_for_each")]
    operations = [
        migrations.AddField("agendaitem", "speaker", models.CharField(blank=True, default="", max_length=120)),
    ]
