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
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.test_least_seeing import could_help, of_own_work
from tests.site.asking import clean, drawn, found, some, words
from tests.site.described import DESCRIBED, PLACES, READING, ROOT, model_at, numbers_at
from tests.site.listed import Below, Listed, anybody, in_area, place_of, signed_in
from tests.site.programme_sights import of_all, programme_sights, sights_of
from tests.site.rules import today
from tests.site.sights import NOTHING, Sights

from peyvand.api.models import ApiToken
from peyvand.batches.models import Batch
from peyvand.extend.models import ProgrammeSwitch
from peyvand.filters.models import KeptFilter
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Agreement, Commitment, MatchingRun, Suggestion, Unserved
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.need.models import Need, PriorityWeights, ProviderRefused
from peyvand.flow.story.models import Story
from peyvand.intake.models import ImportRecord
from peyvand.journal.models import Event
from peyvand.people.models import Household, Organisation
from peyvand.places.models import Place
from peyvand.resources.models import Quality, Specification
from peyvand.scope.acting import STAFF, Acting, Role, within

pytestmark = pytest.mark.django_db


# ---- What is asked


def values(sights: Sights, address: str, name: str, schema: dict[str, Any]) -> st.SearchStrategy:
    """Values of a filter of the API. A filter it does not know fails the test."""
    known = {
        "place": PLACES, "within": PLACES, "specification": ["wheelchair", "tutoring", "nothing"], "q": words(sights),
        "code": [mark for mark, _, _ in sights.marks if mark.isdigit()] + ["123"], "programme": ["micro_projects", "nothing"],
        "act": ["need.told", "matching.run", "nothing"], "subject_kind": ["need", "household", "nothing"],
    } | dict(sights_of(address).texts)  # fmt: skip
    for one in [schema, *schema.get("anyOf", ())]:
        one = one | DESCRIBED["components"]["schemas"].get(one.get("$ref", "").rsplit("/", 1)[-1], {})
        if "enum" in one:
            return st.sampled_from(one["enum"])
        if one.get("type") == "boolean":
            return st.booleans()
    if (model := numbers_at(address).get(name)) is not None:
        return st.sampled_from([*(row.pk for row in sights.rows.get(model, ())), NOTHING])
    if name not in known:
        pytest.fail(
            f"say here, or in the sights.py of its programme, what the filter {name!r} may be, and what it means"
        )
    return st.sampled_from(known[name])


def asked_for(data: st.DataObject, sights: Sights, address: str) -> dict[str, Any]:
    operation = READING[address]
    filters = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
    chosen = (
        data.draw(st.sets(st.sampled_from(sorted(filters)), max_size=2)) - {"limit", "after", "order"}
        if filters
        else ()
    )
    return {
        name: data.draw(values(sights, address, name, filters[name]["schema"]), label=name) for name in sorted(chosen)
    }


# ---- What is expected


def kind_of(row: Any) -> Any:
    return row.specification if hasattr(row, "specification") else row.need.specification


def agrees(sights: Sights, name: str, address: str, row: Any, filters: dict[str, Any]) -> bool:
    """Whether a row is one of those asked for: every filter, said again in Python."""
    by, own = sights.acting(name), sights_of(address).meanings
    meanings: dict[str, Callable[[Any], bool]] = {
        "place": lambda value: within(place_of(row), value),
        "within": lambda value: within(row.path, value),
        "specification": lambda value: kind_of(row).slug == value,
        "code": lambda value: row.tracking_code == value,
        "programme": lambda value: row.slug == value,
        "q": lambda value: found(sights, name, row, value),
        "lacking": lambda value: not value or (row.state == "open" and row.committed < row.quantity),
        "left": lambda value: not value or (row.state == "open" and row.committed < row.quantity),
        "late": lambda value: not value or (row.state == "accepted" and row.due_date < today()),
        "waiting": lambda value: not value or row.answer == "",
        "standing": lambda value: not value or row.end_date is None or row.end_date >= today(),
        "mine": lambda value: not value or (row.pk, by.membership_id) in sights.facts.tasks,
    }

    def meant(key: str, value: Any) -> bool:
        if key in own:
            return own[key](sights, by, row, value)
        return meanings[key](value) if key in meanings else getattr(row, key) == value

    return all(meant(key, value) for key, value in filters.items() if value != "")


def of_journal(by: Acting) -> bool:
    return by.role in (*STAFF, Role.AUDITOR)


LISTS = {
    "/needs": Listed(Need, holds=of_own_work),
    "/capacities": Listed(Capacity, holds=could_help),
    "/commitments": Listed(Commitment),
    "/deliveries": Listed(Delivery),
    "/suggestions": Listed(Suggestion),
    "/matching-runs": Listed(MatchingRun, holds=in_area),
    "/agreements": Listed(Agreement),
    "/stories": Listed(Story),
    "/families": Listed(Household),
    "/imports": Listed(ImportRecord, holds=in_area),
    "/journal": Listed(Event, of_journal, in_area),
    "/tokens": Listed(ApiToken),
    "/batches": Listed(Batch),
    "/kept-filters": Listed(KeptFilter),
    "/priority-weights": Listed(PriorityWeights),
    "/programme-switches": Listed(ProgrammeSwitch),
    "/published-stories": Listed(Story, anybody, lambda by, row: row.state == "published"),
    "/places": Listed(Place, anybody),
    "/organisations": Listed(Organisation, anybody),
    "/specifications": Listed(Specification, anybody, key="slug"),
    "/qualities": Listed(Quality, anybody, key="slug"),
} | of_all("lists")
# Lists of one row: the row, and what hangs on it.
BELOW = {
    "/deliveries/{delivery_id}/proofs": Below(Delivery, Proof, "delivery_id"),
    "/matching-runs/{run_id}/unserved": Below(MatchingRun, Unserved, "run_id", "need_id"),
    "/families/{family_id}/refused": Below(Household, ProviderRefused, "household_id"),
    "/matching-runs/{run_id}/changes": Below(MatchingRun, Suggestion, "since_id"),
} | of_all("below")
# One row, where more is asked than to see it.
ONLY = {
    "/published-stories/{story_id}": lambda by, row: row.state == "published",
    "/imports/{import_id}": in_area,
    "/matching-runs/{run_id}": in_area,
    "/matching-runs/{run_id}/findings": lambda by, row: in_area(by, row) and row.state in ("done", "undone"),
    "/needs/{need_id}/asked": lambda by, row: True,
    "/needs/{need_id}/together": lambda by, row: True,
    "/capacities/{capacity_id}/brought": lambda by, row: True,
    "/needs/{need_id}/offers": lambda by, row: by.role in STAFF and of_own_work(by, row),
} | of_all("only")
# Neither a list nor a row: judged by its words alone.
OTHER = {"/me", "/figures", "/programmes"} | {
    f"/programmes/{slug}{path}" for slug, sights in programme_sights().items() for path in sights.other
}
OPEN = ("/published-stories", "/places", "/organisations", "/specifications", "/figures")


def listed(sights: Sights, name: str, address: str, filters: dict[str, Any]) -> set[Any]:
    one = LISTS[address]
    by, rows = sights.acting(name), sights.seen(name, one.model)
    found = [row for row in rows if one.holds(by, row) and agrees(sights, name, address, row, filters)]
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
            address in LISTS
            or counted
            or address in BELOW
            or address in OTHER
            or address in ONLY
            or (one != address and model_at(address))
        ):
            unknown.append(address)
    assert unknown == [], "say here, or in the sights.py of their programmes, who may see what these give"
    assert (LISTS.keys() | BELOW.keys() | ONLY.keys() | OTHER) <= READING.keys()


@pytest.mark.parametrize("address", [one for one in READING if one in LISTS])
def test_a_list_of_the_api_and_its_count_give_exactly_the_rows_of_the_role(sights, address):
    one, operation = LISTS[address], READING[address]

    @drawn(2)
    @given(data=st.data())
    def answers(data):
        for name in sights.names:
            token, filters = data.draw(st.booleans()), asked_for(data, sights, address)
            query = {key: str(value).lower() if isinstance(value, bool) else value for key, value in filters.items()}
            refused = closed(sights.acting(name), one)
            if refused:
                assert sights.ask(name, "get", ROOT + address, token=token, data=query).status == refused, (name, query)
                continue
            expected = listed(sights, name, address, filters)
            paging = {"limit": data.draw(st.sampled_from([50, 200] if one.model is Event else [3, 50, 200]))}
            orders = [row["schema"]["enum"] for row in operation["parameters"] if row["name"] == "order"]
            paging |= {"order": data.draw(st.sampled_from(orders[0]))} if orders else {}
            assert set(walk(sights, name, address, query | paging, one.key, token)) == expected, (name, query)
            if f"{address}/count" in READING:
                count = sights.ask(name, "get", f"{ROOT}{address}/count", token=token, data=query)
                assert count.response.json() == {"count": len(expected)}, (name, query)

    answers()


def hanging(sights: Sights, name: str, address: str, row: Any) -> set[int]:
    """What the role sees of the rows below this one."""
    below = BELOW[address]
    found = [one for one in sights.seen(name, below.model) if getattr(one, below.column) == row.pk]
    return {getattr(one, "pk" if below.key == "id" else below.key) for one in found}


@pytest.mark.parametrize("address", [one for one in READING if "{" in one])
def test_one_row_of_the_api_is_given_to_those_who_may_see_it_and_is_not_there_for_others(sights, address):
    model = BELOW[address].parent if address in BELOW else model_at(address)
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
                        assert {one[BELOW[address].key] for one in answer.response.json()["items"]} == hanging(
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
            asked = {"place": place} | ({"text": "رمپ بانک"} if address.endswith("/like") else {})
            answer = sights.ask(name, "get", ROOT + address, token=data.draw(st.booleans()), data=asked)
            clean(sights, name, answer)
            assert answer.status in ((200, 404, 403) if name else (200, 401)), (name, answer.text[:300])

    answers()
