from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("commitment", "0009_suggestion_states")]
    operations = [
        migrations.AlterField(
            model_name="unserved",
            name="reason",
            field=models.CharField(
                choices=[
                    ("no_capacity", "No one offers this kind of help"),
                    ("out_of_reach", "Those who offer it do not reach this place"),
                    ("below_lot", "What is left would be less than the smallest lot of those who offer it"),
                    ("held_back", "The programme it belongs to does not let it be promised to yet"),
                    ("full", "All that could reach it is promised to needs of the same or higher priority"),
                ],
                max_length=14,
            ),
        ),
        *(
            migrations.AddField(
                model_name="unserved",
                name=name,
                field=models.CharField(max_length=length, blank=True, default=""),
            )
            for name, length in (("held_by", 40), ("held_code", 60), ("held_message", 300))
        ),
        migrations.AddField(model_name="unserved", name="held_details", field=models.JSONField(default=dict)),
        migrations.AddConstraint(
            model_name="unserved",
            constraint=models.CheckConstraint(
                condition=Q(reason="held_back") & ~Q(held_by="") & ~Q(held_code="") & ~Q(held_message="")
                | ~Q(reason="held_back") & Q(held_by="", held_code="", held_message=""),
                name="unserved_held_with_reason",
            ),
        ),
    ]
