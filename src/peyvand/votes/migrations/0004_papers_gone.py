from django.db import migrations

OVER = """
DELETE FROM votes_paper paper USING votes_vote vote WHERE vote.id = paper.vote_id AND vote.state IN ('counted', 'cancelled');
"""


class Migration(migrations.Migration):
    """What was entered of papers does not outlive the count (decision record 19)."""

    dependencies = [("votes", "0003_papers_aside")]
    operations = [migrations.RunSQL(OVER, migrations.RunSQL.noop)]
