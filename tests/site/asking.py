"""What the tests of this folder ask and judge alike."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from tests.site.sights import Sights

from peyvand.kernel.text import search_key
from peyvand.people.models import Household, Person


def drawn(examples: int) -> Callable:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


def some(data: st.DataObject, sights: Sights, address: str, count: int) -> list[str]:
    """So many people of the province, the public among them. What is drawn first is always the same, so each route begins with
    others."""
    start = crc32(address.encode()) % len(sights.names)
    return data.draw(st.permutations(sights.names[start:] + sights.names[:start]), label="who")[:count]


def words(sights: Sights) -> list[str]:
    persons, homes = sights.rows[Person], sights.rows[Household]
    names = [text for row in persons for text in (row.family_name, f"{row.given_name} {row.family_name}")]
    return ["", "مریم", "نهفته", "%", "ساری", "wheel", *names, *(row.code for row in homes)]


def found(sights: Sights, name: str, row: Any, text: str) -> bool:
    """A search finds names: of a family those of persons whose name the role may see, and its code."""
    wanted = search_key(text).split()
    if not isinstance(row, Household):
        return all(word in row.search_key for word in wanted)
    persons = [one for one in sights.rows[Person] if one.household_id == row.pk and sights.sees(name, one)]
    by_name = any(all(word in one.search_key for word in wanted) for one in persons if wanted and one.erased_at is None)
    return not text or by_name or row.code == text.strip()


def clean(sights: Sights, name: str, answer: Any, asked: str = "") -> None:
    assert answer.status != 500, (name, answer.text[:500])
    assert sights.leaks(name, answer, asked=asked) == set(), (name, asked)
