from django.db import migrations

from peyvand.scope.policies import STAFF_OF_ROW, Policy, looked_at, protect, seen_through


class Migration(migrations.Migration):
    dependencies = [("story", "0001_initial"), ("delivery", "0002_row_security")]
    operations = [
        protect(
            "story_story",
            Policy("by_staff", STAFF_OF_ROW),
            Policy("published", "state = 'published'", command="SELECT"),
            looked_at("story_story"),
        ),
        protect("story_storydelivery", seen_through("story_storydelivery", "story_story", "story_id")),
        protect("story_storyconsent", seen_through("story_storyconsent", "story_story", "story_id")),
    ]
