"""The description is valid, complete, and what the routes answer fits it."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import get_args

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.calls import Caller
from tests.people.test_least_seeing import populate
from tests.world import World

from peyvand import api as api_package
from peyvand import extend, flow, intake, journal, people, places, resources
from peyvand.api.urls import READS, UNKEPT, api
from peyvand.flow.replay import replay
from peyvand.scope.database import action
from peyvand.site.wsgi import application

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
# Not offered to programs, and why.
NOT_OFFERED = {
    # Named by `POST /batches`, which does them to many rows, and by its undo.
    **dict.fromkeys(
        (
            "break_commitments",
            "decline_suggestions",
            "end_tasks",
            "give_tasks",
            "pause_capacities",
            "refuse_deliveries",
            "reopen_capacities",
            "reopen_suggestions",
            "restore_commitments",
            "restore_needs",
            "resume_capacities",
            "return_commitments",
            "take_back_answers",
            "take_back_commitments",
            "unvouch_needs",
            "vouch_needs",
        ),
        "an act of `/batches`, or the undoing of one",
    ),
    "keep_counts": "the system counts places by itself",
    "put_back_story": "undoing on the page of a story; a program takes the step back by its own route",
    "end_memberships": "ways in are opened and closed by a person, on the site",
    "restore_memberships": "ways in are opened and closed by a person, on the site",
    # A run of the matching is asked for; its job does the rest.
    **dict.fromkeys(
        ("run_matching", "begin_run", "carry_out", "tell_step", "fail_run", "repeat_run", "defer_again"),
        "the job of `ask_matching` or `ask_repeat`",
    ),
    # The clock takes them, for everybody at once.
    "forget_inputs": "nightly job",
    "expire_needs": "nightly job",
    "refresh_priorities": "nightly job",
    "renew_capacities": "nightly job",
    "lapse_commitments": "nightly job",
    # A token that was lost must open no other way in, show nothing protected, and end nothing for good.
    "create_account": "ways in are opened and closed by a person, on the site",
    "enrol": "ways in are opened and closed by a person, on the site",
    "change_account": "ways in are opened and closed by a person, on the site",
    "grant_membership": "ways in are opened and closed by a person, on the site",
    "end_membership": "ways in are opened and closed by a person, on the site",
    "issue_sign_in_code": "handed over on paper",
    "give_sign_in": "handed over on paper",
    "reveal": "protected values are never given to programs",
    "reveal_note": "protected values are never given to programs",
    "take_look": "opens another organisation's rows, for a reason that an auditor states himself",
    "erase_person": "cannot be taken back",
    "erase_identity": "part of `erase_person`",
    "forget_person": "part of `erase_person`",
    "forget_words": "part of `erase_person`",
    "forget_notes": "part of `erase_person`",
    "forget_pictures": "part of `erase_person`",
    "forget_conditions": "part of `erase_person`",
    # Parts of an act that is offered.
    "register_households": "part of opening a family file, which records the consent with it, and of an import",
    "add_places": "part of `put_places`",
    "add_place": "drawn on the site's map; a program sends borders to `put_places`",
    "remove_place": "only what `add_place` made by mistake",
    "change_place": "drawn on the site's map; a program sends borders to `put_places`",
    "register_organisation": "one of `register_organisations`",
    "give_consents": "part of an import",
    "record_disabilities": "part of an import",
    "remove_households": "part of taking an import back",
    "remove_organisations": "part of taking an import back",
    # No page has them either.
    "put_specifications": "kinds of help come with the product and by command",
    "put_qualities": "the words of the rules come with the product and by command",
    "renew_protected": "keys are changed by the one who operates the server, by command",
}


def modules() -> Iterator[ModuleType]:
    """Everything of the core that may hold acts; a programme's acts are its own pages' affair."""
    for layer in (places, people, resources, journal, extend, flow, intake, api_package):
        for found in pkgutil.walk_packages(layer.__path__, f"{layer.__name__}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def actions() -> dict[str, FunctionType]:
    """Every function that `@action` made, by name."""
    made = action(lambda: None).__code__
    found = {}
    for module in modules():
        for one in vars(module).values():
            if inspect.isfunction(one) and one.__code__ is made and one.__module__ == module.__name__:
                found[one.__name__] = one
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def called() -> set[str]:
    """Every action that the code of a route names, directly or through a module it imported."""
    wanted, reached = actions(), set()
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                view_func = inspect.unwrap(operation.view_func)
                names, world = set(_names(view_func.__code__)), view_func.__globals__
                homes = [world, *(vars(world[name]) for name in names if isinstance(world.get(name), ModuleType))]
                reached |= {
                    name for name in names & wanted.keys() if any(home.get(name) is wanted[name] for home in homes)
                }
    return reached


def shapes(kind) -> Iterator[type]:
    """A model with all that its fields are made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from shapes(field.annotation)
    for inner in get_args(kind):
        yield from shapes(inner)


@pytest.mark.django_db
def test_no_two_shapes_share_a_name_for_one_would_stand_for_both():
    described()  # makes the shapes
    named = {}
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                found = [*operation.models, *operation.response_models.values()]
                for one in {inner for model in found for inner in shapes(model)}:
                    if not one.__name__.endswith(("Params", "NinjaResponseSchema")):
                        named.setdefault(one.__name__, set()).add(one)
    assert len(named) > 100
    assert {name: kinds for name, kinds in named.items() if len(kinds) > 1} == {}


def described():
    return Client().get("/api/v1/openapi.json").json()


@pytest.mark.django_db
def test_every_act_has_a_route_or_a_reason_why_not():
    assert called() == actions().keys() - NOT_OFFERED.keys()
    assert NOT_OFFERED.keys() <= actions().keys(), "an act named here is no more"


@pytest.mark.django_db
def test_the_description_is_valid_openapi_with_words_and_problems_everywhere():
    schema = described()
    assert schema["openapi"].startswith("3.1")
    known = set(schema["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema))) <= known
    identities = [one["operationId"] for methods in schema["paths"].values() for one in methods.values()]
    assert len(identities) == len(set(identities))
    for address, methods in schema["paths"].items():
        for method, one in methods.items():
            assert one["summary"], address
            assert "application/problem+json" in one["responses"]["422"]["content"], address
            named = {parameter["name"] for parameter in one.get("parameters", ())}
            assert ("Idempotency-Key" in named) == (method == "post" and not address.endswith((*READS, *UNKEPT))), (
                address
            )
            assert set(re.findall(r"{(\w+)}", address)) <= named, address


@pytest.mark.django_db
def test_the_page_for_people_needs_nothing_from_another_origin_and_no_script():
    page = Client().get("/api/v1/docs").content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    for address in described()["paths"]:
        assert address in page
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def _try(operation, headers):
    """A few requests that fit the description of one route."""

    @settings(
        max_examples=3, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        derandomize=True,
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def answers(case):
        case.call_and_validate(headers=headers | {"Accept-Encoding": "identity"}, checks=CHECKS)

    answers()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_whatever_fits_the_description_is_answered_as_described_and_never_breaks():
    world = World.build()
    populate(world)
    headers = Caller(world, "leader").headers
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in described()["paths"].values())
    for operation in operations:
        if not operation.path.endswith("/revoke"):  # it would end the token in use
            _try(operation, headers)
    assert replay() == []
