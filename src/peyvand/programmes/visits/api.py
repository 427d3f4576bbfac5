"""Visits for programs: the same acts and lists as the pages."""

import hashlib
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Path, Query, Schema, UploadedFile
from ninja.params import Form as FormField

from peyvand.api.answers import Count, Given, Order, Page, PageQuery, act, page_of, reading, say
from peyvand.api.filters import Here, narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import (
    Day,
    Id,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Prose,
    Quantity,
    Slug,
    Title,
    organisation_ref,
    place_at,
    place_ref,
    specifications_named,
)
from peyvand.extend.programme import ApiRoute
from peyvand.files.pictures import MOST_BYTES, cleaned
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound
from peyvand.programmes.visits import actions, many_actions, queries, rules
from peyvand.programmes.visits.enums import Moment, VisitState
from peyvand.programmes.visits.models import (
    Visit,
    VisitNeed,
    VisitPhoto,
    VisitTerms,
)
from peyvand.programmes.visits.permissions import may_read_words
from peyvand.programmes.visits.views import folder, revealed
from peyvand.scope.acting import Acting

Many = Annotated[int, Field(ge=0, le=rules.MOST_FAMILIES)]


class VisitOut(Schema):
    """`open_days`: for how long it has stood without an action, null where it does not. A position is of the place, to about a
    kilometre."""

    id: int
    state: VisitState
    place: PlaceRef
    organisation: OrganisationRef
    planned_date: date | None
    visited_date: date | None
    families_met: int
    first_contacts: int
    lat: float | None
    lon: float | None
    open_days: int | None
    recorded_at: datetime | None


class VisitWhole(VisitOut):
    note: str
    need_ids: list[int]
    picture_ids: list[int]


class HeardIn(Given):
    specification: Slug
    quantity: Quantity = 1
    note: Annotated[Prose, Field(description="In their own words; kept encrypted and never given out by the API")] = ""


class VisitIn(Given):
    """A visit that was made; `plan_id` is the planned one it fulfils. Latitude and longitude are rounded before they are kept."""

    place: PlacePath
    visited_date: Day
    families_met: Many = 0
    first_contacts: Many = 0
    note: Prose = ""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    heard: Annotated[list[HeardIn], Field(max_length=rules.MOST_NEEDS)] = []
    plan_id: Id | None = None


class VisitPlanIn(Given):
    place: PlacePath
    planned_date: Day


class VisitDayIn(Given):
    planned_date: Annotated[Day, Field(description="Today or later")]


class VisitActionIn(Given):
    words: Annotated[Prose, Field(description="What was done, without anybody's name")]
    done_date: Day


class VisitFilters(Schema):
    state: VisitState | None = None
    place: Here | None = None
    waiting: Annotated[bool, Field(description="Only those that stand open, or whose planned day has come")] = False


class VisitPictureOut(Schema):
    id: int
    visit_id: int
    moment: Moment
    spot: int
    size: int


class VisitPlaceOut(Schema):
    """A place with every part of its score; `score` and `deprivation` are null where no deprivation is known. `kinds` of help were told
    there within twelve months: `little_help` is their mean."""

    id: int
    place: PlaceRef
    score: int | None
    deprivation: float | None
    deprivation_source: str
    by_survey: bool
    time: float
    little_help: float
    last_visit: date | None
    kinds: int


class VisitPlaces(Schema):
    items: list[VisitPlaceOut]


class VisitTermsIn(Given):
    since: Annotated[Day, Field(description="Today or later")]
    goal: Quantity
    full_days: Annotated[int, Field(ge=30, le=3650)]
    full_m0: Annotated[int, Field(ge=1, le=100)]
    source: Annotated[Title, Field(description="Who decided; shown to everyone")]


class VisitTermsOut(Schema):
    id: int
    since: date
    goal: int
    full_days: int
    full_m0: int
    source: str


def _today() -> date:
    return business_date(timezone.now())


def _out(row: Visit) -> dict[str, Any]:
    stands = row.state == VisitState.MADE and row.visited_date is not None
    return {
        "id": row.pk, "state": VisitState(row.state), "place": place_ref(row.place), "organisation": organisation_ref(row.organisation),
        "planned_date": row.planned_date, "visited_date": row.visited_date, "families_met": row.families_met,
        "first_contacts": row.first_contacts, "lat": None if row.lat is None else float(row.lat),
        "lon": None if row.lon is None else float(row.lon),
        "open_days": (_today() - row.visited_date).days if stands and row.visited_date else None, "recorded_at": row.recorded_at,
    }  # fmt: skip


def visits_out(rows: Sequence[Visit]) -> list[VisitOut]:
    return [VisitOut(**_out(row)) for row in rows]


def _whole(visit_id: int, by: Acting) -> VisitWhole:
    row = queries.one(visit_id)
    note = revealed(row.note) if may_read_words(by, row) else ""
    return VisitWhole(
        **_out(row), note=note,
        need_ids=list(VisitNeed.objects.filter(visit=row).order_by("pk").values_list("pk", flat=True)),
        picture_ids=list(VisitPhoto.objects.filter(visit=row).order_by("pk").values_list("pk", flat=True)),
    )  # fmt: skip


def list_visits(request: HttpRequest, filters: Query[VisitFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request) as by:
        rows = narrowed(queries.visits(by), filters)
        if filters.waiting:
            rows = rows.filter(pk__in=queries.waiting(by, _today()).values("pk"))
        return page_of(request, rows, page, visits_out, Order("newest", ("-id",)))


def count_visits(request: HttpRequest, filters: Query[VisitFilters]) -> HttpResponse:
    with reading(request) as by:
        rows = narrowed(queries.visits(by), filters)
        return say(
            Count(
                count=(
                    rows.filter(pk__in=queries.waiting(by, _today()).values("pk")) if filters.waiting else rows
                ).count()
            )
        )


def get_visit(request: HttpRequest, visit_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        return say(_whole(visit_id, by))


def position_said(lat: float | None, lon: float | None) -> tuple[Decimal, Decimal] | None:
    """Raises `BadValue` where only one of the two was said."""
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise BadValue(field="lon" if lon is None else "lat", reason="a position has a latitude and a longitude")
    return Decimal(str(lat)), Decimal(str(lon))


def record_visit(request: HttpRequest, body: VisitIn) -> HttpResponse:
    """With an `Idempotency-Key` it is stored once, however often it is sent."""

    def run(by: Acting, now: datetime) -> VisitWhole:
        kinds = specifications_named([one.specification for one in body.heard])
        at = position_said(body.lat, body.lon)
        row = actions.NewVisit(
            place_at(body.place), body.visited_date, body.families_met, body.first_contacts, body.note, at,
            tuple(actions.Heard(kinds[one.specification], one.quantity, one.note) for one in body.heard), plan_id=body.plan_id,
        )  # fmt: skip
        return _whole(actions.record_visit(row=row, by=by, now=now).pk, by)

    return act(request, run, status=201)


def plan_visit(request: HttpRequest, body: VisitPlanIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitWhole:
        place = place_at(body.place)
        return _whole(actions.plan_visit(place=place, planned_date=body.planned_date, by=by, now=now).pk, by)

    return act(request, run, status=201)


def drop_visit(request: HttpRequest, visit_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _whole(actions.drop_visit(visit_id=visit_id, by=by, now=now).pk, by))


def move_visit(request: HttpRequest, visit_id: Path[Id], body: VisitDayIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitWhole:
        many_actions.give_day(visit_ids=[visit_id], planned_date=body.planned_date, by=by, now=now)
        return _whole(visit_id, by)

    return act(request, run)


def restore_visit(request: HttpRequest, visit_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _whole(actions.restore_visit(visit_id=visit_id, by=by, now=now).pk, by))


def tell_visit_action(request: HttpRequest, visit_id: Path[Id], body: VisitActionIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitWhole:
        told = actions.tell_action(visit_id=visit_id, words=body.words, done_date=body.done_date, by=by, now=now)
        return _whole(told.pk, by)

    return act(request, run)


def add_visit_picture(
    request: HttpRequest, visit_id: Path[Id], photo: File[UploadedFile], moment: FormField[Moment], spot: FormField[int]
) -> HttpResponse:
    """JPEG, PNG or WebP of at most 10 MB. Where and with what it was taken is removed before it is kept."""
    data = photo.read(MOST_BYTES + 1)

    def run(by: Acting, now: datetime) -> VisitPictureOut:
        if not Visit.objects.filter(pk=visit_id).exists():
            raise NotFound
        picture = cleaned(io.BytesIO(data))
        one = actions.Picture(folder().store(picture), len(picture), spot, moment)
        row = actions.add_picture(visit_id=visit_id, picture=one, by=by, now=now)
        return VisitPictureOut(id=row.pk, visit_id=visit_id, moment=moment, spot=row.spot, size=row.size)

    return act(request, run, status=201, sent=f"{hashlib.sha256(data).hexdigest()} {moment} {spot}")


def list_places(request: HttpRequest) -> HttpResponse:
    """The two hundred places of your area that have been seen least."""
    with reading(request) as by:
        rows = queries.standings(by.place_path, _today())[:200]
        return say(VisitPlaces(items=[_place(row) for row in rows]))


def get_place(request: HttpRequest, place_id: Path[Id]) -> HttpResponse:
    with reading(request) as by:
        rows = [row for row in queries.standings(by.place_path, _today()) if row.place.pk == place_id]
        if not rows:
            raise NotFound
        return say(_place(rows[0]))


def _place(row: queries.Standing) -> VisitPlaceOut:
    parts = row.neglect
    return VisitPlaceOut(
        id=row.place.pk, place=place_ref(row.place), score=parts.score, deprivation=parts.deprivation, deprivation_source=row.source,
        by_survey=row.is_survey, time=parts.time, little_help=parts.little_help, last_visit=row.last, kinds=row.kinds,
    )  # fmt: skip


def set_visit_terms(request: HttpRequest, body: VisitTermsIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> VisitTermsOut:
        fresh = rules.Terms(body.goal, body.full_days, body.full_m0, body.source)
        return _terms(actions.set_terms(terms=fresh, since=body.since, by=by, now=now))

    return act(request, run, status=201)


def _terms(row: VisitTerms) -> VisitTermsOut:
    return VisitTermsOut(
        id=row.pk, since=row.since, goal=row.goal, full_days=row.full_days, full_m0=row.full_m0, source=row.source
    )  # fmt: skip


_ONE = "/{int:visit_id}"
VISIT_ROUTES = (
    ApiRoute("GET", "", "list", list_visits, Page[VisitOut], "Visits you may see"),
    ApiRoute("GET", "/count", "list", count_visits, Count, "How many visits you may see"),
    ApiRoute("GET", "/places", "unseen", list_places, VisitPlaces, "Places of your area, those seen least first"),
    ApiRoute("GET", "/places/{int:place_id}", "place", get_place, VisitPlaceOut, "One place and the parts of its score"),
    ApiRoute("GET", "/figures", "figures", figures_of(actions.SLUG), ProgrammeFigures, "Figures of visits where you act"),
    ApiRoute("GET", _ONE, "one", get_visit, VisitWhole, "One visit"),
    ApiRoute("POST", "", "field", record_visit, {201: VisitWhole}, "Record a visit that was made"),
    ApiRoute("POST", "/plans", "plan", plan_visit, {201: VisitWhole}, "Plan a visit"),
    ApiRoute("POST", "/terms", "terms", set_visit_terms, {201: VisitTermsOut}, "Set the year's goal and the scales of the score"),
    ApiRoute("POST", f"{_ONE}/day", "move", move_visit, VisitWhole, "Give a planned visit another day"),
    ApiRoute("POST", f"{_ONE}/drop", "move", drop_visit, VisitWhole, "Drop a planned visit"),
    ApiRoute("POST", f"{_ONE}/restore", "move", restore_visit, VisitWhole, "Plan a dropped visit again"),
    ApiRoute("POST", f"{_ONE}/actions", "tell", tell_visit_action, VisitWhole, "Tell what was done because of a visit"),
    ApiRoute("POST", f"{_ONE}/pictures", "tell", add_visit_picture, {201: VisitPictureOut}, "Add a picture from before or after"),
)  # fmt: skip
