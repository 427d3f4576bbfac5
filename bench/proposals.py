"""The pages of 2,000 proposals with 40,000 supports: queries, times and bytes, as a leader, an author and a reader without an account.

A throw-away server is filled from the demo province, then asked through Django's test client as the application's own database user, under
row security. The peer counts the supporters of the first page plainly, at every look, over all joined proposals; both answers are
compared. `PROPOSALS_ROWS` and `PROPOSALS_SUPPORTS` set the size, `PROPOSALS_REQUESTS` how often each page is asked.
"""

import os
import resource
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from bench._timing import timed

ROWS = int(os.environ.get("PROPOSALS_ROWS") or 2_000)
SUPPORTS = int(os.environ.get("PROPOSALS_SUPPORTS") or 40_000)
REQUESTS = int(os.environ.get("PROPOSALS_REQUESTS") or 40)
SEED = 1404
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def build(tell: Callable[[str], None]) -> None:
    from bench.lists import _open

    _open(as_owner=True)
    from django.core.management import call_command
    from django.db import transaction

    from peyvand.demo.build import build as build_demo
    from peyvand.extend.switches import switch_on
    from peyvand.places.models import Place
    from peyvand.programmes.proposals.models import Proposal, Support
    from peyvand.scope.acting import SYSTEM

    call_command("migrate", verbosity=0)
    build_demo(scale=0.0005, now=NOW)
    switch_on(slug="proposals", place=Place.objects.get(path="ir/"), by=SYSTEM, now=NOW)
    with transaction.atomic():
        _grow(Random(SEED))
    tell(f"{Proposal.objects.count():,} proposals, {Support.objects.count():,} supports")


def _grow(random: Random) -> None:
    """Copies of the demo's proposals with words of their own, a tenth joined to another, and supporters with an account each."""
    from django.db import connection

    from bench import themes
    from peyvand.engines.themes import stems
    from peyvand.people.models import Account
    from peyvand.programmes.proposals.models import Proposal, Support

    shown = list(Proposal.objects.filter(state__in=("received", "routed"), merged_into=None).order_by("pk"))
    texts, _planted = themes.proposals()
    rows = []
    for number in range(ROWS - Proposal.objects.count()):
        like, text = random.choice(shown), texts[number % len(texts)]
        row = Proposal(
            **{f.attname: getattr(like, f.attname) for f in Proposal._meta.concrete_fields if f.attname != "id"}
        )
        row.year, row.number, row.tracking_code = 1399, number + 1, f"{number:012}"
        row.title, row.problem, row.words = text[:80], text, stems(text)
        row.written_at, row.theme_id = NOW - timedelta(minutes=random.randint(1, 100_000)), None
        rows.append(row)
    made = Proposal.objects.bulk_create(rows, batch_size=1000)
    for row in random.sample(made[1:], len(made) // 10):
        row.merged_into_id = made[0].pk
    Proposal.objects.bulk_update(made, ["merged_into"], batch_size=1000)
    people = [Account(username=f"bench{n}", name=f"bench{n}", is_demo=True) for n in range(2000)]
    accounts = [one.pk for one in Account.objects.bulk_create(people)]
    pairs = {(random.choice(made).pk, random.choice(accounts)) for _ in range(SUPPORTS * 2)}
    chosen = sorted(pairs)[:: max(1, len(pairs) // SUPPORTS)][:SUPPORTS]
    Support.objects.bulk_create([Support(proposal_id=p, account_id=a, since=NOW) for p, a in chosen], batch_size=2000)
    with connection.cursor() as cursor:
        from peyvand.programmes.proposals.actions import _RECOUNT

        cursor.execute(_RECOUNT, [[one.pk for one in made]])
        cursor.execute("ANALYZE")


def asking(tell: Callable[[str], None]) -> None:
    from bench.lists import _of_role, _open

    _open(as_owner=False)
    from django.conf import settings
    from django.test import Client

    from bench import _asking

    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    readers = {name: _asking.browser(_of_role(name)) for name in ("hq_leader", "organisation_manager")}
    readers["nobody"] = Client(headers={"Accept-Encoding": "gzip", "Accept-Language": "fa"})
    joined, root = _most_joined(), "/programmes/proposals/"
    for who, client in readers.items():
        for address in ("", "?sort=-written", "?show=late", f"{joined}/", "themes/", "bodies/"):
            line, _answer = _asking.ask(client, who, root + address, REQUESTS)
            tell(str(line))
    _against_counting(tell)
    tell(
        f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB; load {os.getloadavg()[0]:.1f}"
    )


def _most_joined() -> int:
    from django.db.models import Count

    from peyvand.programmes.proposals.models import Proposal
    from peyvand.scope.acting import PUBLIC
    from peyvand.scope.database import scope

    with scope(PUBLIC):
        row = Proposal.objects.annotate(many=Count("merged")).order_by("-many", "pk").first()
    assert row is not None
    return row.pk


def _against_counting(tell: Callable[[str], None]) -> None:
    """The first page with its supporters as they are kept, and as they would be counted at every look."""
    from django.db import connection

    from peyvand.programmes.proposals.models import Proposal
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope

    plainly = """WITH RECURSIVE below AS (
      SELECT id AS top, id FROM proposals_proposal
      UNION SELECT b.top, p.id FROM below b JOIN proposals_proposal p ON p.merged_into_id = b.id
    ) SELECT b.top, count(DISTINCT s.account_id) AS many FROM below b
      LEFT JOIN proposals_support s ON s.proposal_id = b.id AND s.withdrawn_at IS NULL
      GROUP BY b.top ORDER BY many DESC, b.top DESC LIMIT 25"""

    def kept() -> list[tuple[int, int]]:
        return list(Proposal.objects.order_by("-supporters", "-id").values_list("id", "supporters")[:25])

    def counted() -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(plainly)
            return [tuple(row) for row in cursor.fetchall()]

    with scope(SYSTEM):
        (ours, rows), (theirs, same) = timed(kept, times=5), timed(counted, times=5)
    equal = "equal" if rows == same else "NOT EQUAL"
    tell(
        f"first page by supporters: {ours * 1000:.1f} ms, counted at every look {theirs * 1000:.1f} ms: {theirs / ours:.0f} x; {equal}"
    )


def run() -> Iterator[str]:
    from bench._server import steps_of, thrown_away

    yield f"p50 and p95 of {REQUESTS} requests"
    with thrown_away():
        yield from steps_of("bench.proposals", ("build", "asking"))
