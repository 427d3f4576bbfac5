"""Opinion groups of 21,000 people over 300 statements: seconds and memory, beside the plain way (every cell a number, singular
value decomposition of the whole table, ten random starts of k-means), each in a process of its own, and whether both find the groups
that were planted. Then the page of such a consultation: the job that keeps its groups, and the page as it reads them, beside counting
them at the look. `OPINIONS_PEOPLE` and `OPINIONS_REQUESTS` set the size.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench._timing import most_memory, timed
from peyvand.engines.opinions import opinion_groups

PEOPLE = int(os.environ.get("OPINIONS_PEOPLE") or 21_000)
REQUESTS = int(os.environ.get("OPINIONS_REQUESTS") or 40)
STATEMENTS, CAMPS, SEEN = 300, 3, 0.15
SEED = 1404


def votes() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(voter, statement, vote, camp): everyone saw some 45 statements and votes with his camp four times of five."""
    rng = np.random.default_rng(SEED)
    camp = rng.choice(CAMPS, PEOPLE, p=[0.5, 0.3, 0.2])
    view = rng.choice([-1, 1], (CAMPS, STATEMENTS))
    voter, statement = np.nonzero(rng.random((PEOPLE, STATEMENTS)) < SEEN)
    with_camp = rng.random(len(voter)) < 0.8
    return voter, statement, np.where(with_camp, view[camp[voter], statement], rng.integers(-1, 2, len(voter))), camp


def plainly(voter: np.ndarray, statement: np.ndarray, vote: np.ndarray) -> np.ndarray:
    table = np.full((PEOPLE, STATEMENTS), np.nan)
    table[voter, statement] = vote
    table = np.where(np.isnan(table), np.nanmean(table, axis=0), table)
    table -= table.mean(axis=0)
    left, size, _axes = np.linalg.svd(table, full_matrices=False)
    points, rng = left[:, :2] * size[:2], np.random.default_rng(SEED)
    best, found = np.inf, np.zeros(PEOPLE, int)
    for _start in range(10):
        centres = points[rng.choice(PEOPLE, CAMPS, replace=False)]
        for _round in range(50):
            apart = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
            group = apart.argmin(axis=1)
            centres = np.stack(
                [points[group == one].mean(axis=0) if (group == one).any() else centres[one] for one in range(CAMPS)]
            )
        if apart.min(axis=1).sum() < best:
            best, found = apart.min(axis=1).sum(), group
    return found


def alike(group: np.ndarray, camp: np.ndarray) -> float:
    """The part of people whose group is mostly of their own camp."""
    return sum(np.bincount(camp[group == one]).max() for one in np.unique(group)) / len(camp)


# ---- The engine and its peer: each tells (seconds, most memory in MB, groups, part of people among their own camp)


def grouping(tell: Callable[[Any], None]) -> None:
    voter, statement, vote, camp = votes()
    seconds, found = timed(lambda: opinion_groups(voter, statement, vote))
    tell((seconds, most_memory(), len(found.groups), alike(found.group, camp)))


def grouping_plainly(tell: Callable[[Any], None]) -> None:
    voter, statement, vote, camp = votes()
    seconds, found = timed(lambda: plainly(voter, statement, vote))
    tell((seconds, most_memory(), len(np.unique(found)), alike(found, camp)))


def only_votes(tell: Callable[[Any], None]) -> None:
    """What both stand on: the votes themselves and what reads them."""
    votes()
    tell(most_memory())


# ---- The page: a consultation of that size in a server that is thrown away


def build(tell: Callable[[str], None]) -> None:
    from bench.lists import of_role, opened

    opened(as_owner=True)
    from django.core.management import call_command
    from django.utils import timezone

    from peyvand.demo.build import build as build_demo
    from peyvand.extend.switches import switch_on
    from peyvand.kernel.jalali import business_date
    from peyvand.people.queries import acting_as
    from peyvand.places.models import Place
    from peyvand.programmes.proposals.consulting_actions import open_consultation
    from peyvand.programmes.proposals.models import StatementVote
    from peyvand.scope.acting import SYSTEM

    now = timezone.now()
    call_command("migrate", verbosity=0)
    build_demo(scale=0.0005, now=now)
    switch_on(slug="proposals", place=Place.objects.get(path="ir/"), by=SYSTEM, now=now)
    row = open_consultation(
        title="پیش‌نویس سنجش", intro="", paragraphs=[f"بند {n}" for n in range(1, 13)],
        statements=[f"گزارهٔ {n} از پیش‌نویس سنجش" for n in range(STATEMENTS)], opens=business_date(now), closes=business_date(now),
        by=acting_as(of_role("hq_leader")), now=now,
    )  # fmt: skip
    _vote(row.pk, now)
    tell(
        f"{PEOPLE:,} people, {STATEMENTS} statements, {StatementVote.objects.filter(statement__consultation=row).count():,} votes"
    )


def _vote(consultation_id: int, now: Any) -> None:
    from django.db import connection

    from peyvand.people.models import Account
    from peyvand.programmes.proposals.models import Statement

    people = [Account(username=f"bench{n}", name=f"bench{n}", is_demo=True) for n in range(PEOPLE)]
    accounts = [one.pk for one in Account.objects.bulk_create(people, batch_size=5000)]
    statements = list(
        Statement.objects.filter(consultation=consultation_id).order_by("pk").values_list("pk", flat=True)
    )
    voter, statement, vote, _camp = votes()
    with connection.cursor() as cursor:
        with cursor.copy("COPY proposals_statementvote (statement_id, account_id, vote, at) FROM STDIN") as copy:
            for who, what, said in zip(voter.tolist(), statement.tolist(), vote.tolist(), strict=True):
                copy.write_row((statements[what], accounts[who], said, now))
        cursor.execute("ANALYZE")


def keeping(tell: Callable[[str], None]) -> None:
    """The job, as the worker runs it: first of all votes, then where nobody voted since."""
    from bench.lists import opened

    opened(as_owner=False)
    from datetime import timedelta

    from django.utils import timezone

    from peyvand.programmes.proposals.consulting_actions import keep_opinions
    from peyvand.scope.acting import SYSTEM

    later = timezone.now() + timedelta(minutes=5)
    before = most_memory()
    seconds, many = timed(lambda: keep_opinions(by=SYSTEM, now=later))
    after = most_memory()
    idle, none = timed(lambda: keep_opinions(by=SYSTEM, now=later))
    tell(
        f"the job: {many} draft in {seconds:.1f} s, {after:.0f} MB at most ({after - before:.0f} MB above the site itself);"
        f" where nobody voted since: {none} drafts in {idle * 1000:.0f} ms"
    )


def asking(tell: Callable[[str], None]) -> None:
    from bench.lists import of_role, opened

    opened(as_owner=False)
    from django.conf import settings
    from django.test import Client

    from bench import _asking
    from peyvand.programmes.proposals import opinions
    from peyvand.programmes.proposals.models import Consultation
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope

    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with scope(SYSTEM):
        row = Consultation.objects.select_related("kept").get(title="پیش‌نویس سنجش")
    address = f"/programmes/proposals/consultations/{row.pk}/"
    readers = {name: _asking.browser(of_role(name)) for name in ("hq_leader", "facilitator")}
    readers["nobody"] = Client(headers={"Accept-Encoding": "gzip", "Accept-Language": "fa"})
    for who, client in readers.items():
        line, _answer = _asking.ask(client, who, address, REQUESTS)
        tell(str(line))
    memory = most_memory()
    with scope(SYSTEM):
        seconds, anew = timed(lambda: opinions.counted(row.pk))
    same = anew == {"voters": row.kept.voters, "groups": row.kept.groups, "unites": row.kept.unites}
    tell(
        f"peer, counted at the look: {seconds * 1000:.0f} ms more each time, {most_memory():.0f} MB instead of {memory:.0f} MB;"
        f" answers {'equal' if same else 'NOT EQUAL'}; load {os.getloadavg()[0]:.1f}"
    )


def run() -> Iterator[str]:
    from bench._server import lines_of, steps_of, thrown_away

    ((seconds, memory, groups, right),) = lines_of("bench.opinions", "grouping")
    ((their_seconds, their_memory, _groups, their_right),) = lines_of("bench.opinions", "grouping_plainly")
    (floor,) = lines_of("bench.opinions", "only_votes")
    voter, *_rest = votes()
    yield f"{PEOPLE:,} people x {STATEMENTS} statements, {len(voter):,} votes: {seconds:.2f} s, plain {their_seconds:.2f} s"
    yield (
        f"  {their_seconds / seconds:.1f} times faster; most memory {memory:.0f} MB, plain {their_memory:.0f} MB"
        f" ({floor:.0f} MB of each are the votes and what reads them)"
    )
    yield f"  groups {groups} of {CAMPS}; of their own camp: {right:.2%}, plain {their_right:.2%}"
    with thrown_away():
        yield from steps_of("bench.opinions", ("build", "keeping", "asking"))
