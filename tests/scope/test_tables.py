"""Tables that stand side by side in a migration are made in one step."""

import pytest
from django.db import connection, models
from django.db.migrations import CreateModel, RunSQL
from django.db.migrations.state import ProjectState

from peyvand.scope.tables import together

ONE = CreateModel("One", [("id", models.BigAutoField(primary_key=True))])
TWO = CreateModel(
    "Two",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("one", models.ForeignKey("tried.One", on_delete=models.PROTECT, related_name="twos")),
    ],
)


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("tried_")}


@pytest.mark.django_db
def test_they_come_and_go_together():
    [step] = together(ONE, TWO)
    before = ProjectState()
    before.apps  # noqa: B018 # drawn, as in a migration
    after = before.clone()
    step.state_forwards("tried", after)
    with connection.schema_editor() as editor:
        step.database_forwards("tried", editor, before, after)
    assert tables() == {"tried_one", "tried_two"}
    assert after.apps.get_model("tried", "One").twos.rel.related_model is after.apps.get_model("tried", "Two")
    with connection.schema_editor() as editor:
        step.database_backwards("tried", editor, after, before)
    assert tables() == set()


def test_what_stands_between_keeps_its_place():
    between = RunSQL("SELECT 1")
    first, second, third = together(ONE, between, TWO)
    assert second is between
    assert (first.describe(), third.describe()) == ("Create model One", "Create model Two")
