"""What holds for every page of the flow."""

import pytest
from django.urls import reverse

from peyvand.site.navigation import ENTRIES
from peyvand.web.pages.flow_urls import urlpatterns


@pytest.mark.parametrize("route", urlpatterns, ids=lambda route: route.name)
def test_every_view_states_who_may_open_it(route):
    assert callable(route.callback.permission)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.route)
def test_every_entry_of_the_navigation_leads_to_a_page(entry):
    assert reverse(entry.route)


@pytest.mark.parametrize("who", ["", "governor", "auditor", "administrator", "facilitator"])
def test_the_navigation_offers_only_pages_that_open(sign_in, who):
    client = sign_in(who)
    page = client.get("/stories/").content.decode()
    for entry in ENTRIES:
        url = reverse(entry.route)
        if f'href="{url}"' in page.split("<main")[0]:
            assert client.get(url).status_code == 200, url
