"""Least seeing (decision D14): every role against every row of every scoped table, by a second statement of the rule in Python.

The database answers which rows a role sees; `may_see` below says it again in plain Python from the facts of each row. Both
must agree for every row, and so must counts, searches and sums, because all of them run over the same policies.
"""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.world import NOW, World

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import accept_commitments
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment, Suggestion
from peyvand.flow.delivery.models import Delivery
from peyvand.flow.need.models import Need, PriorityLine
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, MemberRole, Severity
from peyvand.people.households import give_consent, record_disability
from peyvand.people.looks import take_look
from peyvand.people.models import Consent, Disability, Household, Person, Task
from peyvand.scope.acting import PUBLIC, STAFF, SYSTEM, Acting, Role, within
from peyvand.scope.database import scope


def covers(acting: Acting, place_path: str, organisation_path: str) -> bool:
    return (
        acting.role in STAFF
        and within(place_path, acting.place_path)
        and within(organisation_path, acting.organisation_path)
    )


def of_own_work(by: Acting, row: Need) -> bool:
    """Another organisation's need, to which one only gives, is seen by its number and stands in no list."""
    return by.role not in STAFF or covers(by, row.place_path, row.organisation_path)


def could_help(by: Acting, row: Capacity) -> bool:
    """An offer that stands in the list of those who look for help."""
    reaches = within(row.place_path, by.place_path) or row.reach in ("country", "province", "km")
    own = within(row.place_path, by.place_path) and within(row.organisation_path, by.organisation_path)
    return own or 0 < by.person_id == row.provider_person_id or (reaches and row.provider_person_id is None)


class Facts:
    """Everything, read once as the system."""

    def __init__(self, looks: dict[int, list[str]]) -> None:
        with scope(SYSTEM):
            self.tasks = {(row.household_id, row.membership_id) for row in Task.objects.filter(until__isnull=True)}
            self.persons = {row.pk: row for row in Person.objects.all()}
            self.needs = {row.pk: row for row in Need.objects.all()}
            self.suggestions = list(Suggestion.objects.all())
            self.commitments = list(Commitment.objects.all())
        self.looks = looks

    def looked_at(self, acting: Acting, organisation_path: str) -> bool:
        opened = self.looks.get(acting.membership_id, ()) if acting.role is Role.AUDITOR else ()
        return any(within(organisation_path, path) for path in opened)

    def person(self, acting: Acting, row: Person) -> bool:
        task = (row.household_id, acting.membership_id) in self.tasks
        return (covers(acting, row.place_path, row.organisation_path) and task) or 0 < acting.person_id == row.pk

    def household(self, acting: Acting, row: Household) -> bool:
        own = acting.role is Role.RESIDENT and any(
            person.pk == acting.person_id and person.household_id == row.pk for person in self.persons.values()
        )
        return (
            covers(acting, row.place_path, row.organisation_path)
            or own
            or self.looked_at(acting, row.organisation_path)
        )

    def of_person(self, acting: Acting, row: Consent | Disability) -> bool:
        return self.person(acting, self.persons[row.person_id])

    def promise(self, acting: Acting, row: Commitment | Suggestion) -> bool:
        giver = covers(acting, row.giver_place_path, row.giver_path)
        return giver or covers(acting, row.place_path, row.asker_path) or self.looked_at(acting, row.asker_path)

    def standing(self) -> list[Commitment | Suggestion]:
        """What joins the two sides: every promise, and suggestions that were not declined or superseded."""
        return [*self.commitments, *(one for one in self.suggestions if one.state in ("proposed", "accepted"))]

    def of_family(self, acting: Acting, row: Need) -> bool:
        """A resident's own, or told for the family as a whole; never what was told for another person of the family."""
        if acting.role is not Role.RESIDENT or acting.person_id not in self.persons:
            return False
        home = self.persons[acting.person_id].household_id
        return row.person_id == acting.person_id or (
            row.person_id is None and home is not None and row.household_id == home
        )

    def commitment(self, acting: Acting, row: Commitment) -> bool:
        return self.promise(acting, row) or self.of_family(acting, self.needs[row.need_id])

    def need(self, acting: Acting, row: Need) -> bool:
        gives = any(
            one.need_id == row.pk and covers(acting, one.giver_place_path, one.giver_path) for one in self.standing()
        )
        return (
            covers(acting, row.place_path, row.organisation_path)
            or self.of_family(acting, row)
            or gives
            or self.looked_at(acting, row.organisation_path)
        )

    def capacity(self, acting: Acting, row: Capacity) -> bool:
        offered = acting.role in STAFF and row.state in ("open", "paused") and row.provider_person_id is None
        asked = any(
            one.capacity_id == row.pk and covers(acting, one.place_path, one.asker_path) for one in self.standing()
        )
        own = covers(acting, row.place_path, row.organisation_path) or 0 < acting.person_id == row.provider_person_id
        return own or offered or asked or self.looked_at(acting, row.organisation_path)

    def delivery(self, acting: Acting, row: Delivery) -> bool:
        return self.commitment(acting, next(one for one in self.commitments if one.pk == row.commitment_id))


RULES: dict[Any, Any] = {  # models, whose managers a bare `type` does not tell
    Person: Facts.person, Household: Facts.household, Consent: Facts.of_person, Disability: Facts.of_person, Need: Facts.need,
    Capacity: Facts.capacity, Commitment: Facts.commitment, Suggestion: Facts.promise, Delivery: Facts.delivery,
}  # fmt: skip


def populate(world: World) -> dict[int, list[str]]:
    """Rows of every table on every side, a resident with a need of her own, and an auditor's look into the charity."""
    home = world.household()
    with scope(SYSTEM):
        head = Person.objects.get(household=home)
    act: dict[str, Any] = {"by": world["facilitator"], "now": NOW}
    given: dict[str, Any] = {"given_by": ConsentGiver.SELF, "way": ConsentWay.PAPER}
    for purpose in (ConsentPurpose.KEEP_HEALTH, ConsentPurpose.TELL_STORY):
        give_consent(person_id=head.pk, purpose=purpose, **given, **act)
    record_disability(person_id=head.pk, disability=DisabilityKind.PHYSICAL, severity=Severity.SEVERE, **act)
    resident = world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head.pk)
    world.need(by="resident", person=head)
    assert resident.person_id == head.pk
    charity_home = world.household(by="charity_manager", place="espiari")
    needs = [
        world.need(3, household=home),
        world.need(2, by="charity_manager", place="espiari", household=charity_home),
        world.need(1, by="officer"),
    ]
    capacities = [
        world.capacity(2),
        world.capacity(2, by="firm_manager", place="amol"),
        world.capacity(4, by="leader", place="mz"),
    ]
    world.capacity(1, draft=True)
    world.capacity(1, provider_person=head, by="facilitator", place="nobonyad")
    run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    promise = world.promise(needs[0], capacities[0], 2)
    accept_commitments(commitment_ids=[promise.pk], by=world["charity_manager"], now=NOW)
    world.delivered(promise, 1)
    world.promise(needs[0], capacities[1], 1)
    look = take_look(
        organisation=world.organisations["charity"],
        reason="رسیدگی به گزارش سالانه",
        by=world["auditor"],
        now=timezone.now(),
    )
    return {world["auditor"].membership_id: [look.organisation_path]}


@pytest.mark.slow
@pytest.mark.django_db
def test_every_role_sees_exactly_the_rows_the_rule_gives_it():
    world = World.build()
    facts = Facts(populate(world))
    actors = {**world.acting, "public": PUBLIC, "nobody": Acting(role=Role.FACILITATOR)}
    for model, rule in RULES.items():
        with scope(SYSTEM):
            rows = list(model.objects.all())
        assert rows, model
        for name, acting in actors.items():
            expected = {row.pk for row in rows if rule(facts, acting, row)}
            with scope(acting):
                seen = set(model.objects.values_list("pk", flat=True))
                counted = model.objects.count()
                grouped = sum(row["n"] for row in model.objects.values("pk").annotate(n=Count("pk")))
            assert seen == expected, (name, model.__name__)
            assert counted == grouped == len(expected), (name, model.__name__)


@pytest.mark.django_db
def test_every_scoped_table_is_protected_and_every_table_says_what_personal_data_it_holds():
    own = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("peyvand.")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        protected = {row[0] for row in cursor.fetchall()}
    for model in own:
        assert vars(model)["personal_data"] in {"none", "reference", "indirect", "direct", "health"}, model
        columns = {field.column for field in model._meta.fields}
        scoped = columns & {
            "place_path",
            "organisation_path",
            "asker_path",
            "giver_path",
            "person_id",
            "household_id",
            "need_id",
        }
        if scoped and model._meta.db_table not in {"people_account"}:
            assert model._meta.db_table in protected, model


roles = st.sampled_from([role for role in Role if role is not Role.SYSTEM])
paths = st.sampled_from(
    ["-", "ir/", "ir/mz/", "ir/mz/sari/", "ir/mz/sari/nobonyad/", "ir/sm/", "ir/mz/sar/", "ir/mz/saria/"]
)


@pytest.mark.slow
class AnyActor(TestCase):
    """Actors nobody granted: any role with any area, organisation, membership and person, as a forged session might claim."""

    def setUp(self) -> None:
        self.world = World.build()
        self.facts = Facts(populate(self.world))
        self.organisations = ["-", *(one.path for one in self.world.organisations.values())]
        with scope(SYSTEM):
            self.rows = {model: list(model.objects.all()) for model in RULES}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), role=roles, place=paths)
    def test_no_combination_sees_more_than_the_rule(self, data, role, place):
        member = data.draw(
            st.sampled_from([0, *self.facts.looks, *(one.membership_id for one in self.world.acting.values())])
        )
        acting = Acting(
            role=role,
            membership_id=member,
            person_id=data.draw(st.sampled_from([0, *self.facts.persons])),
            place_path=place,
            organisation_path=data.draw(st.sampled_from(self.organisations)),
        )
        for model, rule in RULES.items():
            with scope(acting):
                seen = set(model.objects.values_list("pk", flat=True))
            assert seen == {row.pk for row in self.rows[model] if rule(self.facts, acting, row)}, model


@pytest.mark.django_db
def test_the_lines_of_a_priority_are_seen_with_their_need_only():
    world = World.build()
    populate(world)
    for name, acting in world.acting.items():
        with scope(acting):
            needs = set(Need.objects.values_list("pk", flat=True))
            assert set(PriorityLine.objects.values_list("need_id", flat=True)) <= needs, name
