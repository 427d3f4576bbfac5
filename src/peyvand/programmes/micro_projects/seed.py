"""Demo rows, by the core's own acts and a fixed random source."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from peyvand.extend.switches import switch_on
from peyvand.flow.capacity.actions import NewCapacity, offer_capacities
from peyvand.flow.commitment.actions import NewPromise, commit
from peyvand.flow.delivery.actions import NewDelivery, accept_deliveries, record_deliveries
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Household, Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.programmes.micro_projects import actions
from peyvand.programmes.micro_projects.enums import ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject
from peyvand.programmes.micro_projects.permissions import APPROVERS
from peyvand.programmes.micro_projects.specifications import USED
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

_FIELD = (Role.FACILITATOR, Role.SOCIAL_WORKER)
_FEWEST_HOMES = 40  # among which those of a worker's projects are drawn
_MILLION = 10_000_000  # rial in a million toman
Pair = tuple[Household, Specification]


def seed(count: int, random: Random, now: datetime) -> int:
    """Micro-projects in every state, some late, spread over the last six weeks. Gives how many were added."""
    with scope(SYSTEM):
        standing = MicroProject.objects.count()
        wanted = max(0, count - standing)
        workers = list(_members(_FIELD))
        approvers = [acting_as(one) for one in _members(APPROVERS)]
        taken = set(MicroProject.objects.values_list("need__household_id", "need__specification_id"))
    if not wanted or not workers:
        return 0
    share = -(-wanted // len(workers))
    houses: set[str] = set()
    added = 0
    for worker in random.sample(workers, len(workers)):
        if added == wanted:
            break
        _switch_on(worker, houses, now)
        for pair in islice(_pairs(acting_as(worker), taken, share, random), min(share, wanted - added)):
            _project(pair, acting_as(worker), approvers, random, now)
            taken.add((pair[0].pk, pair[1].pk))
            added += 1
    return added


def _members(roles: tuple[Role, ...]) -> list[Membership]:
    rows = Membership.objects.filter(role__in=[role.value for role in roles], until__isnull=True)
    return list(rows.select_related("place", "organisation", "account").order_by("pk"))


def _switch_on(worker: Membership, houses: set[str], now: datetime) -> None:
    """For the whole house the worker belongs to, once; `houses` are those where it was done."""
    path = worker.organisation.path.split("/")[0] + "/"
    if path not in houses:
        since, head = business_date(now) - timedelta(days=60), Organisation.objects.get(path=path)
        switch_on(slug=actions.SLUG, organisation=head, since=since, by=SYSTEM, now=now)
        houses.add(path)


def _pairs(worker: Acting, taken: set[tuple[int, int]], share: int, random: Random) -> Iterator[Pair]:
    """Families of the worker's area and organisation with a kind of help that is not under way for them."""
    with scope(SYSTEM):
        own = below(worker.place_path) & below(worker.organisation_path, "organisation_path")
        homes = list(Household.objects.filter(own).order_by("pk")[: _FEWEST_HOMES + share])
        kinds = list(Specification.objects.filter(slug__in=[one.slug for one in USED]).order_by("slug"))
    pairs = [(home, kind) for home in homes for kind in kinds if (home.pk, kind.pk) not in taken]
    random.shuffle(pairs)
    return iter(pairs)


def _project(pair: Pair, worker: Acting, approvers: list[Acting], random: Random, now: datetime) -> None:
    """One project and what became of it."""
    home, kind = pair
    age = random.randint(0, 42)
    told = now - timedelta(days=age, hours=random.randint(0, 5))
    row = actions.NewProject(
        household=home,
        specification=kind,
        reason_kind=random.choices(list(ReasonKind), (5, 3, 1, 1))[0],
        happened_date=business_date(told) - timedelta(days=random.randint(1, 12)),
        estimate_rial=random.randint(2, 48) * _MILLION,
    )
    project = actions.propose_project(row=row, by=worker, now=told, random=random)
    fit = [
        one
        for one in approvers
        if one.account_id != worker.account_id
        and one.covers(place_path=home.place_path, organisation_path=home.organisation_path)
    ]
    fate = random.random()
    if not fit or fate < 0.25:
        return
    decided = min(told + timedelta(days=random.randint(0, 4)), now)
    approver = random.choice(fit)
    if fate < 0.35:
        actions.return_project(
            need_id=project.pk, reason="برآورد هزینه با پیش‌فاکتور همخوان نیست.", by=approver, now=decided
        )
        return
    actions.approve_project(need_id=project.pk, by=approver, now=decided)
    if fate > 0.5:
        _deliver(project, pair, random, decided, min(decided + timedelta(days=random.randint(1, 14)), now))


def _deliver(project: MicroProject, pair: Pair, random: Random, decided: datetime, done: datetime) -> None:
    """The house that keeps the file gives it from its own means."""
    home, kind = pair
    day = business_date(done)
    offer = NewCapacity(kind, 1, home.place, organisation=home.organisation)
    capacity = offer_capacities(rows=[offer], by=SYSTEM, now=decided, random=random)[0]
    promise = commit(rows=[NewPromise(project.pk, capacity.pk, 1, day)], by=SYSTEM, now=decided, random=random)[0]
    delivery = record_deliveries(rows=[NewDelivery(promise.pk, 1, day)], by=SYSTEM, now=done)[0]
    accept_deliveries(delivery_ids=[delivery.pk], by=SYSTEM, now=done)
    actions.follow_needs(need_ids=[project.pk], by=SYSTEM, now=done)
