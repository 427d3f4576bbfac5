"""Stories carried further, for programs: the week with the shelf, and going on from a story."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import act, reading, say
from peyvand.api.shapes import Id, OrganisationRef, PlaceRef, organisation_ref, place_ref
from peyvand.extend.programme import ApiRoute
from peyvand.flow.story.models import Story
from peyvand.kernel.jalali import business_date, week_of
from peyvand.kernel.refusals import NotFound
from peyvand.programmes.practices import reach, turn_actions
from peyvand.programmes.practices.enums import EndingKind
from peyvand.programmes.practices.ways import address_of, label_of
from peyvand.scope.acting import Acting


class ToldOut(Schema):
    """A story that everyone may read."""

    id: int
    title: str
    body: str
    place: PlaceRef
    organisation: OrganisationRef
    published_at: datetime


class WeekOut(Schema):
    """A week from Saturday to Friday. `unseen` is the shelf of today: nobody has gone on from these."""

    begins: date
    ends: date
    stories: list[ToldOut]
    unseen: list[ToldOut]


class WeekOf(Schema):
    day: Annotated[date | None, Field(description="Any day of the week; today where none is given")] = None


class TurnOut(Schema):
    kind: EndingKind
    label: str
    address: str


def _told(rows: list[Story]) -> list[ToldOut]:
    return [
        ToldOut(
            id=row.pk, title=row.title, body=row.body, place=place_ref(row.place), organisation=organisation_ref(row.organisation),
            published_at=row.published_at or row.created_at,
        )
        for row in rows
    ]  # fmt: skip


def get_week(request: HttpRequest, asked: Query[WeekOf]) -> HttpResponse:
    today = business_date(timezone.now())
    with reading(request):
        week = reach.week(week_of(min(asked.day or today, today)))
        shelf = reach.unseen(today)
        return say(WeekOut(begins=week.begins, ends=week.ends, stories=_told(week.stories), unseen=_told(shelf)))


def take_turn(request: HttpRequest, story_id: Path[Id]) -> HttpResponse:
    """Counted once a story for each account; where it leads is what the story's reader sees."""

    def run(by: Acting, now: datetime) -> TurnOut:
        turn_actions.take_turn(story_id=story_id, by=by, now=now)
        ending = reach.endings([story_id]).get(story_id)
        if ending is None:
            raise NotFound
        return TurnOut(kind=EndingKind(ending.kind), label=label_of(ending), address=address_of(ending))

    return act(request, run)


REACH_ROUTES = (
    ApiRoute("GET", "/week", "week", get_week, WeekOut, "The stories of a week, and what is unseen yet"),
    ApiRoute(
        "POST", "/stories/{int:story_id}/turn", "turn", take_turn, TurnOut, "Go on from a story to what it asks for"
    ),
)
