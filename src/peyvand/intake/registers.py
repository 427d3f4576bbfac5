"""The lists of families and of organisations."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import jdatetime

from peyvand.flow.need.models import Need
from peyvand.intake import cells
from peyvand.intake.enums import Remains
from peyvand.intake.lists import Faults, Taken, Undone, of_rejected, settled
from peyvand.intake.references import Organisations, Places, WrongCell
from peyvand.kernel.text import word_key
from peyvand.lists import columns
from peyvand.lists.columns import Column, Form, Rows
from peyvand.lists.faults import BadCell
from peyvand.lists.headings import Synonyms, Table
from peyvand.people.accounts import NewOrganisation, register_organisations, remove_organisations
from peyvand.people.enums import OrganisationKind
from peyvand.people.households import NewHousehold, NewPerson, register_households, remove_households
from peyvand.people.models import Account, Consent, Household, Organisation, Person, Task
from peyvand.scope.acting import Acting
from peyvand.scope.encryption import blind_index

_SIZE_LIMIT = 40


def _size(cell: str) -> int:
    value = columns.at_least_one(cell)
    if value > _SIZE_LIMIT:
        raise BadCell("too_large", value=cell, most=_SIZE_LIMIT)
    return value


class Families:
    """One row a person; rows with the same file number are one family, whose first row is its head."""

    def __init__(self, by: Acting, synonyms: Synonyms, today: date) -> None:
        self.by, self.places = by, Places(by)
        self.form = Form(
            "families",
            (
                Column("family", cells.short(30), required=True),
                Column("given_name", cells.short(80), required=True),
                Column("family_name", cells.short(80), required=True),
                Column("sex", cells.one_of(synonyms, "sex", "not_a_sex"), default=""),
                Column("birth_year", cells.birth_year(jdatetime.date.fromgregorian(date=today).year)),
                Column("national_id", cells.national_id, unique=True),
                Column("mobile", cells.mobile, default=""),
                Column("size", _size, default=1),
                Column("woman_head", cells.one_of(synonyms, "yes_or_no", "not_yes_or_no"), default="no"),
                Column("address", cells.short(cells.SIGNS_LIMIT), default=""),
                *cells.place_columns(),
            ),
        )

    def faults(self, rows: Rows, table: Table) -> Faults:
        stored = self._stored_codes(rows)
        persons = self._stored_persons("national_id", rows)
        bad = of_rejected(rows, table, "family")  # those families would come in incomplete
        found: Faults = {}
        heads: dict[str, tuple[int, Any]] = {}
        for index, row in enumerate(rows.values):
            code = row["family"]
            wrong = found.setdefault(index, [])
            if code in bad:
                continue
            if code in stored:
                wrong.append(("family", "family_stored", {"value": code}))
            if row["national_id"] and blind_index(row["national_id"]) in persons:
                wrong.append(("national_id", "person_stored", {}))
            try:
                self._settle(row, rows.numbers[index], heads)
            except WrongCell as error:
                wrong.append(error.fault)
            if wrong:
                bad.setdefault(code, rows.numbers[index])
        for index, row in enumerate(rows.values):
            if row["family"] in bad and not found[index]:
                found[index].append(
                    ("family", "family_incomplete", {"value": row["family"], "row": bad[row["family"]]})
                )
        return {index: wrong for index, wrong in found.items() if wrong}

    def _settle(self, row: Mapping[str, Any], number: int, heads: dict[str, tuple[int, Any]]) -> None:
        """The place of a family is that of its first row; a later row may leave it out but not contradict it."""
        place = self.places.find(row)
        if row["family"] not in heads:
            if place is None:
                raise WrongCell("neighbourhood", "place_missing")
            heads[row["family"]] = (number, place)
        first, place_of_head = heads[row["family"]]
        if place is not None and place.pk != place_of_head.pk:
            raise WrongCell("neighbourhood", "family_elsewhere", value=row["family"], row=first)

    def _stored_codes(self, rows: Rows) -> set[str]:
        codes = {row["family"] for row in rows.values}
        own = Household.objects.filter(organisation_id=self.by.organisation_id, code__in=codes)
        return set(own.values_list("code", flat=True))

    def _stored_persons(self, column: str, rows: Rows) -> set[str]:
        indices = {blind_index(row[column]) for row in rows.values if row[column]}
        own = Person.objects.filter(organisation_id=self.by.organisation_id, **{f"{column}_index__in": indices})
        return set(own.values_list(f"{column}_index", flat=True))

    def alike(self, rows: Rows) -> Faults:
        stored = self._stored_persons("mobile", rows)
        return {
            index: [("mobile", "person_like", {})]
            for index, row in enumerate(rows.values)
            if row["mobile"] and blind_index(row["mobile"]) in stored
        }

    def take(self, rows: Rows) -> Taken:
        families: dict[str, list[dict[str, Any]]] = {}
        for row in rows.values:
            families.setdefault(row["family"], []).append(row)
        new = [self._family(members) for members in families.values()]
        place_of = {one.code: one.place for one in new}
        shown = []
        for row in rows.values:
            is_head = row is families[row["family"]][0]
            shown.append(
                {
                    "family": row["family"], "given_name": row["given_name"], "family_name": row["family_name"],
                    "head": is_head, "sex": row["sex"], "birth_year": row["birth_year"], "national_id": row["national_id"] or "",
                    "mobile": row["mobile"], "place": place_of[row["family"]],
                    "size": max(row["size"], len(families[row["family"]])) if is_head else None,
                    "woman_head": row["woman_head"] == "yes" if is_head else None, "address": row["address"] if is_head else "",
                }
            )  # fmt: skip
        return Taken(new, shown)

    def _family(self, members: Sequence[Mapping[str, Any]]) -> NewHousehold:
        head = members[0]
        place = self.places.find(head)
        if place is None:
            raise WrongCell("neighbourhood", "place_missing")
        return NewHousehold(
            code=head["family"], place=place, size=head["size"], woman_head=head["woman_head"] == "yes", address=head["address"],
            persons=tuple(
                NewPerson(
                    given_name=one["given_name"], family_name=one["family_name"], is_head=one is head, sex=one["sex"],
                    birth_year=one["birth_year"], national_id=one["national_id"] or "", mobile=one["mobile"],
                )
                for one in members
            ),
        )  # fmt: skip

    @staticmethod
    def store(new: Sequence[NewHousehold], *, by: Acting, now: datetime) -> list[int]:
        return [one.pk for one in register_households(rows=new, by=by, now=now)]

    @staticmethod
    def undo(ids: Sequence[int], *, by: Acting, now: datetime) -> Undone:
        rows = {one.pk: one for one in Household.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        mine = set(
            Task.objects.filter(household__in=ids, membership_id=by.membership_id, until__isnull=True).values_list(
                "household_id", flat=True
            )
        )
        worked = [
            Need.objects.filter(household__in=ids).values_list("household_id", flat=True),
            Need.objects.filter(person__household__in=ids).values_list("person__household_id", flat=True),
            Consent.objects.filter(person__household__in=ids).values_list("person__household_id", flat=True),
            Account.objects.filter(person__household__in=ids).values_list("person__household_id", flat=True),
            Task.objects.filter(household__in=ids)
            .exclude(membership_id=by.membership_id)
            .values_list("household_id", flat=True),
        ]
        why = {pk: Remains.WORKED_WITH for some in worked for pk in some if pk in rows}
        why |= {pk: Remains.NOT_SEEN for pk in rows if pk not in mine}
        undone = settled(ids, rows, why)
        remove_households(household_ids=undone.removed, by=by, now=now)
        return undone


class Registry:
    """Organisations; a branch names its parent, which is registered already or stands further up in the file."""

    def __init__(self, by: Acting, synonyms: Synonyms, today: date) -> None:
        self.by, self.places, self.known = by, Places(by), Organisations()
        self.form = Form(
            "organisations",
            (
                Column("name", cells.short(160), required=True),
                Column("kind", cells.one_of(synonyms, "organisation_kind", "not_an_organisation_kind"), required=True),
                Column("parent", columns.text),
                *cells.place_columns(),
                Column("name_en", cells.short(160), default=""),
            ),
        )

    def faults(self, rows: Rows, table: Table) -> Faults:
        found: Faults = {}
        earlier: dict[str, int] = {}
        later = {word_key(row["name"]) for row in rows.values}
        for index, row in enumerate(rows.values):
            try:
                place = self._place(row)
                self._parent(row, earlier, later)
                self._is_new(row, place)
                if word_key(row["name"]) in earlier:
                    raise WrongCell(
                        "name", "value_twice", value=row["name"], first=rows.numbers[earlier[word_key(row["name"])]]
                    )
                earlier[word_key(row["name"])] = index
            except WrongCell as wrong:
                found[index] = [wrong.fault]
        return found

    def _place(self, row: Mapping[str, Any]) -> Any:
        place = self.places.find(row) or self.places.own
        if place is None:
            raise WrongCell("neighbourhood", "place_missing")
        return place

    def _is_new(self, row: Mapping[str, Any], place: Any) -> None:
        if any(one.place_id == place.pk for one in self.known.named.get(word_key(row["name"]), ())):
            raise WrongCell("name", "organisation_stored", value=row["name"])

    def _parent(self, row: Mapping[str, Any], earlier: Mapping[str, int], later: set[str]) -> Organisation | int | None:
        """A stored organisation, the index of an earlier row, or None where the row names no parent."""
        if not row["parent"]:
            return None
        key = word_key(row["parent"])
        if key in earlier:
            return earlier[key]
        try:
            return self.known.read(row["parent"])
        except BadCell as bad:
            code = "parent_below" if key in later and key != word_key(row["name"]) else bad.code
            raise WrongCell("parent", code, **bad.details) from None

    def alike(self, rows: Rows) -> Faults:
        """The same name elsewhere may be another organisation, or the same one written twice."""
        return {
            index: [("name", "organisation_like", {"value": row["name"]})]
            for index, row in enumerate(rows.values)
            if word_key(row["name"]) in self.known.named
        }

    def take(self, rows: Rows) -> Taken:
        new: list[NewOrganisation] = []
        shown, earlier = [], dict[str, int]()
        for index, row in enumerate(rows.values):
            parent = self._parent(row, earlier, set())
            one = NewOrganisation(
                kind=OrganisationKind(row["kind"]), name_fa=row["name"], name_en=row["name_en"], place=self._place(row), parent=parent,
            )  # fmt: skip
            earlier[word_key(row["name"])] = index
            new.append(one)
            shown.append(
                {
                    "name": one.name_fa,
                    "kind": one.kind,
                    "parent": row["parent"] or "",
                    "place": one.place,
                    "name_en": one.name_en,
                }
            )
        return Taken(new, shown)

    @staticmethod
    def store(new: Sequence[NewOrganisation], *, by: Acting, now: datetime) -> list[int]:
        return [one.pk for one in register_organisations(rows=new, by=by, now=now)]

    @staticmethod
    def undo(ids: Sequence[int], *, by: Acting, now: datetime) -> Undone:
        rows = Organisation.objects.select_for_update().in_bulk(list(ids))
        removed = set(remove_organisations(organisation_ids=list(rows), by=by, now=now))
        return settled(ids, rows, {pk: Remains.IN_USE for pk in rows if pk not in removed})
