"""Nothing leaks from the acts of the API: see `test_api_leaks.py`, which says how it is tried."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.site.asking import clean, drawn, some
from tests.site.described import ACTING, DESCRIBED, PLACES, ROOT, model_at, numbers_at
from tests.site.sights import NOTHING, RULES, Sights

from peyvand.api.urls import READS
from peyvand.intake.enums import ImportKind

pytestmark = pytest.mark.django_db


@dataclass
class Body:
    """A body that fits a shape, with the rows it names."""

    data: st.DataObject
    sights: Sights
    address: str
    named: list[Any] = field(default_factory=list)

    def number(self, name: str, model: type | None = None) -> int:
        known = numbers_at(self.address)
        if name not in known:
            pytest.fail(f"say in described.py, or in the sights.py of its programme, which row {name!r} names")
        model = model or known[name]
        rows = self.sights.rows.get(model)
        if not rows:
            return NOTHING
        row = self.data.draw(st.sampled_from(rows), label=name)
        self.named.append(row)
        return row.pk

    def fill(self, schema: dict[str, Any], name: str = "") -> Any:
        if "$ref" in schema:
            schema = DESCRIBED["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        if "enum" in schema:
            return self.data.draw(st.sampled_from(schema["enum"]))
        if schema.get("type") == "object":
            return {key: self.fill(schema["properties"][key], key) for key in schema.get("required", ())}
        if schema.get("type") == "array":
            return [
                self.fill(schema["items"], name.removesuffix("s")) for _ in range(max(1, schema.get("minItems", 1)))
            ]
        if schema.get("type") == "integer":
            return self.number(name) if name.endswith("_id") else max(1, schema.get("minimum", 1))
        return self.text(name, schema)

    def text(self, name: str, schema: dict[str, Any]) -> str:
        known = {
            "place_path": PLACES[:6], "parent_path": PLACES[:6], "specification": ["wheelchair", "tutoring"],
            "programme": ["micro_projects"], "token": ["x" * 32], "code": [mark for mark, _, _ in self.sights.marks if mark.isdigit()],
        }  # fmt: skip
        if schema.get("format") == "date":
            return "2099-01-01" if name in ("due_date", "since") else "2026-11-20"
        return self.data.draw(st.sampled_from(known[name])) if name in known else "چند کلمه برای آزمون"


def sent(operation: dict[str, Any], body: Body) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"data": {"kind": body.data.draw(st.sampled_from(list(ImportKind.values)))}}
    if "application/json" not in content:
        return {"content_type": "application/json"}
    filled = body.fill(content["application/json"]["schema"])
    return {"data": json.dumps(filled), "content_type": "application/json"}


def of_nothing(request: dict[str, Any], address: str) -> dict[str, Any]:
    """The same request about rows that are not there: every number that names a row is another."""
    if "data" not in request or not isinstance(request["data"], str):
        return request
    known = numbers_at(address)

    def other(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: other(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [other(one, name.removesuffix("s")) for one in value]
        return NOTHING if name in known and isinstance(value, int) else value

    return request | {"data": json.dumps(other(json.loads(request["data"])))}


@pytest.mark.parametrize("address", ACTING)
def test_an_act_of_the_api_on_rows_out_of_sight_is_answered_as_on_rows_that_are_not_there(sights, address):
    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in some(data, sights, address, 4):
            body, here = Body(data, sights, address), address
            for parameter in re.findall(r"{(\w+)}", address):
                here = here.replace(f"{{{parameter}}}", str(body.number(parameter, model_at(address))))
            request = sent(ACTING[address], body)
            answer = sights.ask(name, "post", ROOT + here, token=data.draw(st.booleans()), **request)
            asked = str(request.get("data", ""))
            if address not in READS or answer.status != 200:
                clean(sights, name, answer, asked)
            judged = [row for row in body.named if type(row) in RULES]
            if judged and not any(sights.sees(name, row) for row in judged):
                there = re.sub(r"{\w+}", str(NOTHING), address)
                gone = sights.ask(name, "post", ROOT + there, **of_nothing(request, address))
                assert (answer.status, answer.text) == (gone.status, gone.text), (name, here, request)
                assert answer.status >= 400

    answers()
