"""A small province for tests: two counties, three neighbourhoods, an office with a centre, a charity and a firm."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.db import connection
from tests.kept_rows import Kept, keep

from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.capacity.enums import Reach
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import NewPromise, accept_commitments, commit
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.delivery.actions import NewDelivery, accept_deliveries, record_deliveries
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.actions import NewNeed, open_needs
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import persian_digits
from peyvand.people.accounts import create_account, grant_membership, register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.households import NewHousehold, NewPerson, register_households
from peyvand.people.models import Household, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.actions import NewPlace, add_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.enums import Action, HelpKind, Unit
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
TODAY = business_date(NOW)


def later(days: int = 0, hours: int = 0) -> datetime:
    return NOW + timedelta(days=days, hours=hours)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


NAMES = {
    "office": "بهزیستی نمونه", "centre": "مرکز نمونه", "charity": "خیریهٔ نمونه", "firm": "بنگاه نمونه", "resident": "ساکن نمونه",
    "facilitator": "تسهیلگر نمونه", "social_worker": "مددکار نمونه", "field_leader": "راهبر میدانی نمونه", "officer": "کارشناس نمونه",
    "leader": "راهبر نمونه", "second_leader": "راهبر دوم نمونه", "charity_manager": "مدیر خیریهٔ نمونه", "firm_manager": "مدیر بنگاه نمونه",
    "governor": "استانداری نمونه", "auditor": "حسابرس نمونه", "administrator": "مدیر سامانهٔ نمونه",
}  # fmt: skip


@dataclass
class World:
    """Call `World.build()` inside a test with a database. Everything is made by the product's own acts.

    The first call of a process does them; what they wrote is then laid back for every later one.
    """

    places: dict[str, Place] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    acting: dict[str, Acting] = field(default_factory=dict)
    specifications: dict[str, Specification] = field(default_factory=dict)
    numbers: count = field(default_factory=lambda: count(1))

    @classmethod
    def build(cls) -> "World":
        database = str(connection.settings_dict["NAME"])
        if (kept := _KEPT.get(database)) is None:
            kept = _KEPT[database] = keep(cls._by_acts)
        else:
            kept.lay_back()
        return cls(
            *(deepcopy(getattr(kept.answer, one)) for one in ("places", "organisations", "acting", "specifications"))
        )

    @classmethod
    def _by_acts(cls) -> "World":
        world = cls()
        world._build_places()
        world._build_specifications()
        world._build_organisations()
        return world

    def _build_places(self) -> None:
        for rows in (
            [("ir", PlaceKind.COUNTRY, "ایران", "")],
            [("mz", PlaceKind.PROVINCE, "مازندران", "ir"), ("sm", PlaceKind.PROVINCE, "سمنان", "ir")],
            [
                ("sari", PlaceKind.COUNTY, "ساری", "mz"),
                ("amol", PlaceKind.COUNTY, "آمل", "mz"),
                ("damghan", PlaceKind.COUNTY, "دامغان", "sm"),
            ],
            [
                ("nobonyad", PlaceKind.NEIGHBOURHOOD, "نوبنیاد", "sari"),
                ("ahangar", PlaceKind.NEIGHBOURHOOD, "آهنگرخیل", "sari"),
                ("espiari", PlaceKind.NEIGHBOURHOOD, "اسپیاری", "amol"),
            ],
        ):
            added = add_places(
                rows=[
                    NewPlace(kind, name, code, self.places[parent].path if parent else "")
                    for code, kind, name, parent in rows
                ],
                by=SYSTEM,
                now=NOW,
            )
            self.places |= {place.code: place for place in added}

    def _build_specifications(self) -> None:
        for slug, name in (("wheelchair", "ویلچر"), ("tutoring", "تدریس خصوصی")):
            self.specifications[slug] = Specification.objects.create(
                slug=slug, name_fa=name, name_en=slug.title(), search_key=name, sort_key=name, unit=Unit.PIECE, action=Action.TRANSFER,
                help_kind=HelpKind.RELIEF,
            )  # fmt: skip

    def _build_organisations(self) -> None:
        for name, kind, place, parent in (
            ("office", OrganisationKind.AGENCY, "mz", None),
            ("centre", OrganisationKind.POSITIVE_LIFE_CENTRE, "sari", "office"),
            ("charity", OrganisationKind.CHARITY, "sari", None),
            ("firm", OrganisationKind.FIRM, "amol", None),
        ):
            self.organisations[name] = register_organisation(
                kind=kind, name_fa=NAMES[name], place=self.places[place],
                parent=self.organisations[parent] if parent else None, by=SYSTEM, now=NOW,
            )  # fmt: skip
        for name, role, place, organisation in (
            ("facilitator", MemberRole.FACILITATOR, "sari", "centre"),
            ("social_worker", MemberRole.SOCIAL_WORKER, "sari", "centre"),
            ("field_leader", MemberRole.FIELD_LEADER, "sari", "centre"),
            ("officer", MemberRole.COUNTY_OFFICER, "sari", "office"),
            ("leader", MemberRole.HQ_LEADER, "mz", "office"),
            ("second_leader", MemberRole.HQ_LEADER, "mz", "office"),
            ("charity_manager", MemberRole.ORGANISATION_MANAGER, "mz", "charity"),
            ("firm_manager", MemberRole.ORGANISATION_MANAGER, "mz", "firm"),
            ("governor", MemberRole.GOVERNOR_OFFICE, "mz", "office"),
            ("auditor", MemberRole.AUDITOR, "mz", "office"),
            ("administrator", MemberRole.ADMINISTRATOR, "mz", "office"),
        ):
            self.join(name, role, place, organisation)

    def join(self, name: str, role: MemberRole, place: str, organisation: str, person_id: int | None = None) -> Acting:
        account = create_account(
            username=name, name=NAMES.get(name, "عضو نمونه"), person_id=person_id, by=SYSTEM, now=NOW
        )
        membership = grant_membership(
            account=account,
            role=role,
            place=self.places[place],
            organisation=self.organisations[organisation],
            by=SYSTEM,
            now=NOW,
        )
        self.acting[name] = acting_as(membership)
        return self.acting[name]

    def __getitem__(self, name: str) -> Acting:
        return self.acting[name]

    def household(self, *, by: str = "facilitator", place: str = "nobonyad", **values: object) -> Household:
        number = next(self.numbers)
        persons = (
            NewPerson(
                "مریم", f"آزمونی {persian_digits(str(number))}", is_head=True, sex="woman", mobile=f"0912{number:07d}"
            ),
        )
        row = NewHousehold(code=f"F{number}", place=self.places[place], persons=persons, **values)  # type: ignore[arg-type]
        return register_households(rows=[row], by=self.acting[by], now=NOW)[0]

    def need(
        self, quantity: int = 1, *, by: str = "facilitator", kind: str = "wheelchair", place: str = "nobonyad", **values
    ) -> Need:
        row = NewNeed(self.specifications[kind], quantity, self.places[place], **values)
        return open_needs(rows=[row], by=self.acting[by], now=NOW)[0]

    def capacity(
        self, quantity: int = 1, *, by: str = "charity_manager", kind: str = "wheelchair", place: str = "sari", **values
    ) -> Capacity:
        values.setdefault("reach", Reach.PROVINCE)
        row = NewCapacity(self.specifications[kind], quantity, self.places[place], **values)
        return offer_capacities(rows=[row], by=self.acting[by], now=NOW)[0]

    def promise(
        self, need: Need, capacity: Capacity, quantity: int = 1, *, by: str = "facilitator", due: int = 14
    ) -> Commitment:
        return commit(rows=[NewPromise(need.pk, capacity.pk, quantity, in_days(due))], by=self.acting[by], now=NOW)[0]

    def agreed(
        self, need: Need, capacity: Capacity, quantity: int = 1, *, giver: str = "charity_manager"
    ) -> Commitment:
        promise = self.promise(need, capacity, quantity)
        return accept_commitments(commitment_ids=[promise.pk], by=self.acting[giver], now=NOW)[0]

    def delivered(
        self, promise: Commitment, quantity: int = 1, *, by: str = "charity_manager", accepted: bool = True
    ) -> Delivery:
        delivery = record_deliveries(rows=[NewDelivery(promise.pk, quantity, TODAY)], by=self.acting[by], now=NOW)[0]
        if accepted:
            accept_deliveries(delivery_ids=[delivery.pk], by=self.acting["facilitator"], now=NOW)
        return delivery


_KEPT: dict[str, Kept[World]] = {}
