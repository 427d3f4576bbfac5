from django.db import migrations

from peyvand.scope.policies import kept_not_read_through, staff_of


class Migration(migrations.Migration):
    dependencies = [("need", "0011_together")]
    operations = [
        kept_not_read_through("need_priorityline", "need_need", "need_id", staff_of("parent")),
        kept_not_read_through("need_priorityoverride", "need_need", "need_id", staff_of("parent")),
    ]
