"""Nothing leaks: every list, count, search, export and route of the pages and the API, by every role, against every row.

The routes are found by walking the addresses of the site and the description of the API, so that a new one is tried by
itself; one that this test does not know how to judge fails it. What is asked (filters, words, orders, page sizes, numbers of
rows) is drawn by Hypothesis; who may see what is said in `sights`, apart from the policies. Two things are asked of every
answer: it holds no word of a row that the role may not see, and a row that may not be seen is answered as one that is not
there. Lists, counts and searches of the API must give exactly the rows expected; lists of pages no other, and as many as they
and their exports say.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.site.asking import clean, drawn, found, some, words
from tests.site.sights import MODELS, NOTHING, RULES, Sights, today

from peyvand.api.urls import READS, api
from peyvand.intake.enums import ImportKind
from peyvand.scope.acting import STAFF, Acting, Role, within

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
PLACES = ["ir/", "ir/mz/", "ir/mz/sari/", "ir/mz/sari/nobonyad/", "ir/mz/amol/", "ir/sm/", "ir/mz/sar/", "no/where/"]
DESCRIBED = api.get_openapi_schema(path_prefix=f"{ROOT}/")


# ---- The API: what is asked


def operations(method: str) -> dict[str, dict[str, Any]]:
    return {path.removeprefix(ROOT): found[method] for path, found in DESCRIBED["paths"].items() if method in found}


READING, ACTING = operations("get"), operations("post")
# Which row a number in an address, a query or a body names; None where it names nothing that is kept from anybody.
NUMBERS = {
    "need_id": "Need", "capacity_id": "Capacity", "commitment_id": "Commitment", "delivery_id": "Delivery", "story_id": "Story",
    "suggestion_id": "Suggestion", "run_id": "MatchingRun", "family_id": "Household", "household_id": "Household",
    "person_id": "Person", "consent_id": "Consent", "task_id": "Task", "token_id": "ApiToken", "agreement_id": "Agreement",
    "proof_id": "Proof", "import_id": "ImportRecord", "override_id": "PriorityOverride", "membership_id": "Membership",
    "place_id": "Place", "organisation_id": "Organisation", "giver_id": "Organisation", "asker_id": "Organisation",
    "parent_id": "Organisation", "switch_id": "ProgrammeSwitch", "provider_person_id": "Person", "subject_id": "Need",
    "batch_id": "Batch", "filter_id": "KeptFilter",
}  # fmt: skip


def ids(sights: Sights, name: str) -> list[int]:
    model = MODELS[NUMBERS[name]]
    return [row.pk for row in sights.rows.get(model, ())] or [NOTHING]


def values(sights: Sights, name: str, schema: dict[str, Any]) -> st.SearchStrategy:
    """Values of a filter of the API. A filter it does not know fails the test."""
    known = {
        "place": PLACES, "within": PLACES, "specification": ["wheelchair", "tutoring", "nothing"], "q": words(sights),
        "code": [mark for mark, _, _ in sights.marks if mark.isdigit()] + ["123"], "programme": ["micro_projects", "nothing"],
        "act": ["need.told", "matching.run", "nothing"], "subject_kind": ["need", "household", "nothing"],
    }  # fmt: skip
    for one in [schema, *schema.get("anyOf", ())]:
        one = one | DESCRIBED["components"]["schemas"].get(one.get("$ref", "").rsplit("/", 1)[-1], {})
        if "enum" in one:
            return st.sampled_from(one["enum"])
        if one.get("type") == "boolean":
            return st.booleans()
    if name in NUMBERS:
        return st.sampled_from([*ids(sights, name), NOTHING])
    if name not in known:
        pytest.fail(f"say in this test what the filter {name!r} may be, and what it means")
    return st.sampled_from(known[name])


def asked_for(data: st.DataObject, sights: Sights, operation: dict[str, Any]) -> dict[str, Any]:
    filters = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
    chosen = (
        data.draw(st.sets(st.sampled_from(sorted(filters)), max_size=2)) - {"limit", "after", "order"}
        if filters
        else ()
    )
    return {name: data.draw(values(sights, name, filters[name]["schema"]), label=name) for name in sorted(chosen)}


# ---- The API: what is expected


def kind_of(row: Any) -> Any:
    return row.specification if hasattr(row, "specification") else row.need.specification


def place_of(row: Any) -> str:
    named = next((one for one in ("path", "place_path") if hasattr(row, one)), None)
    if named == "path" and hasattr(row, "place"):
        return row.place.path
    return getattr(row, named) if named else row.need.place_path


def _waits(sights: Sights, by: Acting, row: Any) -> bool:
    if not hasattr(row, "proposed_by_id"):
        return row.answer == ""
    need = row.need
    own = within(need.place_path, by.place_path) and within(need.organisation_path, by.organisation_path)
    return own and row.state == "proposed" and row.proposed_by_id != by.account_id


def _is_late(row: Any) -> bool:
    if hasattr(row, "decide_by"):
        due = {"proposed": row.decide_by, "approved": row.deliver_by}.get(row.state)
        return due is not None and due < today()
    return row.state == "accepted" and row.due_date < today()


def agrees(sights: Sights, name: str, row: Any, filters: dict[str, Any]) -> bool:
    """Whether a row is one of those asked for: every filter, said again in Python."""
    by = sights.acting(name)
    meanings: dict[str, Callable[[Any], bool]] = {
        "place": lambda value: within(place_of(row), value),
        "within": lambda value: within(row.path, value),
        "specification": lambda value: kind_of(row).slug == value,
        "code": lambda value: row.tracking_code == value,
        "programme": lambda value: row.slug == value,
        "q": lambda value: found(sights, name, row, value),
        "lacking": lambda value: not value or (row.state == "open" and row.committed < row.quantity),
        "left": lambda value: not value or (row.state == "open" and row.committed < row.quantity),
        "late": lambda value: not value or _is_late(row),
        "waiting": lambda value: not value or _waits(sights, by, row),
        "standing": lambda value: not value or row.end_date is None or row.end_date >= today(),
        "mine": lambda value: not value or (row.pk, by.membership_id) in sights.facts.tasks,
    }
    return all(
        meanings[key](value) if key in meanings else getattr(row, key) == value
        for key, value in filters.items()
        if value != ""
    )


def anybody(by: Acting) -> bool:
    return True


def signed_in(by: Acting) -> bool:
    return by.role is not Role.PUBLIC


def of_journal(by: Acting) -> bool:
    return by.role in (*STAFF, Role.AUDITOR)


@dataclass(frozen=True)
class Listed:
    """A list of the API: whose it is, and what it holds beside what row security lets through."""

    model: str
    open_to: Callable[[Acting], bool] = signed_in
    holds: Callable[[Acting, Any], bool] = lambda by, row: True
    key: str = "id"


def in_area(by: Acting, row: Any) -> bool:
    return within(place_of(row), by.place_path)


LISTS = {
    "/needs": Listed("Need"),
    "/capacities": Listed("Capacity"),
    "/commitments": Listed("Commitment"),
    "/deliveries": Listed("Delivery"),
    "/suggestions": Listed("Suggestion"),
    "/matching-runs": Listed("MatchingRun"),
    "/agreements": Listed("Agreement"),
    "/stories": Listed("Story"),
    "/families": Listed("Household"),
    "/imports": Listed("ImportRecord", holds=in_area),
    "/journal": Listed("Event", of_journal, in_area),
    "/tokens": Listed("ApiToken"),
    "/batches": Listed("Batch"),
    "/kept-filters": Listed("KeptFilter"),
    "/priority-weights": Listed("PriorityWeights"),
    "/programme-switches": Listed("ProgrammeSwitch"),
    "/published-stories": Listed("Story", anybody, lambda by, row: row.state == "published"),
    "/places": Listed("Place", anybody),
    "/organisations": Listed("Organisation", anybody),
    "/specifications": Listed("Specification", anybody, key="slug"),
    "/programmes/micro_projects": Listed("MicroProject", lambda by: by.role in STAFF, in_area, "need_id"),
    "/programmes/micro_projects/terms": Listed(
        "MicroProjectTerms", lambda by: by.role in (Role.ADMINISTRATOR, Role.HQ_LEADER)
    ),
}
# Lists of one row: the row, and what hangs on it.
BELOW = {
    "/deliveries/{delivery_id}/proofs": ("Delivery", "Proof", "delivery_id", "id"),
    "/matching-runs/{run_id}/unserved": ("MatchingRun", "Unserved", "run_id", "need_id"),
}
# One row, where more is asked than to see it.
ONLY = {
    "/published-stories/{story_id}": lambda by, row: row.state == "published",
    "/imports/{import_id}": in_area,
    "/programmes/micro_projects/{need_id}": lambda by, row: by.role in STAFF,
}
# Neither a list nor a row: judged by its words alone.
OTHER = {"/me", "/figures", "/programmes", "/programmes/micro_projects/figures"}
OPEN = ("/published-stories", "/places", "/organisations", "/specifications", "/figures")


def listed(sights: Sights, name: str, one: Listed, filters: dict[str, Any]) -> set[Any]:
    by, rows = sights.acting(name), sights.seen(name, MODELS[one.model])
    found = [row for row in rows if one.holds(by, row) and agrees(sights, name, row, filters)]
    return {getattr(row, "slug" if one.key == "slug" else "pk") for row in found}


def closed(by: Acting, one: Listed) -> int:
    """The status of a list this role may not open; 0 where it may."""
    if one.open_to(by):
        return 0
    return 403 if signed_in(by) else 401


def walk(sights: Sights, name: str, address: str, query: dict[str, Any], key: str, token: bool) -> list[Any]:
    """Every key of a list, page by page."""
    found, after = [], ""
    while after is not None:
        answer = sights.ask(name, "get", ROOT + address, token=token, data=query | ({"after": after} if after else {}))
        clean(sights, name, answer, json.dumps(query, ensure_ascii=False))
        assert answer.status == 200, (name, address, query, answer.text[:300])
        page = answer.response.json()
        found += [row[key] for row in page["items"]]
        after = page["next"]
    assert len(found) == len(set(found)), "a row came twice"
    return found


def test_every_reading_route_of_the_api_is_known_here():
    unknown = []
    for address in READING:
        one = re.sub(r"/{\w+}$", "", address)
        counted = address.removesuffix("/count") in LISTS and address.endswith("/count")
        if not (
            address in LISTS or counted or address in BELOW or address in OTHER or (one != address and _model(address))
        ):
            unknown.append(address)
    assert unknown == [], "say in this test who may see what these give"
    assert (LISTS.keys() | BELOW.keys() | ONLY.keys() | OTHER) <= READING.keys()


def _model(address: str) -> type | None:
    """Of the row an address of the API ends with; a micro-project bears the number of its need."""
    if address.startswith("/programmes/micro_projects/"):
        return MODELS["MicroProject"]
    return MODELS.get(NUMBERS.get(re.findall(r"{(\w+)}", address)[-1], ""))


@pytest.mark.parametrize("address", [one for one in READING if one in LISTS])
def test_a_list_of_the_api_and_its_count_give_exactly_the_rows_of_the_role(sights, address):
    one, operation = LISTS[address], READING[address]

    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in sights.names:
            token, filters = data.draw(st.booleans()), asked_for(data, sights, operation)
            query = {key: str(value).lower() if isinstance(value, bool) else value for key, value in filters.items()}
            refused = closed(sights.acting(name), one)
            if refused:
                assert sights.ask(name, "get", ROOT + address, token=token, data=query).status == refused, (name, query)
                continue
            expected = listed(sights, name, one, filters)
            paging = {"limit": data.draw(st.sampled_from([50, 200] if one.model == "Event" else [3, 50, 200]))}
            orders = [row["schema"]["enum"] for row in operation["parameters"] if row["name"] == "order"]
            paging |= {"order": data.draw(st.sampled_from(orders[0]))} if orders else {}
            assert set(walk(sights, name, address, query | paging, one.key, token)) == expected, (name, query)
            if f"{address}/count" in READING:
                count = sights.ask(name, "get", f"{ROOT}{address}/count", token=token, data=query)
                assert count.response.json() == {"count": len(expected)}, (name, query)

    answers()


def hanging(sights: Sights, name: str, address: str, row: Any) -> set[int]:
    """What the role sees of the rows below this one."""
    _, child, parent, key = BELOW[address]
    found = [one for one in sights.seen(name, MODELS[child]) if getattr(one, parent) == row.pk]
    return {getattr(one, "pk" if key == "id" else key) for one in found}


@pytest.mark.parametrize("address", [one for one in READING if "{" in one])
def test_one_row_of_the_api_is_given_to_those_who_may_see_it_and_is_not_there_for_others(sights, address):
    model = MODELS[BELOW[address][0]] if address in BELOW else _model(address)
    may = ONLY.get(address, lambda by, row: True)

    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in some(data, sights, address, 5):
            by, token = sights.acting(name), data.draw(st.booleans())
            gone = sights.ask(name, "get", ROOT + re.sub(r"{\w+}", str(NOTHING), address), token=token)
            rows = sights.rows[model]
            for row in data.draw(
                st.lists(st.sampled_from(rows), min_size=min(4, len(rows)), max_size=4, unique_by=lambda one: one.pk)
            ):
                answer = sights.ask(name, "get", ROOT + re.sub(r"{\w+}", str(row.pk), address), token=token)
                clean(sights, name, answer)
                public = by.role is not Role.PUBLIC or address.startswith(OPEN)
                if public and sights.sees(name, row) and may(by, row):
                    assert answer.status == 200, (name, address, row.pk, answer.text[:300])
                    if address in BELOW:
                        assert {one[BELOW[address][3]] for one in answer.response.json()["items"]} == hanging(
                            sights, name, address, row
                        ), (name, address, row.pk)
                else:
                    assert (answer.status, answer.text) == (gone.status, gone.text), (name, address, row.pk)
                    assert answer.status in (401, 403, 404), (name, address, row.pk)

    answers()


@pytest.mark.parametrize("address", sorted(OTHER))
def test_what_is_neither_list_nor_row_tells_nothing_of_hidden_rows(sights, address):
    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in sights.names:
            place = data.draw(st.sampled_from(PLACES[:-2]))
            answer = sights.ask(name, "get", ROOT + address, token=data.draw(st.booleans()), data={"place": place})
            clean(sights, name, answer)
            assert answer.status in ((200, 404, 403) if name else (200, 401)), (name, answer.text[:300])

    answers()


# ---- The API: acts


@dataclass
class Body:
    """A body that fits a shape, with the rows it names."""

    data: st.DataObject
    sights: Sights
    named: list[Any] = field(default_factory=list)

    def number(self, name: str, model: type | None = None) -> int:
        if name not in NUMBERS:
            pytest.fail(f"say in this test which row {name!r} names")
        model = model or MODELS[NUMBERS[name]]
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


def of_nothing(request: dict[str, Any], named: list[Any]) -> dict[str, Any]:
    """The same request about rows that are not there: every number that names a row is another."""
    if "data" not in request or not isinstance(request["data"], str):
        return request

    def other(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: other(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [other(one, name.removesuffix("s")) for one in value]
        return NOTHING if name in NUMBERS and isinstance(value, int) else value

    return request | {"data": json.dumps(other(json.loads(request["data"])))}


@pytest.mark.parametrize("address", ACTING)
def test_an_act_of_the_api_on_rows_out_of_sight_is_answered_as_on_rows_that_are_not_there(sights, address):
    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in some(data, sights, address, 4):
            body, here = Body(data, sights), address
            for parameter in re.findall(r"{(\w+)}", address):
                here = here.replace(f"{{{parameter}}}", str(body.number(parameter, _model(address))))
            request = sent(ACTING[address], body)
            answer = sights.ask(name, "post", ROOT + here, token=data.draw(st.booleans()), **request)
            asked = str(request.get("data", ""))
            if address not in READS or answer.status != 200:
                clean(sights, name, answer, asked)
            judged = [row for row in body.named if type(row) in RULES]
            if judged and not any(sights.sees(name, row) for row in judged):
                there = re.sub(r"{\w+}", str(NOTHING), address)
                gone = sights.ask(name, "post", ROOT + there, **of_nothing(request, judged))
                assert (answer.status, answer.text) == (gone.status, gone.text), (name, here, request)
                assert answer.status >= 400

    answers()
