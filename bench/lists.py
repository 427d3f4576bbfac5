"""The lists of the site over a million persons and 200,000 needs: times, queries and bytes of each page, search and export.

A throw-away server is filled from the demo province (`bench/_country.py`), then asked through Django's test client as the application's own
database user, under row security, as the country's leader, a province's officer and a facilitator; what took too long is asked again at the
end. The peer is the usual way of an admin site, OFFSET and `count(*)`, over the same rows in the same order; both answers are compared.
`LISTS_PERSONS`, `LISTS_NEEDS` and `LISTS_REQUESTS` set the size.
"""

import logging
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bench._timing import timed

PERSONS = int(os.environ.get("LISTS_PERSONS") or 1_000_000)
NEEDS = int(os.environ.get("LISTS_NEEDS") or PERSONS // 5)
REQUESTS = int(os.environ.get("LISTS_REQUESTS") or 40)
TASKS = 2000  # families that the officer of a province works with himself: more names than anybody has
LIMIT = 300
LISTS = (
    "/families/", "/needs/", "/capacities/", "/promises/", "/deliveries/", "/suggestions/", "/matching/", "/agreements/", "/people/",
    "/journal/", "/stories/", "/exports/", "/imports/", "/places/", "/programmes/micro_projects/", "/home/",
)  # fmt: skip
READERS = {"country": "hq_country", "province": "hq_leader-2", "facilitator": "", "auditor": "auditor_country"}
# Each as it stands in the names, then by another keyboard, with a slip, and without what is written.
SEARCHES = {
    "/families/": ("زهرا", "زهرا احمدی", "زهرا احمدي", "زهار", "علیپور", "قققق"),
    "/needs/": ("7000", "۷۰۰۰"),
    "/capacities/": ("ویلچر", "ويلچر", "ویلچز", "خیریه", "خیزیه"),
    "/promises/": ("ویلچر", "ویلچز"),
    "/deliveries/": ("ویلچر", "ولیچر"),
    "/suggestions/": ("ویلچر", "ویچلر"),
    "/people/": ("مددکار", "مددكار", "مدکدار", "facilitator"),
    "/places/": ("ساری", "ساذی", "نوبنیاد"),
}  # fmt: skip


# ---- Building: as the owner


def opened(as_owner: bool) -> None:
    os.environ["PEYVAND_AS_OWNER"] = "1" if as_owner else "0"
    import django

    django.setup()
    logging.disable(logging.CRITICAL)


def build(tell: Callable[[str], None]) -> None:
    opened(as_owner=True)
    from django.core.management import call_command
    from django.db import transaction

    from bench import _country
    from peyvand.demo.build import build as build_demo
    from peyvand.flow.need.models import Need
    from peyvand.people.models import Person

    begin = time.perf_counter()
    call_command("migrate", verbosity=0)
    build_demo(scale=0.02 if PERSONS >= 50_000 else 0.0005, now=datetime(2026, 11, 22, tzinfo=UTC))
    demo = time.perf_counter() - begin
    persons, needs = Person.objects.count(), Need.objects.count()
    with transaction.atomic():
        _country.grow(families=max(2, round(PERSONS / persons)), flows=max(2, round(NEEDS / needs)))
    _readers()
    _country.settle()
    grown = time.perf_counter() - begin - demo
    tell(
        f"{Person.objects.count():,} persons, {Need.objects.count():,} needs; built in {demo + grown:.0f} s:"
        f" the demo province {demo:.0f} s, its copies with their indexes {grown:.0f} s"
    )


def _readers() -> None:
    """Somebody for the whole country, and more tasks than usual for the officer of a large province."""
    from bench import _country
    from peyvand.people.models import Account, Membership
    from peyvand.places.models import Place

    head = Membership.objects.select_related("organisation").get(account__username="hq_leader").organisation
    for name, role in (("hq_country", "hq_leader"), ("auditor_country", "auditor")):
        account = Account.objects.create(username=name, name=name, is_demo=True)
        Membership.objects.create(
            account=account, role=role, place=Place.objects.get(path="ir/"), organisation=head, since=date(2025, 3, 21)
        )
    officer = Membership.objects.select_related("place", "organisation").filter(
        account__username=READERS["province"]
    ).first() or of_role("hq_leader")  # fmt: skip
    _country.enlarge_task(officer, TASKS)


def of_role(role: str) -> Any:
    from peyvand.people.models import Membership

    rows = Membership.objects.select_related("account", "place", "organisation").filter(role=role)
    return rows.order_by("pk")[min(1, rows.count() - 1)]


# ---- Asking: as the application


def asking(tell: Callable[[str], None]) -> None:
    opened(as_owner=False)
    from django.conf import settings

    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    import peyvand.site.wsgi  # noqa: F401  # a process made ready as the web server's are
    from bench import _asking
    from peyvand.people.models import Membership

    rows = Membership.objects.select_related("account", "place", "organisation")
    readers: dict[str, Any] = {who: rows.filter(account__username=name).first() for who, name in READERS.items()}
    readers["province"] = readers["province"] or of_role("hq_leader")
    readers["facilitator"] = of_role("facilitator")
    lines: list[_asking.Line] = []
    clients = {who: _asking.browser(membership) for who, membership in readers.items()}
    for who, client in clients.items():
        times = REQUESTS if who == "country" else max(2, REQUESTS // 2)
        for address in LISTS if who != "auditor" else ("/journal/", "/home/"):
            if client.get(address).status_code == 200:
                lines += _of_list(client, who, address, times, tell)
    _sum_up(lines, tell)
    _ask_again(clients, [line for line in lines if line.p95 >= LIMIT], tell)
    for name in ("families", "needs", "promises"):
        _against_offset(name, readers["country"], tell)


def _of_list(client: Any, who: str, address: str, times: int, tell: Callable[[str], None]) -> list[Any]:
    """First page, later page, every filter, every order, every search. Filters and orders are asked a quarter as often."""
    from bench import _asking

    first, answer = _asking.ask(client, who, address, times)
    lines, page = [first], _asking.shown(answer)
    tell(str(first))
    asked = [(_asking.with_query(address, q=text), times // 2) for text in SEARCHES.get(address, ())]
    if page is not None:
        code = next((cell.value for row in page.rows for cell in row if cell.column.name == "code"), "")
        asked += [(_asking.with_query(address, q=code), times // 2)] if code and page.filters else []
        asked += [(address + page.older_url, times)] if page.older_url else []
        asked += [(_asking.with_query(address, **one), times // 4) for one in _asking.questions(page)]
        asked += [(address + one.url, times // 4) for one in page.headings if one.url]
    for one, often in asked:
        line, _answer = _asking.ask(client, who, one, max(2, often))
        lines.append(line)
        tell(str(line))
    return lines


def _sum_up(lines: list[Any], tell: Callable[[str], None]) -> None:
    slow = [line for line in lines if line.p95 >= LIMIT]
    tell(
        f"{len(lines)} addresses: p95 under {LIMIT} ms on {len(lines) - len(slow)}; slowest p95"
        f" {max(line.p95 for line in lines):.0f} ms; at most {max(line.queries for line in lines)} queries;"
        f" load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def _ask_again(clients: dict[str, Any], slow: list[Any], tell: Callable[[str], None]) -> None:
    """Of a few requests the p95 is the slowest, and a moment in which the machine did something else: more of them, at another time."""
    from bench import _asking

    for line in sorted(slow, key=lambda one: -one.p95):
        again, _answer = _asking.ask(clients[line.who], line.who, line.address, REQUESTS)
        tell(f"over {LIMIT} ms: {line}")
        tell(f"    asked again: {again.p50:.0f} {again.p95:.0f} ms")


def _against_offset(name: str, membership: Any, tell: Callable[[str], None]) -> None:
    """The first page and a far one: by key and counted to a thousand, or by OFFSET and counted to the end."""
    from peyvand.flow.need.queries import needs_of
    from peyvand.people.queries import acting_as
    from peyvand.scope.database import scope
    from peyvand.web import lists
    from peyvand.web.keyset import cursor_of
    from peyvand.web.pages import families, needs, promises

    now = datetime.now(UTC)
    rows_of = {
        "families": families.families_of,
        "needs": lambda by: needs_of(by, now),
        "promises": promises.promises_seen,
    }[name]
    spec = {"families": families.SPEC, "needs": needs.SPEC, "promises": promises.SPEC}[name]
    by, path, size = acting_as(membership), spec.default_sort, spec.per_page
    with scope(by):
        rows = lists.in_order(spec, rows_of(by))
        total = rows.count()
        for before in (0, total // 2):
            last = rows[before - 1] if before else None
            after = cursor_of(last, path) if last else ""
            ours, page = timed(partial(_by_key, rows, spec, after), times=5)
            theirs, usual = timed(partial(_by_offset, rows, before, size), times=5)
            if [row.pk for row in page] != [row.pk for row in usual]:
                raise AssertionError(f"the two pages of {name} after {before} rows differ")
            tell(
                f"{name}, page after {before:,} of {total:,} rows: {ours * 1000:.1f} ms by key, {theirs * 1000:.1f} ms by"
                f" OFFSET and count(*): {theirs / ours:.0f} x; the rows are equal"
            )


def _by_key(rows: Any, spec: Any, after: str) -> list[Any]:
    from peyvand.web.keyset import keyset

    page, _older, _newer = keyset(rows, spec.default_sort, spec.per_page, after=after)
    rows.order_by().values("pk")[: spec.count_limit + 1].count()
    return page


def _by_offset(rows: Any, before: int, size: int) -> list[Any]:
    page = list(rows[before : before + size])
    rows.order_by().count()
    return page


# ---- Exports: the job itself


def exporting(tell: Callable[[str], None]) -> None:
    """As a worker writes them: under the asker's rights, row by row, telling how far it is."""
    opened(as_owner=False)
    from peyvand.people.models import Membership

    rows = Membership.objects.select_related("account", "place", "organisation")
    for name, address, kind in (
        ("hq_country", "/families/", "csv"),
        ("auditor_country", "/journal/?kind=person", "csv"),
        ("auditor_country", "/journal/?kind=person", "xlsx"),
    ):
        _export(rows.get(account__username=name), address, kind, tell)


def _export(membership: Any, address: str, kind: str, tell: Callable[[str], None]) -> None:
    from django.utils import timezone

    from peyvand.exports.actions import ask_export
    from peyvand.exports.enums import FileKind
    from peyvand.exports.listing import listed_at
    from peyvand.exports.models import Export
    from peyvand.exports.running import write_export
    from peyvand.people.queries import acting_as
    from peyvand.scope.acting import SYSTEM
    from peyvand.scope.database import scope

    by = acting_as(membership)
    with scope(by):
        listed = listed_at(address, by, membership.account)
    export = ask_export(listed=listed, address=address, kind=FileKind(kind), language="fa", by=by, now=timezone.now())
    before, seen, done = _peak(), set[int](), threading.Event()
    watcher = threading.Thread(target=_watch, args=(export.pk, by, seen, done))
    watcher.start()
    begin = time.perf_counter()
    write_export(export_id=export.pk, now=timezone.now())
    seconds = time.perf_counter() - begin
    done.set()
    watcher.join()
    with scope(SYSTEM):
        written = Export.objects.get(pk=export.pk)
    if written.state != "done":
        raise AssertionError(f"{address} was not written: {written.state} {written.failure}")
    tell(
        f"export of {address} as {kind}: {written.rows_done:,} rows in {seconds:.0f} s, {written.rows_done / seconds:,.0f} rows/s,"
        f" {written.size / 2**20:.1f} MB; {(_peak() - before) / 2**20:.1f} MB of memory above what was taken before;"
        f" its progress was seen to move {len(seen)} times"
    )


def _watch(export_id: int, by: Any, seen: set[int], done: threading.Event) -> None:
    """What its asker sees of it meanwhile."""
    from django.db import connection

    from peyvand.exports.queries import exports_of
    from peyvand.scope.database import scope

    while not done.wait(0.25):
        with scope(by):
            seen.update(exports_of(by).filter(pk=export_id).values_list("rows_done", flat=True))
    connection.close()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def run() -> Iterator[str]:
    from bench._server import steps_of, thrown_away

    yield f"p50 and p95 of {REQUESTS} requests (searches half, filters and orders a quarter; other readers than the country's half)"
    with thrown_away():
        yield from steps_of("bench.lists", ("build", "asking", "exporting"))
