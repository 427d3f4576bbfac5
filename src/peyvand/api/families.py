"""Family files. The file names nobody; names are told to those who have a task with the family, and to the person."""

from datetime import datetime
from typing import Annotated

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Page, PageQuery, page_of, reading, say, the_one
from peyvand.api.filters import Here, named, narrowed
from peyvand.api.shapes import Id, OrganisationRef, PlaceRef, Word, maybe, organisation_ref, place_ref
from peyvand.kernel.text import search_key
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, Sex
from peyvand.people.models import Consent, Household, Person, Task
from peyvand.people.queries import households_of
from peyvand.scope.acting import Acting

router = Router(tags=["Families"])


class ConsentOut(Schema):
    id: int
    person_id: int
    purpose: ConsentPurpose
    given_by: ConsentGiver
    way: ConsentWay
    given_at: datetime
    withdrawn_at: datetime | None


class TaskOut(Schema):
    """Who works with a family; the account's name is not told."""

    id: int
    family_id: int
    membership_id: int
    since: datetime
    until: datetime | None


class FamilyOut(Schema):
    id: int
    code: str
    size: int
    woman_head: bool
    place: PlaceRef
    organisation: OrganisationRef
    created_at: datetime


class PersonOut(Schema):
    """Neither national id nor telephone: those are shown one by one on the site, and every look is noted."""

    id: int
    given_name: str
    family_name: str
    is_head: bool
    sex: Sex | None
    birth_year: int | None = Field(description="Jalali")
    consents: list[ConsentOut] = Field(description="Those that stand")


class FamilyDetail(FamilyOut):
    persons: list[PersonOut] = Field(description="Empty unless you have a task with this family")
    tasks: list[TaskOut] = Field(description="Those that stand and you may see")


class FamilyFilters(Schema):
    place: Here | None = None
    mine: Annotated[bool, Field(description="Only those you have a task with")] = False
    q: Annotated[Word, Field(description="The file's code, or a name you may see")] = ""


def family_out(row: Household) -> FamilyOut:
    return FamilyOut(
        id=row.pk, code=row.code, size=row.size, woman_head=row.woman_head, place=place_ref(row.place),
        organisation=organisation_ref(row.organisation), created_at=row.created_at,
    )  # fmt: skip


def consent_out(row: Consent) -> ConsentOut:
    return ConsentOut(
        id=row.pk, person_id=row.person_id, purpose=ConsentPurpose(row.purpose), given_by=ConsentGiver(row.given_by),
        way=ConsentWay(row.way), given_at=row.given_at, withdrawn_at=row.withdrawn_at,
    )  # fmt: skip


def task_out(row: Task) -> TaskOut:
    return TaskOut(
        id=row.pk, family_id=row.household_id, membership_id=row.membership_id, since=row.since, until=row.until
    )


def person_out(row: Person) -> PersonOut:
    return PersonOut(
        id=row.pk, given_name=row.given_name, family_name=row.family_name, is_head=row.is_head, sex=maybe(Sex, row.sex),
        birth_year=row.birth_year, consents=[consent_out(one) for one in row.consents.all()],
    )  # fmt: skip


def _rows(filters: FamilyFilters, by: Acting) -> QuerySet[Household]:
    rows = narrowed(households_of(by, timezone.now()), filters).select_related("place", "organisation")
    tasks = Task.objects.filter(membership_id=by.membership_id, until__isnull=True).values("household")
    if filters.mine:
        rows = rows.filter(pk__in=tasks)
    if filters.q:
        # Only these names are seen; asked of every person, the policies would be asked of every person too.
        seen = Person.objects.filter(Q(household__in=tasks) | Q(pk=by.person_id), erased_at__isnull=True)
        found = named(seen, filters.q).values_list("household", flat=True) if search_key(filters.q) else ()
        rows = rows.filter(Q(code=filters.q.strip()) | Q(pk__in=list(found)))
    return rows


@router.get("", response=Page[FamilyOut], summary="Family files you may see")
def list_families(request: HttpRequest, filters: Query[FamilyFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(filters, by), page, lambda rows: [family_out(row) for row in rows])


@router.get("/count", response=Count, summary="How many family files you may see")
def count_families(request: HttpRequest, filters: Query[FamilyFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


@router.get(
    "/{int:family_id}", response=FamilyDetail, summary="One family file, with its persons for those with a task"
)
def get_family(request: HttpRequest, family_id: Path[Id]) -> HttpResponse:
    with reading(request):
        row = the_one(Household.objects.select_related("place", "organisation"), family_id)
        standing = Prefetch("consents", queryset=Consent.objects.filter(withdrawn_at__isnull=True).order_by("id"))
        persons = Person.objects.filter(household_id=family_id, erased_at__isnull=True).order_by("-is_head", "id")
        tasks = Task.objects.filter(household_id=family_id, until__isnull=True).order_by("id")
        found = FamilyDetail(
            **family_out(row).model_dump(),
            persons=[person_out(one) for one in persons.prefetch_related(standing)],
            tasks=[task_out(one) for one in tasks],
        )
        return say(found)
