"""How far the needs of a place have come: waiting, promised, delivered, told; and what fell out on the way, and why.

Each group is a breakdown of a head figure, or of a part of one, and is suppressed as such from the country down, so that
none of its parts can be worked out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from peyvand.flow.commitment.enums import ENDED_EARLY, CommitmentState, DeclineReason, UnservedReason
from peyvand.flow.counting.cells import MET, OPEN, OTHERWISE, WHY
from peyvand.flow.delivery.enums import RefusalReason
from peyvand.flow.figures import Figure, PlaceFigures, breakdown


@dataclass(frozen=True)
class Reached:
    """Needs by how far they came; None = withheld. `met` are the `untold` and those `in_story`.

    `why` are the `waiting` ones by what the newest matching said (None: it has said nothing of them). `ended` are promises that
    did not come to a delivery by how they ended, `ended_why` the same by the reason given (None: none was given), `refused`
    deliveries that the receiver's side did not accept.
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
    why: Mapping[UnservedReason | None, Figure]
    ended: Mapping[CommitmentState, Figure]
    ended_why: Mapping[DeclineReason | None, Figure]
    refused: Mapping[RefusalReason, Figure]

    @property
    def stages(self) -> dict[str, Figure]:
        """How many needs came at least as far as each stage: sums of shown figures, so that they tell nothing new."""
        delivered = _sum(self.partly, self.met)
        promised = _sum(self.promised, delivered)
        return {"need": self.told, "commitment": promised, "delivery": delivered, "story": self.in_story}


def _sum(*figures: Figure) -> Figure:
    return None if None in figures else sum(figure or 0 for figure in figures)


def reached(figures: PlaceFigures) -> Reached:
    """How far the needs of the place of `figures` have come. No query."""
    heads = figures.heads
    counts, told = heads.counts, heads.way("told")
    is_open = breakdown(heads.way("open"), counts, "need", OPEN)
    shown = is_open.own | breakdown(heads.way("met"), counts, "need", MET).own
    shown |= breakdown(told, counts, "need", OTHERWISE).own
    why = breakdown(is_open.way("waiting"), counts, "why", WHY).own
    # No head figure counts these; they are withheld as if one did, so that they too cannot be worked out.
    ended = breakdown(told, counts, "promise", [state.value for state in ENDED_EARLY]).own
    ended_why = breakdown(told, counts, "ended_why", [*DeclineReason.values, ""]).own
    refused = breakdown(told, counts, "refused", RefusalReason.values).own
    return Reached(
        told=figures.counts["told"], met=figures.counts["met"], **shown,
        why={UnservedReason(name) if name else None: figure for name, figure in why.items()},
        ended={state: ended[state.value] for state in ENDED_EARLY},
        ended_why={DeclineReason(name) if name else None: figure for name, figure in ended_why.items()},
        refused={RefusalReason(name): figure for name, figure in refused.items()},
    )  # fmt: skip
