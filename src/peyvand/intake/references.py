"""Words of a file into rows that stand: kinds of help, places, organisations. Each is loaded once a file."""

from collections.abc import Mapping
from typing import Any

from peyvand.kernel.text import search_key, word_key
from peyvand.lists.columns import bare_place
from peyvand.lists.faults import BadCell
from peyvand.lists.headings import Synonyms
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below

_COARSE = (PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.COUNTY)


def place_key(name: str) -> str:
    return word_key(bare_place(search_key(name)))


class WrongCell(Exception):
    """What a column's text, taken with the rest of its row, does not say."""

    def __init__(self, column: str, code: str, **details: object) -> None:
        self.fault = (column, code, details)
        super().__init__(code)


class Kinds:
    """Specifications by any of their names, and by the words that mean the same."""

    def __init__(self, synonyms: Synonyms) -> None:
        self.by_key: dict[str, Specification] = {}
        rows = list(Specification.objects.filter(is_active=True))
        for row in rows:
            for name in (row.name_fa, row.name_en, row.slug):
                self.by_key.setdefault(word_key(name), row)
        groups: dict[str, list[str]] = {}
        for key, shown in synonyms.of_kind().items():
            groups.setdefault(shown, []).append(key)
        for keys in groups.values():
            known = next((self.by_key[key] for key in keys if key in self.by_key), None)
            if known:
                for key in keys:
                    self.by_key.setdefault(key, known)

    def read(self, cell: str) -> Specification:
        found = self.by_key.get(word_key(cell))
        if found is None:
            raise BadCell("kind_unknown", value=cell)
        return found


class Places:
    """The places of one's own area by name. Names are compared as lists compare them."""

    def __init__(self, by: Acting) -> None:
        rows = list(Place.objects.filter(below(by.place_path, "path")))
        above = Place.objects.filter(path__in=ancestors(by.place_path)).exclude(path=by.place_path)
        self.by_path = {row.path: row for row in [*above, *rows]}
        self.own = self.by_path.get(by.place_path)
        self.named: dict[tuple[bool, str], list[Place]] = {}
        for row in rows:
            for key in {place_key(name) for name in (row.name_fa, row.name_en) if name}:
                self.named.setdefault((row.kind in _COARSE, key), []).append(row)

    def find(self, row: Mapping[str, Any]) -> Place | None:
        """The finest place that the row names, or None where it names none. Raises `WrongCell`."""
        if row["neighbourhood"]:
            return self._one("neighbourhood", row["neighbourhood"], self._finer(row))
        for kind, column in ((PlaceKind.COUNTY, "county"), (PlaceKind.PROVINCE, "province")):
            if row[column]:
                found = [one for one in self.named.get((True, place_key(row[column])), ()) if one.kind == kind]
                return self._one(column, row[column], [one for one in found if self._lies_in(one, row)])
        return None

    def _finer(self, row: Mapping[str, Any]) -> list[Place]:
        found = self.named.get((False, place_key(row["neighbourhood"])), [])
        return [place for place in found if self._lies_in(place, row)]

    def _lies_in(self, place: Place, row: Mapping[str, Any]) -> bool:
        for kind, column in ((PlaceKind.COUNTY, "county"), (PlaceKind.PROVINCE, "province")):
            above = next(
                (one for path in ancestors(place.path) if (one := self.by_path.get(path)) and one.kind == kind), None
            )
            names = {place_key(name) for name in (above.name_fa, above.name_en) if name} if above else set()
            if row[column] and above and place_key(row[column]) not in names:
                return False
        return True

    def _one(self, column: str, name: str, found: list[Place]) -> Place:
        if len(found) == 1:
            return found[0]
        raise WrongCell(column, "place_not_clear" if found else "place_not_in_area", value=name)


class Organisations:
    """Organisations by name, of a subtree or of the whole registry."""

    def __init__(self, within: str = "") -> None:
        rows = Organisation.objects.filter(is_active=True).select_related("place")
        self.named: dict[str, list[Organisation]] = {}
        for row in rows.filter(below(within, "path")) if within else rows:
            for key in {word_key(name) for name in (row.name_fa, row.name_en) if name}:
                self.named.setdefault(key, []).append(row)

    def read(self, cell: str) -> Organisation:
        found = self.named.get(word_key(cell), [])
        if len(found) != 1:
            raise BadCell("organisation_not_clear" if found else "organisation_unknown", value=cell)
        return found[0]
