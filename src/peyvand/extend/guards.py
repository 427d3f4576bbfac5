"""How the core asks programmes whether a step may be taken (decision D8): closed when in doubt."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from peyvand.extend.discovery import programmes
from peyvand.extend.programme import Guard, Hold, Programme, Step
from peyvand.extend.steps import STEPS
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


@dataclass(frozen=True)
class Held:
    """A need that a programme keeps out of the matching: the programme's slug and its reason."""

    programme: str
    refusal: Refusal


def held_back(*, by: Acting, now: datetime, need_ids: Iterable[int]) -> dict[int, Held]:
    """The needs that programmes keep out of a run of the matching: each programme is asked once for all of them.

    Asked under the scope the run reads in. Raises `GuardFailed` where a programme cannot answer: then nothing is matched.
    """
    step = Step("run_matching", by, now, {"need": tuple(sorted(set(need_ids)))})
    found: dict[int, Held] = {}
    for programme in programmes().values():
        if programme.held_back is not None:
            answer = _held(programme, programme.held_back, step)
            found = {need_id: Held(programme.slug, refusal) for need_id, refusal in answer.items()} | found
    return found


def _held(programme: Programme, hold: Hold, step: Step) -> Mapping[int, Refusal]:
    asked = set(step.ids["need"])
    try:
        answer = hold(step)
        if asked.issuperset(answer) and all(isinstance(one, Refusal) for one in answer.values()):
            return answer
        log.error("%s held back what was not asked about, or without a refusal", programme.slug)
    except Exception:
        log.exception("%s could not say what it holds back", programme.slug)
    raise GuardFailed(programme=programme.slug, step=step.name)
