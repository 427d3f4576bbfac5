"""Nothing leaks from the pages: see `test_api_leaks.py`, which says how it is tried."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from hypothesis import given
from hypothesis import strategies as st
from tests.people.test_least_seeing import covers
from tests.site.asking import clean, drawn, found, some, words
from tests.site.described import numbers_at
from tests.site.programme_sights import sights_of
from tests.site.rules import everyone
from tests.site.sights import NOTHING, RULES, Sights

from peyvand.exports.models import Export
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment, MatchingRun, Suggestion
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.story.models import Story
from peyvand.intake.models import ImportRecord
from peyvand.people.models import Household
from peyvand.resources.models import Specification
from peyvand.web.lists import ListPage

pytestmark = pytest.mark.django_db


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
# The row a page is about: by the name of its parameter where the API has another, or where that is `pk` by the first word.
OF_PAGE: dict[str, type] = {"record_id": ImportRecord, "export_id": Export, "kind_id": Specification}
BY_WORD: dict[str, type] = {
    "capacities": Capacity, "matching": MatchingRun, "suggestions": Suggestion, "promises": Commitment,
    "deliveries": Delivery, "proofs": Proof, "stories": Story,
}  # fmt: skip
TEXTS = {
    "act": ["open", "pause", "close", "submit", "publish", "withdraw", "return"],
    "path": ["ir", "ir/mz", "ir/mz/sari", "ir/mz/sari/nobonyad"],
    "code": ["1234567890123456"], "token": ["x" * 32], "name": ["matches.csv"], "month_of": ["1405-08"],
    "slug": ["micro_projects", "neighbourhoods", "wheelchair"],
    "chart": ["map", "way", "solvers", "trend", "beside"], "form": ["csv", "png", "pdf", "call", "request"],
}  # fmt: skip


def texts_at(address: str) -> dict[str, Sequence[str]]:
    return TEXTS | dict(sights_of(address).texts)


def parameters(address: str) -> list[tuple[type | None, str]]:
    """(its model, or None for a text; its name) of every parameter of an address."""
    found, known, texts = [], OF_PAGE | dict(numbers_at(address)), texts_at(address)
    for name in re.findall(r"<(?:\w+:)?(\w+)>", address):
        model = BY_WORD.get(address.split("/")[0]) if name == "pk" else known.get(name)
        if model is None and name not in texts:
            pytest.fail(f"say in this test, or in the sights.py of its programme, what {name!r} in {address!r} names")
        found.append((model, name))
    return found


def opened(data: st.DataObject, sights: Sights, address: str) -> tuple[str, str, list[Any]]:
    """An address of a row, the same of no row, and the rows it names."""
    here, there, named = f"/{address}", f"/{address}", []
    for model, name in parameters(address):
        pattern = rf"<(?:\w+:)?{name}>"
        if model:
            row = data.draw(st.sampled_from(sights.rows.get(model) or [None]), label=name)
            named += [row] if row is not None and type(row) in RULES else []
            here, there = re.sub(pattern, str(row.pk if row else NOTHING), here), re.sub(pattern, str(NOTHING), there)
        else:
            text = data.draw(st.sampled_from(texts_at(address)[name]))
            here, there = re.sub(pattern, text, here), re.sub(pattern, text, there)
    return here, there, named


def question(data: st.DataObject, sights: Sights) -> dict[str, str]:
    """What a reader may add to an address: a search, a filter, an order."""
    known = {
        "q": words(sights) + [mark for mark, _, _ in sights.marks if mark.isdigit()], "state": ["open", "all", "draft", "accepted"],
        "sort": ["code", "-created", "quantity"], "mine": ["on"], "place": ["1", "999"], "show": ["late", "waiting", "unseen"],
        "tab": ["served", "new", "gone"], "kind": ["1", "2"], "answer": ["waiting", "accepted"],
        "map": ["told", "met", "organisations"], "from": ["1405-01"], "with": ["sm", "amol"],
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
                assert found(sights, name, row, asked["q"]), (name, asked)
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
    for model in (one for one, rule in RULES.items() if rule is not everyone):
        assert sights.rows[model], model
        counts = {name: len(sights.seen(name, model)) for name in sights.names}
        assert any(counts.values()), (model, counts)
        assert any(count < len(sights.rows[model]) for count in counts.values()), (model, counts)
    assert covers(sights.acting("facilitator"), "ir/mz/sari/nobonyad/", sights.world.organisations["centre"].path)
