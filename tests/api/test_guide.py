"""The examples of docs/api.md do what the guide says."""

import json
import re
import shlex
from pathlib import Path

import pytest
from django.test import Client
from tests.api.calls import Caller
from tests.world import World

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.django_db


def examples():
    """(curl in words, status and code said behind it) in the order of the guide."""
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            command, _, said = line.partition("  # ")
            if command.startswith("curl"):
                yield command, said.split()


def call(command, names):
    for name, value in names.items():
        command = re.sub(rf"'\${name}'|\${name}\b", str(value), command)
    words = shlex.split(command)[1:]
    assert "$" not in " ".join(words), words
    method, headers, body, address = "GET", {}, "", ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        else:
            address = word.removeprefix("http://127.0.0.1:8000")
    return Client().generic(method, address, body, headers=headers, content_type=headers.pop("Content-Type", ""))


def test_every_example_is_answered_as_the_guide_says():
    world = World.build()
    token = Caller(world, "facilitator").headers["Authorization"].removeprefix("Bearer ")
    names = {"PEYVAND": "http://127.0.0.1:8000", "TOKEN": token, "CAPACITY": world.capacity().pk}
    answers = []
    for command, said in examples():
        answer = call(command, names)
        answers.append(answer)
        if said:
            assert [str(answer.status_code), answer.json()["code"]] == said, command
        else:
            assert answer.status_code in (200, 201), (command, answer.content)
        if "/api/v1/needs" in command and answer.status_code == 201:
            names["NEED"] = answer.json()["items"][0]["id"]
    assert len(answers) == 16
    [shown] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert answers[-1].json() == json.loads(shown)


def test_the_guide_names_routes_that_are_there():
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    for address in re.findall(r"GET (/[\w{}/-]+)`", GUIDE):
        whole = address if address.startswith("/api/v1") else f"/api/v1{address}"
        known = {re.sub(r"{\w+}", "{id}", path) for path in paths} | {"/api/v1/docs", "/api/v1/openapi.json"}
        assert whole in known, address
