"""The rules of practices, for every input."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peyvand.kernel.refusals import BadValue
from peyvand.programmes.practices import rules
from peyvand.programmes.practices.enums import NominationState, PracticeState, SessionState, Stage, WordsState
from peyvand.programmes.practices.rules import Node

unhurried = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
COUNTIES = [f"ir/{province}/{county}/" for province in "ab" for county in "1234"]


@st.composite
def trees(draw):
    """Nodes of which each was copied from an older one, or from none."""
    nodes = []
    for pk in range(1, draw(st.integers(1, 12)) + 1):
        parent = draw(st.none() | st.integers(1, pk - 1)) if pk > 1 else None
        nodes.append(Node(pk, parent, draw(st.booleans()), draw(st.sampled_from(["", *COUNTIES]))))
    return draw(st.permutations(nodes))


@unhurried
@given(trees())
def test_every_copy_stands_below_its_source_one_step_further_in(nodes):
    ordered = rules.in_order(nodes)
    assert sorted(node.pk for node, _ in ordered) == sorted(node.pk for node in nodes)
    place = {node.pk: (number, depth) for number, (node, depth) in enumerate(ordered)}
    for node in nodes:
        number, depth = place[node.pk]
        assert depth == (place[node.parent][1] + 1 if node.parent else 0)
        if node.parent:
            between = [depth for _, depth in ordered[place[node.parent][0] + 1 : number]]
            assert all(one > place[node.parent][1] for one in between)


def test_a_tree_is_as_deep_as_copies_go():
    deep = [Node(pk, pk - 1 or None, True) for pk in range(1, 5001)]
    assert rules.in_order(deep)[-1][1] == 4999


@unhurried
@given(trees())
def test_the_stage_is_what_is_said_beside_it(nodes):
    done = {node.county for node in nodes if node.done} - {""}
    shares = [sum(one.startswith(f"ir/{province}/") for one in done) for province in "ab"]
    found = rules.stage(nodes, {"ir/a/": 4, "ir/b/": 4})
    if not any(node.done for node in nodes):
        assert found is Stage.IDEA
    elif max(shares) > 2:
        assert found is Stage.GENERAL
    else:
        assert found is (Stage.REPEATED if len(done) >= 2 else Stage.PILOT)


@unhurried
@given(st.lists(st.sampled_from(["", "  ", "یک گام", "گام دیگر "]), max_size=14))
def test_steps_are_lines_without_empty_ones(lines):
    wanted = [line.strip() for line in lines if line.strip()]
    if 2 <= len(wanted) <= 10:
        assert rules.steps_of("\n".join(lines)) == wanted
    else:
        with pytest.raises(BadValue):
            rules.steps_of("\n".join(lines))


@unhurried
@given(st.integers(0, 50), st.integers(0, 50))
def test_nobody_is_shown_without_consent(shown, given_):
    assert (rules.consent_refusal(shown=shown, given=given_) is None) == (given_ >= shown)


@unhurried
@given(st.integers(0, 900), st.none() | st.integers(0, 900), st.integers(0, 900))
def test_it_is_kept_up_to_its_end_or_to_this_day(begun, ended, today):
    day = date(2026, 1, 1)
    end = None if ended is None else day + timedelta(ended)
    days = rules.days_kept(day + timedelta(begun), end, day + timedelta(today))
    assert days == max(0, (today if ended is None else ended) - begun)


def test_every_state_is_reached():
    for life, states in (
        (rules.LIFE, PracticeState), (rules.WORDS, WordsState), (rules.SESSION, SessionState), (rules.NOMINATION, NominationState),
    ):  # fmt: skip
        assert life.reachable() == set(states)
