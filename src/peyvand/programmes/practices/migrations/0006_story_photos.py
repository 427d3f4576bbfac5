import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from peyvand.scope.policies import Policy, fixed, protect, staff_of

OF_STORY = "EXISTS (SELECT 1 FROM story_story parent WHERE parent.id = practices_storyphoto.story_id{more})"


class Migration(migrations.Migration):
    dependencies = [("practices", "0005_turns_celebrations_handovers_row_security")]
    operations = [
        migrations.CreateModel(
            name="StoryPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("says", models.CharField(max_length=200)),
                ("shown_count", models.PositiveSmallIntegerField()),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="story.story"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(removed_at__isnull=True), fields=("story", "sha256"), name="story_photo_once"
                    ),
                    models.CheckConstraint(condition=~Q(says=""), name="story_photo_in_words"),
                ]
            },
        ),
        # Whoever may read the story sees its pictures; one that was taken out only where the story is kept.
        protect(
            "practices_storyphoto",
            Policy("seen", f"removed_at IS NULL AND {OF_STORY.format(more='')}", command="SELECT"),
            Policy("kept", OF_STORY.format(more=f" AND {staff_of('parent')}")),
        ),
        fixed("practices_storyphoto", "story_id", "sha256", "added_at"),
    ]  # fmt: skip
