"""Runs by itself on every programme folder found: what the contract promises, tried on a small province."""

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from types import CodeType
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.site.programme_sights import missing
from tests.world import NOW, World

from peyvand.extend import conformance
from peyvand.extend.discovery import folders, programmes
from peyvand.extend.programme import Programme
from peyvand.extend.switches import switch_on
from peyvand.people.models import Membership
from peyvand.scope.acting import SYSTEM
from peyvand.scope.bulk import at_once
from peyvand.scope.database import action, scope
from peyvand.web import catalogue
from peyvand.web.acting import MEMBERSHIP_KEY

FOLDERS = {folder.name: folder for folder in folders()}
every_programme = pytest.mark.parametrize("slug", sorted(FOLDERS))


@every_programme
def test_the_manifest_is_valid(slug):
    assert conformance.manifest_faults(programmes()[slug]) == []


@every_programme
def test_every_table_says_what_it_holds_about_people_and_hangs_on_a_core_row(slug):
    assert conformance.table_faults(conformance.models_of(slug)) == []
    assert conformance.key_faults(slug) == []


@every_programme
@pytest.mark.django_db
def test_every_table_with_something_about_people_is_row_secured(slug):
    tables = [model._meta.db_table for model in conformance.models_of(slug) if model.personal_data != "none"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT relrowsecurity", [tables])
        assert cursor.fetchall() == []


@every_programme
def test_the_readme_tells_the_programme_in_both_languages(slug):
    assert conformance.readme_faults(FOLDERS[slug]) == []


@every_programme
def test_what_it_writes_into_the_journal_has_words(slug):
    assert conformance.word_faults(programmes()[slug], FOLDERS[slug]) == []


@every_programme
def test_the_persian_catalogue_is_complete(slug):
    assert catalogue.faults(FOLDERS[slug]) == []


@every_programme
def test_it_says_who_may_see_its_rows(slug):
    assert missing(slug) == ""


@every_programme
@pytest.mark.django_db
def test_the_seed_runs_twice_and_adds_nothing_the_second_time(slug):
    _province(programmes()[slug], households=6)
    seed = programmes()[slug].seed
    assert seed(4, Random(1), NOW) == 4
    assert seed(4, Random(1), NOW) == 0


@every_programme
@pytest.mark.django_db
def test_figures_and_what_waits_are_counted_of_nothing_and_of_something(slug):
    programme = programmes()[slug]
    world = _province(programme, households=8)
    for _ in range(2):
        for by in (world["leader"], world["governor"]):
            together = programme.counted_together(by, NOW.date()) if programme.counted_together else {}
            assert together.keys() <= {figure.slug for figure in programme.figures}
            for figure in programme.figures:
                counted = figure.count(by, NOW.date())
                assert together.get(figure.slug, counted) == counted
                assert counted.of >= 0
                assert counted.value is None or counted.value >= 0
        _tell_what_waits(programme, world)
        programme.seed(8, Random(2), NOW)


def _tell_what_waits(programme: Programme, world: World) -> None:
    """Each role it is for is told something it can read, and where all of it stands."""
    for by in world.acting.values():
        for one in programme.waits:
            if by.role not in programme.permission(programme.page(one.page).permission).roles:
                continue
            with scope(by):
                rows = one.rows(by, NOW.date())
                told = at_once(rows[:5])[0] if rows is not None else []
            lines = [one.line(row) for row in told]
            assert all(line.title and line.url.startswith("/programmes/") for line in lines), one.name
            assert one.url().startswith(f"/programmes/{programme.slug}/")


@every_programme
@pytest.mark.django_db
def test_daily_jobs_and_forgetting_run_on_nothing_and_twice(slug):
    programme = programmes()[slug]
    _province(programme, households=4)
    from peyvand.extend import reactions

    for _ in range(2):
        for job in programme.jobs:
            if job.daily or job.often:
                reactions.run(slug, job.slug, act="", ids={}, now=NOW)
        for rule in programme.retention:
            assert rule.forget(NOW.date(), NOW) == 0


@every_programme
@pytest.mark.django_db
def test_pages_are_closed_to_everyone_without_their_permission(slug):
    programme = programmes()[slug]
    world = _province(programme, households=1)
    clients = {name: _client(world, name) for name in _one_of_each_role(world)}
    for route in programme.routes:
        if "<" in route.path:
            continue
        roles = programme.permission(programme.page(route.page).permission).roles
        without = Client().get(f"/programmes/{slug}/{route.path}").status_code
        assert without in ((200, 405) if programme.is_public(programme.page(route.page)) else (403, 405))
        for name, client in clients.items():
            answer = client.get(f"/programmes/{slug}/{route.path}")
            assert (answer.status_code == 403) == (world[name].role not in roles), (route.path, name)


@pytest.mark.slow
@every_programme
@pytest.mark.django_db
def test_api_routes_are_closed_to_everyone_without_the_permission_of_their_page(slug):
    programme = programmes()[slug]
    world = _province(programme, households=1)
    clients = {name: _client(world, name) for name in _one_of_each_role(world)}
    for route in programme.api_routes:
        address = f"/api/v1/programmes/{slug}" + re.sub(r"{[^}]+}", "999999999", route.path)
        roles = programme.permission(programme.page(route.page).permission).roles
        for name, client in clients.items():
            told = client.get(address) if route.method == "GET" else client.post(address, "{}", "application/json")
            closed = told.status_code == 403 and told.json()["code"] == "not_permitted"
            assert told.status_code in (200, 403, 404, 422), (address, name, told.content)
            if world[name].role not in roles and told.status_code != 422:  # values that do not fit are said first
                assert closed, (address, name)
        assert Client().generic(route.method, address).status_code == 401


@every_programme
def test_every_act_of_the_pages_has_an_api_route(slug):
    """What a page's view calls of the programme's own actions, a route's view calls too, each through functions of its module."""
    programme = programmes()[slug]
    own = _actions(f"peyvand.programmes.{slug}.")
    of_pages = set().union(*(_named(route.view) for route in programme.routes)) & own
    of_routes = set().union(*(_named(route.view) for route in programme.api_routes)) & own
    assert of_pages <= of_routes


def _actions(package: str) -> set[str]:
    """The names of the actions in all modules of a programme."""
    made = action(lambda: None).__code__
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith(package)]
    return {
        name
        for module in modules
        for name, value in module.items()
        if inspect.isfunction(value) and value.__code__ is made and inspect.unwrap(value).__module__.startswith(package)
    }


def _named(view: Callable[..., object]) -> set[str]:
    """Every name in a view and the functions of its module that it calls."""
    seen, waiting = set[str](), [inspect.unwrap(view)]
    while waiting:
        one = waiting.pop()
        codes = [one.__code__]
        while codes:
            code = codes.pop()
            codes += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
            for name in set(code.co_names) - seen:
                seen.add(name)
                known = one.__globals__.get(name)
                if inspect.isfunction(known) and known.__module__ == one.__module__:
                    waiting.append(known)
    return seen


@every_programme
@pytest.mark.django_db
def test_every_reading_page_is_reached_by_links_and_its_queries_do_not_grow_with_its_rows(slug):
    programme = programmes()[slug]
    world = _province(programme, households=12)
    programme.seed(3, Random(3), NOW)
    few = _queries(programme, world)
    programme.seed(18, Random(4), NOW)
    many = _queries(programme, world)
    reading = {route.path for route in programme.routes if not programme.page(route.page).writes}
    assert {path for path, _ in few} >= reading
    for key in few.keys() & many.keys():
        assert many[key] <= few[key], f"{key}: {few[key]} queries with few rows, {many[key]} with many"


def _province(programme: Programme, *, households: int) -> World:
    """The small province with the programme on everywhere and some families known to the field staff."""
    world = World.build()
    switch_on(slug=programme.slug, place=world.places["ir"], by=SYSTEM, now=NOW)
    for _ in range(households):
        world.household()
    return world


def _one_of_each_role(world: World) -> list[str]:
    """Whether a page is open at all, the role alone says."""
    return list({acting.role: name for name, acting in reversed(world.acting.items())}.values())


def _client(world: World, name: str) -> Client:
    """Signed in as one of the world's people, in the role they have there."""
    client, membership = Client(), Membership.objects.get(pk=world[name].membership_id)
    client.force_login(membership.account)
    session = SessionStore(client.session.session_key)
    session[MEMBERSHIP_KEY] = membership.pk
    session.save()
    return client


# Of one kind of page a person opens so many: every one would say the same again, for a dozen people.
_PAGES_A_ROUTE = 2


def _queries(programme: Programme, world: World) -> dict[tuple[str, str], int]:
    """For every reading route and everybody who may open it and sees other rows, the most queries one of its first pages took."""
    patterns = {route.path: _pattern(programme.slug, route.path) for route in programme.routes}
    found: dict[tuple[str, str], int] = {}
    alike = {(one.role, one.place_path, one.organisation_path): name for name, one in reversed(world.acting.items())}
    for name in alike.values():
        acting = world[name]
        client, seen, opened = _client(world, name), set[str](), Counter[str]()
        allowed = [
            route.path
            for route in programme.routes
            if acting.role in programme.permission(programme.page(route.page).permission).roles
            and not programme.page(route.page).writes
        ]
        waiting = [f"/programmes/{programme.slug}/{path}" for path in allowed if "<" not in path]
        while waiting:
            url = waiting.pop()
            path = next((path for path, pattern in patterns.items() if pattern.fullmatch(url)), None)
            if url in seen or path not in allowed or opened[path] == _PAGES_A_ROUTE:
                continue
            seen.add(url)
            opened[path] += 1
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
            assert answer.status_code == 200, (url, name, answer.status_code)
            found[path, name] = max(found.get((path, name), 0), len(asked))
            if answer["Content-Type"].startswith("text/html"):  # a paper is reached too, and leads nowhere
                waiting += _links(answer.content.decode(), programme.slug)
    return found


def _pattern(slug: str, path: str) -> re.Pattern[str]:
    return re.compile(re.escape(f"/programmes/{slug}/") + re.sub(r"<[^>]+>", "[^/]+", path))


def _links(html: str, slug: str) -> Iterator[str]:
    for address in re.findall(r'href="([^"]+)"', html):
        path = urlsplit(address).path
        if path.startswith(f"/programmes/{slug}/"):
            yield path


def test_at_least_one_programme_is_found():
    assert FOLDERS
    assert {folder.name for folder in folders()} == set(programmes())
