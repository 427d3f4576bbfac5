"""Counting votes: equal shares in exact arithmetic beside the rule written plainly in fractions, and a city's approval vote.

The votes are drawn from a fixed seed at the sizes of a large town (64 projects, 6,586 voters) and of a city (160 projects,
90,000 voters). Both ways count the same ballots, each in a process of its own, whose memory is its own; the projects they take and
the price of each are compared. Then the same city's ballots lie sealed in the database of a throw-away server, and the worker counts
them as it does for a page, while somebody who comes too late tries to vote. `BALLOTS_VOTERS` sets how many there are.
"""

import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from bench._server import lines_of, thrown_away
from bench._timing import timed
from peyvand.engines.ballots import approval, equal_shares, greedy

SEED = 1404
TOWN, CITY = (64, 6_586), (160, 90_000)
SEALED = int(os.environ.get("BALLOTS_VOTERS") or CITY[1])
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Vote = dict[str, Any]
Tell = Callable[[Any], None]


def vote(projects: int, voters: int) -> Vote:
    """Some projects are liked by many and most by few; costs spread widely, and all together three times the budget."""
    rng = np.random.default_rng(SEED)
    liked = 1 / (1 + np.arange(projects)) ** 0.7
    rows = [np.unique(rng.choice(projects, rng.integers(1, 12), p=liked / liked.sum())) for _ in range(voters)]
    cost = np.round(np.exp(rng.normal(11.5, 0.9, projects))).astype(np.int64)
    return {
        "cost": cost, "budget": int(cost.sum() // 3),
        "indptr": np.cumsum([0, *map(len, rows)]), "indices": np.concatenate(rows),
    }  # fmt: skip


def plainly(vote: Vote) -> list[tuple[int, Fraction]]:
    """[(project, price of a vote)] as the paper writes the rule: every purse a fraction, every price anew in every round."""
    cost, voters = vote["cost"].tolist(), len(vote["indptr"]) - 1
    owner = np.repeat(np.arange(voters), np.diff(vote["indptr"]))
    backers = [owner[vote["indices"] == project].tolist() for project in range(len(cost))]
    money, taken = [Fraction(vote["budget"], voters)] * voters, list[tuple[int, Fraction]]()
    while True:
        offers = []
        for project in set(range(len(cost))) - {one for one, _price in taken}:
            left, many = Fraction(cost[project]), len(backers[project])
            purses = sorted(money[voter] for voter in backers[project])
            if sum(purses) < left:
                continue
            for purse in purses:
                if purse * many >= left:
                    break
                left, many = left - purse, many - 1
            offers.append((left / many / cost[project], -len(backers[project]), cost[project], project, left / many))
        if not offers:
            return taken
        *_rank, project, price = min(offers)
        taken.append((project, price))
        for voter in backers[project]:
            money[voter] -= min(money[voter], price)


def counted_plainly(vote: Vote) -> tuple[list[int], list[int]]:
    """(the twenty with most votes, of equals the lower row; votes of each), by opening one ballot after the other."""
    votes, starts, named = [0] * len(vote["cost"]), vote["indptr"].tolist(), vote["indices"].tolist()
    for start, stop in pairwise(starts):
        for option in named[start:stop]:
            votes[option] += 1
    return sorted(range(len(votes)), key=lambda row: (-votes[row], row))[:20], votes


def _told(tell: Tell, work: Callable[[], Any]) -> None:
    seconds, answer = timed(work)
    tell({"seconds": seconds, "answer": answer, "megabytes": _most()})


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def town_plainly(tell: Tell) -> None:
    given = vote(*TOWN)
    _told(tell, lambda: plainly(given))


def town_exactly(tell: Tell) -> None:
    given = vote(*TOWN)
    equal_shares(cost=[1], budget=1, indptr=[0, 1], indices=[0])  # waits for the compiler
    _told(tell, lambda: [(one.project, one.per_point) for one in equal_shares(**given).bought])


def town_in_steps(tell: Tell) -> None:
    given = vote(*TOWN)
    equal_shares(cost=[1], budget=1, indptr=[0, 1], indices=[0])
    _told(tell, lambda: equal_shares(**given, completion="step").steps + 1)


def city_plainly(tell: Tell) -> None:
    given = vote(*CITY)
    _told(tell, lambda: counted_plainly(given))


def city_approval(tell: Tell) -> None:
    given = vote(*CITY)

    def count() -> tuple[list[int], list[int]]:
        elected, received = approval(
            candidates=CITY[0], seats=20, indptr=given["indptr"], indices=given["indices"], ties=range(CITY[0])
        )
        return elected.tolist(), received.tolist()

    _told(tell, count)


def city_greedy(tell: Tell) -> None:
    given = vote(*CITY)
    _told(tell, lambda: len(greedy(**given)))


def city_exactly(tell: Tell) -> None:
    given = vote(*CITY)
    equal_shares(cost=[1], budget=1, indptr=[0, 1], indices=[0])
    _told(tell, lambda: len(equal_shares(**given).chosen))


def sealed(tell: Tell) -> None:
    """A vote of the city's size, closed, its ballots in the urn."""
    from bench.lists import opened

    opened(as_owner=True)
    from django.core.management import call_command
    from django.db import transaction

    from peyvand.people.accounts import register_organisation
    from peyvand.people.enums import OrganisationKind
    from peyvand.places.actions import NewPlace, add_places
    from peyvand.places.enums import PlaceKind
    from peyvand.scope.acting import SYSTEM
    from peyvand.votes import actions, rules
    from peyvand.votes.enums import Method
    from peyvand.votes.models import Sealed, Voter
    from peyvand.votes.roll import NewVoter, vouch_voters

    call_command("migrate", verbosity=0)
    by: dict[str, Any] = {"by": SYSTEM, "now": NOW}
    [place] = add_places(rows=[NewPlace(PlaceKind.COUNTRY, "ایران", "ir", "")], **by)
    house = register_organisation(kind=OrganisationKind.AGENCY, name_fa="بهزیستی", place=place, parent=None, **by)
    rule = rules.Rule(method=Method.APPROVAL, seats=20)
    options = [actions.NewOption(f"option {number}") for number in range(CITY[0])]
    made = actions.prepare_vote(title="City", place=place, organisation=house, rule=rule, options=options, **by)
    for start in range(0, SEALED, 5000):
        rows = [NewVoter(f"voter {number}", f"{number:010}") for number in range(start, min(SEALED, start + 5000))]
        vouch_voters(vote_id=made.pk, rows=rows, anyway=True, **by)
    actions.open_vote(vote_id=made.pk, opens_at=NOW, closes_at=NOW + timedelta(days=1), **by)
    given, voters = vote(CITY[0], SEALED), list(Voter.objects.order_by("pk").values_list("pk", flat=True))
    ballots = np.split(given["indices"] + 1, given["indptr"][1:-1])
    for start in range(0, SEALED, 500):  # a vote's row grows a version with each: not too many in one transaction
        with transaction.atomic():
            Voter.objects.filter(pk__in=voters[start : start + 500]).update(voted="code")
            Sealed.objects.bulk_create(_in_urn(made, one) for one in ballots[start : start + 500])
    actions.close_vote(vote_id=made.pk, by=SYSTEM, now=NOW + timedelta(days=2))
    tell(f"{CITY[0]} options x {SEALED:,} sealed ballots lie in the database")


def _in_urn(made: Any, chosen: np.ndarray) -> Any:
    from peyvand.votes import rules
    from peyvand.votes.models import Sealed

    text = rules.sealed_text(rules.Choice(tuple(chosen.tolist())), rules.new_receipt(), options=CITY[0])
    return Sealed(vote=made, content=text)


def counted_by_the_worker(tell: Tell) -> None:
    from bench.lists import opened

    opened(as_owner=False)
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope
    from peyvand.votes.counting import ask_count, run_count
    from peyvand.votes.models import Ballot, Vote

    with scope(SYSTEM):
        made = Vote.objects.get()
    begin = time.perf_counter()
    ask_count(vote_id=made.pk, by=SYSTEM, now=NOW)
    asked, before = time.perf_counter() - begin, _most()
    done, waits, steps = threading.Event(), list[float](), dict[str, float]()
    late = threading.Thread(target=_too_late, args=(made.pk, done, waits, steps))
    late.start()
    seconds, _nothing = timed(lambda: run_count(vote_id=made.pk, now=NOW))
    done.set()
    late.join()
    with scope(SYSTEM):
        found, ballots = Vote.objects.get(), Ballot.objects.count()
    told = ", ".join(f"{step} from {at:.1f} s" for step, at in steps.items())
    tell(
        f"  asked for in {asked:.3f} s, counted by the worker in {seconds:.1f} s ({told}); {found.state}, {ballots:,} ballots"
    )
    tell(f"  most memory {_most():.0f} MB, {_most() - before:.0f} MB above the start of it")
    tell(f"  {len(waits)} looks at the page's row and tries to vote meanwhile: {max(waits) * 1000:.0f} ms at most")


def _too_late(vote_id: int, done: threading.Event, waits: list[float], steps: dict[str, float]) -> None:
    """Looks how far the count is and tries to vote, again and again."""
    from django.db import connection

    from peyvand.kernel.codes import new_code
    from peyvand.kernel.refusals import Refusal
    from peyvand.scope.acting import PUBLIC
    from peyvand.scope.database import scope
    from peyvand.votes.casting import cast_by_code
    from peyvand.votes.models import Vote
    from peyvand.votes.rules import Choice

    start = time.perf_counter()
    while not done.wait(0.05):
        begin = time.perf_counter()
        with scope(PUBLIC):
            step = Vote.objects.values_list("count_step", flat=True).get(pk=vote_id)
        try:
            cast_by_code(vote_id=vote_id, code=new_code(), choice=Choice((1,)), by=PUBLIC, now=NOW)
        except Refusal:
            waits.append(time.perf_counter() - begin)
        if step:
            steps.setdefault(step, begin - start)
    connection.close()


def run() -> Iterator[str]:
    found: dict[str, Any] = {
        name: next(iter(list(lines_of("bench.ballots", name))))
        for name in (
            "town_plainly", "town_exactly", "town_in_steps", "city_plainly", "city_approval", "city_greedy", "city_exactly",
        )
    }  # fmt: skip

    def said(name: str) -> str:
        return f"{found[name]['seconds']:.3f} s, {found[name]['megabytes']:.0f} MB"

    def times(slow: str, quick: str) -> float:
        return found[slow]["seconds"] / found[quick]["seconds"]

    same = found["town_plainly"]["answer"] == found["town_exactly"]["answer"]
    yield f"{TOWN[0]} projects x {TOWN[1]:,} voters, one count: {said('town_exactly')}; plain fractions {said('town_plainly')}"
    yield f"  {times('town_plainly', 'town_exactly'):.0f} times faster; the same projects at the same exact prices: {same}"
    yield f"  with steps of 1 until the budget is full: {found['town_in_steps']['answer']} counts, {said('town_in_steps')}"
    same = found["city_plainly"]["answer"] == found["city_approval"]["answer"]
    yield f"{CITY[0]} options x {CITY[1]:,} voters, 20 places by approval: {said('city_approval')}; ballot by ballot {said('city_plainly')}"
    yield f"  {times('city_plainly', 'city_approval'):.1f} times as fast; the same twenty and the same votes: {same}"
    yield f"  within a budget by approval: {said('city_greedy')}; equal shares: {said('city_exactly')}"
    with thrown_away():
        for step in ("sealed", "counted_by_the_worker"):
            yield from lines_of("bench.ballots", step)
