"""How far the needs of a place have come: waiting, promised, delivered, told; and what fell out on the way, and why.

Read under the national role with an explicit filter by place, like all public figures. Each group is a breakdown of a head
figure of the place and is suppressed as one, so that none of its parts can be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.figures import Figure, parts_of
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import StoryDelivery
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

ENDED_BADLY = (CommitmentState.BROKEN, CommitmentState.LAPSED, CommitmentState.WITHDRAWN)


@dataclass(frozen=True)
class Reached:
    """Needs by how far they came; None = withheld. `met` are the `untold` and those `in_story`.

    `ended` are promises that did not come to a delivery, by how they ended.
    """

    told: Figure
    waiting: Figure
    promised: Figure
    partly: Figure
    met: Figure
    untold: Figure
    in_story: Figure
    drafts: Figure
    withdrawn: Figure
    expired: Figure
    ended: Mapping[CommitmentState, Figure]

    @property
    def stages(self) -> dict[str, Figure]:
        """How many needs came at least as far as each stage: sums of shown figures, so that they tell nothing new."""
        delivered = _sum(self.partly, self.met)
        promised = _sum(self.promised, delivered)
        return {"need": self.told, "commitment": promised, "delivery": delivered, "story": self.in_story}


def _sum(*figures: Figure) -> Figure:
    return None if None in figures else sum(figure or 0 for figure in figures)


def reached(place: Place, counts: Mapping[str, Figure]) -> Reached:
    """`counts` are the head figures of the place (`place_figures`): where one is withheld, its parts are too. Two queries."""
    with scope(SYSTEM):
        exact = _needs(place.path)
        ended = dict.fromkeys(ENDED_BADLY, 0)
        rows = Commitment.objects.filter(below(place.path), state__in=ENDED_BADLY).order_by().values("state")
        ended |= {CommitmentState(row["state"]): row["n"] for row in rows.annotate(n=Count("pk"))}
    shown = {
        **parts_of(counts["open"] is not None, {name: exact[name] for name in ("waiting", "promised", "partly")}),
        **parts_of(counts["met"] is not None, {name: exact[name] for name in ("untold", "in_story")}),
        **parts_of(counts["told"] is not None, {name: exact[name] for name in ("drafts", "withdrawn", "expired")}),
    }
    return Reached(told=counts["told"], met=counts["met"], ended=parts_of(True, ended), **shown)


def _needs(path: str) -> dict[str, int]:
    storied = StoryDelivery.objects.filter(story__state=StoryState.PUBLISHED, delivery__commitment__need=OuterRef("pk"))
    is_open, is_met = Q(state=NeedState.OPEN), Q(closed_as=ClosedAs.MET)
    found: dict[str, int] = (
        Need.objects.filter(below(path)).annotate(is_told=Exists(storied)).aggregate(
            drafts=Count("pk", filter=Q(state=NeedState.DRAFT)),
            waiting=Count("pk", filter=is_open & Q(committed=0)),
            promised=Count("pk", filter=is_open & Q(committed__gt=0, met=0)),
            partly=Count("pk", filter=is_open & Q(met__gt=0)),
            untold=Count("pk", filter=is_met & Q(is_told=False)),
            in_story=Count("pk", filter=is_met & Q(is_told=True)),
            withdrawn=Count("pk", filter=Q(closed_as=ClosedAs.WITHDRAWN)),
            expired=Count("pk", filter=Q(closed_as=ClosedAs.EXPIRED)),
        )
    )  # fmt: skip
    return found
