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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.people.test_least_seeing import covers
from tests.site.sights import MODELS, NOTHING, RULES, Sights, build, today

from peyvand.api.urls import READS, api
from peyvand.intake.enums import ImportKind
from peyvand.kernel.text import search_key
from peyvand.people.models import Household, Person
from peyvand.scope.acting import STAFF, Acting, Role, within
from peyvand.web.lists import ListPage

ROOT = "/api/v1"
PLACES = ["ir/", "ir/mz/", "ir/mz/sari/", "ir/mz/sari/nobonyad/", "ir/mz/amol/", "ir/sm/", "ir/mz/sar/", "no/where/"]
DESCRIBED = api.get_openapi_schema(path_prefix=f"{ROOT}/")


def drawn(examples: int) -> Callable:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


@pytest.fixture(scope="module")
def sights(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Sights]:
    """The province, built once: each request is undone by itself, and all of it at the end."""
    folder = tmp_path_factory.mktemp("leaks")
    values = {
        "PEYVAND_FILES": folder / "files", "PEYVAND_WAITING": folder / "waiting", "API_CALLS_A_MINUTE": 10**9,
        "TRACKING_CALLS_A_MINUTE": 10**9, "ACCOUNT_RATE_LIMITS": False,
        "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    }  # fmt: skip
    with django_db_blocker.unblock(), override_settings(**values), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(sights: Sights) -> None:
    """The mark below asks for a database; the province's own transaction stands in for one of each test."""


pytestmark = pytest.mark.django_db

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
}  # fmt: skip


def ids(sights: Sights, name: str) -> list[int]:
    model = MODELS[NUMBERS[name]]
    return [row.pk for row in sights.rows.get(model, ())] or [NOTHING]


def words(sights: Sights) -> list[str]:
    persons, homes = sights.rows[Person], sights.rows[Household]
    names = [text for row in persons for text in (row.family_name, f"{row.given_name} {row.family_name}")]
    return ["", "مریم", "نهفته", "%", "ساری", "wheel", *names, *(row.code for row in homes)]


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


def some(data: st.DataObject, sights: Sights, address: str, count: int) -> list[str]:
    """So many people of the province, the public among them. What is drawn first is always the same, so each route begins with
    others."""
    start = crc32(address.encode()) % len(sights.names)
    return data.draw(st.permutations(sights.names[start:] + sights.names[:start]), label="who")[:count]


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


def _found(sights: Sights, name: str, row: Any, text: str) -> bool:
    """A search finds names: of a family those of persons whose name the role may see, and its code."""
    wanted = search_key(text).split()
    if not isinstance(row, Household):
        return all(word in row.search_key for word in wanted)
    persons = [one for one in sights.rows[Person] if one.household_id == row.pk and sights.sees(name, one)]
    by_name = any(all(word in one.search_key for word in wanted) for one in persons if wanted and one.erased_at is None)
    return not text or by_name or row.code == text.strip()


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
        "q": lambda value: _found(sights, name, row, value),
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


def clean(sights: Sights, name: str, answer: Any, asked: str = "") -> None:
    assert answer.status != 500, (name, answer.text[:500])
    assert sights.leaks(name, answer, asked=asked) == set(), (name, asked)


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


# ---- The pages


def pages(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site but those of the API, which were tried above."""
    for one in patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield address, one
        elif address != "api/v1/":
            yield from pages(one.url_patterns, address)


PAGES = dict(pages(get_resolver().url_patterns))
# The row a page is about, by the name of its parameter, or where that is `pk` by the first word of the address.
OF_PAGE = {
    "need_id": "Need", "household_id": "Household", "person_id": "Person", "membership_id": "Membership", "override_id": "PriorityOverride",
    "task_id": "Task", "consent_id": "Consent", "record_id": "ImportRecord", "token_id": "ApiToken",
}  # fmt: skip
BY_WORD = {
    "capacities": "Capacity", "matching": "MatchingRun", "suggestions": "Suggestion", "promises": "Commitment",
    "deliveries": "Delivery", "proofs": "Proof", "stories": "Story",
}  # fmt: skip
TEXTS = {
    "act": ["open", "pause", "close", "submit", "publish", "withdraw", "return"],
    "path": ["ir", "ir/mz", "ir/mz/sari", "ir/mz/sari/nobonyad"],
    "code": ["1234567890123456"], "token": ["x" * 32], "name": ["matches.csv"], "month_of": ["1405-08"],
}  # fmt: skip


def parameters(address: str) -> list[tuple[str, str]]:
    """(its model, or "" for a text; its name) of every parameter of an address."""
    found = []
    for name in re.findall(r"<(?:\w+:)?(\w+)>", address):
        model = OF_PAGE.get(name) or (BY_WORD.get(address.split("/")[0]) if name == "pk" else None)
        if model is None and name not in TEXTS:
            pytest.fail(f"say in this test what {name!r} in {address!r} names")
        found.append((model or "", name))
    return found


def opened(data: st.DataObject, sights: Sights, address: str) -> tuple[str, str, list[Any]]:
    """An address of a row, the same of no row, and the rows it names."""
    here, there, named = f"/{address}", f"/{address}", []
    for model, name in parameters(address):
        pattern = rf"<(?:\w+:)?{name}>"
        if model:
            row = data.draw(st.sampled_from(sights.rows.get(MODELS[model]) or [None]), label=name)
            named += [row] if row is not None and type(row) in RULES else []
            here, there = re.sub(pattern, str(row.pk if row else NOTHING), here), re.sub(pattern, str(NOTHING), there)
        else:
            text = data.draw(st.sampled_from(TEXTS[name]))
            here, there = re.sub(pattern, text, here), re.sub(pattern, text, there)
    return here, there, named


def question(data: st.DataObject, sights: Sights) -> dict[str, str]:
    """What a reader may add to an address: a search, a filter, an order."""
    known = {
        "q": words(sights) + [mark for mark, _, _ in sights.marks if mark.isdigit()], "state": ["open", "all", "draft", "accepted"],
        "sort": ["code", "-created", "quantity"], "mine": ["on"], "place": ["1", "999"], "show": ["late", "waiting"], "tab": ["served"],
        "kind": ["1", "2"], "answer": ["waiting", "accepted"],
    }  # fmt: skip
    chosen = data.draw(st.sets(st.sampled_from(sorted(known)), max_size=2))
    return {name: data.draw(st.sampled_from(known[name]), label=name) for name in sorted(chosen)}


def shown_page(answer: Any) -> ListPage | None:
    for context in answer.response.context or ():
        page = context.get("page") if hasattr(context, "get") else None
        if isinstance(page, ListPage):
            return page
    return None


# Colleagues, whom those who keep accounts see by another rule than rows of the flow; and the made-up rows of the gallery.
NOT_JUDGED = ("people", "samples")


def judge_list(sights: Sights, name: str, page: ListPage, asked: dict[str, str]) -> None:
    """No row of another's, as many as are said, and no search that finds a family by a name that is hidden."""
    for row in page.objects:
        if type(row) in RULES:
            assert sights.sees(name, row), (name, page.spec.name, row.pk)
            if isinstance(row, Household) and asked.get("q", "").startswith("نهفته"):
                assert _found(sights, name, row, asked["q"]), (name, asked)
        else:
            assert page.spec.name in NOT_JUDGED, f"say in this test who may see the rows of {page.spec.name!r}"
    if not page.older_url and not page.newer_url:
        assert page.count == len(page.objects), (name, page.spec.name, asked)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_its_searches_and_its_exports_show_nothing_of_hidden_rows(sights, address):
    @drawn(3)
    @given(data=st.data())
    def answers(data):
        for name in some(data, sights, address, 2):
            here, there, named = opened(data, sights, address)
            asked, language = question(data, sights), data.draw(st.sampled_from(["fa", "en"]))
            answer = sights.ask(name, "get", here, language=language, data=asked)
            clean(sights, name, answer, json.dumps(asked, ensure_ascii=False) + here)
            if named and not sights.sees(name, named[-1]):
                gone = sights.ask(name, "get", there, language=language)
                assert answer.status == gone.status, (name, here, answer.status, gone.status)
            page = shown_page(answer) if answer.status == 200 else None
            if page is None:
                continue
            judge_list(sights, name, page, asked)
            if page.spec.exports:
                file = sights.ask(name, "get", here, language=language, data=asked | {"export": "csv"})
                clean(sights, name, file, json.dumps(asked, ensure_ascii=False))
                assert len(file.text.splitlines()) - 1 >= len(page.objects), (name, here, asked)
                assert not page.counted_all or len(file.text.strip().splitlines()) - 1 == page.count, (
                    name,
                    here,
                    asked,
                )

    answers()


# Acts of one's own session, which no row is about.
OWN = {"sign-out/", "acting/", "sign-in/", "language/"}


@pytest.mark.parametrize("address", [one for one in PAGES if one not in OWN])
def test_an_act_of_a_page_on_rows_out_of_sight_is_answered_as_on_rows_that_are_not_there(sights, address):
    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in some(data, sights, address, 3):
            here, there, named = opened(data, sights, address)
            answer = sights.ask(name, "post", here)
            assert answer.status != 500, (name, here)
            if named and not sights.sees(name, named[-1]):  # the row the act is about stands last
                gone = sights.ask(name, "post", there)
                assert answer.status == gone.status, (name, here, answer.status, gone.status)
                clean(sights, name, answer, here)

    answers()


def test_the_province_has_rows_that_each_role_sees_and_rows_that_it_does_not(sights):
    """Otherwise nothing would be tried."""
    for model in (one for one in RULES if one.__name__ not in OPEN_ROWS):
        assert sights.rows[model], model
        counts = {name: len(sights.seen(name, model)) for name in sights.names}
        assert any(counts.values()), (model, counts)
        assert any(count < len(sights.rows[model]) for count in counts.values()), (model, counts)
    assert covers(sights.acting("facilitator"), "ir/mz/sari/nobonyad/", sights.world.organisations["centre"].path)


OPEN_ROWS = {"Place", "Organisation", "Specification", "PriorityWeights", "MicroProjectTerms", "ProgrammeSwitch"}
