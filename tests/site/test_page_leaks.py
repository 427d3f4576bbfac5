"""Nothing leaks from the pages: see `test_api_leaks.py`, which says how it is tried."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from hypothesis import given
from hypothesis import strategies as st
from tests.people.test_least_seeing import covers
from tests.site.asking import clean, drawn, found, some, words
from tests.site.sights import MODELS, NOTHING, RULES, Sights, everyone

from peyvand.people.models import Household
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
# The row a page is about, by the name of its parameter, or where that is `pk` by the first word of the address.
OF_PAGE = {
    "need_id": "Need", "household_id": "Household", "person_id": "Person", "membership_id": "Membership", "override_id": "PriorityOverride",
    "task_id": "Task", "consent_id": "Consent", "record_id": "ImportRecord", "token_id": "ApiToken",
    "export_id": "Export", "batch_id": "Batch", "filter_id": "KeptFilter", "place_id": "Place", "switch_id": "ProgrammeSwitch",
    "delivery_id": "Delivery", "story_id": "Story", "practice_id": "Practice", "high_session_id": "HighSession",
    "nomination_id": "Nomination", "words_id": "ProposedWords",
    "proposal_id": "Proposal", "theme_id": "Theme", "answer_id": "Answer",
    "consultation_id": "Consultation", "paragraph_id": "Paragraph", "statement_id": "Statement",
    "idea_id": "Idea", "vote_id": "Vote", "voter_id": "Voter",
    "visit_id": "Visit", "tour_id": "Tour", "survey_id": "Survey", "photo_id": "VisitPhoto", "plan_id": "Visit",
    "council_id": "Council", "session_id": "Session", "resolution_id": "Resolution", "voice_id": "Voice",
    "board_seat_id": "BoardSeat", "objective_id": "Objective", "obstacle_id": "Obstacle", "trusted_id": "TrustedPerson",
    "federation_id": "Federation", "member_id": "Member", "meeting_id": "Meeting", "shared_id": "SharedNeed", "taking_id": "Taking",
}  # fmt: skip
BY_WORD = {
    "capacities": "Capacity", "matching": "MatchingRun", "suggestions": "Suggestion", "promises": "Commitment",
    "deliveries": "Delivery", "proofs": "Proof", "stories": "Story",
}  # fmt: skip
TEXTS = {
    "act": ["open", "pause", "close", "submit", "publish", "withdraw", "return", "report", "hear", "share", "leave", "join", "seat",
            "take", "promise", "hold", "representative", "election"],
    "path": ["ir", "ir/mz", "ir/mz/sari", "ir/mz/sari/nobonyad"],
    "code": ["1234567890123456"], "token": ["x" * 32], "name": ["matches.csv"], "month_of": ["1405-08"], "slug": ["micro_projects"],
    "chart": ["map", "way", "solvers", "trend", "beside"], "form": ["csv", "png", "pdf"],
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
        "sort": ["code", "-created", "quantity"], "mine": ["on"], "place": ["1", "999"], "show": ["late", "waiting", "unseen"],
        "tab": ["served"], "kind": ["1", "2"], "answer": ["waiting", "accepted"],
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
