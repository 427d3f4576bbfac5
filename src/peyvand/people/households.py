"""Acts on families: files, persons, tasks, consents, disabilities, reveals and erasure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Greatest

from peyvand.journal.actions import record, record_batch
from peyvand.kernel.identifiers import clean, is_mobile, is_national_id
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, MemberRole, Severity
from peyvand.people.models import Account, Consent, Disability, Household, Membership, Organisation, Person, Task
from peyvand.people.permissions import may_give_task, may_have_task, may_keep_household, may_keep_households
from peyvand.people.queries import memberships_in_force
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action
from peyvand.scope.encryption import Protected, blind_index


class NoConsent(Refusal):
    code = "no_consent"
    message = "This is kept only with the person's recorded consent, or the guardian's."


@dataclass(frozen=True)
class NewPerson:
    given_name: str
    family_name: str
    is_head: bool = False
    sex: str = ""
    birth_year: int | None = None
    national_id: str = ""
    mobile: str = ""


@dataclass(frozen=True)
class NewHousehold:
    """`organisation` keeps the file; it is the actor's own where nothing is said."""

    code: str
    place: Place
    size: int = 1
    woman_head: bool = False
    address: str = ""
    persons: Sequence[NewPerson] = field(default_factory=tuple)
    organisation: Organisation | None = None


def _person(row: NewPerson, household: Household, now: datetime) -> Person:
    if not (row.given_name.strip() and row.family_name.strip()):
        raise BadValue(field="name", reason="a person has a given and a family name")
    national_id, mobile = clean(row.national_id), clean(row.mobile)
    if national_id and not is_national_id(national_id):
        raise BadValue(field="national_id", reason="the checksum does not fit")
    if mobile and not is_mobile(mobile):
        raise BadValue(field="mobile", reason="a mobile number has eleven digits and begins with 09")
    name = f"{row.given_name} {row.family_name}"
    return Person(
        household=household,
        is_head=row.is_head,
        given_name=row.given_name.strip(),
        family_name=row.family_name.strip(),
        search_key=search_key(name),
        sort_key=sort_key(f"{row.family_name} {row.given_name}"),
        sex=row.sex,
        birth_year=row.birth_year,
        national_id=national_id,
        national_id_index=blind_index(national_id) if national_id else "",
        mobile=mobile,
        mobile_index=blind_index(mobile) if mobile else "",
        place_id=household.place_id,
        place_path=household.place_path,
        organisation_id=household.organisation_id,
        organisation_path=household.organisation_path,
        created_at=now,
    )


@action
def register_households(
    *, rows: Sequence[NewHousehold], by: Acting, now: datetime, task_for: Membership | None = None
) -> list[Household]:
    """Open family files with their persons; the one who opens a file has the task with it. All or none."""
    require(may_keep_households(by))
    if not rows:
        return []
    own = Organisation.objects.get(pk=by.organisation_id) if by.organisation_id else None
    files = []
    for row in rows:
        keeper = row.organisation or own
        if keeper is None:
            raise BadValue(field="organisation", reason="a family file has a keeper")
        where = {"place_path": row.place.path, "organisation_path": keeper.path}
        require(may_keep_household(by, **where) or (may_have_task(task_for, **where) if task_for else None))
        files.append(
            Household(
                code=row.code,
                place=row.place,
                place_path=row.place.path,
                organisation=keeper,
                organisation_path=keeper.path,
                size=max(row.size, len(row.persons), 1),
                woman_head=row.woman_head,
                address=row.address,
                created_at=now,
            )  # fmt: skip
        )
    households = Household.objects.bulk_create(files, batch_size=2000)
    worker = task_for.pk if task_for else by.membership_id
    if worker:
        Task.objects.bulk_create(
            [
                Task(
                    household=one,
                    membership_id=worker,
                    organisation_path=one.organisation_path,
                    place_path=one.place_path,
                    since=now,
                )
                for one in households
            ],
            batch_size=2000,
        )
    pairs = zip(rows, households, strict=True)
    Person.objects.bulk_create([_person(one, home, now) for row, home in pairs for one in row.persons], batch_size=2000)
    first = households[0]
    record(
        "households.registered", kind="household", subject=first.pk if len(households) == 1 else None, by=by, now=now,
        place_path=first.place_path if len(households) == 1 else by.place_path, organisation_path=first.organisation_path,
        rows=[(one.pk,) for one in households],
    )  # fmt: skip
    return households


@action
def remove_households(*, household_ids: Sequence[int], by: Acting, now: datetime) -> None:
    """Take back files that were opened by mistake, with their persons and tasks.

    The database refuses the whole act where anything else refers to one of them (a need, a consent), or where the actor
    does not see every person.
    """
    require(may_keep_households(by))
    homes = list(lock(Household.objects.all(), household_ids).values())
    if not homes:
        return
    ids = [home.pk for home in homes]
    with connection.cursor() as cursor:  # without reading what hangs on each row: thousands may be taken back at once
        for table, key in ((Person, "household_id"), (Task, "household_id"), (Household, "id")):
            cursor.execute(f'DELETE FROM "{table._meta.db_table}" WHERE {key} = ANY (%s)', [ids])
    record(
        "households.removed", kind="household", subject=homes[0].pk if len(homes) == 1 else None, by=by, now=now,
        place_path=homes[0].place_path if len(homes) == 1 else by.place_path, organisation_path=homes[0].organisation_path,
        rows=[(home.pk,) for home in homes],
    )  # fmt: skip


@action
def add_persons(*, household_id: int, persons: Sequence[NewPerson], by: Acting, now: datetime) -> list[Person]:
    """Add members to a family file; its size grows with them. Only under a task: the rows name people."""
    require(may_keep_households(by))
    household = lock(Household.objects.all(), [household_id])[household_id]
    if not household.tasks.filter(membership_id=by.membership_id, until__isnull=True).exists():
        raise NotPermitted(reason="members are added by the one who has the task with this family")
    added = Person.objects.bulk_create([_person(one, household, now) for one in persons])
    known = Person.objects.filter(household=household, erased_at__isnull=True).count()
    Household.objects.filter(pk=household_id).update(size=max(household.size, known))
    _note("persons.added", "household", household_id, household, by, now, count=len(added))
    return added


@action
def give_task(*, household_id: int, membership: Membership, by: Acting, now: datetime) -> Task:
    return give_tasks(household_ids=[household_id], membership=membership, by=by, now=now)[0]


@action
def give_tasks(*, household_ids: Sequence[int], membership: Membership, by: Acting, now: datetime) -> list[Task]:
    """Give somebody the work with these families, all or none, with one event. Raises `AlreadyThere` where he has one of them."""
    require(may_give_task(by))
    homes = lock(Household.objects.all(), household_ids)
    for home in homes.values():
        require(may_have_task(membership, place_path=home.place_path, organisation_path=home.organisation_path))
    tasks = Task.objects.bulk_create(
        Task(
            household=home, membership=membership, organisation_path=home.organisation_path, place_path=home.place_path, since=now
        )
        for home in homes.values()
    )  # fmt: skip
    record_batch("task.given", kind="task", subjects=tasks, by=by, now=now)
    return tasks


@action
def end_task(*, task_id: int, by: Acting, now: datetime) -> None:
    end_tasks(task_ids=[task_id], by=by, now=now)


@action
def end_tasks(*, task_ids: Sequence[int], by: Acting, now: datetime) -> None:
    """End the work with families, all or none, with one event."""
    require(may_give_task(by))
    tasks = list(lock(Task.objects.all(), task_ids).values())
    Task.objects.filter(pk__in=task_ids, until__isnull=True).update(until=now)
    if tasks:
        record_batch("task.ended", kind="task", subjects=tasks, by=by, now=now)


@action
def give_consent(
    *, person_id: int, purpose: ConsentPurpose, given_by: ConsentGiver, way: ConsentWay, by: Acting, now: datetime
) -> Consent:
    """Record a consent; one that stands already is given back as it is."""
    person = _seen(person_id)
    standing = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at__isnull=True).first()
    if standing is not None:
        return standing
    consent = Consent.objects.create(person=person, purpose=purpose, given_by=given_by, way=way, given_at=now)
    _note("consent.given", "consent", consent.pk, person, by, now)
    return consent


@action
def withdraw_consent(*, consent_id: int, by: Acting, now: datetime) -> None:
    """Taking back the consent to health data removes the health data."""
    standing = Consent.objects.select_related("person").filter(pk=consent_id, withdrawn_at__isnull=True)
    consent = only(standing.select_for_update(of=("self",)))
    Disability.objects.filter(consent=consent).delete()
    Consent.objects.filter(pk=consent_id).update(withdrawn_at=now)
    _note("consent.withdrawn", "consent", consent_id, consent.person, by, now)


@action
def record_disability(
    *, person_id: int, disability: DisabilityKind, severity: Severity | Literal[""], by: Acting, now: datetime
) -> Disability:
    """Raises `NoConsent` where the person, or the guardian, has not agreed that health data is kept."""
    person = _seen(person_id)
    standing = Consent.objects.filter(person=person, purpose=ConsentPurpose.KEEP_HEALTH, withdrawn_at__isnull=True)
    consent = standing.select_for_update().first()  # so that it is not taken back between here and the row below
    if consent is None:
        raise NoConsent
    row, _ = Disability.objects.update_or_create(
        person=person, kind=disability, defaults={"severity": severity, "consent": consent}
    )
    _note("disability.recorded", "person", person_id, person, by, now)
    return row


@action
def reveal(*, person_id: int, what: Literal["national_id", "mobile", "address"], by: Acting, now: datetime) -> str:
    """Read one protected value. Every reveal is an event."""
    person = _seen(person_id)
    value = person.household.address if what == "address" and person.household else getattr(person, what, None)
    _note("person.revealed", "person", person_id, person, by, now, what=what)
    return value.reveal() if isinstance(value, Protected) else ""


@action
def erase_identity(*, person_id: int, by: Acting, now: datetime) -> None:
    """Remove what the family file knows of the person; events hold references only.

    A part of `flow.erasure.erase_person`, which also sees to what was written about him along the flow.
    """
    require(may_keep_households(by))
    person = _seen(person_id)
    Disability.objects.filter(person=person).delete()
    Consent.objects.filter(person=person, withdrawn_at__isnull=True).update(
        withdrawn_at=Greatest("given_at", Value(now))
    )
    _erase_account(person, now)
    Person.objects.filter(pk=person_id).update(
        given_name="—", family_name="—", search_key="", sort_key="", sex="", birth_year=None, national_id="", national_id_index="",
        mobile="", mobile_index="", erased_at=now,
    )  # fmt: skip
    if (
        person.household_id
        and not Person.objects.filter(household_id=person.household_id, erased_at__isnull=True).exists()
    ):
        Household.objects.filter(pk=person.household_id).update(address="")
    _note("person.erased", "person", person_id, person, by, now)


def _erase_account(person: Person, now: datetime) -> None:
    """A resident's account ends with the person; one who also works here keeps the account and loses the tie."""
    account = Account.objects.filter(person=person).first()
    if account is None:
        return
    works = memberships_in_force(account, business_date(now)).exclude(role=MemberRole.RESIDENT).exists()
    account.person = None
    if not works:
        account.username, account.name, account.email, account.is_active = f"erased-{account.pk}", "—", "", False
        account.set_unusable_password()
    account.save(update_fields=["person", "username", "name", "email", "is_active", "password"])


def _seen(person_id: int) -> Person:
    return only(
        Person.objects.select_for_update(of=("self",))
        .select_related("household")
        .filter(pk=person_id, erased_at__isnull=True)
    )


def _note(
    act: str, kind: str, subject: int, row: Household | Person, by: Acting, now: datetime, **data: object
) -> None:
    record(
        act,
        kind=kind,
        subject=subject,
        by=by,
        now=now,
        place_path=row.place_path,
        organisation_path=row.organisation_path,
        data=data,
    )
