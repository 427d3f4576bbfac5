"""Every write of kept filters. The journal says that one was kept, never what it asks: somebody may have searched for a name."""

from datetime import datetime, timedelta

from peyvand.filters.models import LONGEST_NAME, LONGEST_QUERY, KeptFilter
from peyvand.filters.queries import filters_of
from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal
from peyvand.people.models import Membership
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

MOST = 50
# What was removed can be taken back so long.
REMOVED_FOR = timedelta(days=1)


class TooManyFilters(Refusal):
    code = "too_many_filters"
    message = "You keep {most} filters already. Remove one before you keep another."


@action
def keep_filter(
    *,
    path: str,
    title: str,
    name: str,
    query: str,
    pinned: bool = False,
    opens: bool = False,
    by: Acting,
    now: datetime,
) -> KeptFilter:
    """Keep the question of a list's address under a name. Raises `AlreadyThere` for a name kept there already, `TooManyFilters`."""
    if not by.membership_id:
        raise NotPermitted(reason="you have no role at present; ask your manager for one")
    Membership.objects.select_for_update(no_key=True).get(pk=by.membership_id)  # two keepings at once count each other
    if filters_of(by).count() >= MOST:
        raise TooManyFilters(most=MOST)
    if not 1 <= len(query) <= LONGEST_QUERY:
        raise BadValue(field="query", reason="set a filter on the list before you keep it")
    if opens:
        filters_of(by).filter(path=path).update(opens=False)
    kept = KeptFilter.objects.create(
        membership_id=by.membership_id, path=path, title=title, name=_named(name), query=query, pinned=pinned, opens=opens, kept_at=now,
    )  # fmt: skip
    _note("filter.kept", kept, by, now)
    return kept


@action
def change_filter(*, filter_id: int, name: str, pinned: bool, opens: bool, by: Acting, now: datetime) -> KeptFilter:
    """Another name, on the first page or not, and whether the list opens with it: then no other of the list does."""
    kept = lock(filters_of(by), [filter_id])[filter_id]
    if opens:
        filters_of(by).filter(path=kept.path).exclude(pk=filter_id).update(opens=False)
    kept.name, kept.pinned, kept.opens = _named(name), pinned, opens
    kept.save(update_fields=["name", "pinned", "opens"])
    _note("filter.changed", kept, by, now)
    return kept


@action
def remove_filter(*, filter_id: int, by: Acting, now: datetime) -> KeptFilter:
    kept = lock(filters_of(by), [filter_id])[filter_id]
    kept.removed_at = now
    kept.save(update_fields=["removed_at"])
    _note("filter.removed", kept, by, now)
    return kept


@action
def restore_filter(*, filter_id: int, by: Acting, now: datetime) -> KeptFilter:
    """Undo a removal. Raises `AlreadyThere` where the name was given anew; another that opens the list goes on to do so."""
    removed = KeptFilter.objects.filter(membership_id=by.membership_id, removed_at__isnull=False)
    kept = lock(removed, [filter_id])[filter_id]
    kept.removed_at = None
    kept.opens = kept.opens and not filters_of(by).filter(path=kept.path, opens=True).exists()
    kept.save(update_fields=["removed_at", "opens"])
    _note("filter.restored", kept, by, now)
    return kept


def forget_removed(*, now: datetime) -> int:
    """Take away what was removed and not taken back; gives how many."""
    with scope(SYSTEM):
        return KeptFilter.objects.filter(removed_at__lt=now - REMOVED_FOR).delete()[0]


def _named(name: str) -> str:
    if not name.strip():
        raise BadValue(field="name", reason="a kept filter has a name")
    if len(name.strip()) > LONGEST_NAME:
        raise BadValue(field="name", reason="too long, too large, or not text")
    return name.strip()


def _note(act: str, kept: KeptFilter, by: Acting, now: datetime) -> None:
    record(
        act, kind="filter", subject=kept.pk, by=by, now=now, place_path=by.place_path, organisation_path=by.organisation_path,
    )  # fmt: skip
