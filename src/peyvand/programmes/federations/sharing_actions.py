"""The shared list of needs, without names: shared by who holds a need, taken by another member, promised by the core."""

from collections.abc import Sequence
from datetime import date, datetime

from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.flow.need.rules import band
from peyvand.kernel.jalali import business_date
from peyvand.kernel.quantities import is_quantity
from peyvand.kernel.refusals import BadValue, require
from peyvand.programmes.federations import rules
from peyvand.programmes.federations.actions import event, require_on
from peyvand.programmes.federations.enums import MemberState
from peyvand.programmes.federations.models import Federation, Member, SharedNeed, Taking
from peyvand.programmes.federations.permissions import may_share, may_speak
from peyvand.programmes.federations.queries import one_federation, one_shared, one_taking, place_told
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

MOST_SHARED = 200


@action
def share_needs(*, federation_id: int, need_ids: Sequence[int], by: Acting, now: datetime) -> list[SharedNeed]:
    """Tell the other members of open needs one's own organisation holds: kind, county, quantity, band and age; nothing else.

    Raises `NotAMember`, `NothingLeft`.
    """
    federation = one_federation(federation_id)
    if not 1 <= len(set(need_ids)) <= MOST_SHARED:
        raise BadValue(field="needs", reason="choose at least one need, and at most two hundred at once")
    needs = lock(Need.objects.select_related("organisation", "place"), need_ids, of=("self",))
    require_on(federation.place_path, federation.organisation_path, now)
    for need in needs.values():
        require(may_share(by, need.organisation))
        _require_member(federation, need.organisation_path)
        if need.state != NeedState.OPEN or need.committed >= need.quantity:
            raise rules.NothingLeft
    fresh = [_told(need, federation, now) for need in needs.values()]
    told = ["holder", "holder_path", "place", "left", "band", "unshared_at"]
    SharedNeed.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["need", "federation"], update_fields=told
    )
    rows = list(SharedNeed.objects.filter(need__in=needs, federation=federation).order_by("pk"))
    event("federation.needs_shared", federation, by, now, rows=tuple((one.pk, one.need_id) for one in rows))
    return rows


def _told(need: Need, federation: Federation, now: datetime) -> SharedNeed:
    return SharedNeed(
        need=need, federation=federation, holder=need.organisation, holder_path=need.organisation_path,
        specification_id=need.specification_id, place=place_told(need), quantity=need.quantity,
        left=need.quantity - need.committed, band=band(need.priority), shared_at=now,
        opened_date=business_date(need.opened_at or need.created_at),
    )  # fmt: skip


@action
def unshare_need(*, shared_id: int, by: Acting, now: datetime) -> SharedNeed:
    """Take a need off the list; shared again it stands there as before. What was promised goes on."""
    shared = lock(SharedNeed.objects.select_related("holder", "federation"), [shared_id], of=("self",))[shared_id]
    require(may_share(by, shared.holder))
    require_on(shared.federation.place_path, shared.federation.organisation_path, now)
    shared.unshared_at = now
    shared.save(update_fields=["unshared_at"])
    event("federation.need_unshared", shared.federation, by, now, rows=((shared.pk, shared.need_id),))
    return shared


@action
def take_shared(
    *, shared_id: int, capacity_id: int, quantity: int, due: date, by: Acting, now: datetime
) -> Taking:  # fmt: skip
    """Say "we take this one", from an open offer of one's own; the holder's yes makes it a promise.

    Raises `NotAMember`, `NothingLeft`; `AlreadyThere` where one's organisation waits for an answer already.
    """
    shared = one_shared(shared_id)
    federation = shared.federation
    capacity = Capacity.objects.select_related("organisation").filter(pk=capacity_id, state=CapacityState.OPEN).first()
    if capacity is None or capacity.specification_id != shared.specification_id:
        raise BadValue(field="capacity", reason="an open offer of your own, of the kind that is needed")
    require(may_speak(by, capacity.organisation_path))
    require_on(federation.place_path, federation.organisation_path, now)
    _require_member(federation, capacity.organisation_path)
    if rules.same_house(shared.holder_path, capacity.organisation_path):
        raise BadValue(field="capacity", reason="this need is your own: promise help to it directly")
    if shared.unshared_at is not None or not is_quantity(quantity) or quantity > shared.left:
        raise rules.NothingLeft
    if due < business_date(now):
        raise BadValue(field="due", reason="this day has passed")
    taking = Taking.objects.create(
        shared=shared, holder_path=shared.holder_path, organisation=capacity.organisation,
        taker_path=capacity.organisation_path, capacity=capacity, quantity=quantity, due_date=due,
        state=rules.TAKING.start, asked_at=now,
    )  # fmt: skip
    _event("federation.need_taken", taking, federation, by, now)
    return taking


@action
def answer_taking(*, taking_id: int, agree: bool, by: Acting, now: datetime) -> Taking:
    """The holder's yes or no. Yes is a promise of the core (`commit`), with all it refuses: two cannot take the same."""
    taking = lock(Taking.objects.all(), [taking_id])[taking_id]
    shared = one_shared(taking.shared_id)
    require(may_share(by, shared.holder))
    require_on(shared.federation.place_path, shared.federation.organisation_path, now)
    taking.state = rules.TAKING.after("promise" if agree else "decline", taking.state)
    if agree:
        row = NewPromise(shared.need_id, taking.capacity_id, taking.quantity, taking.due_date)
        [taking.commitment] = commit(rows=[row], by=by, now=now)
        shared.left = max(0, shared.left - taking.quantity)
        shared.save(update_fields=["left"])
    taking.answered_at = now
    taking.save(update_fields=["state", "answered_at", "commitment"])
    _event("federation.taking_answered", taking, shared.federation, by, now)
    return taking


@action
def withdraw_taking(*, taking_id: int, by: Acting, now: datetime) -> Taking:
    """Take back that one's organisation takes a need, before its holder answered."""
    taking = lock(Taking.objects.all(), [taking_id])[taking_id]
    require(may_speak(by, taking.taker_path))
    federation = one_taking(taking_id).shared.federation
    taking.state, taking.answered_at = rules.TAKING.after("withdraw", taking.state), now
    taking.save(update_fields=["state", "answered_at"])
    _event("federation.taking_withdrawn", taking, federation, by, now)
    return taking


@action
def follow_needs(*, need_ids: Sequence[int] | None = None, by: Acting, now: datetime) -> int:
    """Bring what is told of these needs (or of all) in line with the needs; gives how many rows changed."""
    require_system(by)
    rows = SharedNeed.objects.select_related("need")
    changed = []
    for one in rows if need_ids is None else rows.filter(need_id__in=need_ids):
        need = one.need
        left = need.quantity - need.committed if need.state == NeedState.OPEN else 0
        if (one.left, one.band) != (left, band(need.priority)):
            one.left, one.band = left, band(need.priority)
            changed.append(one)
    SharedNeed.objects.bulk_update(changed, ["left", "band"], batch_size=1000)
    return len(changed)


def _require_member(federation: Federation, organisation_path: str) -> None:
    paths = Member.objects.filter(federation=federation, state=MemberState.MEMBER).values_list("member_path", flat=True)
    if not any(organisation_path.startswith(path) for path in paths):
        raise rules.NotAMember


def _event(act: str, taking: Taking, federation: Federation, by: Acting, now: datetime) -> None:
    event(act, federation, by, now, rows=((taking.pk, taking.shared_id, taking.organisation_id, taking.quantity),))
