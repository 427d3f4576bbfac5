"""Filters of lists that somebody keeps under names of his own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading
from peyvand.api.shapes import Id
from peyvand.exports.listing import listed_at
from peyvand.filters import actions
from peyvand.filters.models import LONGEST_NAME, LONGEST_QUERY, KeptFilter
from peyvand.filters.queries import filters_of
from peyvand.people.models import Account
from peyvand.scope.acting import Acting

router = Router(tags=["Kept filters"])
FilterName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00]*\S[^\x00]*$"),
    Field(examples=["Open needs"]),
]
ListPath = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^/[^\x00?#]*$"),
    Field(description="The page of the list on the site", examples=["/needs/"]),
]
Asked = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_QUERY, pattern=r"^[^\x00?#]*$"),
    Field(description="The question of its address", examples=["state=open"]),
]


class FilterOut(Schema):
    id: int
    path: str
    title: str
    name: str
    query: str
    pinned: bool
    opens: bool


class FilterIn(Given):
    path: ListPath
    query: Asked
    name: FilterName
    pinned: Annotated[bool, Field(description="It stands on your first page")] = False
    opens: Annotated[bool, Field(description="The list opens with it")] = False


class FilterChange(Given):
    name: FilterName
    pinned: bool = False
    opens: bool = False


def filters_out(rows: Sequence[KeptFilter]) -> list[FilterOut]:
    return [
        FilterOut(
            id=row.pk, path=row.path, title=row.title, name=row.name, query=row.query, pinned=row.pinned, opens=row.opens
        )
        for row in rows
    ]  # fmt: skip


@router.get("", response=Page[FilterOut], summary="The filters you keep in this role")
def list_kept_filters(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, filters_of(by).order_by(), page, filters_out)


@router.post("", response={201: FilterOut}, summary="Keep a filter of a list under a name")
def keep_filter(request: HttpRequest, body: FilterIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FilterOut:
        listed = listed_at(f"{body.path}?{body.query}", by, Account.objects.get(pk=by.account_id))
        return filters_out([actions.keep_filter(title=listed.title, **body.model_dump(), by=by, now=now)])[0]

    return act(request, run, status=201)


@router.post("/{int:filter_id}/change", response=FilterOut, summary="Rename, pin, or open the list with a kept filter")
def change_filter(request: HttpRequest, filter_id: Path[Id], body: FilterChange) -> HttpResponse:
    def run(by: Acting, now: datetime) -> FilterOut:
        return filters_out([actions.change_filter(filter_id=filter_id, **body.model_dump(), by=by, now=now)])[0]

    return act(request, run)


@router.post("/{int:filter_id}/remove", response=FilterOut, summary="Remove a kept filter")
def remove_filter(request: HttpRequest, filter_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: filters_out([actions.remove_filter(filter_id=filter_id, by=by, now=now)])[0])


@router.post("/{int:filter_id}/restore", response=FilterOut, summary="Take the removal of a kept filter back")
def restore_filter(request: HttpRequest, filter_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: filters_out([actions.restore_filter(filter_id=filter_id, by=by, now=now)])[0])
