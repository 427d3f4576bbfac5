"""The demo built twice, cleared, interrupted, and kept away from the data of a real office."""

from datetime import UTC, datetime

import pytest

from peyvand.demo import state
from peyvand.demo.build import build
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.office.actions import HoldsDemo, open_office
from peyvand.people.accounts import create_account
from peyvand.people.models import Account, Organisation, Person
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

NOW = datetime(2026, 11, 21, 20, 45, tzinfo=UTC)  # after midnight in Tehran, where a month begins
SPRING = datetime(2027, 3, 21, 5, tzinfo=UTC)  # on the first day of a year
SCALE = 0.0005


def picture() -> list[list[tuple]]:
    """Everything that could come out otherwise, but for the ciphers of protected columns."""
    with scope(SYSTEM):
        return [
            list(Need.objects.order_by("pk").values_list("tracking_code", "quantity", "priority", "state", "met")),
            list(Commitment.objects.order_by("pk").values_list("tracking_code", "quantity", "state", "due_date")),
            list(Person.objects.order_by("pk").values_list("given_name", "family_name", "birth_year", "mobile_index")),
            list(Place.objects.order_by("path").values_list("path", "name_fa", "deprivation", "lat")),
        ]


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_seed_gives_the_same_province_and_another_seed_another() -> None:
    state.clear()  # numbers begin at one, as in a database that was just made: other tests have used some up
    first_figures = build(scale=SCALE, now=NOW).figures
    first = picture()
    assert all(first)
    state.clear()
    assert state.check() is None
    assert build(scale=SCALE, now=NOW).figures == first_figures
    assert picture() == first
    state.clear()
    build(scale=SCALE, now=NOW, seed=7)
    assert picture() != first


@pytest.mark.slow
@pytest.mark.django_db
def test_it_can_be_built_on_the_first_day_of_a_year() -> None:
    assert build(scale=SCALE, now=SPRING).figures["deliveries"]
    assert replay() == []


@pytest.mark.django_db
def test_a_real_office_is_never_built_over_nor_cleared() -> None:
    create_account(username="real", name="کاربر", by=SYSTEM, now=NOW)
    for act in (lambda: build(scale=SCALE, now=NOW), state.clear, state.check):
        with pytest.raises(state.NotDemo):
            act()
    assert Account.objects.get().username == "real"


@pytest.mark.django_db
def test_an_interrupted_demo_says_what_to_do_and_can_be_cleared() -> None:
    create_account(username="demo", name="کاربر (نمایشی)", is_demo=True, by=SYSTEM, now=NOW)
    with pytest.raises(state.Unfinished, match="RESET=1"):
        build(scale=SCALE, now=NOW)
    state.clear()
    assert state.check() is None


@pytest.mark.django_db
def test_no_real_office_begins_over_a_demo() -> None:
    create_account(username="demo", name="کاربر (نمایشی)", is_demo=True, by=SYSTEM, now=NOW)
    with pytest.raises(HoldsDemo):
        open_office(province="مازندران", organisation="بهزیستی", administrator="مدیر", by=SYSTEM, now=NOW)
    assert not Organisation.objects.exists()
