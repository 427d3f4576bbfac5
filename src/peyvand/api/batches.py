"""Acts on many rows: done to those that allow it, with the reasons of the others, and taken back for a while after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.shapes import Day, Id, Ids, Word
from peyvand.batches.actions import choose, do_batch, undo_batch
from peyvand.batches.acts import known
from peyvand.batches.enums import BatchState
from peyvand.batches.models import Batch
from peyvand.batches.queries import batches_of
from peyvand.kernel.refusals import NotFound
from peyvand.scope.acting import Acting

router = Router(tags=["Batches"])
# Ways in are opened and closed by a person, on the site: no token ends a role, or takes its end back.
_OFFERED = {slug for slug, one in known().items() if one.of_list} - {"end_roles"}
_ACTS = ", ".join(sorted(_OFFERED))


class RefusedRow(Schema):
    id: int
    code: str


class BatchOut(Schema):
    """`done` rows were done; `refused` were not, and `left` could not be taken back, each with the code of its reason."""

    id: int
    act: str
    state: BatchState
    ids: list[int]
    done: list[int]
    refused: list[RefusedRow]
    left: list[RefusedRow]
    chosen_at: datetime
    done_at: datetime | None
    undo_until: datetime | None
    undone_at: datetime | None


class BatchIn(Given):
    act: Annotated[Word, Field(description=f"One of {_ACTS}", examples=["withdraw_needs"])]
    ids: Ids
    due_date: Annotated[Day, Field(description="Where suggestions are accepted, or visits get a day")] | None = None
    membership_id: Annotated[Id, Field(description="Who gets the work with families")] | None = None
    organisation_id: Annotated[Id, Field(description="To whom resolutions are handed")] | None = None
    reason: Annotated[Word, Field(description="Where rows are declined, ended, refused or moved with a sentence")] = ""


def batches_out(rows: Sequence[Batch]) -> list[BatchOut]:
    def told(kept: list[list[Any]]) -> list[RefusedRow]:
        return [RefusedRow(id=pk, code=code) for pk, code, *_ in kept]

    return [
        BatchOut(
            id=row.pk, act=row.act, state=BatchState(row.state), ids=row.ids, done=[pk for pk, _mark in row.marks],
            refused=told(row.refused), left=told(row.left), chosen_at=row.chosen_at, done_at=row.done_at,
            undo_until=row.undo_until, undone_at=row.undone_at,
        )
        for row in rows
    ]  # fmt: skip


@router.get("", response=Page[BatchOut], summary="What you did to many rows, in this role")
def list_batches(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, batches_of(by), page, batches_out)


@router.get("/{int:batch_id}", response=BatchOut, summary="What came of one batch")
def get_batch(request: HttpRequest, batch_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        rows = list(batches_of(by).filter(pk=batch_id))
        if not rows:
            raise NotFound
        return say(batches_out(rows)[0])


@router.post("", response={201: BatchOut}, summary="Do one act to every one of these rows that allows it")
def start_batch(request: HttpRequest, body: BatchIn) -> HttpResponse:
    """Where no row allows it, nothing is done and the answer is the problem `no_row_possible`."""

    def run(by: Acting, now: datetime) -> BatchOut:
        values: dict[str, Any] = {"reason": body.reason}
        if body.due_date:
            values["due_date"] = body.due_date.isoformat()
        if body.membership_id:
            values["membership"] = str(body.membership_id)
        if body.organisation_id:
            values["organisation"] = str(body.organisation_id)
        if body.act not in _OFFERED:
            raise NotFound
        batch = choose(act=body.act, ids=body.ids, by=by, now=now)
        return batches_out([do_batch(batch_id=batch.pk, values=values, by=by, now=now)])[0]

    return act(request, run, status=201)


@router.post("/{int:batch_id}/undo", response=BatchOut, summary="Take a batch back, as far as its rows still allow it")
def undo(request: HttpRequest, batch_id: Path[Id]) -> HttpResponse:
    """Until `undo_until`; rows that moved on meanwhile stand under `left` with their reason."""

    def run(by: Acting, now: datetime) -> BatchOut:
        if not batches_of(by).filter(pk=batch_id, act__in=_OFFERED).exists():
            raise NotFound
        return batches_out([undo_batch(batch_id=batch_id, by=by, now=now)])[0]

    return act(request, run)
