"""Searches forgive: letters of another keyboard, half-spaces, digits, and one slip; what is only like is said to be."""

import pytest
from tests.world import World

from peyvand.kernel.text import search_key, sort_key
from peyvand.people.models import Household, Organisation, Person
from peyvand.places.models import Place
from peyvand.scope.database import scope
from peyvand.web.search import exactly, nearly

LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"


def single_slips(word: str) -> set[str]:
    places = range(len(word))
    wrong = {word[:one] + letter + word[one + 1 :] for one in places for letter in LETTERS[::5]}
    missing = {word[:one] + word[one + 1 :] for one in places}
    more = {word[:one] + letter + word[one:] for one in places for letter in LETTERS[::5]}
    exchanged = {word[:one] + word[one : one + 2][::-1] + word[one + 2 :] for one in places}
    return wrong | missing | more | exchanged


@pytest.fixture
def family(world: World) -> Household:
    """A family of the facilitator's, and one like it of the charity's, whose names he does not see."""
    homes = [world.household(), world.household(by="charity_manager", place="espiari")]
    for home, name in zip(homes, ("علی‌پور", "علی‌پور"), strict=True):
        key = search_key(f"مریم {name}")
        Person.objects.filter(household=home).update(
            given_name="مریم", family_name=name, search_key=key, sort_key=sort_key(key)
        )
    return homes[0]


def shown(client, query: str) -> tuple[list[int], int]:
    """(the families found as written, how many are shown as like it)."""
    page = client.get(f"/families/?q={query}").context["page"]
    return [row.pk for row in page.objects], len(page.like)


def test_every_single_slip_in_a_stored_name_finds_it_in_the_database(family, world):
    with scope(world["facilitator"]):
        for word in ("مریم", "پور"):
            for typed in single_slips(word):
                found = Person.objects.filter(nearly(typed, ["search_key"]))
                assert [row.household_id for row in found] == [family.pk], typed


@pytest.mark.parametrize("typed", ["مريم علي‌پور", "علی پور", "علیپور", "عليپور", "مریم", "علی\u00a0پور"])
def test_another_keyboard_and_any_space_find_the_same(family, browser, typed):
    assert shown(browser("facilitator"), typed) == ([family.pk], 0)


@pytest.mark.parametrize("typed", ["مرمی", "مریمم", "مرم", "عایپور", "مریم غلی‌پور"])
def test_a_slip_is_shown_apart_as_like_what_was_written(family, browser, typed):
    client = browser("facilitator")
    assert shown(client, typed) == ([], 1)
    client.cookies["django_language"] = "fa"
    assert "شبیه آنچه نوشتید" in client.get(f"/families/?q={typed}").content.decode()


def test_a_name_that_is_not_seen_is_not_like_anything(family, browser):
    assert shown(browser("leader"), "مرمی") == ([], 0)
    assert shown(browser("charity_manager"), "مرمی")[1] == 1, "his own family of that name, and no other"


def test_exact_matches_stand_first_and_are_not_shown_twice(family, browser, world):
    other = world.household()
    Person.objects.filter(household=other).update(search_key=search_key("مریس علی پور"))
    found, like = shown(browser("facilitator"), "مریم")
    assert (found, like) == ([family.pk], 1)


def test_a_code_with_one_wrong_digit_is_like_the_right_one(world, browser):
    code = world.need(1).tracking_code
    typed = code[:5] + str((int(code[5]) + 1) % 10) + code[6:]
    page = browser("facilitator").get(f"/needs/?q={typed}").context["page"]
    assert not page.objects
    assert [row[1].text.replace("-", "") for row in page.like] == [code] or len(page.like) == 1


@pytest.mark.parametrize(
    ("path", "typed"), [("capacities", "ویچلر"), ("capacities", "خیریة نمونه"), ("promises", "ولیچر")]
)
def test_kinds_and_givers_are_found_through_a_slip(world, browser, path, typed):
    world.agreed(world.need(1), world.capacity(1))
    page = browser("charity_manager").get(f"/{path}/?q={typed}").context["page"]
    assert page.objects or page.like
    page = browser("charity_manager").get(f"/{path}/?q=قققققق").context["page"]
    assert not page.objects
    assert not page.like


def test_accounts_are_found_by_either_keyboard_and_through_a_slip(world, browser):
    client = browser("administrator")
    for typed in ("مددکار", "مددكار", "مددکا"):
        page = client.get(f"/people/?q={typed}").context["page"]
        assert any("مددکار" in row.account.name for row in page.objects), typed
    assert client.get("/people/?q=مدکدار").context["page"].like


def test_places_are_found_through_a_slip(world, browser):
    answer = browser("facilitator").get("/places/?q=ساری")
    assert [place.name_fa for place, _url in answer.context["found"]] == ["ساری"]
    answer = browser("facilitator").get("/places/?q=ساذی")
    assert ([*answer.context["found"]], [place.name_fa for place, _url in answer.context["like"]]) == ([], ["ساری"])


def test_the_database_agrees_with_the_rule_on_which_words_are_written_exactly(world):
    rows = Organisation.objects.filter(exactly("خیریهٔ نمونه", ["search_key"]))
    assert [row.name_fa for row in rows] == ["خیریهٔ نمونه"]
    assert not Place.objects.filter(nearly("کرمانشاه", ["search_key"])).exists()
