"""Agreements between two organisations, which group promises with duties on both sides."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import Count as CountOf
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Given, Page, PageQuery, act, page_of, reading, say, the_one, today
from peyvand.api.filters import narrowed
from peyvand.api.shapes import Day, Id, OrganisationRef, Prose, Title, organisation_at, organisation_ref
from peyvand.flow.commitment import actions
from peyvand.flow.commitment.models import Agreement
from peyvand.scope.acting import Acting

router = Router(tags=["Agreements"])


class AgreementOut(Schema):
    """`promises` counts those made under it that you may see."""

    id: int
    title: str
    giver: OrganisationRef
    asker: OrganisationRef
    giver_duties: str
    asker_duties: str
    signed_date: date
    end_date: date | None
    promises: int
    created_at: datetime


class AgreementIn(Given):
    """Recorded by one of its two sides, when it has been signed."""

    title: Title
    giver_id: Annotated[Id, Field(description="Organisation that gives")]
    asker_id: Annotated[Id, Field(description="Organisation that answers for the needs; another than the giver")]
    signed_date: Day
    end_date: Day | None = None
    giver_duties: Prose = ""
    asker_duties: Prose = ""


class AgreementFilters(Schema):
    giver_id: Id | None = None
    asker_id: Id | None = None
    standing: Annotated[bool, Field(description="Only those whose end has not come")] = False


def agreements_out(rows: Sequence[Agreement]) -> list[AgreementOut]:
    return [
        AgreementOut(
            id=row.pk, title=row.title, giver=organisation_ref(row.giver), asker=organisation_ref(row.asker),
            giver_duties=row.giver_duties, asker_duties=row.asker_duties, signed_date=row.signed_date,
            end_date=row.end_date, promises=row.promises, created_at=row.created_at,  # type: ignore[attr-defined]
        )
        for row in rows
    ]  # fmt: skip


def _rows(filters: AgreementFilters) -> QuerySet[Agreement]:
    rows = Agreement.objects.select_related("giver", "asker").annotate(promises=CountOf("commitments"))
    rows = narrowed(rows, filters)
    if filters.standing:
        rows = rows.filter(Q(end_date__isnull=True) | Q(end_date__gte=today()))
    return rows


def _one(agreement_id: int) -> AgreementOut:
    return agreements_out([the_one(_rows(AgreementFilters()), agreement_id)])[0]


@router.get("", response=Page[AgreementOut], summary="Agreements you may see")
def list_agreements(request: HttpRequest, filters: Query[AgreementFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, _rows(filters), page, agreements_out)


@router.get("/count", response=Count, summary="How many agreements you may see")
def count_agreements(request: HttpRequest, filters: Query[AgreementFilters]) -> HttpResponse:
    with reading(request):
        return say(Count(count=_rows(filters).count()))


@router.get("/{int:agreement_id}", response=AgreementOut, summary="One agreement; its promises: `/commitments`")
def get_agreement(request: HttpRequest, agreement_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_one(agreement_id))


@router.post("", response={201: AgreementOut}, summary="Record an agreement that was signed")
def sign_agreement(request: HttpRequest, body: AgreementIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> AgreementOut:
        made = actions.sign_agreement(
            title=body.title, giver=organisation_at(body.giver_id, "giver_id"),
            asker=organisation_at(body.asker_id, "asker_id"), signed_date=body.signed_date, end_date=body.end_date,
            giver_duties=body.giver_duties, asker_duties=body.asker_duties, by=by, now=now,
        )  # fmt: skip
        return _one(made.pk)

    return act(request, run, status=201)
