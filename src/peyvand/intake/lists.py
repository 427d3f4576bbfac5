"""What every kind of list has in common, and the list of needs and of capacities."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

from django.conf import settings

from peyvand.flow.capacity.actions import NewCapacity, close_capacities, offer_capacities
from peyvand.flow.capacity.enums import CapacityState, Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.need.actions import NewNeed, open_needs, withdraw_needs
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.together import MOST_TOGETHER
from peyvand.intake import cells
from peyvand.intake.enums import Remains
from peyvand.intake.references import Kinds, Organisations, Places, WrongCell
from peyvand.kernel.due import due_refusal
from peyvand.kernel.jalali import TEHRAN, short_date
from peyvand.lists import columns
from peyvand.lists.columns import Column, Form, RowFault, Rows
from peyvand.lists.headings import Synonyms, Table
from peyvand.people.models import Household
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below

Faults = dict[int, list[RowFault]]
"""Row (its place among the good rows) -> faults as (column, code, details)."""


@dataclass(frozen=True)
class Taken:
    """What will be stored: `new` for the bulk act, and `shown` beside each row of the file, by column, as it was read."""

    new: Sequence[Any]
    shown: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Undone:
    """Ids that an undo took back, and those it left, with why."""

    removed: list[int]
    remaining: dict[int, Remains]


class ListKind(Protocol):
    """One kind of list. Made for one file and one actor, inside the actor's scope."""

    form: Form

    def __init__(self, by: Acting, synonyms: Synonyms, today: date) -> None: ...
    def faults(self, rows: Rows, table: Table) -> Faults:
        """What is wrong with good rows when they are held against what is stored and against each other."""
        ...

    def alike(self, rows: Rows) -> Faults:
        """Rows that may be stored already: said, not refused."""
        ...

    def take(self, rows: Rows) -> Taken: ...
    @staticmethod
    def store(new: Sequence[Any], *, by: Acting, now: datetime) -> list[int]: ...
    @staticmethod
    def undo(ids: Sequence[int], *, by: Acting, now: datetime) -> Undone: ...


def settled(ids: Sequence[int], rows: Mapping[int, Any], why_not: Mapping[int, Remains]) -> Undone:
    """Those seen and without a reason against it are removed; the others remain."""
    remaining = {pk: why_not.get(pk, Remains.NOT_SEEN) for pk in ids if pk not in rows or pk in why_not}
    return Undone([pk for pk in ids if pk not in remaining], remaining)


def of_rejected(rows: Rows, table: Table, column: str) -> dict[str, int]:
    """What stands in a column of rows that could not be read, each with the first such row."""
    if (place := table.columns.get(column)) is None:
        return {}
    return {bad.cells[place]: bad.row for bad in reversed(rows.rejected) if place < len(bad.cells) and bad.cells[place]}


class Needs:
    def __init__(self, by: Acting, synonyms: Synonyms, today: date) -> None:
        self.by, self.today, self.places = by, today, Places(by)
        self.families: dict[str, Household] = {}
        self.form = Form(
            "told_needs",
            (
                Column("kind", Kinds(synonyms).read, required=True),
                Column("quantity", columns.at_least_one, default=1),
                Column("urgency", columns.priority(synonyms)),
                Column("family", cells.short(30)),
                *cells.place_columns(),
                Column("due_date", cells.day),
                Column("told_date", cells.day),
                Column("note", cells.short(2000), default=""),
                Column("together", cells.short(30), default=""),
            ),
        )

    def faults(self, rows: Rows, table: Table) -> Faults:
        codes = {row["family"] for row in rows.values if row["family"]}
        own = Household.objects.filter(organisation_id=self.by.organisation_id, code__in=codes).select_related("place")
        self.families = {one.code: one for one in own}
        found: Faults = {}
        for index, row in enumerate(rows.values):
            try:
                self._place(row)
            except WrongCell as wrong:
                found.setdefault(index, []).append(wrong.fault)
            if row["told_date"] and row["told_date"] > self.today:
                details = {"value": short_date(row["told_date"], "en")}
                found.setdefault(index, []).append(("told_date", "date_ahead", details))
                continue
            since = row["told_date"] or self.today
            if due := due_refusal(due=row["due_date"], since=since, months=settings.LONGEST_DUE_MONTHS):
                details = {
                    name: short_date(value, "en") for name, value in due.details.items() if isinstance(value, date)
                }
                found.setdefault(index, []).append(("due_date", due.code, details))
        return found | self._apart(rows, table, found)

    def _apart(self, rows: Rows, table: Table, found: Faults) -> Faults:
        """Of good rows those that name a mark which others of it cannot keep: in another place, left out, or not there at all."""
        bad, places, wrong = of_rejected(rows, table, "together"), dict[str, tuple[int, int]](), Faults()
        for index in found:
            bad.setdefault(rows.values[index]["together"], rows.numbers[index])
        tally = Counter(row["together"] for row in rows.values)
        for index, row in enumerate(rows.values):
            if index in found or not (mark := row["together"]):
                continue
            first, place = places.setdefault(mark, (rows.numbers[index], self._place(row).pk))
            if mark in bad:
                wrong[index] = [("together", "together_incomplete", {"value": mark, "row": bad[mark]})]
            elif self._place(row).pk != place:
                wrong[index] = [("together", "together_apart", {"value": mark, "row": first})]
            elif not 2 <= tally[mark] <= MOST_TOGETHER:
                wrong[index] = [("together", "together_number", {"value": mark, "most": MOST_TOGETHER})]
        return wrong

    def _place(self, row: Mapping[str, Any]) -> Any:
        if row["family"] and row["family"] not in self.families:
            raise WrongCell("family", "family_unknown", value=row["family"])
        place = self.places.find(row) or (self.families[row["family"]].place if row["family"] else None)
        if place is None:
            raise WrongCell("neighbourhood", "place_missing")
        return place

    def alike(self, rows: Rows) -> Faults:
        stored = {
            (household_id, kind): code
            for household_id, kind, code in Need.objects.filter(
                household__in=self.families.values(), state__in=[NeedState.DRAFT, NeedState.OPEN]
            ).values_list("household_id", "specification_id", "tracking_code")
        }
        found: Faults = {}
        for index, row in enumerate(rows.values):
            family = self.families.get(row["family"])
            if family and (code := stored.get((family.pk, row["kind"].pk))):
                found[index] = [("family", "need_like", {"code": code})]
        return found

    def take(self, rows: Rows) -> Taken:
        new = [
            NewNeed(
                specification=row["kind"], quantity=row["quantity"], place=self._place(row),
                household=self.families.get(row["family"]), due_date=row["due_date"], note=row["note"],
                urgency=None if row["urgency"] is None else round(row["urgency"]), together=row["together"],
                told_at=datetime.combine(row["told_date"], time(), TEHRAN) if row["told_date"] else None,
            )
            for row in rows.values
        ]  # fmt: skip
        shown = [
            {
                "kind": one.specification, "quantity": one.quantity, "urgency": one.urgency,
                "family": one.household.code if one.household else "", "place": one.place, "due_date": one.due_date,
                "told_date": row["told_date"], "note": one.note, "together": one.together,
            }
            for one, row in zip(new, rows.values, strict=True)
        ]  # fmt: skip
        return Taken(new, shown)

    @staticmethod
    def store(new: Sequence[NewNeed], *, by: Acting, now: datetime) -> list[int]:
        return [need.pk for need in open_needs(rows=new, by=by, now=now)]

    @staticmethod
    def undo(ids: Sequence[int], *, by: Acting, now: datetime) -> Undone:
        rows = {need.pk: need for need in Need.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        why = {pk: Remains.CLOSED for pk, need in rows.items() if need.state == NeedState.CLOSED}
        why |= {pk: Remains.PROMISED for pk, need in rows.items() if need.committed}
        why |= {pk: Remains.NOT_SEEN for pk, need in rows.items() if not _covers(by, need)}
        undone = settled(ids, rows, why)
        withdraw_needs(need_ids=undone.removed, by=by, now=now)
        return undone


class Offers:
    def __init__(self, by: Acting, synonyms: Synonyms, today: date) -> None:
        self.by, self.today, self.places = by, today, Places(by)
        own = Organisations(by.organisation_path)
        self.form = Form(
            "offers",
            (
                Column("kind", Kinds(synonyms).read, required=True),
                Column("quantity", columns.at_least_one, default=1),
                Column("organisation", own.read),
                *cells.place_columns(),
                Column("reach", columns.reach(synonyms), default=("county", None)),
                Column("start_date", cells.day),
                Column("end_date", cells.day),
                Column("smallest_lot", columns.at_least_one, default=1),
                Column("conditions", cells.short(300), default=""),
            ),
            self._window_and_lot,
        )

    def _window_and_lot(self, row: Mapping[str, Any]) -> list[RowFault]:
        wrong: list[RowFault] = []
        if row["end_date"] and row["end_date"] < (row["start_date"] or self.today):
            wrong.append(("end_date", "end_before_start", {"value": short_date(row["end_date"], "en")}))
        if row["smallest_lot"] > row["quantity"]:
            wrong.append(("smallest_lot", "lot_too_large", {"value": row["smallest_lot"], "most": row["quantity"]}))
        return wrong

    def faults(self, rows: Rows, table: Table) -> Faults:
        found: Faults = {}
        for index, row in enumerate(rows.values):
            try:
                self._place(row)
            except WrongCell as wrong:
                found[index] = [wrong.fault]
        return found

    def _place(self, row: Mapping[str, Any]) -> Any:
        place = self.places.find(row) or self.places.own
        if place is None:
            raise WrongCell("neighbourhood", "place_missing")
        return place

    def alike(self, rows: Rows) -> Faults:
        own = Capacity.objects.filter(
            below(self.by.organisation_path, "organisation_path"), state__in=[CapacityState.OPEN, CapacityState.PAUSED],
            specification__in={row["kind"].pk for row in rows.values},
        )  # fmt: skip
        stored = {
            (one[0], one[1], one[2]): one[3]
            for one in own.values_list("organisation_id", "specification_id", "place_id", "tracking_code")
        }
        found: Faults = {}
        for index, row in enumerate(rows.values):
            giver = row["organisation"].pk if row["organisation"] else self.by.organisation_id
            if code := stored.get((giver, row["kind"].pk, self._place(row).pk)):
                found[index] = [("kind", "offer_like", {"code": code})]
        return found

    def take(self, rows: Rows) -> Taken:
        new, shown = [], []
        for row in rows.values:
            word, km = row["reach"]
            one = NewCapacity(
                specification=row["kind"], quantity=row["quantity"], place=self._place(row), reach=Reach(word),
                reach_km=None if km is None else max(1, round(km)), start_date=row["start_date"], end_date=row["end_date"],
                smallest_lot=row["smallest_lot"], conditions=row["conditions"], organisation=row["organisation"],
            )  # fmt: skip
            new.append(one)
            shown.append(
                {
                    "kind": one.specification, "quantity": one.quantity, "organisation": one.organisation, "place": one.place,
                    "reach": one.reach if one.reach_km is None else one.reach_km, "start_date": one.start_date,
                    "end_date": one.end_date, "smallest_lot": one.smallest_lot, "conditions": one.conditions,
                }
            )  # fmt: skip
        return Taken(new, shown)

    @staticmethod
    def store(new: Sequence[NewCapacity], *, by: Acting, now: datetime) -> list[int]:
        return [one.pk for one in offer_capacities(rows=new, by=by, now=now)]

    @staticmethod
    def undo(ids: Sequence[int], *, by: Acting, now: datetime) -> Undone:
        rows = {one.pk: one for one in Capacity.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        why = {pk: Remains.CLOSED for pk, one in rows.items() if one.state == CapacityState.CLOSED}
        why |= {pk: Remains.PROMISED for pk, one in rows.items() if one.committed}
        why |= {pk: Remains.NOT_SEEN for pk, one in rows.items() if not _covers(by, one)}
        undone = settled(ids, rows, why)
        close_capacities(capacity_ids=undone.removed, by=by, now=now)
        return undone


def _covers(by: Acting, row: Need | Capacity) -> bool:
    return by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
