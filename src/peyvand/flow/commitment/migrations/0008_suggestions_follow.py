from django.db import migrations, models

# Rows from before: an early end had left its suggestion "accepted", and a promise made by hand had not answered its own.
ENDED = """
UPDATE commitment_suggestion one SET state = 'ended' FROM commitment_commitment made
WHERE made.suggestion_id = one.id AND one.state = 'accepted' AND made.state IN ('withdrawn', 'broken', 'lapsed');
"""
ANSWERED = """
WITH pair AS (
    SELECT DISTINCT ON (one.id) one.id, made.id AS promise, made.offered_at, made.state IN ('withdrawn', 'broken', 'lapsed') AS ended
    FROM commitment_suggestion one
    JOIN commitment_matchingrun run ON run.id = one.run_id
    JOIN commitment_commitment made ON made.need_id = one.need_id AND made.capacity_id = one.capacity_id
    WHERE one.state = 'proposed' AND made.suggestion_id IS NULL AND made.offered_at >= run.finished_at
    ORDER BY one.id, made.id
), named AS (
    UPDATE commitment_commitment made SET suggestion_id = pair.id FROM pair WHERE made.id = pair.promise
)
UPDATE commitment_suggestion one SET state = CASE WHEN pair.ended THEN 'ended' ELSE 'accepted' END, answered_at = pair.offered_at
FROM pair WHERE pair.id = one.id;
"""


class Migration(migrations.Migration):
    dependencies = [("commitment", "0007_rows_expected")]
    operations = [
        migrations.AlterField(
            model_name="suggestion",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("accepted", "Accepted"),
                    ("ended", "Accepted, and the promise has ended early"),
                    ("declined", "Declined"),
                    ("superseded", "Superseded by a later run"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunSQL(
            ENDED, "UPDATE commitment_suggestion SET state = 'accepted' WHERE state = 'ended'"
        ),
        migrations.RunSQL(ANSWERED, migrations.RunSQL.noop),
    ]
