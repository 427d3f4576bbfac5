"""Setting the weights of priority: dated rows, so that every past priority stays explained by the weights of its day."""

from collections.abc import Mapping
from datetime import date, datetime

from peyvand.flow.need.enums import PriorityPart
from peyvand.flow.need.models import PriorityWeights
from peyvand.flow.need.permissions import may_set_weights
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@action
def set_weights(
    *, since: date, weights: Mapping[PriorityPart, int], source: str, by: Acting, now: datetime
) -> PriorityWeights:
    """Weights (0 to 100 each, not all 0) in force from `since` on, today or later, with who decided it as `source`.

    What was set for the same day is replaced; what was in force before stays as it was. Needs are counted anew with their
    next counting, not at once.
    """
    require(may_set_weights(by))
    if since < business_date(now):
        raise BadValue(field="since", reason="weights of past days are not changed")
    if set(weights) != set(PriorityPart) or not all(0 <= weight <= 100 for weight in weights.values()):
        raise BadValue(field="weights", reason="each part has a weight from 0 to 100")
    if not any(weights.values()):
        raise BadValue(field="weights", reason="at least one part has a weight")
    if len(source.strip()) < 5:
        raise BadValue(field="source", reason="say who decided this, and when")
    values = {part.value: weight for part, weight in weights.items()}
    row, _ = PriorityWeights.objects.update_or_create(since=since, defaults={**values, "source": source.strip()})
    record(
        "priority.weights_set", kind="priority_weights", subject=row.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path, data=values | {"since": since.isoformat()},
    )  # fmt: skip
    return row
