from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("proposals", "0003_happening_kinds")]
    operations = [migrations.AddIndex("proposal", GinIndex(fields=["words"], name="proposal_words"))]
