"""What a run writes: suggestions that are new, those that give way, and why each other need is left. What is the same stays as it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils.translation import override

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.enums import GaveWay, SuggestionState, UnservedReason
from peyvand.flow.commitment.fitting import refused_meanwhile
from peyvand.flow.commitment.loading import Loaded, own_needs, proposed_units
from peyvand.flow.commitment.models import MatchingRun, Suggestion, Unserved
from peyvand.flow.commitment.reckoning import Result
from peyvand.flow.commitment.rules import SUGGESTION_LIFE
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.scope.acting import Acting

_AT_ONCE = 5000


class Pair(NamedTuple):
    need: int
    offer: int
    quantity: int
    km: float | None
    why: str = ""


class Standing(NamedTuple):
    """A suggestion without an answer yet."""

    pk: int
    quantity: int


@dataclass
class Changes:
    """What a result changes of the standing suggestions. Ids of suggestions, but for `new`; needs are counted."""

    kept: list[int] = field(default_factory=list)
    gave_way: dict[GaveWay, list[int]] = field(default_factory=lambda: defaultdict(list))
    new: list[Pair] = field(default_factory=list)
    fresh: int = 0
    moved: int = 0
    gone: int = 0
    unchanged: int = 0


def propose(run: MatchingRun, loaded: Loaded, result: Result, *, by: Acting, now: datetime) -> None:
    """Write a result in the order in which the house locks rows; what was promised meanwhile is not proposed.

    Counts what it wrote on `run`, which the caller saves.
    """
    standing = _lock_standing(run, by)
    pairs, taken = _still_possible([Pair(*row) for row in result.pairs.iter_rows()], standing, loaded)
    left = _why_left(run, loaded, result, taken)
    changes = compared(standing, pairs, why={row.need_id: GaveWay(row.reason) for row in left})
    _end(run, changes, now)
    _stay(
        run,
        changes.kept,
        {standing[one.need][one.offer].pk: one.why for one in pairs if one.offer in standing.get(one.need, ())},
    )
    # What goes together is written in one statement: the database asks after each whether it is whole.
    grouped = [one for one in changes.new if loaded.needs[one.need].together is not None]
    alone = [one for one in changes.new if loaded.needs[one.need].together is None]
    Suggestion.objects.bulk_create([_suggestion(run, loaded, one) for one in grouped])
    Suggestion.objects.bulk_create([_suggestion(run, loaded, one) for one in alone], batch_size=_AT_ONCE)
    Unserved.objects.filter(need_id__in=[*loaded.needs, *loaded.held, *loaded.apart]).delete()
    Unserved.objects.bulk_create(left, batch_size=_AT_ONCE)
    run.needs = len(loaded.needs) + len(loaded.held) + len(loaded.apart)
    run.capacities = len(loaded.capacities)
    run.served, run.unserved = len({one.need for one in pairs}), len(left)
    run.fresh, run.moved, run.gone, run.unchanged = changes.fresh, changes.moved, changes.gone, changes.unchanged


def compared(
    standing: Mapping[int, Mapping[int, Standing]], pairs: Iterable[Pair], *, why: Mapping[int, GaveWay]
) -> Changes:
    """The difference between what stands and what a run found, need by need. Pure.

    `standing[need][offer]`. A need for which nothing is found gives the reason in `why`, or none is needed any more.
    """
    found: dict[int, dict[int, Pair]] = defaultdict(dict)
    for one in pairs:
        found[one.need][one.offer] = one
    changes = Changes()
    for need in standing.keys() | found.keys():
        before, after = standing.get(need, {}), found.get(need, {})
        same = {offer for offer, one in before.items() if offer in after and after[offer].quantity == one.quantity}
        changes.kept += [before[offer].pk for offer in same]
        changes.new += [one for offer, one in after.items() if offer not in same]
        reason = GaveWay.MOVED if after else why.get(need, GaveWay.NOT_NEEDED)
        if ended := [one.pk for offer, one in before.items() if offer not in same]:
            changes.gave_way[reason] += ended
        changes.fresh += not before
        changes.gone += not after
        differs = len(same) < max(len(before), len(after))
        changes.moved += bool(before and after and differs)
        changes.unchanged += not differs
    changes.new.sort()
    return changes


def _lock_standing(run: MatchingRun, by: Acting) -> dict[int, dict[int, Standing]]:
    mine = Suggestion.objects.filter(own_needs(run.place_path, by, "asker_path"), state=SuggestionState.PROPOSED)
    standing: dict[int, dict[int, Standing]] = defaultdict(dict)
    rows = mine.select_for_update(no_key=True).order_by("pk").values_list("pk", "need_id", "capacity_id", "quantity")
    for pk, need, offer, quantity in rows:
        standing[need][offer] = Standing(pk, quantity)
    return standing


def _still_possible(
    pairs: list[Pair], standing: Mapping[int, Mapping[int, Standing]], loaded: Loaded
) -> tuple[list[Pair], dict[int, int]]:
    """The pairs that still fit, in their own order, once their rows are locked; and the units of each need that do not."""
    needs = _lacking(Need, NeedState.OPEN, {one.need for one in pairs})
    offers = _lacking(Capacity, CapacityState.OPEN, {one.offer for one in pairs})
    mine = {one.pk for of_need in standing.values() for one in of_need.values()}
    for offer, units in proposed_units(Suggestion.objects.filter(capacity_id__in=offers).exclude(pk__in=mine)).items():
        offers[offer] -= units
    refused = refused_meanwhile([(one.need, one.offer) for one in pairs], loaded.needs, loaded.capacities)
    fit, taken = [], dict[int, int]()
    for one in pairs:
        possible = (one.need, one.offer) not in refused
        if possible and min(needs.get(one.need, 0), offers.get(one.offer, 0)) >= one.quantity:
            needs[one.need] -= one.quantity
            offers[one.offer] -= one.quantity
            fit.append(one)
        elif needs.get(one.need, 0) > 0:
            taken[one.need] = taken.get(one.need, 0) + one.quantity
    # Of what goes together nothing is proposed unless all still can be.
    broken = {loaded.needs[pk].together for pk, units in needs.items() if units > 0} - {None}
    for one in fit:
        if loaded.needs[one.need].together in broken:
            taken[one.need] = taken.get(one.need, 0) + one.quantity
    return [one for one in fit if loaded.needs[one.need].together not in broken], taken


def _lacking(model: type[Need] | type[Capacity], state: str, ids: set[int]) -> dict[int, int]:
    """Lock the rows; gives what each open one has left."""
    rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {
        pk: quantity - committed
        for pk, its, quantity, committed in rows.values_list("pk", "state", "quantity", "committed")
        if its == state
    }


def _end(run: MatchingRun, changes: Changes, now: datetime) -> None:
    state = SUGGESTION_LIFE.after("supersede_suggestion", SuggestionState.PROPOSED)
    for reason, ids in changes.gave_way.items():
        Suggestion.objects.filter(pk__in=ids).update(state=state, answered_at=now, gave_way_to=run, gave_way=reason)


def _stay(run: MatchingRun, ids: list[int], why: Mapping[int, str]) -> None:
    """Why this pair may differ from before, where the pair does not."""
    told = Need.objects.filter(pk=OuterRef("need_id")).values("priority")
    for reason in sorted({why[pk] for pk in ids}):
        same = [pk for pk in ids if why[pk] == reason]
        Suggestion.objects.filter(pk__in=same).update(run=run, priority=Subquery(told), why=reason)


def _suggestion(run: MatchingRun, loaded: Loaded, pair: Pair) -> Suggestion:
    need, offer = loaded.needs[pair.need], loaded.capacities[pair.offer]
    return Suggestion(
        run=run, since=run, need_id=pair.need, capacity_id=pair.offer, quantity=pair.quantity, km=pair.km, why=pair.why,
        priority=need.priority, state=SuggestionState.PROPOSED, place_path=need.place_path, asker_path=need.organisation_path,
        giver_path=offer.organisation_path, giver_place_path=offer.place_path,
    )  # fmt: skip


def _why_left(run: MatchingRun, loaded: Loaded, result: Result, taken: Mapping[int, int]) -> list[Unserved]:
    """One row for each need that lacks something after this run."""
    rows = {}
    for need, missing, reason, reachable, lowest in result.left.iter_rows():
        rows[need] = _row(run, loaded.needs[need], missing, UnservedReason(reason), reachable, lowest)
    for need, missing in taken.items():
        rows.setdefault(need, _row(run, loaded.needs[need], missing, UnservedReason.TAKEN, 0, None))
    for need, row in loaded.apart.items():
        rows[need] = _row(run, row, row.quantity - row.committed, UnservedReason.TOGETHER, 0, None)
    for need, (row, held) in loaded.held.items():
        left = _row(run, row, row.quantity - row.committed, UnservedReason.HELD_BACK, 0, None)
        left.held_by, left.held_code, left.held_message = held.programme, held.refusal.code, held.refusal.message
        with override("en"):  # words among them are kept as message ids
            left.held_details = {name: str(value) for name, value in held.refusal.details.items()}
        rows[need] = left
    return list(rows.values())


def _row(
    run: MatchingRun, need: Any, missing: int, reason: UnservedReason, reachable: int, lowest: int | None
) -> Unserved:
    return Unserved(
        run=run, need_id=need.pk, quantity=missing, reason=reason, reachable=reachable, lowest_priority=lowest,
        place_path=need.place_path, organisation_path=need.organisation_path,
    )  # fmt: skip
