"""Needs that go together: the members of a team, both days of a service. They are served all, or none of them.

A group is a number that its needs share. They lie in one place and are kept by one organisation, so that every run of the
matching that takes one of them takes all.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from peyvand.extend.reactions import react
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.permissions import may_set_asked
from peyvand.journal.actions import record_batch
from peyvand.kernel.refusals import BadValue, require
from peyvand.kernel.states import WrongState
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

MOST_TOGETHER = 20


def numbers_of(words: Sequence[str], needs: Sequence[Need]) -> list[int | None]:
    """A new number for each word, beside the needs that carry it; None where there is no word. Raises `BadValue`."""
    groups: dict[str, list[Need]] = {}
    for word, need in zip(words, needs, strict=True):
        if word:
            groups.setdefault(word, []).append(need)
    for members in groups.values():
        _check(members)
        if len(members) < 2:
            raise BadValue(field="together", reason="no other need goes together with this one")
    numbers = dict(zip(groups, _drawn(len(groups)), strict=True))
    return [numbers.get(word) for word in words]


@action
def set_together(*, need_ids: Sequence[int], by: Acting, now: datetime) -> list[Need]:
    """From now on these needs go together, and with no other; one alone goes by itself again. Gives them in the order of ids.

    Each leaves the group it stood in; who is left alone there goes by itself. Promises that stand stay; new ones and runs go by it.
    Raises `BadValue` where they lie apart, `WrongState` where one is closed.
    """
    asked = set(need_ids)
    left = Need.objects.filter(pk__in=asked, together__isnull=False).values("together")
    rows = lock(Need.objects.all(), asked | set(Need.objects.filter(together__in=left).values_list("pk", flat=True)))
    for need in rows.values():
        require(may_set_asked(by, need))
    chosen = [rows[pk] for pk in sorted(asked)]
    _check(chosen)
    for need in chosen:
        if need.state == NeedState.CLOSED:
            raise WrongState(act="set_together", state=need.state)
    before = {pk: need.together for pk, need in rows.items()}
    number = _drawn(1)[0] if len(chosen) > 1 else None
    for need in chosen:
        need.together = number
    staying = Counter(need.together for need in rows.values())
    for need in rows.values():
        if staying[need.together] == 1:
            need.together = None
    changed = [need for pk, need in rows.items() if need.together != before[pk]]
    Need.objects.bulk_update(changed, ["together"])
    if changed:
        record_batch(
            "need.together_set", kind="need", subjects=changed, by=by, now=now,
            rows=[(need.pk, need.together or 0) for need in changed],
        )  # fmt: skip
        react("need.together_set", need=[need.pk for need in changed])
    return chosen


def _check(members: Sequence[Need]) -> None:
    if len({(need.place_path, need.organisation_path) for need in members}) > 1:
        raise BadValue(field="together", reason="what goes together lies in one place and is kept by one organisation")
    if len(members) > MOST_TOGETHER:
        raise BadValue(field="together", reason="at most twenty needs go together")


def _drawn(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('need_together_number') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]
