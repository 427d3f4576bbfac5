"""Published figures, as they were said: value, source, and date where there is one."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from peyvand.people.enums import DisabilityKind

_TABLE = Path(__file__).resolve().parent.parent / "published.toml"


@dataclass(frozen=True)
class Sourced:
    source_fa: str
    source_en: str

    @property
    def source(self) -> str:
        return self.source_fa if (get_language() or "fa").startswith("fa") else self.source_en


@dataclass(frozen=True)
class Solved(Sourced):
    """The share of listed problems that was solved by the non-government sector and the middle links."""

    percent: int
    year: str

    @property
    def ratio(self) -> float:
        return self.percent / 100


@dataclass(frozen=True)
class DisabilityCount:
    kind: DisabilityKind
    count: int
    least: bool  # the source says "more than"


@dataclass(frozen=True)
class Mazandaran(Sourced):
    """The figures of an undated report from Sari. `disabled` is the total it states; its parts add up to less."""

    province: str
    neighbourhoods: int
    households: int
    persons: int
    disabled: int
    disabilities: tuple[DisabilityCount, ...]

    @property
    def sum_of_parts(self) -> int:
        return sum(one.count for one in self.disabilities)


@cache
def _read() -> dict:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def solved() -> Solved:
    return Solved(**_read()["solved"])


def mazandaran() -> Mazandaran:
    table = dict(_read()["mazandaran"])
    parts = [
        DisabilityCount(DisabilityKind(one["kind"]), one["count"], one.get("least", False))
        for one in table.pop("disabilities")
    ]
    return Mazandaran(**table, disabilities=tuple(parts))
