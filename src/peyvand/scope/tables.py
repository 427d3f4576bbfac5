"""Tables made together in one step of a migration.

Django draws every model it knows anew for each step that makes a table, because each of them refers to all others in the
end: that alone was two thirds of the time of a migration from nothing. Tables made in one step are drawn once.
"""

from itertools import groupby
from typing import Any

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation


class _Tables(Operation):
    def __init__(self, *made: CreateModel) -> None:
        self.made = made

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # the drawn models, which Django draws again when it next needs one
        for one in self.made:
            one.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for one in self.made:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for one in reversed(self.made):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return ", ".join(one.describe() for one in self.made)


def together(*operations: Operation) -> list[Operation]:
    """The operations of a migration, of which those that make tables and stand side by side are one step."""
    steps: list[Operation] = []
    for kind, found in groupby(operations, type):
        side_by_side: list[Any] = list(found)
        steps += [_Tables(*side_by_side)] if kind is CreateModel else side_by_side
    return steps
