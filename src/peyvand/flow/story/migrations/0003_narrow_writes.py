from django.db import migrations

from peyvand.scope.policies import Policy, kept_through, staff_of

# Somebody who is shown takes the consent back: from that moment the public sees the story no more. The function runs as the
# owner because the public may not read consents.
CONSENTED = """
CREATE FUNCTION story_consented(story bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM story_storyconsent one JOIN people_consent consent ON consent.id = one.consent_id
        WHERE one.story_id = story AND consent.withdrawn_at IS NOT NULL)
$$;
"""
BEFORE = Policy("published", "state = 'published'", command="SELECT").sql("story_story")
AFTER = Policy("published", "state = 'published' AND story_consented(id)", command="SELECT").sql("story_story")
DROP = "DROP POLICY published ON story_story"


class Migration(migrations.Migration):
    dependencies = [("story", "0002_row_security"), ("people", "0002_row_security"), ("scope", "0002_guards")]
    operations = [
        *kept_through("story_storydelivery", "story_story", "story_id", staff_of("parent")),
        *kept_through("story_storyconsent", "story_story", "story_id", staff_of("parent")),
        migrations.RunSQL([CONSENTED, DROP, AFTER], [DROP, BEFORE, "DROP FUNCTION story_consented(bigint)"]),
    ]
