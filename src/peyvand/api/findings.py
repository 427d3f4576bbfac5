"""What a run says of its territory: how its service falls on groups, and which capacity would serve whom."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import reading, say
from peyvand.api.shapes import Id, PlaceRef, SpecificationRef, place_ref, specification_ref
from peyvand.flow.commitment.findings import Share, lacks_of, tables_of
from peyvand.flow.commitment.models import MatchingRun
from peyvand.flow.commitment.permissions import may_see_promises
from peyvand.kernel.refusals import require
from peyvand.scope.acting import Acting, Role
from peyvand.scope.bulk import in_area, only

router = Router(tags=["Matching"])
MOST_LACKS = 50


class GroupServed(Schema):
    """One group: its needs, those served in full, and those that first come, first served would serve. Null: under five, withheld."""

    group: str | None = Field(description="Null where it is not known")
    needs: int | None
    met: int | None
    met_by_first_come: int | None


class LackFound(Schema):
    """`would_serve` units more of this kind here would reach somebody, `worst_off` of them the worst-off."""

    specification: SpecificationRef
    place: PlaceRef
    missing: int | None
    would_serve: int | None
    worst_off: int | None


class LotsKept(Schema):
    """Where something may not be shared or split: in how many parts it was asked, and what is not proved to be the best."""

    parts: int
    needs: int
    gap: float = Field(description="Share of units that the most pressing unproved priority could lack; 0: proved")
    km_gap: float = Field(description="Share of the kilometres that could be saved at most")


class FindingsOut(Schema):
    run_id: int
    complete: bool = Field(description="Every pair was looked at; else figures of lacks are at least what they say")
    by_priority: list[GroupServed] = Field(description="Ten equal parts of the needs, 1 the most pressing")
    by_county: list[GroupServed] = Field(description="`group` is the path of the county")
    by_sex: list[GroupServed]
    by_disability: list[GroupServed]
    whole: GroupServed | None
    lots: LotsKept | None
    lacks: list[LackFound]


class FindingsQuery(Schema):
    outside: Annotated[bool, Field(description="As those outside see it: without figures under five")] = False


def _share(one: Share) -> GroupServed:
    return GroupServed(group=one.group, needs=one.needs, met=one.met, met_by_first_come=one.queued)


@router.get("/{int:run_id}/findings", response=FindingsOut, summary="Whom a run serves, and what would help")
def get_findings(request: HttpRequest, run_id: Path[Id], asked: Query[FindingsQuery]) -> HttpResponse:
    """Exact for those who work with these needs; auditors get it without figures under five."""
    with reading(request) as by:
        require(may_see_promises(by))
        return say(_findings(run_id, by, asked.outside))


def _findings(run_id: int, by: Acting, outside: bool) -> FindingsOut:
    run = only(MatchingRun.objects.filter(in_area(by), pk=run_id, findings__isnull=False).select_related("findings"))
    hide, found = outside or by.role is Role.AUDITOR, run.findings
    tables = tables_of(found.shares, outside=hide)
    shares = {name: [_share(one) for one in rows] for name, rows in tables.items()}
    return FindingsOut(
        run_id=run.pk, complete=found.complete, whole=next(iter(shares["all"]), None), by_priority=shares["tenth"],
        by_county=shares["county"], by_sex=shares["sex"], by_disability=shares["disability"],
        lots=LotsKept(**found.lots) if found.lots else None,
        lacks=[
            LackFound(
                specification=specification_ref(one.kind), place=place_ref(one.place), missing=one.missing,
                would_serve=one.served, worst_off=one.worst_off,
            )
            for one in lacks_of(found, outside=hide)[:MOST_LACKS]
        ],
    )  # fmt: skip
