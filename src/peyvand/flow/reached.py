"""How far the needs of a place have come: waiting, promised, delivered, told; and what fell out on the way, and why.

Read under the national role with an explicit filter by place, like all public figures. Each group is a breakdown of a head
figure and is suppressed as such from the country down, so that none of its parts can be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from peyvand.flow.commitment.enums import CommitmentState
from peyvand.flow.figures import ENDED_BADLY, Figure, PlaceFigures, breakdown, counted
from peyvand.flow.need.enums import ClosedAs


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
    """How far the needs of the place of `figures` have come. No query: what it needs was asked with the figures."""
    levels = figures.levels
    is_open, is_met, others, ended = map(counted, figures.stages)
    shown = {
        **breakdown(levels, "open", is_open, ("waiting", "promised", "partly")),
        **breakdown(levels, "met", is_met, ("untold", "in_story")),
        **breakdown(levels, "told", others, ("drafts", ClosedAs.WITHDRAWN.value, ClosedAs.EXPIRED.value)),
    }
    # No head figure counts these; they are withheld as if one did, so that they too cannot be worked out.
    ends = breakdown(levels, "told", ended, [state.value for state in ENDED_BADLY])
    return Reached(
        told=figures.counts["told"], met=figures.counts["met"],
        ended={state: ends[state.value] for state in ENDED_BADLY}, **shown,
    )  # fmt: skip
