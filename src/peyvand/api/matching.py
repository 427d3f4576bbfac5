"""Matching runs, why needs were left, and the suggestions of a run."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from peyvand.api.answers import Count, Given, Order, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.commitments import Commitments, kinds_of, shaped
from peyvand.api.filters import PlaceOfNeed, narrowed
from peyvand.api.needs import UnservedOut, unserved_out
from peyvand.api.shapes import (
    Day,
    Id,
    Ids,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Slug,
    maybe,
    organisations_at,
    place_at,
    place_ref,
)
from peyvand.flow.commitment import matching, suggestions
from peyvand.flow.commitment.enums import (
    DeclineReason,
    GaveWay,
    PairReason,
    RunFailure,
    RunState,
    RunStep,
    SuggestionState,
    UnservedReason,
)
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.queries import changes_of, suggestions_of
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import in_area

runs = Router(tags=["Matching"])
router = Router(tags=["Matching"])


class RunOut(Schema):
    """`served` needs have a suggestion; `unserved` lack something still, each with its reason. Figures are 0 until it is done.

    Beside `previous_id`, the run before it of the same territory: `fresh` needs have a suggestion and had none, `moved` have
    another one, `gone` have none any more, of `unchanged` nothing changed.
    """

    id: int
    place: PlaceRef
    state: RunState
    step: RunStep | None = Field(description="How far it is while it runs")
    failure: RunFailure | None
    started_at: datetime
    finished_at: datetime | None
    needs: int
    capacities: int
    served: int
    unserved: int
    previous_id: int | None
    fresh: int
    moved: int
    gone: int
    unchanged: int
    inputs_sha256: str
    result_sha256: str
    repeated_at: datetime | None
    repeat_same: bool | None = Field(description="Whether computing it again from its stored inputs gave the same")


class Change(StrEnum):
    NEW = "new"
    MOVED = "moved"
    GONE = "gone"


class RunIn(Given):
    place_path: PlacePath


class SuggestionOut(Schema):
    id: int
    run_id: int
    need_id: int
    capacity_id: int
    specification: str | None = Field(description="Slug of what is needed, where you may see the need")
    asker: OrganisationRef | None
    giver: OrganisationRef | None
    quantity: int
    km: float | None
    why: PairReason | None = Field(description="Why this offer and not another; empty of runs from before it was kept")
    priority: int
    state: SuggestionState
    decline_reason: DeclineReason | None
    gave_way: GaveWay | None = Field(description="Why a later run ended it without an answer")
    answered_at: datetime | None


class SuggestionFilters(Schema):
    state: SuggestionState | None = None
    specification: Annotated[Slug, Field(description="Of the kind of help that is needed")] = ""
    run_id: Id | None = None
    need_id: Id | None = None
    capacity_id: Id | None = None
    place: PlaceOfNeed | None = None


class ChangeFilters(Schema):
    kind: Change = Change.NEW


class UnservedFilters(Schema):
    reason: UnservedReason | None = None


class AcceptSuggestionsIn(Given):
    suggestion_ids: Ids
    due_date: Day


class DeclineSuggestionIn(Given):
    reason: DeclineReason


def run_out(row: MatchingRun) -> RunOut:
    return RunOut(
        id=row.pk, place=place_ref(row.place), state=RunState(row.state), step=maybe(RunStep, row.step),
        failure=maybe(RunFailure, row.failure), started_at=row.started_at, finished_at=row.finished_at, needs=row.needs,
        capacities=row.capacities, served=row.served, unserved=row.unserved, previous_id=row.previous_id, fresh=row.fresh,
        moved=row.moved, gone=row.gone, unchanged=row.unchanged, inputs_sha256=row.inputs_sha256,
        result_sha256=row.result_sha256, repeated_at=row.repeated_at, repeat_same=row.repeat_same,
    )  # fmt: skip


def suggestions_out(rows: Sequence[Suggestion]) -> list[SuggestionOut]:
    sides = organisations_at(path for row in rows for path in (row.asker_path, row.giver_path))
    kinds = kinds_of(rows)
    return [
        SuggestionOut(
            id=row.pk, run_id=row.run_id, need_id=row.need_id, capacity_id=row.capacity_id,
            specification=kinds.get(row.need_id), asker=sides.get(row.asker_path), giver=sides.get(row.giver_path),
            quantity=row.quantity, km=row.km, why=maybe(PairReason, row.why), priority=row.priority, state=SuggestionState(row.state),
            decline_reason=maybe(DeclineReason, row.decline_reason), gave_way=maybe(GaveWay, row.gave_way),
            answered_at=row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


def _rows(filters: SuggestionFilters, by: Acting) -> QuerySet[Suggestion]:
    return narrowed(suggestions_of(by, timezone.now()), filters, specification="specification__slug")


@runs.get("", response=Page[RunOut], summary="Matching runs you may see")
def list_runs(request: HttpRequest, page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        rows = MatchingRun.objects.filter(in_area(by)).select_related("place")
        return page_of(request, rows, page, lambda found: [run_out(row) for row in found])


@runs.get("/count", response=Count, summary="How many matching runs you may see")
def count_runs(request: HttpRequest) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=MatchingRun.objects.filter(in_area(by)).count()))


@runs.post("", response={201: RunOut}, summary="Match your open needs in a place with the capacities that reach them")
def run_matching(request: HttpRequest, body: RunIn) -> HttpResponse:
    """Worst-off first, exactly, by a job: ask for the run again until its `state` is `done`.

    What is found again stays as it is; other suggestions without an answer give way. Refused with `run_underway` while one
    of this territory is not finished.
    """

    def run(by: Acting, now: datetime) -> RunOut:
        return run_out(matching.ask_matching(place=place_at(body.place_path), by=by, now=now))

    return act(request, run, status=201)


@runs.get("/{int:run_id}", response=RunOut, summary="One matching run, with how far it is")
def get_run(request: HttpRequest, run_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        rows = MatchingRun.objects.filter(in_area(by)).select_related("place")
        return say(run_out(the_one(rows, run_id)))


def _act(request: HttpRequest, run_id: int, does: Callable[..., MatchingRun]) -> HttpResponse:
    return act(request, lambda by, now: run_out(does(run_id=run_id, by=by, now=now)))


@runs.post("/{int:run_id}/cancel", response=RunOut, summary="Cancel a matching run; nothing of it stays")
def cancel_run(request: HttpRequest, run_id: Path[Id]) -> HttpResponse:
    return _act(request, run_id, matching.cancel_matching)


@runs.post("/{int:run_id}/undo", response=RunOut, summary="Take a matching run back, while nothing has built on it")
def undo_run(request: HttpRequest, run_id: Path[Id]) -> HttpResponse:
    return _act(request, run_id, matching.undo_matching)


@runs.post("/{int:run_id}/repeat", response=RunOut, summary="Compute a matching run again from its stored inputs")
def repeat_run(request: HttpRequest, run_id: Path[Id]) -> HttpResponse:
    """By a job: `repeated_at` and `repeat_same` say when and whether the same came out."""
    return _act(request, run_id, matching.ask_repeat)


@runs.get("/{int:run_id}/changes", response=Page[SuggestionOut], summary="What a run changed beside the one before")
def list_changes(
    request: HttpRequest, run_id: Path[Id], filters: Query[ChangeFilters], page: Query[PageQuery]
) -> HttpResponse:
    """`new`: needs that had no suggestion; `moved`: what needs have now and what they had; `gone`: needs that have none any more."""
    with reading(request):
        run = the_one(MatchingRun.objects.filter(finished_at__isnull=False).select_related("previous"), run_id)
        return page_of(request, changes_of(run, filters.kind), page, suggestions_out)


@runs.get("/{int:run_id}/unserved", response=Page[UnservedOut], summary="Needs that a run left, and why")
def list_unserved(
    request: HttpRequest, run_id: Path[Id], filters: Query[UnservedFilters], page: Query[PageQuery]
) -> HttpResponse:
    """Only what no later run has told otherwise."""
    with reading(request):
        the_one(MatchingRun.objects.all(), run_id)
        rows = narrowed(Unserved.objects.filter(run_id=run_id), filters)
        shape = lambda found: [unserved_out(row) for row in found]  # noqa: E731
        return page_of(request, rows, page, shape, Order("oldest", ("id",)))


@router.get("", response=Page[SuggestionOut], summary="Suggestions you may see")
def list_suggestions(request: HttpRequest, filters: Query[SuggestionFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        return page_of(request, _rows(filters, by), page, suggestions_out)


@router.get("/count", response=Count, summary="How many suggestions you may see")
def count_suggestions(request: HttpRequest, filters: Query[SuggestionFilters]) -> HttpResponse:
    with reading(request) as by:
        return say(Count(count=_rows(filters, by).count()))


@router.post("/accept", response={201: Commitments}, summary="Turn suggestions into promises, all or none")
def accept_suggestions(request: HttpRequest, body: AcceptSuggestionsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> Commitments:
        made = suggestions.accept_suggestions(
            suggestion_ids=body.suggestion_ids, due_date=body.due_date, by=by, now=now
        )
        return shaped(made, now)

    return act(request, run, status=201)


@router.post("/{int:suggestion_id}/decline", response=SuggestionOut, summary="Decline a suggestion, with the reason")
def decline_suggestion(request: HttpRequest, suggestion_id: Path[Id], body: DeclineSuggestionIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> SuggestionOut:
        row = suggestions.decline_suggestion(suggestion_id=suggestion_id, reason=body.reason, by=by, now=now)
        return suggestions_out([row])[0]

    return act(request, run)
