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
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.test_least_seeing import could_help, covers, of_own_work
from tests.site.asking import clean, drawn, found, some, words
from tests.site.described import DESCRIBED, NUMBERS, PLACES, READING, ROOT, model_at
from tests.site.sights import MODELS, NOTHING, Sights, in_federation, today

from peyvand.places.enums import FINE
from peyvand.programmes.federations.models import Election
from peyvand.programmes.federations.permissions import READERS as FEDERATION_READERS
from peyvand.programmes.neighbourhoods.permissions import ACTORS, READERS
from peyvand.programmes.practices.permissions import READERS as PRACTICE_READERS
from peyvand.scope.acting import STAFF, Acting, Role, within

pytestmark = pytest.mark.django_db


# ---- What is asked


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


# ---- What is expected


def kind_of(row: Any) -> Any:
    return row.specification if hasattr(row, "specification") else row.need.specification


def place_of(row: Any) -> str:
    named = next((one for one in ("path", "place_path") if hasattr(row, one)), None)
    if named == "path" and hasattr(row, "place"):
        return row.place.path
    return getattr(row, named) if named else row.need.place_path


def _waits(sights: Sights, by: Acting, row: Any) -> bool:
    if hasattr(row, "planned_date"):
        return row.state == "made" or (row.state == "planned" and row.planned_date <= today())
    if not hasattr(row, "proposed_by_id"):
        return row.answer == ""
    need = row.need
    own = within(need.place_path, by.place_path) and within(need.organisation_path, by.organisation_path)
    return own and row.state == "proposed" and row.proposed_by_id != by.account_id


def _is_late(row: Any) -> bool:
    if hasattr(row, "decide_by"):
        due = {"proposed": row.decide_by, "approved": row.deliver_by}.get(row.state)
        return due is not None and due < today()
    if hasattr(row, "answer_by"):
        return row.state == "waiting" and row.answer_by < today()
    return row.state in ("accepted", "open", "underway") and row.due_date < today()


def _is_unseen(sights: Sights, row: Any) -> bool:
    """A practice that was done, which nobody copied and which stands in no book."""
    copied = any(one.copied_from_id == row.pk for one in sights.rows[MODELS["Practice"]])
    heard = any(one.practice_id == row.pk and one.state == "accepted" for one in sights.rows[MODELS["Nomination"]])
    return row.state == "published" and not copied and not heard


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
        "unseen": lambda value: not value or _is_unseen(sights, row),
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


def in_hand(by: Acting, row: Any) -> bool:
    """A story of one's own office that is not withdrawn: what it still lacks is its own affair."""
    own = within(row.place_path, by.place_path) and within(row.organisation_path, by.organisation_path)
    return by.role in STAFF and own and row.state != "withdrawn"


def in_area_or_owed(by: Acting, row: Any) -> bool:
    return in_area(by, row) or (by.role in ACTORS and within(row.owner_path, by.organisation_path))


def of_house_above(by: Acting, row: Any) -> bool:
    """A form in use in one's own house: its own, and those of the houses above it."""
    return by.role in STAFF and by.organisation_path.startswith(row.organisation_path)


def of_federation(row: Any) -> bool:
    """Whether a vote elects a board; the others are of residents."""
    return Election.objects.filter(pk=row.pk).exists()


def reads_councils(by: Acting) -> bool:
    return by.role in READERS


LISTS = {
    "/needs": Listed("Need", holds=of_own_work),
    "/capacities": Listed("Capacity", holds=could_help),
    "/commitments": Listed("Commitment"),
    "/deliveries": Listed("Delivery"),
    "/suggestions": Listed("Suggestion"),
    "/matching-runs": Listed("MatchingRun", holds=in_area),
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
    "/programmes/practices": Listed("Practice", lambda by: by.role in PRACTICE_READERS),
    "/programmes/practices/sessions": Listed("HighSession", lambda by: by.role in PRACTICE_READERS),
    "/programmes/practices/stories": Listed("Story", lambda by: by.role in STAFF, in_hand),
    "/programmes/visits": Listed("Visit", lambda by: by.role in STAFF),
    "/programmes/visits/tours": Listed("Tour", lambda by: by.role in STAFF),
    "/programmes/visits/surveys": Listed("Survey", lambda by: by.role in STAFF, of_house_above),
    "/programmes/assemblies/ideas": Listed(
        "Idea", lambda by: by.role in STAFF, lambda by, row: covers(by, row.place_path, row.organisation_path)
    ),
    "/programmes/assemblies/votes": Listed("Vote", lambda by: by.role in STAFF, lambda by, row: not of_federation(row)),
    "/programmes/federations/federations": Listed("Federation", lambda by: by.role in FEDERATION_READERS),
    "/programmes/federations/elections": Listed(
        "Vote", lambda by: by.role in FEDERATION_READERS, lambda by, row: of_federation(row)
    ),
    "/programmes/federations/shared-needs": Listed(
        "SharedNeed", lambda by: by.role in STAFF, lambda by, row: in_federation(by, row.federation_id)
    ),
    "/programmes/federations/takings": Listed("Taking", lambda by: by.role in STAFF),
    "/programmes/neighbourhoods/kinds": Listed(
        "CouncilKind", lambda by: by.role in (Role.ADMINISTRATOR, Role.HQ_LEADER)
    ),
    "/programmes/neighbourhoods/councils": Listed("Council", reads_councils, in_area),
    "/programmes/neighbourhoods/resolutions": Listed("Resolution", reads_councils, in_area_or_owed),
    "/programmes/neighbourhoods/voices": Listed("Voice", reads_councils, in_area),
    "/programmes/neighbourhoods/double-help": Listed("DoubleHelp", lambda by: by.role in STAFF, key="need_id"),
}
# Lists of one row: the row, and what hangs on it.
BELOW = {
    "/deliveries/{delivery_id}/proofs": ("Delivery", "Proof", "delivery_id", "id"),
    "/matching-runs/{run_id}/unserved": ("MatchingRun", "Unserved", "run_id", "need_id"),
    "/programmes/practices/sessions/{high_session_id}/nominations": (
        "HighSession",
        "Nomination",
        "session_id",
        "id",
    ),
}
# One row, where more is asked than to see it.
ONLY = {
    "/published-stories/{story_id}": lambda by, row: row.state == "published",
    "/imports/{import_id}": in_area,
    "/programmes/assemblies/ideas/{idea_id}": lambda by, row: by.role in STAFF,
    "/programmes/assemblies/votes/{vote_id}": lambda by, row: by.role in STAFF and not of_federation(row),
    "/programmes/federations/federations/{federation_id}": lambda by, row: by.role in FEDERATION_READERS,
    "/programmes/federations/elections/{vote_id}": lambda by, row: by.role in FEDERATION_READERS and of_federation(row),
    "/programmes/federations/assemblies/{meeting_id}": lambda by, row: by.role in STAFF,
    "/programmes/micro_projects/{need_id}": lambda by, row: by.role in STAFF,
    "/programmes/neighbourhoods/boards/{place_id}": lambda by, row: (
        by.role in READERS and within(row.path, by.place_path)
    ),
    "/programmes/practices/stories/{story_id}": in_hand,
    "/programmes/practices/{practice_id}/tree": lambda by, row: by.role in READERS,
    "/programmes/visits/places/{place_id}": lambda by, row: (
        by.role in STAFF and row.kind in FINE and within(row.path, by.place_path)
    ),
    "/programmes/visits/surveys/{survey_id}": of_house_above,
}
# Neither a list nor a row: judged by its words alone.
OTHER = {
    "/me",
    "/figures",
    "/programmes",
    "/programmes/micro_projects/figures",
    "/programmes/practices/figures",
    "/programmes/neighbourhoods/figures",
    "/programmes/visits/figures",
    "/programmes/visits/places",
}
# Proposals and drafts are public to the last word, and name nobody.
OTHER |= {
    "/programmes/proposals" + rest
    for rest in (
        "", "/count", "/like", "/news", "/themes", "/bodies", "/holidays", "/figures", "/consultations", "/comments",
    )
}  # fmt: skip
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
            address in LISTS
            or counted
            or address in BELOW
            or address in OTHER
            or address in ONLY
            or (one != address and model_at(address))
        ):
            unknown.append(address)
    assert unknown == [], "say in this test who may see what these give"
    assert (LISTS.keys() | BELOW.keys() | ONLY.keys() | OTHER) <= READING.keys()


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
    model = MODELS[BELOW[address][0]] if address in BELOW else model_at(address)
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
            asked = {"place": place} | ({"text": "رمپ بانک"} if address.endswith("/like") else {})
            answer = sights.ask(name, "get", ROOT + address, token=data.draw(st.booleans()), data=asked)
            clean(sights, name, answer)
            assert answer.status in ((200, 404, 403) if name else (200, 401)), (name, answer.text[:300])

    answers()
