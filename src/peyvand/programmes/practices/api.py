"""Practices for programs: the same acts and lists as the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Schema

from peyvand.api.answers import Count, Given, Page, PageQuery, act, page_of, reading, say
from peyvand.api.filters import Here, Named, named, narrowed
from peyvand.api.programmes import ProgrammeFigures, figures_of
from peyvand.api.shapes import (
    Day,
    Id,
    Line,
    OrganisationRef,
    PlacePath,
    PlaceRef,
    Prose,
    Quantity,
    Slug,
    SpecificationRef,
    Title,
    organisation_ref,
    place_at,
    place_ref,
    specification_ref,
    specifications_named,
)
from peyvand.extend.figures import LEAST
from peyvand.extend.programme import ApiRoute
from peyvand.programmes.practices import actions, queries
from peyvand.programmes.practices.enums import PracticeState, Stage
from peyvand.programmes.practices.models import Practice
from peyvand.programmes.practices.queries import Twig
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import only

Rial = Annotated[int, Field(ge=0, le=2**53, description="Whole rial", examples=[200000000])]
People = Annotated[int, Field(ge=0, le=10**7)]


class PracticeItemOut(Schema):
    specification: SpecificationRef
    quantity: int


class PracticeOut(Schema):
    """The fixed form. `copied_from_id` is what it was copied from, null for a first one; `copies` counts its own copies."""

    id: int
    title: str
    state: PracticeState
    place: PlaceRef
    organisation: OrganisationRef
    problem: str
    steps: list[str]
    people: str
    conditions: str
    cost_rial: int
    cost_source: str
    result: str
    people_reached: int | None
    result_source: str
    begun_date: date | None
    ended_date: date | None
    copied_from_id: int | None
    copies: int
    story_id: int | None
    items: list[PracticeItemOut]
    created_at: datetime
    published_at: datetime | None


class PracticeItemIn(Given):
    specification: Slug
    quantity: Quantity


class PracticeFormIn(Given):
    """The fixed form, whole, with what it takes in one place."""

    title: Annotated[Title, Field(max_length=120)]
    problem: Annotated[str, Field(max_length=600)]
    steps: Annotated[list[Line], Field(min_length=2, max_length=10)]
    people: Line
    conditions: Annotated[str, Field(max_length=400)]
    cost_rial: Rial
    cost_source: Title
    items: Annotated[list[PracticeItemIn], Field(max_length=20)] = []


class PracticeIn(PracticeFormIn):
    place_path: PlacePath
    story_id: Annotated[Id, Field(description="The story that tells of it")] | None = None


class PracticeCopyIn(Given):
    place_path: Annotated[PlacePath, Field(description="Your own place")]


class PracticeBeginIn(Given):
    begun_date: Day


class PracticeResultIn(Given):
    result: Annotated[Prose, Field(max_length=600)]
    people_reached: People
    result_source: Annotated[Title, Field(description="Who counted it, and how")]
    cost_rial: Rial
    begun_date: Day
    ended_date: Annotated[Day, Field(description="Null while it goes on")] | None = None


class PracticeFilters(Schema):
    state: PracticeState | None = None
    place: Here | None = None
    q: Named = ""
    unseen: Annotated[bool, Field(description="Only those done, and neither copied nor in the book of a session")] = (
        False
    )


class TwigOut(Schema):
    """A practice in its tree; of a withdrawn one only its place in the tree is told. `asked` and `met` are null where they are
    counted from too few single deliveries to be told outside one's own area and organisation.
    """

    id: int
    copied_from_id: int | None
    depth: int
    state: PracticeState
    place: PlaceRef | None
    organisation: OrganisationRef | None
    people_reached: int | None
    cost_rial: int | None
    asked: int | None
    met: int | None
    begun_date: date | None
    ended_date: date | None
    result: str


class ReachOut(Schema):
    """Figures of a whole tree, each by itself."""

    stage: Stage
    done: int
    under_way: int
    counties: int
    provinces: int
    organisations: int
    people_reached: int
    cost_rial: int


class TreeOut(Schema):
    reach: ReachOut
    items: list[TwigOut]


def practices_out(rows: Sequence[Practice]) -> list[PracticeOut]:
    items = queries.items_of([row.pk for row in rows])
    return [
        PracticeOut(
            id=row.pk, title=row.title, state=PracticeState(row.state), place=place_ref(row.place),
            organisation=organisation_ref(row.organisation), problem=row.problem, steps=row.steps.splitlines(), people=row.people,
            conditions=row.conditions, cost_rial=row.cost_rial, cost_source=row.cost_source, result=row.result,
            people_reached=row.people_reached, result_source=row.result_source, begun_date=row.begun_date,
            ended_date=row.ended_date, copied_from_id=row.copied_from_id,
            copies=row.copied,  # type: ignore[attr-defined]
            story_id=row.story_id,
            items=[
                PracticeItemOut(specification=specification_ref(one.specification), quantity=one.quantity)
                for one in items.get(row.pk, [])
            ],
            created_at=row.created_at, published_at=row.published_at,
        )
        for row in rows
    ]  # fmt: skip


def _rows(filters: PracticeFilters) -> QuerySet[Practice]:
    rows = narrowed(queries.practices(), filters)
    if filters.unseen:
        rows = queries.unseen(rows)
    return named(rows, filters.q)


def _one(practice_id: int) -> PracticeOut:
    found = only(queries.practices().filter(pk=practice_id))
    return practices_out([found])[0]


def _form(body: PracticeFormIn) -> actions.Form:
    return actions.Form(
        body.title, body.problem, "\n".join(body.steps), body.people, body.conditions, body.cost_rial, body.cost_source
    )


def _items(body: PracticeFormIn) -> list[tuple[Specification, int]]:
    kinds = specifications_named([one.specification for one in body.items])
    return [(kinds[one.specification], one.quantity) for one in body.items]


def _result(body: PracticeResultIn) -> actions.Result:
    return actions.Result(**body.model_dump())


def list_practices(request: HttpRequest, filters: Query[PracticeFilters], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        return page_of(request, _rows(filters), page, practices_out)


def count_practices(request: HttpRequest, filters: Query[PracticeFilters]) -> HttpResponse:
    with reading(request):
        return say(Count(count=_rows(filters).count()))


def get_practice(request: HttpRequest, practice_id: Path[Id]) -> HttpResponse:
    with reading(request):
        return say(_one(practice_id))


def get_tree(request: HttpRequest, practice_id: Path[Id]) -> HttpResponse:
    """Every copy below what it was copied from, with the figures of all together."""
    with reading(request) as by:
        queries.one(practice_id)
        trees = queries.trees_of([practice_id])
        reach = queries.reaches_of(trees)[practice_id]
        told = ReachOut(**{name: getattr(reach, name) for name in ReachOut.model_fields})
        return say(TreeOut(reach=told, items=[_twig_out(twig, by) for twig in trees[practice_id]]))


def _twig_out(twig: Twig, by: Acting) -> TwigOut:
    row = twig.practice
    if twig.is_withdrawn:
        return TwigOut(
            id=row.pk, copied_from_id=row.copied_from_id, depth=twig.depth, state=PracticeState.WITHDRAWN, place=None,
            organisation=None, people_reached=None, cost_rial=None, asked=None, met=None, begun_date=None, ended_date=None,
            result="",
        )  # fmt: skip
    asked, met = twig.told_to(by, LEAST) or (None, None)
    return TwigOut(
        id=row.pk, copied_from_id=row.copied_from_id, depth=twig.depth, state=PracticeState(row.state), place=place_ref(row.place),
        organisation=organisation_ref(row.organisation), people_reached=row.people_reached, cost_rial=row.cost_rial, asked=asked,
        met=met, begun_date=row.begun_date, ended_date=row.ended_date, result=row.result,
    )  # fmt: skip


def write_practice(request: HttpRequest, body: PracticeIn) -> HttpResponse:
    """It is a draft of your own office until it is planned or published."""

    def run(by: Acting, now: datetime) -> PracticeOut:
        practice = actions.write_practice(
            form=_form(body),
            items=_items(body),
            place=place_at(body.place_path),
            story_id=body.story_id,
            by=by,
            now=now,
        )
        return _one(practice.pk)

    return act(request, run, status=201)


def change_practice(request: HttpRequest, practice_id: Path[Id], body: PracticeFormIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PracticeOut:
        actions.change_practice(practice_id=practice_id, form=_form(body), items=_items(body), by=by, now=now)
        return _one(practice_id)

    return act(request, run)


def copy_practice(request: HttpRequest, practice_id: Path[Id], body: PracticeCopyIn) -> HttpResponse:
    """The copy is a plan of your own place; its source stays as it is."""

    def run(by: Acting, now: datetime) -> PracticeOut:
        return _one(actions.copy_practice(practice_id=practice_id, place=place_at(body.place_path), by=by, now=now).pk)

    return act(request, run, status=201)


def plan_practice(request: HttpRequest, practice_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.plan_practice(practice_id=practice_id, by=by, now=now).pk))


def open_plan(request: HttpRequest, practice_id: Path[Id], body: PracticeBeginIn) -> HttpResponse:
    """What the plan takes is opened as needs of its place."""

    def run(by: Acting, now: datetime) -> PracticeOut:
        actions.open_plan(practice_id=practice_id, begun_date=body.begun_date, by=by, now=now)
        return _one(practice_id)

    return act(request, run)


def report_result(request: HttpRequest, practice_id: Path[Id], body: PracticeResultIn) -> HttpResponse:
    def run(by: Acting, now: datetime) -> PracticeOut:
        actions.report_result(practice_id=practice_id, result=_result(body), by=by, now=now)
        return _one(practice_id)

    return act(request, run)


def publish_practice(request: HttpRequest, practice_id: Path[Id], body: PracticeResultIn) -> HttpResponse:
    """For what was done before it was written down here."""

    def run(by: Acting, now: datetime) -> PracticeOut:
        actions.publish_practice(practice_id=practice_id, result=_result(body), by=by, now=now)
        return _one(practice_id)

    return act(request, run)


def withdraw_practice(request: HttpRequest, practice_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.withdraw_practice(practice_id=practice_id, by=by, now=now).pk))


def restore_practice(request: HttpRequest, practice_id: Path[Id]) -> HttpResponse:
    return act(request, lambda by, now: _one(actions.restore_practice(practice_id=practice_id, by=by, now=now).pk))


_ONE = "/{int:practice_id}"
PRACTICE_ROUTES = (
    ApiRoute("GET", "", "list", list_practices, Page[PracticeOut], "Practices you may see"),
    ApiRoute("GET", "/count", "list", count_practices, Count, "How many practices you may see"),
    ApiRoute(
        "GET", "/figures", "figures", figures_of(actions.SLUG), ProgrammeFigures, "Figures of practices where you act"
    ),
    ApiRoute("GET", _ONE, "one", get_practice, PracticeOut, "One practice"),
    ApiRoute("GET", f"{_ONE}/tree", "tree", get_tree, TreeOut, "The tree of its copies, with their results"),
    ApiRoute("POST", "", "new", write_practice, {201: PracticeOut}, "Write down a practice"),
    ApiRoute("POST", f"{_ONE}/change", "edit", change_practice, PracticeOut, "Change a draft or a plan"),
    ApiRoute(
        "POST", f"{_ONE}/copy", "copy", copy_practice, {201: PracticeOut}, "Copy it into your own place as a plan"
    ),
    ApiRoute("POST", f"{_ONE}/plan", "plan", plan_practice, PracticeOut, "Make a draft a plan of its own place"),
    ApiRoute("POST", f"{_ONE}/begin", "begin", open_plan, PracticeOut, "Begin a plan and open its needs"),
    ApiRoute("POST", f"{_ONE}/result", "result", report_result, PracticeOut, "Tell the result of what is under way"),
    ApiRoute(
        "POST", f"{_ONE}/publish", "result", publish_practice, PracticeOut, "Show a draft of what was done already"
    ),
    ApiRoute("POST", f"{_ONE}/withdraw", "withdraw", withdraw_practice, PracticeOut, "Show it no more"),
    ApiRoute("POST", f"{_ONE}/restore", "withdraw", restore_practice, PracticeOut, "Take a withdrawal back"),
)
