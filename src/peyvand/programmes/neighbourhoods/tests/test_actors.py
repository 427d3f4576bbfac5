"""The actor map: who acts at a place, what each does, who is linked to whom; and what of it an outsider is not told."""

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from tests.api.calls import Caller
from tests.world import NOW, in_days

from peyvand.flow.commitment.actions import sign_agreement
from peyvand.programmes.neighbourhoods.actor_queries import actors_of
from peyvand.programmes.neighbourhoods.tests.test_board import built
from peyvand.programmes.neighbourhoods.tests.test_clashes import both_on_board, objective, share
from peyvand.programmes.neighbourhoods.tests.test_pages_and_api import API, ROOT, client
from peyvand.scope.database import scope
from peyvand.web.nets import MOST_SHOWN, WIDTH, Actor, Tie, net


@pytest.fixture
def world(db):
    return built()


def told(world, name, place="nobonyad"):
    by = world[name]
    with scope(by):
        found = actors_of(by, world.places[place], in_days(0))
    names = {one.pk: name for name, one in world.organisations.items()}
    does = {names[one.organisation.pk]: one for one in found.actors}
    return does, {frozenset(names[pk] for pk in ends): set(kinds) for ends, kinds in found.ties.items()}


def test_what_each_does_and_what_links_them(world):
    both_on_board(world)
    shared = objective(world)
    for organisation, by in (("office", "officer"), ("charity", "charity_manager")):
        share(world, shared, organisation, by)
    world.capacity(3, place="nobonyad")
    promise = world.promise(world.need(), world.capacity(1))
    does, ties = told(world, "facilitator")
    assert (does["office"].board, does["charity"].board, does["charity"].objectives) == ("lead", "member", 1)
    assert ([kind.slug for kind in does["charity"].offers], does["charity"].needs) == (["wheelchair"], 1)
    assert ties == {
        frozenset({"office", "charity"}): {"objective", "board"},
        frozenset({"office", "centre"}): {"house"},
        frozenset({"centre", "charity"}): {"promise"},
    }
    assert promise.quantity == 1
    does, _ties = told(world, "facilitator", "sari")
    assert does["charity"].places == {"ir/mz/sari/nobonyad/", "ir/mz/sari/"}


def test_promises_to_fewer_than_five_needs_are_told_to_their_two_sides_alone(world):
    lent = world.capacity(9)
    for made in range(1, 6):
        world.promise(world.need(), lent)
        if made < 4:
            continue
        for name in ("facilitator", "charity_manager"):
            assert told(world, name)[0]["charity"].needs == made, name
        outside = told(world, "governor")[0]
        assert ("charity" in outside) == (made == 5)
    assert told(world, "firm_manager")[0]["charity"].needs == 5


def test_an_agreement_links_its_sides_for_themselves_alone(world):
    both_on_board(world)
    sign_agreement(
        title="تفاهم‌نامهٔ نمونه", giver=world.organisations["charity"], asker=world.organisations["office"], signed_date=in_days(0),
        giver_duties="", asker_duties="", by=world["leader"], now=NOW,
    )  # fmt: skip
    both = frozenset({"office", "charity"})
    assert told(world, "leader")[1][both] == {"agreement", "board"}
    assert told(world, "auditor")[1][both] == {"board"}


def test_the_picture_its_table_and_its_files_say_the_same(world):
    both_on_board(world)
    world.capacity(3, place="nobonyad")
    officer, address = client(world, "officer"), f"{ROOT}actors/{world.places['nobonyad'].pk}/"
    page = officer.get(address).content.decode()
    assert page.count('class="net-knot') == 2
    assert ('href="#actor-1"' in page, 'id="actor-1"' in page, 'id="actor-2"' in page) == (True, True, True)
    table = officer.get(f"{address}?chart=actors&form=csv").content.decode("utf-8-sig")
    for words in ("خیریهٔ نمونه", "بهزیستی نمونه (همان میز)", "ویلچر"):
        assert words in page, words
        assert words in table, words
    assert officer.get(f"{address}?chart=actors&form=png").content.startswith(b"\x89PNG")
    assert address in officer.get(f"{ROOT}boards/{world.places['nobonyad'].pk}/").content.decode()
    empty = officer.get(f"{ROOT}actors/{world.places['ahangar'].pk}/").content.decode()
    assert "net-knot" not in empty
    outside = f"{ROOT}actors/{world.places['damghan'].pk}/"
    assert client(world, "officer").get(outside).status_code == 404
    out = Caller(world, "officer").get(f"{API}/actors/{world.places['nobonyad'].pk}").json()
    assert [len(out["actors"]), out["ties"][0]["kinds"]] == [2, ["board"]]


@limits(max_examples=40, deadline=None)
@given(
    st.integers(0, MOST_SHOWN).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, max(0, n - 1))] * 2)))
    )
)
def test_every_knot_lies_in_the_picture_and_no_name_covers_another(drawn):
    count, ends = drawn
    actors = [Actor(str(at), "سازمانی با نامی بسیار بسیار بلند", "#a", "") for at in range(count)]
    made = net(actors, [Tie(*pair) for pair in ends if count])
    assert len(made.threads) == (len(ends) if count else 0)
    for knot in made.knots:
        assert 0 < knot.x < WIDTH
        assert 0 < knot.y < made.height
    for first in made.knots:
        for second in made.knots:
            assert first is second or first.after != second.after or abs(first.y - second.y) > 20
    with pytest.raises(ValueError, match="not there"):
        net(actors, [Tie(0, count)])
