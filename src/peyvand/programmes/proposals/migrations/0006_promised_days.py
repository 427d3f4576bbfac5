import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("proposals", "0005_kept_opinions")]
    operations = [
        migrations.AddField("proposal", "promised_by", models.DateField(null=True)),
        RunSQL(
            "UPDATE proposals_proposal p SET promised_by = a.until FROM proposals_reply r"
            " JOIN proposals_answer a ON a.id = r.answer_id WHERE r.proposal_id = p.id AND a.decision <> 'refused'",
            RunSQL.noop,
        ),
        migrations.AlterField(
            "support",
            "proposal",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="supports", to="proposals.proposal"
            ),
        ),
        migrations.AddIndex("proposal", models.Index(fields=["state", "promised_by"], name="proposal_promised")),
    ]
