from importlib import import_module

from django.db import migrations

from peyvand.scope.policies import (
    IS_STAFF,
    STAFF_OF_MANY,
    STAFF_OF_ROW,
    Policy,
    instead,
    likely,
    row_by_row,
    shared,
)

_SIDES = import_module("peyvand.flow.commitment.migrations.0002_row_security")
_OFFERED = import_module("peyvand.flow.commitment.migrations.0004_suggested_capacities")


def sides(table: str) -> list[migrations.RunSQL]:
    return [
        instead(table, Policy("giver", _SIDES.GIVER), Policy("within_as_giver", likely(_SIDES.GIVER))),
        instead(table, Policy("asker", _SIDES.ASKER), Policy("within_as_asker", likely(_SIDES.ASKER))),
    ]


def asked(table: str, name: str, exists: str) -> list[migrations.RunSQL]:
    before = shared(name, f"{IS_STAFF} AND {exists}")
    after = shared(name, f"{IS_STAFF} AND {row_by_row(exists)}")
    return [instead(table, old, new) for old, new in zip(before, after, strict=True)]


class Migration(migrations.Migration):
    dependencies = [("commitment", "0005_narrow_locks"), ("capacity", "0004_rows_expected"), ("need", "0005_rows_expected")]
    operations = [
        *sides("commitment_suggestion"),
        *sides("commitment_commitment"),
        instead("commitment_unserved", Policy("by_staff", STAFF_OF_ROW), Policy("within", STAFF_OF_MANY)),
        *asked("need_need", "suggested", _SIDES.SUGGESTED),
        *asked("need_need", "promised", _SIDES.PROMISED_TO),
        *asked("capacity_capacity", "promised", _SIDES.PROMISED_FROM),
        *asked("capacity_capacity", "suggested", _OFFERED.SUGGESTED),
    ]  # fmt: skip
