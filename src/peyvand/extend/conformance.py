"""What can be said about a programme without running it. `tests/programmes/` runs the rest on every folder found."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import ForeignObject, Model

from peyvand.extend.programme import Programme
from peyvand.extend.steps import ACTS, STAGES, STEPS
from peyvand.scope.acting import Role

_SLUG = re.compile(r"[a-z][a-z0-9_]{2,39}")
_PERSIAN = re.compile(r"[\u0600-\u06ff]{3,}")
_LATIN = re.compile(r"[A-Za-z]{3,}")

# What a table holds about people; every model says one of these in `personal_data`.
PERSONAL_DATA = ("none", "reference", "indirect", "direct", "health")


def manifest_faults(one: Programme) -> list[str]:
    """What is wrong with a manifest, one sentence each; read when the site starts."""
    return [*_slug_faults(one), *_name_faults(one), *_page_faults(one), *_api_faults(one), *_life_faults(one)]


def _slug_faults(one: Programme) -> Iterable[str]:
    if not _SLUG.fullmatch(one.slug):
        yield f"the slug {one.slug!r} is not three to forty small letters, digits and _"
    for what, slugs in (
        ("permission", [item.slug for item in one.permissions]),
        ("page", [item.name for item in one.pages]),
        ("route", [item.name or item.page for item in one.routes]),
        ("API route", [f"{item.method} {item.path}" for item in one.api_routes]),
        ("name of an API route", [item.view.__name__ for item in one.api_routes]),
        ("job", [item.slug for item in one.jobs]),
        ("figure", [item.slug for item in one.figures]),
        ("block of what waits", [item.name for item in one.waits]),
        ("act on many rows", [item.slug for item in one.acts_on_many]),
        ("specification", [item.slug for item in one.specifications]),
    ):
        yield from (f"the {what} {slug!r} stands twice" for slug, times in Counter(slugs).items() if times > 1)


def _name_faults(one: Programme) -> Iterable[str]:
    """Every name the manifest uses names something real."""
    yield from (f"there is no stage {stage!r}" for stage in one.stages if stage not in STAGES)
    yield from (f"there is no step {step!r} to guard" for step in one.guards if step not in STEPS)
    yield from (f"there is no act {act!r} to react to" for act in one.reactions if act not in ACTS)
    jobs = {job.slug for job in one.jobs}
    yield from (f"the reaction to {act} names no job: {job!r}" for act, job in one.reactions.items() if job not in jobs)
    used = {*one.reactions.values(), *(job.slug for job in one.jobs if job.daily or job.often)}
    yield from (f"nothing ever runs the job {slug!r}" for slug in sorted(jobs - used))
    for permission in one.permissions:
        if not permission.roles:
            yield f"the permission {permission.slug!r} is held by nobody"
        yield from (
            f"the permission {permission.slug!r} names the role {role.value!r}, which takes no part"
            for role in permission.roles
            if role not in one.roles
        )
    yield from (f"no programme is for the role {role.value!r}" for role in one.roles if role is Role.SYSTEM)
    yield from (f"{item.what}: forgotten after {item.months} months" for item in one.retention if item.months < 1)


def _page_faults(one: Programme) -> Iterable[str]:
    permissions = {item.slug for item in one.permissions}
    pages, answered = {page.name for page in one.pages}, {route.page for route in one.routes}
    yield from (f"the page {page.name!r} has no permission" for page in one.pages if page.permission not in permissions)
    yield from (f"no route leads to the page {name!r}" for name in sorted(pages - answered))
    yield from (f"the route {route.path!r} belongs to no page" for route in one.routes if route.page not in pages)
    if one.takes_lack is not None and not any(page.name == one.takes_lack.page and page.writes for page in one.pages):
        yield f"what lacks is taken up behind no page that writes: {one.takes_lack.page!r}"
    if one.of_place is not None and one.of_place.page not in pages:
        yield f"the block on the page of a place belongs to no page: {one.of_place.page!r}"
    writing = {page.name for page in one.pages if page.writes}
    yield from (
        f"the act on many rows {item.slug!r} stands behind no page that writes: {item.page!r}"
        for item in one.acts_on_many
        if item.page not in writing
    )
    yield from (
        f"what waits under {item.name!r} belongs to no page: {item.page!r}"
        for item in one.waits
        if item.page not in pages
    )
    named = {route.name or route.page for route in one.routes}
    yield from (
        f"the page {page.name!r} is in the menu without a route of its name"
        for page in one.pages
        if page.in_menu and page.name not in named
    )


def _api_faults(one: Programme) -> Iterable[str]:
    pages = {page.name: page for page in one.pages}
    for route in one.api_routes:
        name = f"the API route {route.method} {route.path!r}"
        if route.method not in ("GET", "POST"):
            yield f"{name} is neither a GET nor a POST"
        if route.path and (not route.path.startswith("/") or route.path.endswith("/")):
            yield f"{name} does not begin with '/', or ends with it"
        if route.page not in pages:
            yield f"{name} belongs to no page"
        elif route.method == "POST" and not pages[route.page].writes:
            yield f"{name} writes, and its page does not"


def _life_faults(one: Programme) -> Iterable[str]:
    for life in one.life_cycles:
        kind: Any = type(life.start)
        states = set(kind)
        unreached = sorted(state.value for state in states - life.reachable())
        yield from (f"the state {state!r} of {life.name!r} is never reached" for state in unreached)


def word_faults(one: Programme, folder: Path) -> list[str]:
    """Acts a programme writes into the journal (`"<something>.<done>"` in its `*actions.py`) that have no words for its readers."""
    sources = [source.read_text(encoding="utf-8") for source in folder.glob("*actions.py")]
    written = {act for source in sources for act in re.findall(r'"([a-z_]+\.[a-z_]+)"', source)}
    return [f"the act {act!r} has no words" for act in sorted(written - one.words.keys() - ACTS.keys())]


def models_of(slug: str) -> list[type[Model]]:
    return list(apps.get_app_config(slug).get_models())


def is_core(model: type[Model]) -> bool:
    name = model.__module__
    return name.startswith("peyvand.") and not name.startswith("peyvand.programmes.")


def table_faults(models: Iterable[type[Model]]) -> list[str]:
    """Every table says what it holds about people."""
    return [
        f"{model._meta.label}: personal_data must be one of {PERSONAL_DATA}"
        for model in models
        if model.__dict__.get("personal_data") not in PERSONAL_DATA
    ]


def pointing_at_programmes() -> list[str]:
    """Foreign keys of core tables that lead to a programme; there must be none."""
    return [
        f"{model._meta.label}.{field.name} points to {field.related_model._meta.label}"
        for model in apps.get_models()
        if is_core(model)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignObject) and isinstance(field.related_model, type) and not _may_point(field)
    ]


def _may_point(field: ForeignObject) -> bool:
    return not field.related_model.__module__.startswith("peyvand.programmes.")


def key_faults(slug: str) -> list[str]:
    """Each table of a programme hangs, directly or through its own tables, on a row of the core, or is a setting of its own.

    A setting holds nothing about people and is never pointed at by a core row.
    """
    found = []
    for model in models_of(slug):
        keys = [
            f for f in model._meta.get_fields() if isinstance(f, ForeignObject) and isinstance(f.related_model, type)
        ]
        others = [key.related_model for key in keys if not is_core(key.related_model)]
        found += [
            f"{model._meta.label} points into another programme: {other._meta.label}"
            for other in others
            if other.__module__.startswith("peyvand.programmes.") and other._meta.app_label != slug
        ]
        if not keys and getattr(model, "personal_data", "") != "none":
            found.append(f"{model._meta.label} hangs on no row and yet holds something about people")
    return found


def readme_faults(folder: Path) -> list[str]:
    """One page that tells the programme, in Persian and in English."""
    readme = folder / "README.md"
    if not readme.is_file():
        return [f"{folder.name}: README.md is missing"]
    text = readme.read_text(encoding="utf-8")
    enough = {"Persian": len(_PERSIAN.findall(text)), "English": len(_LATIN.findall(text))}
    return [f"{folder.name}: README.md says too little in {name}" for name, words in enough.items() if words < 60]
