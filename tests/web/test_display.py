"""The reader's theme and size of text: chosen without an account, remembered, and never trusted."""

import pytest
from django.test import Client
from django.urls import reverse

from peyvand.web.display import COOKIE, TEXTS, THEMES, Display

pytestmark = pytest.mark.django_db
SHEETS = {"device": {"dark", "contrast"}, "light": set(), "dark": {"dark"}, "contrast": {"contrast"}}


def sheets_of(html):
    return {name for name in ("dark", "contrast") if f"theme-{name}.css" in html}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", TEXTS)
def test_a_choice_is_kept_and_every_page_follows_it(theme, text):
    client = Client()
    answer = client.post(reverse("display"), {"theme": theme, "text": text, "next": "/places/"})
    assert (answer.status_code, answer["Location"]) == (302, "/places/")
    html = client.get("/").content.decode()
    assert sheets_of(html) == SHEETS[theme]
    assert (f'data-text="{text}"' in html) == (text != "regular")
    form = client.get(reverse("display")).content.decode()
    assert form.count(" checked") == 2


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_the_way_back_never_leaves_the_site(elsewhere):
    client = Client()
    asked = {"theme": "dark", "text": "large", "next": elsewhere}
    assert client.post(reverse("display"), asked)["Location"] == "/"
    assert 'href="/"' in client.get(reverse("display"), {"next": elsewhere}).content.decode()


@pytest.mark.parametrize("cookie", ["", "dark", "dark.huge", "neon.large", '"><script>.large', ".", "light.large.x"])
def test_an_unknown_word_in_the_cookie_counts_as_not_chosen(cookie, rf):
    request = rf.get("/")
    request.COOKIES[COOKIE] = cookie
    seen = Display.of(request)
    assert (seen.theme in THEMES, seen.text in TEXTS) == (True, True)
    assert (seen.theme, seen.text) == ({"dark": "dark", "light": "light"}.get(cookie.split(".")[0], "device"),
                                       "large" if cookie.endswith(".large") else "regular")  # fmt: skip


def test_an_unknown_choice_is_refused_beside_its_field():
    answer = Client().post(reverse("display"), {"theme": "neon", "text": "large"})
    assert answer.status_code == 200
    assert COOKIE not in answer.cookies
    assert "field-wrong" in answer.content.decode()
