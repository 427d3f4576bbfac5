"""No figure under five, and none that can be worked out from the others (decision D14), pure.

Nought is shown: it says that nobody waits, which is the aim. Every other figure under five is withheld, and where the shown
parts of a known total would betray the rest, more is withheld, until a reader must allow that each withheld part is five or more.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

LEAST = 5
Key = TypeVar("Key")


def is_small(figure: int) -> bool:
    return 0 < figure < LEAST


def shown(figure: int) -> int | None:
    """A figure that stands alone; None = withheld."""
    return None if is_small(figure) else figure


def safe(withheld: list[int]) -> bool:
    """Whether parts whose sum is known keep their secret: the largest any of them could be is at least five.

    A reader knows that a withheld part is at least one, so of a sum S of n parts none can be above S - (n - 1).
    """
    return not withheld or (len(withheld) > 1 and sum(withheld) - (len(withheld) - 1) >= LEAST)


def suppressed(
    parts: Mapping[Key, int], *, total_known: bool = True, also: Collection[Key] = ()
) -> dict[Key, int | None]:
    """The parts of a total as a reader may see them; those in `also` are withheld for a reason of their own.

    With a known total, the next smallest shown parts are withheld too until `safe` holds; where even all of them together
    would betray one, the whole breakdown is withheld, noughts included.
    """
    answer: dict[Key, int | None] = {key: None if key in also else shown(figure) for key, figure in parts.items()}
    if not total_known:
        return answer
    withheld = [parts[key] for key, figure in answer.items() if figure is None]
    open_to_all = [(key, figure) for key, figure in answer.items() if figure]
    for key, figure in sorted(open_to_all, key=lambda one: one[1]):
        if safe(withheld):
            break
        answer[key] = None
        withheld.append(figure)
    return answer if safe(withheld) else dict.fromkeys(parts)
