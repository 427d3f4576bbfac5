"""How the core asks programmes whether a step may be taken (decision D8): closed when in doubt."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import STEPS, Guard, Programme, Step
from peyvand.kernel.refusals import Refusal
from peyvand.scope.acting import Acting

log = logging.getLogger(__name__)


class GuardFailed(Refusal):
    """The guard itself broke. Until it is repaired the step stays refused: an unanswered question is not a yes."""

    code = "guard_failed"
    message = "The programme “{programme}” could not answer whether “{step}” is allowed, so it was not done. Tell those who run the site."


def guarded(name: str, *, by: Acting, now: datetime, rows: Sequence[object] = (), **ids: Iterable[int]) -> None:
    """Ask the guards of every programme about a step; raises the first refusal.

    Called by each action after its rows are locked and before anything is written. `ids` are those of the kinds that
    `STEPS` names for the step.
    """
    if set(ids) != set(STEPS[name]):
        raise LookupError(f"the step {name} gives the ids of {STEPS[name]}")
    asked = [(one, guard) for one in programmes().values() if (guard := one.guards.get(name)) is not None]
    if not asked:
        return
    step = Step(name, by, now, {kind: tuple(sorted(set(some))) for kind, some in ids.items()}, tuple(rows))
    for programme, guard in asked:
        answer = _answer(programme, guard, step)
        if answer is not None:
            raise answer


def _answer(programme: Programme, guard: Guard, step: Step) -> Refusal | None:
    try:
        answer = guard(step)
    except Refusal as refusal:
        return refusal
    except Exception:
        log.exception("guard of %s at %s failed", programme.slug, step.name)
        return GuardFailed(programme=programme.slug, step=step.name)
    if answer is None or isinstance(answer, Refusal):
        return answer
    log.error("guard of %s at %s answered %r, neither a Refusal nor None", programme.slug, step.name, answer)
    return GuardFailed(programme=programme.slug, step=step.name)
