"""Acts on family files. Their answers name nobody: names stand in `GET /families/{id}` for those with a task, and there only."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from peyvand.api.answers import Given, act
from peyvand.api.families import ConsentOut, FamilyOut, TaskOut, consent_out, family_out, router, task_out
from peyvand.api.shapes import Id, Line, PlacePath, Word, place_at
from peyvand.kernel.codes import new_code
from peyvand.people import households
from peyvand.people.consented import register_family
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, Severity, Sex
from peyvand.people.models import Consent, Household, Membership, Person, Task
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only

persons = Router(tags=["Families"])
consents = Router(tags=["Families"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*\S[^\x00]*$")]


class PersonIn(Given):
    """`national_id` and `mobile` are kept encrypted, in either kind of digits, and never given out by the API."""

    given_name: Name
    family_name: Name
    sex: Sex | None = None
    birth_year: Annotated[int, Field(ge=1280, le=1500, description="Jalali", examples=[1362])] | None = None
    national_id: Word = ""
    mobile: Word = ""


class FamilyIn(Given):
    """A file is opened with the consent of its head; `consent_way` says how it was given."""

    head: PersonIn
    place_path: PlacePath
    consent_way: ConsentWay
    code: Annotated[
        str,
        StringConstraints(max_length=30, pattern=r"^[^\x00]*$"),
        Field(description="Your office's number of the file; left empty, the site gives one"),
    ] = ""
    size: Annotated[int, Field(ge=1, le=30, description="Members of the family")] = 1
    woman_head: bool = False
    address: Annotated[Line, Field(description="Kept encrypted and never given out by the API")] = ""


class PersonsIn(Given):
    items: Annotated[list[PersonIn], Field(min_length=1, max_length=30)]


class FamilyMade(FamilyOut):
    person_ids: list[int] = Field(description="The persons this act added")


class TaskIn(Given):
    membership_id: Annotated[
        Id, Field(description="Whose work it is: somebody of the organisation that keeps the file")
    ]


class ConsentIn(Given):
    purpose: ConsentPurpose
    given_by: ConsentGiver
    way: ConsentWay


class DisabilityIn(Given):
    """Needs the standing consent `keep_health`; what is recorded is not given out by the API."""

    disability: DisabilityKind
    severity: Severity | None = None


class PersonRecorded(Schema):
    person_id: int


def _person(one: PersonIn, *, is_head: bool) -> households.NewPerson:
    return households.NewPerson(
        one.given_name, one.family_name, is_head=is_head, sex=one.sex.value if one.sex else "",
        birth_year=one.birth_year, national_id=one.national_id, mobile=one.mobile,
    )  # fmt: skip


def _made(household_id: int, person_ids: list[int]) -> FamilyMade:
    row = Household.objects.select_related("place", "organisation").get(pk=household_id)
    return FamilyMade(**family_out(row).model_dump(), person_ids=person_ids)


@router.post("", response={201: FamilyMade}, summary="Open a family file, with the consent of its head")
def open_family_file(request: HttpRequest, body: FamilyIn) -> HttpResponse:
    """The task with the family is yours."""

    def run(by: Acting, now: datetime) -> FamilyMade:
        row = households.NewHousehold(
            code=body.code.strip() or new_code(), place=place_at(body.place_path), size=body.size,
            woman_head=body.woman_head, address=body.address, persons=(_person(body.head, is_head=True),),
        )  # fmt: skip
        made = register_family(row=row, way=body.consent_way, by=by, now=now)
        return _made(made.pk, list(Person.objects.filter(household=made).values_list("pk", flat=True)))

    return act(request, run, status=201)


@router.post("/{int:family_id}/persons", response={201: FamilyMade}, summary="Add members to a family, all or none")
def add_persons(request: HttpRequest, family_id: Path[Id], body: PersonsIn) -> HttpResponse:
    """By the one who has the task with this family."""

    def run(by: Acting, now: datetime) -> FamilyMade:
        rows = [_person(one, is_head=False) for one in body.items]
        made = households.add_persons(household_id=family_id, persons=rows, by=by, now=now)
        return _made(family_id, [one.pk for one in made])

    return act(request, run, status=201)


@router.post("/{int:family_id}/tasks", response={201: TaskOut}, summary="Give somebody the task with a family")
def give_task(request: HttpRequest, family_id: Path[Id], body: TaskIn) -> HttpResponse:
    """Who has it sees the names of the family."""

    def run(by: Acting, now: datetime) -> TaskOut:
        found = only(Membership.objects.select_related("place", "organisation").filter(pk=body.membership_id))
        return task_out(households.give_task(household_id=family_id, membership=found, by=by, now=now))

    return act(request, run, status=201)


@router.post("/tasks/{int:task_id}/end", response=TaskOut, summary="End a task with a family")
def end_task(request: HttpRequest, task_id: Path[Id]) -> HttpResponse:
    def run(by: Acting, now: datetime) -> TaskOut:
        households.end_task(task_id=task_id, by=by, now=now)
        return task_out(Task.objects.get(pk=task_id))

    return act(request, run)


@persons.post("/{int:person_id}/consents", response={201: ConsentOut}, summary="Record a consent that was given")
def give_consent(request: HttpRequest, person_id: Path[Id], body: ConsentIn) -> HttpResponse:
    """By the one who has the task with the family. One that stands already is answered as it is."""

    def run(by: Acting, now: datetime) -> ConsentOut:
        return consent_out(
            households.give_consent(
                person_id=person_id, purpose=body.purpose, given_by=body.given_by, way=body.way, by=by, now=now
            )
        )

    return act(request, run, status=201)


@consents.post("/{int:consent_id}/withdraw", response=ConsentOut, summary="Take a consent back")
def withdraw_consent(request: HttpRequest, consent_id: Path[Id]) -> HttpResponse:
    """What was kept under it alone is removed."""

    def run(by: Acting, now: datetime) -> ConsentOut:
        households.withdraw_consent(consent_id=consent_id, by=by, now=now)
        return consent_out(Consent.objects.get(pk=consent_id))

    return act(request, run)


@persons.post("/{int:person_id}/disabilities", response={201: PersonRecorded}, summary="Record a disability")
def record_disability(request: HttpRequest, person_id: Path[Id], body: DisabilityIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PersonRecorded:
        households.record_disability(
            person_id=person_id, disability=body.disability, severity=body.severity or "", by=by, now=now
        )
        return PersonRecorded(person_id=person_id)

    return act(request, run, status=201)
