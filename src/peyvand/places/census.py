"""Reading an operator's census file: the people of counties, and how hard life is there, where nobody has asked households.

One row for each county, with the columns of `FORM`; further ones are passed over. The figures are those of the whole file: give it
the census, not a part of it. The method is `engines.deprivation.census_prior` over `INDICATORS`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from peyvand.engines.deprivation import census_prior
from peyvand.kernel.refusals import BadValue
from peyvand.kernel.text import word_key
from peyvand.lists import Column, Form, Synonyms, Table, read_rows, read_table
from peyvand.lists.columns import Parser, at_least_one, heading_of, plain_number, text, word
from peyvand.lists.faults import BadCell, Fault, ListRefused
from peyvand.places.actions import NewPlace, put_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.scope.acting import Acting

INDICATORS = ("dependency_ratio", "unemployment_rate", "female_unemployment_rate", "illiterate_share_of_active")
# How a figure's source ends: figures that end otherwise are an operator's own and are never written over.
_COUNTED, _SUMMED, _GUESSED = " (شمار سرشماری)", " (جمع شهرستان‌ها)", " (میانگین نمرهٔ معیار چهار شاخص سرشماری)"
_LONGEST = 140


def _ratio(most: float) -> Parser:
    def parse(cell: str) -> float:
        value = plain_number(cell, grouping=False)
        if not 0 <= value <= most:
            raise BadCell("out_of_range", value=cell, least=0, most=most)
        return value

    return parse


FORM = Form(
    "census",
    [
        Column("code", text, default=""),
        Column("province", word, required=True),
        Column("county", word, required=True),
        Column("population", at_least_one, required=True),
        Column("dependency_ratio", _ratio(10), required=True),  # those under 15 and from 65 on, for each of the others
        *(Column(name, _ratio(1), required=True) for name in INDICATORS[1:]),
    ],
)


@dataclass(frozen=True)
class Taken:
    """Places changed and as they were; how many figures of another source were left; rows that fit no county, as named there."""

    changed: int
    same: int
    kept: int
    unmatched: list[str]


def take_census(*, path: Path, source: str, by: Acting, now: datetime) -> Taken:
    """Give counties the population and the deprivation of a census, provinces the sum of their rows; twice changes nothing.

    A county is found by its code, else by its name in its province. Raises `ListRefused` with every fault named by row and
    column, and then nothing is written.
    """
    if not 3 <= len(source.strip()) <= _LONGEST:
        raise BadValue(
            field="source", reason=f"which census, by whom and under which licence, in 3 to {_LONGEST} letters"
        )
    rows = _rows(path)
    counties = _Counties()
    guesses = census_prior({name: [row[name] for row in rows] for name in INDICATORS})
    wanted, unmatched, sums = [], [], dict[str, int]()
    for row, guess in zip(rows, guesses, strict=True):
        province, county = counties.find(row)
        if province is not None:
            sums[province.path] = sums.get(province.path, 0) + row["population"]
        if county is None:
            unmatched.append(f"{row['county']} ({row['province']})")
        else:
            wanted.append(_figures(county, source, row["population"], _COUNTED, int(guess)))
    wanted += [_figures(counties.provinces[path], source, people, _SUMMED, None) for path, people in sums.items()]
    put = put_places(rows=[one for one, _ in wanted], by=by, now=now)
    return Taken(put.changed, put.same, sum(kept for _, kept in wanted), unmatched)


def _rows(path: Path) -> list[dict[str, Any]]:
    table = read_table(path, FORM, Synonyms.load())
    read = read_rows(table, FORM)
    faults = [*read.faults, *_twice(table, zip(read.numbers, read.values, strict=True))]
    if faults:
        raise ListRefused(sorted(faults, key=lambda fault: fault.row or 0))
    return read.values


def _twice(table: Table, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterable[Fault]:
    seen = dict[tuple[str, str], int]()
    for number, row in rows:
        first = seen.setdefault((word_key(row["province"]), word_key(row["county"])), number)
        if first != number:
            details = {"value": row["county"], "first": first}
            yield Fault(table.file, "value_twice", number, heading_of(table, "county"), details)


class _Counties:
    """The provinces and counties there are, by code and by folded name."""

    def __init__(self) -> None:
        places = (
            Place.objects.filter(kind__in=(PlaceKind.PROVINCE, PlaceKind.COUNTY)).defer("boundary").order_by("path")
        )
        self.provinces: dict[str, Place] = {}
        self._province: dict[str, Place] = {}
        self._county: dict[tuple[str, str], Place] = {}
        for place in places:
            if place.kind == PlaceKind.PROVINCE:
                self.provinces[place.path] = place
                self._province |= dict.fromkeys((word_key(place.name_fa), word_key(f"IR-{place.code}")), place)
            else:
                above = _above(place)
                self._county[above, word_key(place.name_fa)] = place
                self._county.setdefault((above, place.code), place)

    def find(self, row: Mapping[str, Any]) -> tuple[Place | None, Place | None]:
        province = self._province.get(word_key(row["province"]))
        if province is None:
            return None, None
        by_code = self._county.get((province.path, row["code"])) if row["code"] else None
        return province, by_code or self._county.get((province.path, word_key(row["county"])))


def _above(place: Place) -> str:
    return place.path.removesuffix(f"{place.code}/")


def _figures(place: Place, source: str, people: int, how: str, deprivation: int | None) -> tuple[NewPlace, int]:
    """What is put for a place, and how many figures of another source stand there and stay."""
    row = NewPlace(PlaceKind(place.kind), place.name_fa, place.code, _above(place), place.name_en)
    kept = 0
    if _is_ours(place.population, place.population_source):
        row = replace(row, population=people, population_source=source.strip() + how)
    else:
        kept += 1
    if deprivation is not None and _is_ours(place.deprivation, place.deprivation_source):
        row = replace(row, deprivation=deprivation, deprivation_source=source.strip() + _GUESSED)
    elif deprivation is not None:
        kept += 1
    return row, kept


def _is_ours(value: int | None, source: str) -> bool:
    return value is None or source.endswith((_COUNTED, _SUMMED, _GUESSED))
