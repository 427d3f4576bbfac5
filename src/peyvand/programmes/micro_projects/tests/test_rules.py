"""The rules of micro-projects, for every input."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from peyvand.programmes.micro_projects import rules
from peyvand.programmes.micro_projects.enums import ENDED, ProjectState

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
states = st.sampled_from(list(ProjectState))


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_an_estimate_is_refused_exactly_above_the_ceiling(estimate, ceiling):
    refused = rules.estimate_refusal(estimate_rial=estimate, ceiling_rial=ceiling)
    assert (refused is not None) == (estimate > ceiling)


@given(days, days)
def test_an_event_is_sudden_for_ninety_days(happened, today):
    assert (rules.sudden_refusal(happened=happened, today=today) is None) == (today - happened <= timedelta(90))


@given(states, st.sampled_from(["", "met", "withdrawn", "expired"]))
def test_following_a_need_ends_in_line_with_it_and_does_nothing_the_second_time(state, closed_as):
    reached = state
    for act in rules.following(state=state, need_closed_as=closed_as):
        reached = rules.LIFE.after(act, reached)
    assert rules.following(state=reached, need_closed_as=closed_as) == []
    if closed_as in ("withdrawn", "expired"):
        assert reached == ProjectState.WITHDRAWN
    if closed_as == "":
        assert reached != ProjectState.DONE


@given(states, days, days | st.none(), days)
def test_only_a_running_clock_is_late(state, decide_by, deliver_by, today):
    late = rules.is_late(state=state, decide_by=decide_by, deliver_by=deliver_by, today=today)
    if state in ENDED or state == ProjectState.RETURNED:
        assert not late
    else:
        due = decide_by if state == ProjectState.PROPOSED else deliver_by
        assert late == (due is not None and due < today)


@given(st.lists(st.tuples(days, days)))
def test_half_of_the_spans_are_no_longer_than_the_median(spans):
    middle = rules.median_days(spans)
    if not spans:
        assert middle is None
        return
    lengths = [(end - start).days for start, end in spans]
    assert sum(one <= middle for one in lengths) * 2 >= len(lengths)
    assert sum(one >= middle for one in lengths) * 2 >= len(lengths)


def test_every_state_is_reached():
    assert rules.LIFE.reachable() == set(ProjectState)
