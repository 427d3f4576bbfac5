"""The figures of programmes as a reader may see them."""

from dataclasses import dataclass
from datetime import date

from peyvand.extend.programme import Figure, Programme
from peyvand.scope.acting import Acting

# An area alone gives figures, and none counted from fewer than five rows (decision D14).
LEAST = 5


@dataclass(frozen=True)
class Shown:
    """`value` is None where there is nothing to count, or (`withheld`) too little to be shown from outside."""

    figure: Figure
    value: float | None
    of: int | None
    withheld: bool = False


def shown(programme: Programme, by: Acting, today: date) -> list[Shown]:
    """Every figure of a programme, counted where the actor stands."""
    answer = []
    together = programme.counted_together(by, today) if programme.counted_together else {}
    for figure in programme.figures:
        counted = together.get(figure.slug) or figure.count(by, today)
        if counted.of < LEAST and not by.is_staff:
            answer.append(Shown(figure, None, None, withheld=True))
        else:
            answer.append(Shown(figure, counted.value, counted.of))
    return answer
