from django.db import migrations, models
from django.db.models import Q

# What the teller had written when a change was proposed: an open proposal reads it from the story as it stands.
INVITED = """
UPDATE practices_proposedwords words SET old_invitation = story.invitation FROM story_story story
WHERE story.id = words.story_id AND words.state = 'open';
"""


class Migration(migrations.Migration):
    dependencies = [("practices", "0002_row_security")]
    operations = [
        migrations.AddField("proposedwords", "old_invitation", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("highsession", "book", models.JSONField(null=True)),
        migrations.AddConstraint(
            "highsession",
            models.CheckConstraint(condition=Q(book__isnull=True) | Q(state="closed"), name="practice_book_closed"),
        ),
        migrations.RunSQL(INVITED, migrations.RunSQL.noop),
    ]
