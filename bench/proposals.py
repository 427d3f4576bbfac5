"""The pages of 2,000 proposals with 40,000 supports, and like proposals among 22,000: queries, times, bytes and memory, as a leader, an
author and a reader without an account.

A throw-away server is filled from the demo province, then asked through Django's test client as the application's own database user, under
row security. The peer of the pages counts the supporters of the first page plainly, at every look, over all joined proposals; that of the
like ones goes through all proposals for each text. Answers are compared. `PROPOSALS_ROWS` and `PROPOSALS_SUPPORTS` set the size of the
pages, `PROPOSALS_LIKE` among how many like ones are looked for, `PROPOSALS_REQUESTS` how often each page is asked.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from bench._timing import most_memory, spread, timed

ROWS = int(os.environ.get("PROPOSALS_ROWS") or 2_000)
SUPPORTS = int(os.environ.get("PROPOSALS_SUPPORTS") or 40_000)
LIKE = int(os.environ.get("PROPOSALS_LIKE") or 22_000)
REQUESTS = int(os.environ.get("PROPOSALS_REQUESTS") or 40)
LOOKED, PLAINLY = 100, 10  # texts looked for, and those of them for which the peer does too
SEED = 1404
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def build(tell: Callable[[str], None]) -> None:
    from bench.lists import opened

    opened(as_owner=True)
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
        _support(_grow(ROWS, Random(SEED)), Random(SEED))
    tell(f"{Proposal.objects.count():,} proposals, {Support.objects.count():,} supports")


def _grow(rows: int, random: Random) -> list[Any]:
    """Copies of the demo's proposals with words of their own, until there are so many."""
    from bench import themes
    from peyvand.engines.themes import stems
    from peyvand.programmes.proposals.models import Proposal

    shown = list(Proposal.objects.filter(state__in=("received", "routed"), merged_into=None).order_by("pk")[:50])
    texts, _planted = themes.proposals()
    fields = [field.attname for field in Proposal._meta.concrete_fields if field.attname != "id"]
    before, made = Proposal.objects.filter(year=1399).count(), []
    for number in range(before, before + rows - Proposal.objects.count()):
        like, text = random.choice(shown), texts[number % len(texts)]
        row = Proposal(**{name: getattr(like, name) for name in fields})
        row.year, row.number, row.tracking_code, row.supporters = 1399, number + 1, f"{number:012}", 0
        row.title, row.problem, row.first_step, row.words = text[:80], text, text[:60], stems(text)
        row.written_at, row.theme_id = NOW - timedelta(minutes=random.randint(1, 100_000)), None
        made.append(row)
    return list(Proposal.objects.bulk_create(made, batch_size=1000))


def _support(made: list[Any], random: Random) -> None:
    """A tenth joined to another, and supporters with an account each."""
    from django.db import connection

    from peyvand.people.models import Account
    from peyvand.programmes.proposals.actions import _RECOUNT
    from peyvand.programmes.proposals.models import Proposal, Support

    for row in random.sample(made[1:], len(made) // 10):
        row.merged_into_id = made[0].pk
    Proposal.objects.bulk_update(made, ["merged_into"], batch_size=1000)
    people = [Account(username=f"bench{n}", name=f"bench{n}", is_demo=True) for n in range(2000)]
    accounts = [one.pk for one in Account.objects.bulk_create(people)]
    pairs = {(random.choice(made).pk, random.choice(accounts)) for _ in range(SUPPORTS * 2)}
    chosen = sorted(pairs)[:: max(1, len(pairs) // SUPPORTS)][:SUPPORTS]
    Support.objects.bulk_create([Support(proposal_id=p, account_id=a, since=NOW) for p, a in chosen], batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, [[one.pk for one in made]])
        cursor.execute("ANALYZE")


def asking(tell: Callable[[str], None]) -> None:
    from bench.lists import of_role, opened

    opened(as_owner=False)
    from django.conf import settings
    from django.test import Client

    from bench import _asking

    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    readers = {name: _asking.browser(of_role(name)) for name in ("hq_leader", "organisation_manager")}
    readers["nobody"] = Client(headers={"Accept-Encoding": "gzip", "Accept-Language": "fa"})
    joined, root = _most_joined(), "/programmes/proposals/"
    for who, client in readers.items():
        for address in ("", "?sort=-written", "?show=late", f"{joined}/", "themes/", "bodies/"):
            line, _answer = _asking.ask(client, who, root + address, REQUESTS)
            tell(str(line))
    _against_counting(tell)
    tell(f"most memory {most_memory():.0f} MB; load {os.getloadavg()[0]:.1f}")


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


# ---- Like ones: among 22,000


def more(tell: Callable[[str], None]) -> None:
    from bench.lists import opened

    opened(as_owner=True)
    from django.db import connection, transaction

    from peyvand.programmes.proposals.models import Proposal

    with transaction.atomic():
        _grow(LIKE, Random(SEED))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE proposals_proposal")
    tell(f"{Proposal.objects.count():,} proposals")


def looking(tell: Callable[[str], None]) -> None:
    """As somebody types: to the query, and to the page that asks it."""
    from bench.lists import of_role, opened

    opened(as_owner=False)
    from peyvand.people.queries import acting_as
    from peyvand.programmes.proposals import queries
    from peyvand.scope.database import scope

    author = of_role("organisation_manager")
    by, pairs = acting_as(author), _pairs()
    before, taken, answers, found = most_memory(), [], [], 0
    for text, own, copy in pairs:
        with scope(by):
            seconds, like = timed(partial(queries.like_ones, text, leave_out=[own]))
        taken.append(seconds)
        answers.append([(one.proposal.pk, one.likeness, one.why) for one in like])
        found += copy in {one.proposal.pk for one in like}
    tell(
        f"like ones of {len(pairs)} texts: {spread(taken)}; the planted copy is among the five of {found / len(pairs):.1%};"
        f" most memory {most_memory():.0f} MB ({most_memory() - before:.0f} MB above the site itself)"
    )
    theirs, same, before = [], 0, most_memory()
    for (text, own, _copy), answer in list(zip(pairs, answers, strict=True))[:PLAINLY]:
        with scope(by):
            seconds, plain = timed(partial(_like_plainly, text, own))
        theirs.append(seconds)
        same += plain == answer
    equal = "equal" if same == len(theirs) else f"NOT EQUAL ({len(theirs) - same})"
    slower = sum(theirs) / len(theirs) / (sum(taken) / len(taken))
    tell(
        f"plain, each text with all: {spread(theirs)}, {most_memory() - before:.0f} MB more; {slower:.0f} times slower;"
        f" answers of {len(theirs)} texts {equal}"
    )
    _typed(author, [text for text, _own, _copy in pairs], tell)
    tell(f"most memory {most_memory():.0f} MB; load {os.getloadavg()[0]:.1f}")


def _pairs() -> list[tuple[str, int, int]]:
    """Texts of which somebody wrote a copy in other words: (text, its proposal, the proposal of the copy)."""
    from bench import themes
    from peyvand.programmes.proposals.models import Proposal
    from peyvand.scope.acting import PUBLIC
    from peyvand.scope.database import scope

    texts, planted = themes.proposals()
    with scope(PUBLIC):
        rows = dict(Proposal.objects.filter(year=1399).values_list("number", "pk"))
    known = [(texts[a], rows[a + 1], rows[b + 1]) for a, b in sorted(planted) if a + 1 in rows and b + 1 in rows]
    return Random(SEED).sample(known, min(LOOKED, len(known)))


def _like_plainly(text: str, leave_out: int) -> list[Any]:
    """The same answer without any index: the words of all are read and gone through."""
    from peyvand.engines.themes import nearest, stems
    from peyvand.programmes.proposals import queries
    from peyvand.programmes.proposals.models import Proposal

    asked = set(stems(text))
    rows = [
        (pk, state, asked & set(words)) for pk, state, words in Proposal.objects.values_list("pk", "state", "words")
    ]
    many = Counter(word for _pk, _state, words in rows for word in words)
    often = {word: min(count, queries._OFTEN) for word, count in many.items()}
    rare = sorted(often, key=lambda word: (often[word], word))[: queries._RAREST]
    worth = {
        pk: weight
        for pk, state, words in rows
        if state != "withdrawn"
        and pk != leave_out
        and (weight := sum(10**9 // often[word] for word in rare if word in words))
    }
    near = sorted(worth, key=lambda pk: (-worth[pk], pk))[: queries._CANDIDATES]
    known = list(Proposal.objects.filter(pk__in=near).order_by("pk"))
    found = nearest(text, [row.text for row in known], most=5, alike=queries.SHOWN_AT)
    return [(known[place].pk, likeness, why) for place, likeness, why in found]


def _typed(author: Any, texts: list[str], tell: Callable[[str], None]) -> None:
    """The part of the page that is asked while one types: half a text, and the whole of it."""
    from django.conf import settings

    from bench import _asking

    settings.LIKE_ASKED_A_MINUTE = 10**6
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    client, taken = _asking.browser(author), []
    for place, text in enumerate(texts):
        typed = text if place % 2 else text[: len(text) // 2]
        said = {"title": typed[:60], "problem": typed}
        seconds, answer = timed(partial(client.post, "/programmes/proposals/new/like/", said))
        if answer.status_code != 200:
            raise AssertionError(f"the like ones were refused: {answer.status_code}")
        taken.append(seconds)
    tell(f"asked while typing, {len(taken)} times, the whole answer of the site: {spread(taken[1:])}")
    for address in ("", "?sort=-written", "?show=unsent"):
        line, _answer = _asking.ask(client, "manager", f"/programmes/proposals/{address}", REQUESTS)
        tell(str(line))


def run() -> Iterator[str]:
    from bench._server import steps_of, thrown_away

    yield f"p50 and p95 of {REQUESTS} requests"
    with thrown_away():
        yield from steps_of("bench.proposals", ("build", "asking", "more", "looking"))
