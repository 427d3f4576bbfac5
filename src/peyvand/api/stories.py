"""Stories: what everyone may read, one's own, and the acts on them."""

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from peyvand.api.answers import Count, Given, Page, PageQuery, act, page_of, reading, say, the_one
from peyvand.api.filters import Here, narrowed
from peyvand.api.shapes import (
    Id,
    Ids,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Prose,
    Title,
    keeper,
    organisation_ref,
    place_at,
    place_ref,
)
from peyvand.flow.story import actions
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story
from peyvand.scope.acting import Acting

published = Router(tags=["Stories"])
router = Router(tags=["Stories"])

Invitation = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class StoryOut(Schema):
    id: int
    title: str
    body: str
    invitation: str = Field(description="What a reader can do now")
    state: StoryState
    place: PlaceRef
    organisation: OrganisationRef
    created_at: datetime
    published_at: datetime | None


class StoryIn(Given):
    """Told of accepted deliveries; everyone shown has consented (`consent_ids`)."""

    title: Title
    body: Prose
    place_path: PlacePath
    delivery_ids: Ids
    consent_ids: Annotated[list[Id], Field(max_length=100)] = []
    invitation: Invitation = ""
    organisation_id: Annotated[Id, Field(description="For whom it is told; your own where empty")] | None = None


class ChangeStoryIn(Given):
    title: Title
    body: Prose
    invitation: Invitation = ""


class PublishedFilters(Schema):
    place: Here | None = None


class StoryFilters(PublishedFilters):
    state: StoryState | None = None


def story_out(row: Story) -> StoryOut:
    return StoryOut(
        id=row.pk, title=row.title, body=row.body, invitation=row.invitation, state=StoryState(row.state),
        place=place_ref(row.place), organisation=organisation_ref(row.organisation), created_at=row.created_at,
        published_at=row.published_at,
    )  # fmt: skip


def _rows(filters: PublishedFilters, state: StoryState | None) -> QuerySet[Story]:
    rows = narrowed(Story.objects.select_related("place", "organisation"), filters)
    return rows.filter(state=state) if state else rows


def _one(story_id: int, state: StoryState | None) -> StoryOut:
    return story_out(the_one(_rows(PublishedFilters(), state), story_id))


@published.get("", response=Page[StoryOut], summary="Published stories, for everyone")
def list_published(request: HttpRequest, filters: Query[PublishedFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        rows = _rows(filters, StoryState.PUBLISHED)
        return page_of(request, rows, page, lambda found: [story_out(row) for row in found])


@published.get("/{int:story_id}", response=StoryOut, summary="A published story, for everyone")
def get_published(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_one(story_id, StoryState.PUBLISHED))


@router.get("", response=Page[StoryOut], summary="Stories you may see, drafts too")
def list_stories(request: HttpRequest, filters: Query[StoryFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        rows = _rows(filters, filters.state)
        return page_of(request, rows, page, lambda found: [story_out(row) for row in found])


@router.get("/count", response=Count, summary="How many stories you may see")
def count_stories(request: HttpRequest, filters: Query[StoryFilters]) -> HttpResponse:
    with reading(request):
        return say(Count(count=_rows(filters, filters.state).count()))


@router.get("/{int:story_id}", response=StoryOut, summary="One story")
def get_story(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_one(story_id, None))


@router.post("", response={201: StoryOut}, summary="Tell what came of deliveries")
def write_story(request: HttpRequest, body: StoryIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> StoryOut:
        row = actions.write_story(
            title=body.title, body=body.body, place=place_at(body.place_path), delivery_ids=body.delivery_ids,
            consent_ids=body.consent_ids, invitation=body.invitation, organisation=keeper(body.organisation_id, by),
            by=by, now=now,
        )  # fmt: skip
        return _one(row.pk, None)

    return act(request, run, status=201)


@router.post("/{int:story_id}/change", response=StoryOut, summary="Change the words of your draft")
def change_story(request: HttpRequest, story_id: Path[Id], body: ChangeStoryIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> StoryOut:
        actions.change_story(story_id=story_id, **body.model_dump(), by=by, now=now)
        return _one(story_id, None)

    return act(request, run)


@router.post("/{int:story_id}/submit", response=StoryOut, summary="Send your draft to be read")
def submit_story(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.submit_story(story_id=story_id, by=by, now=now).pk, None))


@router.post("/{int:story_id}/return", response=StoryOut, summary="Give a story back to its teller")
def return_story(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.return_story(story_id=story_id, by=by, now=now).pk, None))


@router.post("/{int:story_id}/publish", response=StoryOut, summary="Show a story to everyone")
def publish_story(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.publish_story(story_id=story_id, by=by, now=now).pk, None))


@router.post("/{int:story_id}/withdraw", response=StoryOut, summary="Take a story back")
def withdraw_story(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.withdraw_story(story_id=story_id, by=by, now=now).pk, None))
