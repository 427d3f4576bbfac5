"""What is carried further of stories: read as somebody sees it who is not signed in, whoever asks.

So a consent that is taken back, or a story that is withdrawn, empties the feed, the card, the embedded page, the sheet and the week
in the same moment: the policy of published stories is asked anew each time, and nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, QuerySet

from peyvand.flow.story.models import Story
from peyvand.flow.story.queries import published
from peyvand.kernel.jalali import TEHRAN, WEEK_DAYS, business_date, week_of
from peyvand.programmes.practices import rules
from peyvand.programmes.practices.models import StoryEnding, Turn
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.bulk import only
from peyvand.scope.database import scope

MOST_FED, MOST_OF_WEEK = 30, 60


def shown(story_id: int) -> Story:
    """A story that everyone may read now. Raises `NotFound`."""
    with scope(PUBLIC):
        return only(_rows().filter(pk=story_id))


def newest(count: int = MOST_FED) -> list[Story]:
    with scope(PUBLIC):
        return list(_rows().order_by("-published_at", "-pk")[:count])


@dataclass(frozen=True)
class Week:
    """The stories of one week (Saturday to Friday), the newest first, and whether there is an earlier one to read."""

    begins: date
    stories: list[Story]
    earlier: bool

    @property
    def ends(self) -> date:
        return self.begins + timedelta(days=WEEK_DAYS - 1)


def week(begins: date) -> Week:
    with scope(PUBLIC):
        rows = _rows().filter(
            published_at__gte=_dawn(begins), published_at__lt=_dawn(begins + timedelta(days=WEEK_DAYS))
        )
        earlier = published().filter(published_at__lt=_dawn(begins)).exists()
        return Week(begins, list(rows.order_by("-published_at", "-pk")[:MOST_OF_WEEK]), earlier)


def weeks(count: int, today: date) -> list[Week]:
    """The last whole weeks in which something was told, the newest first."""
    this = week_of(today)
    since = this - timedelta(days=WEEK_DAYS * count)
    with scope(PUBLIC):
        rows = list(
            _rows()
            .filter(published_at__gte=_dawn(since), published_at__lt=_dawn(this))
            .order_by("-published_at", "-pk")[: count * MOST_OF_WEEK]
        )
    told: dict[date, list[Story]] = {}
    for row in rows:
        if row.published_at is not None:
            told.setdefault(week_of(business_date(row.published_at)), []).append(row)
    return [Week(begins, told[begins][:MOST_OF_WEEK], True) for begins in sorted(told, reverse=True)]


def unseen(today: date) -> list[Story]:
    """The shelf of what nobody has gone on from yet, of the last year: first those of organisations that are seldom heard (fewest
    stories that year), then the oldest; one of each organisation. The rule stands on the page.
    """
    since = _dawn(today - timedelta(days=rules.SHELF_DAYS))
    with scope(SYSTEM):
        turned = list(Turn.objects.filter(taken_at__gte=since).values_list("story_id", flat=True).distinct())
    with scope(PUBLIC):
        year = published().filter(published_at__gte=since)
        quiet = year.exclude(pk__in=turned).order_by()
        said = dict(year.order_by().values_list("organisation_id").annotate(n=Count("pk")))
        firsts = quiet.values("organisation_id").annotate(first=Min("pk")).values_list("organisation_id", "first")
        chosen = [pk for _, pk in sorted(firsts, key=lambda one: (said[one[0]], one[1]))[: rules.SHELF_ROWS]]
        rows = _rows().in_bulk(chosen)
    return [rows[pk] for pk in chosen if pk in rows]


def endings(story_ids: Sequence[int]) -> dict[int, StoryEnding]:
    with scope(SYSTEM):
        return StoryEnding.objects.select_related("specification", "practice").in_bulk(list(story_ids))


@dataclass(frozen=True)
class Turns:
    """How many went on from a story to what it asks for, and of them how many are known to have done it."""

    taken: int
    done: int


def turns_of(story_id: int) -> Turns:
    with scope(SYSTEM):
        found = Turn.objects.filter(story_id=story_id).aggregate(taken=Count("pk"), done=Count("done_at"))
    return Turns(**found)


def _rows() -> QuerySet[Story]:
    return published().defer("place__boundary")


def _dawn(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=TEHRAN)
