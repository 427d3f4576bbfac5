import django.db.models.deletion
from django.db import migrations, models

from peyvand.scope.acting import Role
from peyvand.scope.policies import Policy, in_organisation, own, protect, role_in

ANSWERERS = (Role.COUNTY_OFFICER, Role.ORGANISATION_MANAGER, Role.HQ_LEADER)
# To its author, and to those who speak for the body that said it.
ADDRESSED = (
    "EXISTS (SELECT 1 FROM proposals_reply r JOIN proposals_proposal p ON p.id = r.proposal_id"
    " JOIN proposals_answer a ON a.id = r.answer_id JOIN people_organisation body ON body.id = a.body_id"
    f" WHERE r.id = reply_id AND ({own('p.author_id', 'account')} OR {role_in(*ANSWERERS)} AND {in_organisation('body.path')}))"
)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0005_kept_opinions")]
    operations = [
        migrations.CreateModel(
            name="OwnWords",
            fields=[
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False,
                        to="proposals.reply",
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="own_words_say_something")
                ]
            },
        ),  # fmt: skip
        protect(
            "proposals_ownwords",
            Policy("addressed", ADDRESSED, command="SELECT"),
            Policy("given", "true", role_in(*ANSWERERS), command="INSERT"),
        ),
    ]
