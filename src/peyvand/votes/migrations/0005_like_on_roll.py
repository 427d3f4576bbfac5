from django.db import migrations, models

from peyvand.votes.queries import marks

_BATCH = 2000


def find(apps, schema_editor):
    """The fingerprints of those who stand on a roll already; of a forgotten one nothing is left to take them from."""
    voters = apps.get_model("votes", "Voter").objects
    rows = []
    for one in voters.filter(forgotten_at__isnull=True).iterator(_BATCH):
        found = marks(one.vote_id, one.name.reveal(), one.known_by.reveal() if one.known_by else "")
        one.who, one.same_name, one.same_number = found.who, found.same_name, found.same_number
        rows.append(one)
    voters.bulk_update(rows, ["who", "same_name", "same_number"], batch_size=_BATCH)


class Migration(migrations.Migration):
    dependencies = [("votes", "0004_papers_gone")]
    operations = [
        migrations.AddField("voter", "same_name", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("voter", "same_number", models.CharField(blank=True, default="", max_length=40)),
        migrations.RunPython(find, migrations.RunPython.noop),
    ]
