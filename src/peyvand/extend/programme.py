"""The contract between the core and a programme, whole. `docs/programmes.md` explains every point of it.

A programme is one folder, `programmes/<slug>/`, whose `programme.py` holds `PROGRAMME = Programme(...)`: the only name the
core reads. The core never names a programme; what it stores of one is its slug.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.resources.enums import Action, CbrComponent, HelpKind, Unit
from peyvand.scope.acting import Acting, Role


@dataclass(frozen=True)
class Step:
    """What a guard is asked about: a step that is about to be taken, its rows locked, inside the actor's scope.

    `ids` holds the ids of existing rows by kind (see `steps.STEPS`); `rows` the new rows as the action was given them.
    """

    name: str
    by: Acting
    now: datetime
    ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rows: tuple[Any, ...] = ()


# Answers the reason why the step is refused, or None. Whatever else comes out of it, an error too, refuses the step.
Guard = Callable[[Step], Refusal | None]

# Answers which of the needs in `step.ids["need"]` (it may be all of a country) nothing may be promised to now, each with the
# reason. Asked once, in few queries, before a run of the matching, whose name the step then carries: "run_matching".
Hold = Callable[[Step], Mapping[int, Refusal]]


@dataclass(frozen=True)
class Call:
    """Why a job runs: an act of the flow that was committed (with the ids it touched), or a round (no act, no ids)."""

    now: datetime
    act: str = ""
    ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """Work in the background. It may run twice and must then do nothing the second time. `daily`: also once every night; `often`: also
    every five minutes, never twice beside itself, and quick where nothing changed."""

    slug: str
    title: Any
    run: Callable[[Call], object]
    daily: bool = False
    often: bool = False


@dataclass(frozen=True)
class Permission:
    """Which acting roles may open a page. Whether they may touch a single row is asked again by the action."""

    slug: str
    title: Any
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Page:
    """A page is closed until its permission opens it. A page that `writes` closes when the programme is switched off.

    With `Role.PUBLIC` among its roles it opens without signing in, wherever the reader stands (`page_refusal`).
    `in_menu`: stands in the main navigation; `tally` gives the rows that wait behind it for this actor, or None. They are counted in
    the one statement in which a page asks which programmes there are.
    """

    name: str
    title: Any
    permission: str
    writes: bool = False
    in_menu: bool = False
    tally: Callable[[Acting, date], QuerySet[Any] | None] | None = None


@dataclass(frozen=True)
class Route:
    """An address below `/programmes/<slug>/`, answered by a view on behalf of a page. One page may have several.

    Its name in `reverse()` is `<slug>:<name>`; without `name` it carries the page's.
    """

    path: str
    page: str
    view: Callable[..., HttpResponseBase]
    name: str = ""


@dataclass(frozen=True)
class ApiRoute:
    """A route below `/api/v1/programmes/<slug>`, for programs; it opens and closes with its page. A POST stands behind a page that
    writes.

    `path` is "" or begins with "/" ("/{int:need_id}/approve"). `view` is made as the API's own are (`peyvand.api.answers`: one
    action or one read), and its name is the route's in the description; `answer` is the shape of what it gives, by status
    where that is not 200; `summary` says in English what it is for.
    """

    method: str
    path: str
    page: str
    view: Callable[..., HttpResponseBase]
    answer: Any
    summary: str


@dataclass(frozen=True)
class Counted:
    """A figure and the number of rows it was counted from: none is shown of fewer than five to readers from outside."""

    value: float | None
    of: int


@dataclass(frozen=True)
class Figure:
    """What the programme promises (`promise`) and how that is counted (`counted`), in words shown beside the number.

    `count(acting, today)` counts in the acting role's area and, for staff, organisation. `kind`: number, days or percent.
    """

    slug: str
    title: Any
    promise: Any
    counted: Any
    count: Callable[[Acting, date], Counted]
    kind: str = "number"


# Counts several figures at once, by their slugs, as each would by itself: for a page of many. What it leaves out is counted alone.
CountedTogether = Callable[[Acting, date], Mapping[str, Counted]]


@dataclass(frozen=True)
class Retention:
    """What is forgotten of ended rows, and when: `forget(before, now)` takes away what ended before that day; gives how many.

    `months` are Jalali months. Run every night; figures must stay countable afterwards.
    """

    what: Any
    months: int
    forget: Callable[[date, datetime], int]


@dataclass(frozen=True)
class SpecificationUsed:
    """A resource specification the programme works with; made when the programme is first switched on, if it is missing."""

    slug: str
    name_fa: str
    name_en: str
    unit: Unit
    action: Action
    help_kind: HelpKind
    cbr_component: CbrComponent | str = ""


# Answers what a reader can do about a story: pairs of a label in his language and an address of this site. Asked inside his scope
# when he opens the page of the story, in a number of queries that does not grow.
StoryWays = Callable[[Acting, int], Sequence[tuple[str, str]]]

# Answers the address of a picture that stands for a story where a link to it is shown; empty where there is none. Asked only of a
# story that everyone may read.
StoryPicture = Callable[[int], str]

# Answers the pictures that belong to a story: pairs of their address and of what they show in words. Asked inside the scope of whoever
# opens the page of the story, in one query.
StoryPhotos = Callable[[int], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class PlaceBlock:
    """What a programme shows of a place on the place's page: facts as (name, value) and links as (label, address)."""

    title: Any
    facts: tuple[tuple[Any, str], ...] = ()
    links: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True)
class OfPlace:
    """`rows(acting, place)` is a `values()` queryset of a few rows, read in one statement with what the page itself reads; `block`
    makes of them (values as JSON has them) what is shown, or None where there is nothing to say. For those to whom `page` is open."""

    page: str
    rows: Callable[[Acting, Any], Any]
    block: Callable[[Acting, Any, list[dict[str, Any]]], PlaceBlock | None]


@dataclass(frozen=True)
class Lacking:
    """What a run of the matching found lacking: a kind of help in a county (rows of the core), and how many units more of it would
    reach somebody. Exact: it is for those who work with these needs."""

    kind: Any
    place: Any
    units: int


@dataclass(frozen=True)
class TakesLack:
    """What a programme does about it in one press of those to whom `page` (one that writes) is open: `take(lack, by, now)` is one
    act of its own, and gives the address where it stands then. Its refusal is said on the page it was pressed on."""

    page: str
    label: Any
    take: Callable[[Lacking, Acting, datetime], str]


@dataclass(frozen=True)
class WaitingLine:
    """One row that waits for somebody: `due` is the day by which, `since` the day from which it waits where it has none."""

    title: str
    url: str
    due: date | None = None
    since: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Waits:
    """What waits for a reader, as a block of his first page, for those to whom `page` is open.

    `rows(acting, today)` is an ordered `values()` queryset, the most urgent first, or None where nothing of it is his to do; it is
    read in one statement with the rest of the page. `line` makes of one of them (values as JSON has them) what is shown, `step`
    says what to do with them, and `url()` is where all of them stand. `late` marks rows that have waited too long.
    """

    name: str
    page: str
    title: Any
    step: Any
    rows: Callable[[Acting, date], QuerySet[Any, Any] | None]
    line: Callable[[dict[str, Any]], WaitingLine]
    url: Callable[[], str]
    late: bool = False


@dataclass(frozen=True)
class ActOnMany:
    """An act on many rows of one of the programme's lists: chosen there, looked at by trying, done as one, and taken back for a while.

    It stands below the list named `of_list` for those to whom `page` (one that writes) is open. `do(ids, values, by, now)` calls one
    action for all the rows or none, and gives by row what `undo(marks, by, now)` needs, as JSON can hold it. `lock(ids)` takes the row
    locks of both before anything is tried. `form` is made without arguments or of what was posted; its `usual()` is what the preview
    supposes. `label` is the act, `meaning` what it means for those concerned, `becomes` what each row is afterwards; `done(n)` says it.
    """

    slug: str
    of_list: str
    page: str
    label: Any
    meaning: Any
    becomes: Any
    done: Callable[[int], str]
    do: Callable[[Sequence[int], Mapping[str, Any], Acting, datetime], Mapping[int, Any]]
    undo: Callable[[Mapping[int, Any], Acting, datetime], object]
    lock: Callable[[Sequence[int]], object] = lambda ids: None
    form: Callable[..., Any] | None = None


# Makes sure that at least `count` demo rows exist, by the core's own acts; gives how many were added (0 when run again).
Seed = Callable[[int, Random, datetime], int]


@dataclass(frozen=True)
class Programme:
    """The manifest. Nothing in it is optional by accident: an empty tuple says that the programme does without that part."""

    slug: str
    title: Any
    purpose: Any
    stages: tuple[str, ...]
    specifications: tuple[SpecificationUsed, ...]
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]
    life_cycles: tuple[LifeCycle, ...]
    guards: Mapping[str, Guard]
    reactions: Mapping[str, str]
    pages: tuple[Page, ...]
    routes: tuple[Route, ...]
    jobs: tuple[Job, ...]
    figures: tuple[Figure, ...]
    seed: Seed
    retention: tuple[Retention, ...]
    api_routes: tuple[ApiRoute, ...] = ()
    counted_together: CountedTogether | None = None
    held_back: Hold | None = None
    story_ways: StoryWays | None = None
    story_picture: StoryPicture | None = None
    story_photos: StoryPhotos | None = None
    of_place: OfPlace | None = None
    takes_lack: TakesLack | None = None
    waits: tuple[Waits, ...] = ()
    acts_on_many: tuple[ActOnMany, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)

    def permission(self, slug: str) -> Permission:
        return next(one for one in self.permissions if one.slug == slug)

    def page(self, name: str) -> Page:
        return next(one for one in self.pages if one.name == name)

    def opens(self, page: Page, role: Role) -> bool:
        """Whether the page is for this role, where the programme is."""
        return role in self.permission(page.permission).roles

    def is_public(self, page: Page) -> bool:
        """Whether one opens it without signing in."""
        return self.opens(page, Role.PUBLIC)

    def job(self, slug: str) -> Job:
        """Raises `LookupError` for one it no longer has: it may have waited in the queue since an older version."""
        return {one.slug: one for one in self.jobs}[slug]
