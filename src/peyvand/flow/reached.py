"""How far the needs of a place have come: waiting, promised, delivered, told; and what fell out on the way, and why.

Read under the national role with an explicit filter by place, like all public figures. Each group is a breakdown of a head
figure and is suppressed as such from the country down, so that none of its parts can be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Value, When

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.figures import Figure, PlaceFigures, breakdown, counted
from peyvand.flow.need.enums import ClosedAs, NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import StoryDelivery
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


def reached(figures: PlaceFigures) -> Reached:
    """How far the needs of the place of `figures` have come. Four queries."""
    levels = figures.levels
    below_all = below(levels[0].path)
    needs = Need.objects.filter(below_all)
    storied = StoryDelivery.objects.filter(story__state=StoryState.PUBLISHED, delivery__commitment__need=OuterRef("pk"))
    is_open = needs.filter(state=NeedState.OPEN).annotate(
        part=Case(
            When(committed=0, then=Value("waiting")), When(met=0, then=Value("promised")), default=Value("partly")
        )
    )
    is_met = needs.filter(closed_as=ClosedAs.MET).annotate(
        part=Case(When(Exists(storied), then=Value("in_story")), default=Value("untold"))
    )
    others = needs.exclude(state=NeedState.OPEN).exclude(closed_as=ClosedAs.MET)
    others = others.annotate(part=Case(When(state=NeedState.DRAFT, then=Value("drafts")), default=F("closed_as")))
    ended = Commitment.objects.filter(below_all, state__in=ENDED_BADLY)
    with scope(SYSTEM):
        shown = {
            **breakdown(levels, "open", counted(is_open, "part"), ("waiting", "promised", "partly")),
            **breakdown(levels, "met", counted(is_met, "part"), ("untold", "in_story")),
            **breakdown(
                levels, "told", counted(others, "part"), ("drafts", ClosedAs.WITHDRAWN.value, ClosedAs.EXPIRED.value)
            ),
        }
        # No head figure counts these; they are withheld as if one did, so that they too cannot be worked out.
        ends = breakdown(levels, "told", counted(ended, "state"), [state.value for state in ENDED_BADLY])
    return Reached(
        told=figures.counts["told"], met=figures.counts["met"],
        ended={state: ends[state.value] for state in ENDED_BADLY}, **shown,
    )  # fmt: skip
