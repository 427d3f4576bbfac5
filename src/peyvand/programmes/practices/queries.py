"""Reads of practices, of stories in the making, and of sessions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from peyvand.extend.figures import LEAST
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryConsent
from peyvand.people.models import Membership
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.programmes.practices import rules
from peyvand.programmes.practices.enums import (
    HandoverStage,
    NominationState,
    PracticeState,
    SessionState,
    Stage,
    WordsState,
)
from peyvand.programmes.practices.models import (
    Handover,
    HighSession,
    Nomination,
    Practice,
    PracticeItem,
    ProposedWords,
    StoryEnding,
    StoryPhoto,
)
from peyvand.programmes.practices.permissions import CALLERS, EDITORS
from peyvand.scope.acting import PUBLIC, SYSTEM, Acting
from peyvand.scope.bulk import below, in_area, only
from peyvand.scope.database import scope

_RELATED = ("place", "organisation")


def practices() -> QuerySet[Practice]:
    """All the scope lets through, with what a list shows: those of one's own, and everybody's that are shown."""
    copies = Count("copies", filter=~Q(copies__state=PracticeState.WITHDRAWN), distinct=True)
    return Practice.objects.select_related(*_RELATED).defer("place__boundary").annotate(copied=copies)


def unseen(rows: QuerySet[Practice]) -> QuerySet[Practice]:
    """Done and told, and neither copied by anybody nor in the book of any session: what is easily overlooked."""
    copied = Practice.objects.filter(copied_from=OuterRef("pk"))
    booked = Nomination.objects.filter(practice=OuterRef("pk"), state=NominationState.ACCEPTED)
    return rows.filter(~Exists(copied), ~Exists(booked), state=PracticeState.PUBLISHED)


def one(practice_id: int) -> Practice:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(Practice.objects.select_related(*_RELATED, "copied_from", "story").filter(pk=practice_id))


def items_of(practice_ids: Iterable[int]) -> dict[int, list[PracticeItem]]:
    rows = PracticeItem.objects.filter(practice_id__in=practice_ids).select_related("specification").order_by("pk")
    found: dict[int, list[PracticeItem]] = {}
    for row in rows:
        found.setdefault(row.practice_id, []).append(row)
    return found


@dataclass(frozen=True)
class Twig:
    """One practice of a tree with its figures. `asked` and `met` are the amounts of the needs its plan opened and of those the
    receivers accepted. A withdrawn one keeps its place in the tree and nothing else.
    """

    practice: Practice
    depth: int
    asked: int
    met: int

    @property
    def is_withdrawn(self) -> bool:
        return self.practice.state == PracticeState.WITHDRAWN

    def told_to(self, by: Acting, least: int) -> tuple[int, int] | None:
        """`asked` and `met` for a reader; None where they are counted from single deliveries, fewer than `least` of either
        kind, and the reader does not keep the practice.
        """
        row = self.practice
        own = by.is_staff and by.covers(place_path=row.place_path, organisation_path=row.organisation_path)
        few = self.asked > 0 and (self.met < least or 0 < self.asked - self.met < least)
        return (self.asked, self.met) if own or not few else None


_TREES = """
WITH RECURSIVE up(asked, id, copied_from_id) AS (
    SELECT id, id, copied_from_id FROM practices_practice WHERE id = ANY (%s::bigint[])
    UNION ALL
    SELECT up.asked, parent.id, parent.copied_from_id FROM practices_practice parent JOIN up ON parent.id = up.copied_from_id
), tree(asked, id) AS (
    SELECT asked, id FROM up WHERE copied_from_id IS NULL
    UNION ALL SELECT tree.asked, child.id FROM practices_practice child JOIN tree ON child.copied_from_id = tree.id
) SELECT asked, id FROM tree
"""


def trees_of(practice_ids: Iterable[int]) -> dict[int, list[Twig]]:
    """The whole tree that each of these practices stands in, every copy below its source.

    Read under the national role, for a plan of another office belongs to it too; nothing in it is about a person.
    """
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_TREES, [list(practice_ids)])
            pairs = cursor.fetchall()
        ids = {pk for _, pk in pairs}
        rows = (
            Practice.objects.select_related(*_RELATED)
            .defer("place__boundary")
            .annotate(asked=_of_needs("need__quantity"), met=_of_needs("need__met"))
            .in_bulk(ids)
        )
    inside: dict[int, list[rules.Node]] = {}
    for asked, pk in pairs:
        inside.setdefault(asked, []).append(_node(rows[pk]))
    return {
        asked: [Twig(row := rows[node.pk], depth, row.asked, row.met) for node, depth in rules.in_order(nodes)]
        for asked, nodes in inside.items()
    }


def _of_needs(column: str) -> Coalesce:
    """The sum over the needs that a practice opened; nought where it opened none."""
    items = PracticeItem.objects.filter(practice=OuterRef("pk"), need__isnull=False).order_by().values("practice")
    return Coalesce(Subquery(items.annotate(whole=Sum(column)).values("whole")), 0)


def county(path: str) -> str:
    """The path of the county that a place lies in; empty for a province or the country."""
    parts = path.split("/")
    return "/".join(parts[:3]) + "/" if len(parts) > 3 else ""


def _node(row: Practice) -> rules.Node:
    return rules.Node(row.pk, row.copied_from_id, row.state == PracticeState.PUBLISHED, county(row.place_path))


@dataclass(frozen=True)
class Reach:
    """What became of a tree, as plain sums: no figure is weighed against another."""

    stage: Stage
    done: int
    under_way: int
    counties: int
    provinces: int
    organisations: int
    people_reached: int
    cost_rial: int
    asked: int
    met: int


def reaches_of(trees: Mapping[int, Sequence[Twig]]) -> dict[int, Reach]:
    """Figures over the practices of each tree that were not withdrawn; results only over those that told one."""
    counties = Place.objects.filter(kind=PlaceKind.COUNTY, parent__kind=PlaceKind.PROVINCE).order_by()
    of_province = dict(counties.values_list("parent__path").annotate(n=Count("pk")))
    return {pk: _reach(twigs, of_province) for pk, twigs in trees.items()}


def _reach(twigs: Sequence[Twig], of_province: Mapping[str, int]) -> Reach:
    live = [twig for twig in twigs if not twig.is_withdrawn]
    done = [twig for twig in live if twig.practice.state == PracticeState.PUBLISHED]
    counties = {county(twig.practice.place_path) for twig in done} - {""}
    return Reach(
        stage=rules.stage([_node(twig.practice) for twig in live], of_province),
        done=len(done),
        under_way=len(live) - len(done),
        counties=len(counties),
        provinces=len({rules.province(one) for one in counties}),
        organisations=len({twig.practice.organisation_id for twig in done}),
        people_reached=sum(twig.practice.people_reached or 0 for twig in done),
        cost_rial=sum(twig.practice.cost_rial for twig in done),
        asked=sum(twig.asked for twig in live),
        met=sum(twig.met for twig in live),
    )


def stories_in_hand(by: Acting) -> QuerySet[Story]:
    """Stories of one's own area and organisation that were not withdrawn, with what they still lack."""
    waiting = ProposedWords.objects.filter(story=OuterRef("pk"), state=WordsState.OPEN)
    ended = StoryEnding.objects.filter(story=OuterRef("pk"))
    rows = Story.objects.filter(in_area(by)).exclude(state=StoryState.WITHDRAWN).select_related(*_RELATED)
    own = rows.filter(below(by.organisation_path, "organisation_path"))
    return own.defer("place__boundary").annotate(has_words=Exists(waiting), has_ending=Exists(ended))


def own_story(story_id: int, by: Acting) -> Story:
    return only(stories_in_hand(by).filter(pk=story_id))


def consents_given(story_id: int) -> int:
    """How many people shown in the story have consented and not taken it back. A number only, so counted for every editor."""
    with scope(SYSTEM):
        rows = StoryConsent.objects.filter(story_id=story_id, consent__withdrawn_at__isnull=True)
        return rows.values("consent__person_id").distinct().count()


def people_shown(story_id: int) -> int:
    """How many people must have consented, by what the teller said of the whole story and of each of its pictures."""
    with scope(SYSTEM):
        told = StoryEnding.objects.filter(story_id=story_id).values_list("shown_count", flat=True).first() or 0
        photos = StoryPhoto.objects.filter(story_id=story_id, removed_at__isnull=True)
        return rules.shown_in_all(told, photos.values_list("shown_count", flat=True))


def waiting(by: Acting, today: date) -> QuerySet[Any] | None:
    """What waits for this actor: nominations to decide on; a service offered to his organisation; changes proposed to his words."""
    if by.role in CALLERS:
        undecided = Nomination.objects.filter(state=NominationState.PROPOSED, session__state=SessionState.OPEN)
        return undecided.filter(
            in_area(by, "session__place_path"), below(by.organisation_path, "session__organisation_path")
        )
    if by.role in EDITORS:
        offered = Handover.objects.filter(stage=HandoverStage.PROPOSED)
        return offered.filter(in_area(by), below(by.organisation_path, "receiver_path"))
    return (
        ProposedWords.objects.filter(state=WordsState.OPEN, story__told_by_id=by.membership_id or 0)
        if by.is_staff
        else None
    )


def sessions() -> QuerySet[HighSession]:
    counted = Count("nominations", filter=Q(nominations__state=NominationState.ACCEPTED))
    return HighSession.objects.select_related(*_RELATED).defer("place__boundary").annotate(in_book=counted)


def open_sessions(today: date) -> QuerySet[HighSession]:
    return HighSession.objects.filter(state="open", held_date__gte=today).order_by("held_date", "pk")


def one_session(high_session_id: int) -> HighSession:
    return only(sessions().filter(pk=high_session_id))


def nominations_of(high_session_id: int) -> QuerySet[Nomination]:
    """In the order in which they stand in the book: as they were accepted; those undecided after them."""
    rows = Nomination.objects.filter(session_id=high_session_id)
    related = rows.select_related("practice__place", "practice__organisation", "practice__story")
    return related.defer("practice__place__boundary").order_by(F("decided_at").asc(nulls_last=True), "pk")


def words_to_answer(by: Acting) -> QuerySet[ProposedWords]:
    """Changes that editors propose to what the actor told himself."""
    told = Q(story__told_by_id=by.membership_id) & ~Q(story__state=StoryState.WITHDRAWN)
    return ProposedWords.objects.filter(told, state=WordsState.OPEN)


def nominations_to_decide(by: Acting) -> QuerySet[Nomination]:
    """Those to open sessions the actor keeps, nominated by somebody else."""
    kept = in_area(by, "session__place_path") & below(by.organisation_path, "session__organisation_path")
    open_ones = Nomination.objects.filter(kept, state=NominationState.PROPOSED, session__state=SessionState.OPEN)
    return open_ones.exclude(nominated_by_id=by.membership_id)


def nominators(rows: Iterable[Nomination]) -> dict[int, int | None]:
    """The account behind each nomination, by its id; read under the national role, for a role may lie outside the reader's area."""
    of = {row.pk: row.nominated_by_id for row in rows}
    asked = {pk for pk in of.values() if pk is not None}
    with scope(SYSTEM):
        accounts = dict(Membership.objects.filter(pk__in=asked).values_list("pk", "account_id"))
    return {pk: accounts.get(membership or 0) for pk, membership in of.items()}


def in_book(high_session_id: int) -> list[Practice]:
    """The practices that were accepted and are still shown, in their order."""
    rows = nominations_of(high_session_id)
    return [
        one.practice for one in rows.filter(state=NominationState.ACCEPTED, practice__state=PracticeState.PUBLISHED)
    ]


@dataclass(frozen=True)
class BookLine:
    """What Peyvand counts of a practice for a book; `asked` and `met` None where too few deliveries stand behind them."""

    done: int
    counties: int
    people_reached: int
    stage: str
    asked: int | None
    met: int | None


def book_figures(
    session: HighSession, rows: Sequence[Practice], by: Acting, today: date
) -> tuple[date, dict[int, BookLine]]:
    """The figures of a book by the id of the practice, and the day of the count: of a closed one, that of its closing."""
    if session.book is None:
        return today, _counted(rows, by)
    kept = {int(pk): BookLine(**line) for pk, line in session.book["practices"].items()}
    return date.fromisoformat(session.book["day"]), kept


def book_to_keep(high_session_id: int, today: date) -> dict[str, Any]:
    """What a book says from its closing on, to whoever reads it: so what outsiders are not shown is left out."""
    lines = _counted(in_book(high_session_id), PUBLIC)
    return {"day": today.isoformat(), "practices": {str(pk): asdict(line) for pk, line in lines.items()}}


def _counted(rows: Sequence[Practice], by: Acting) -> dict[int, BookLine]:
    trees = trees_of([row.pk for row in rows])
    reaches = reaches_of(trees)
    found = {}
    for row in rows:
        own = next(twig.told_to(by, LEAST) for twig in trees[row.pk] if twig.practice.pk == row.pk)
        reach, (asked, met) = reaches[row.pk], own or (None, None)
        found[row.pk] = BookLine(reach.done, reach.counties, reach.people_reached, reach.stage.value, asked, met)
    return found
