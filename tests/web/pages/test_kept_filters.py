"""Filters kept under a name: above their list, on the first page, as what the list opens with; renamed, removed and taken back."""

import pytest
from tests.world import NOW

from peyvand.filters.actions import MOST, keep_filter
from peyvand.filters.models import KeptFilter
from peyvand.journal.models import Event
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def kept() -> list[KeptFilter]:
    with scope(SYSTEM):
        return list(KeptFilter.objects.filter(removed_at__isnull=True).order_by("pk"))


def keep(client, address: str, name: str, **ticked):
    return client.post("/filters/keep/", {"address": address, "name": name, **ticked}, follow=True)


def test_a_filter_is_kept_and_stands_above_its_list(world, sign_in):
    client = sign_in("facilitator")
    assert "Keep this filter" not in client.get("/needs/").content.decode()
    assert "Keep this filter" in client.get("/needs/?state=open").content.decode()
    page = keep(client, "/needs/?state=open&q=&after=x", "Open ones").content.decode()
    assert 'aria-current="page">Open ones</a>' in page
    assert "Keep this filter" not in page
    assert [(one.path, one.query) for one in kept()] == [("/needs/", "state=open")]
    assert "Open ones" not in client.get("/promises/").content.decode()
    assert "Open ones" not in sign_in("social_worker").get("/needs/?state=open").content.decode()
    with scope(SYSTEM):
        event = Event.objects.get(act="filter.kept")
    assert event.data == {}


def test_the_same_question_is_known_in_whatever_order_it_is_asked(world, sign_in):
    client = sign_in("facilitator")
    keep(client, "/needs/?state=open&band=high", "Mine")
    assert 'aria-current="page">Mine</a>' in client.get("/needs/?q=&band=high&state=open").content.decode()


def test_a_name_searched_for_is_no_part_of_a_kept_filter(world, sign_in):
    client = sign_in("facilitator")
    assert "Keep this filter" not in client.get("/families/?q=Zahra").content.decode()
    keep(client, "/families/?mine=on&q=Zahra", "Mine")
    assert [one.query for one in kept()] == ["mine=on"]


def test_a_list_opens_with_the_filter_chosen_for_it_and_all_rows_stay_one_press_away(world, sign_in):
    client = sign_in("facilitator")
    keep(client, "/needs/?state=closed", "Closed", opens="on")
    keep(client, "/needs/?state=draft", "Drafts", opens="on")
    assert [one.opens for one in kept()] == [False, True]
    assert client.get("/needs/").url == "/needs/?state=draft"
    page = client.get("/needs/?all=1")
    assert page.status_code == 200
    assert 'href="/needs/?all=1"' in page.content.decode()
    assert sign_in("social_worker").get("/needs/").status_code == 200


def test_a_pinned_filter_stands_on_the_first_page(world, sign_in):
    client = sign_in("facilitator")
    keep(client, "/needs/?state=open", "My open ones", pinned="on")
    keep(client, "/needs/?state=closed", "Not here")
    page = client.get("/home/").content.decode()
    assert 'href="/needs/?state=open">My open ones</a>' in page
    assert "Not here" not in page


def test_a_filter_is_renamed_removed_and_taken_back(world, sign_in):
    client = sign_in("facilitator")
    keep(client, "/needs/?state=open", "One")
    keep(client, "/needs/?state=closed", "Two")
    first = kept()[0]
    sent = {f"filter-{first.pk}-name": "Two"}
    page = client.post(f"/filters/{first.pk}/change/", sent).content.decode()
    assert "You keep another filter of this list under this name." in page
    assert f'id="id_filter-{first.pk}-name_error"' in page
    client.post(f"/filters/{first.pk}/change/", {f"filter-{first.pk}-name": "Three", f"filter-{first.pk}-pinned": "on"})
    assert [(one.name, one.pinned) for one in kept()] == [("Three", True), ("Two", False)]
    page = client.post(f"/filters/{first.pk}/remove/", follow=True).content.decode()
    assert [one.name for one in kept()] == ["Two"]
    assert f'action="/filters/{first.pk}/restore/"' in page
    client.post(f"/filters/{first.pk}/restore/")
    assert [one.name for one in kept()] == ["Three", "Two"]


def test_what_is_wrong_is_said_beside_the_name_and_what_was_typed_is_kept(world, sign_in):
    client = sign_in("facilitator")
    keep(client, "/needs/?state=open", "One")
    page = keep(client, "/needs/?state=closed", "One").content.decode()
    assert "You keep another filter of this list under this name." in page
    assert 'value="One"' in page
    assert "Fill in “Name of the filter”." in keep(client, "/needs/?state=closed", "").content.decode()
    assert "set a filter on the list before you keep it" in keep(client, "/needs/", "None").content.decode()
    assert len(kept()) == 1


def test_another_role_neither_sees_nor_changes_a_kept_filter(world, sign_in):
    keep(sign_in("facilitator"), "/needs/?state=open", "One")
    pk, other = kept()[0].pk, sign_in("social_worker")
    for act, sent in (("change", {f"filter-{pk}-name": "Mine"}), ("remove", {}), ("restore", {})):
        assert other.post(f"/filters/{pk}/{act}/", sent).status_code == 404
    assert "One" not in other.get("/filters/").content.decode()


@pytest.mark.parametrize(
    "address", ["https://example.org/?a=1", "//example.org/?a=1", "/home/?a=1", "/gallery/?a=1", ""]
)
def test_only_a_list_of_this_site_has_filters_to_keep(world, sign_in, address):
    assert keep(sign_in("facilitator"), address, "One").status_code == 404


def test_a_filter_that_no_longer_fits_says_so_and_the_rest_of_it_holds(world, sign_in):
    client = sign_in("facilitator")
    by = world["facilitator"]
    for name, query in (("Gone", "colour=blue&state=open"), ("Wrong", "state=sideways")):
        keep_filter(path="/needs/", title="Needs", name=name, query=query, by=by, now=NOW)
    gone = client.get("/needs/?colour=blue&state=open").content.decode()
    assert "The list no longer knows a part of this filter (colour)." in gone
    wrong = client.get("/needs/?state=sideways").content.decode()
    assert "This filter no longer fits as a whole" in wrong
    assert 'class="error"' in wrong
    assert "This filter no longer fits" not in client.get("/needs/?state=open").content.decode()


def test_there_is_a_limit_and_it_is_said(world, sign_in):
    by = world["facilitator"]
    for number in range(MOST):
        keep_filter(path="/needs/", title="Needs", name=f"n{number}", query="state=open", by=by, now=NOW)
    page = keep(sign_in("facilitator"), "/needs/?state=closed", "More").content.decode()
    assert "You keep 50 filters already." in page
