"""The starter set: a draft, whole, and loaded twice without change."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.resources.actions import put_specifications, starter
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting, Role

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_it_says_that_it_is_a_draft_and_names_everything_in_two_languages() -> None:
    rows = starter().specifications
    assert starter().status == "پیش‌نویس"
    assert len({row.slug for row in rows}) == len(rows) >= 40
    assert all(row.name_fa and row.name_en.isascii() for row in rows)
    assert {row.cbr_component for row in rows} == {"health", "education", "livelihood", "social", "empowerment"}


def test_loading_twice_changes_nothing_and_a_new_name_changes_one() -> None:
    rows = starter().specifications
    assert put_specifications(rows=rows, by=SYSTEM, now=NOW).added == len(rows)
    again = put_specifications(rows=rows, by=SYSTEM, now=NOW)
    assert (again.added, again.changed, again.same) == (0, 0, len(rows))
    renamed = [replace(rows[0], name_fa="صندلی چرخ‌دار"), *rows[1:]]
    assert put_specifications(rows=renamed, by=SYSTEM, now=NOW).changed == 1
    assert Specification.objects.get(slug=rows[0].slug).name_fa == "صندلی چرخ‌دار"


def test_an_unknown_unit_is_refused_and_nothing_is_written() -> None:
    rows = starter().specifications
    with pytest.raises(BadValue, match=r"unit .*walker.*«bushel»"):
        put_specifications(rows=[rows[0], replace(rows[1], unit="bushel")], by=SYSTEM, now=NOW)
    assert not Specification.objects.exists()


def test_only_administrators_set_what_can_be_needed() -> None:
    leader = Acting(role=Role.HQ_LEADER, place_path="ir/02/", organisation_path="1/")
    with pytest.raises(NotPermitted):
        put_specifications(rows=starter().specifications, by=leader, now=NOW)
