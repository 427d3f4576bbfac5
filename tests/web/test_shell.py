"""The frame, the pattern book and the pages for what went wrong, in both languages and under the content policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

import peyvand
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.scope.acting import PUBLIC, Acting, Role
from peyvand.scope.database import acting_now
from peyvand.web import errors
from peyvand.web.gallery import gallery
from peyvand.web.middleware import chosen_language
from peyvand.web.navigation import Entry, Group, navigation

PACKAGE = Path(peyvand.__file__).parent
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))


def asked(path="/gallery/"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def pages():
    yield "gallery", lambda request: gallery(request), 200
    yield "forbidden", lambda request: errors.forbidden(request), 403
    yield "not found", lambda request: errors.not_found(request), 404
    yield "old form", lambda request: errors.csrf_failure(request), 403
    yield "broken", lambda request: errors.server_error(request), 500
    yield "not permitted", lambda request: errors.refused(request, NotPermitted(reason="x")), 403
    yield "no such item", lambda request: errors.refused(request, NotFound()), 404
    yield "refused", lambda request: errors.refused(request, Refusal()), 409


@pytest.fixture(autouse=True)
def bare_frame(settings):
    """The shell alone: the entries of the site bring tests of their own."""
    settings.PEYVAND_NAVIGATION = ""


@pytest.mark.parametrize(("view", "status"), [page[1:] for page in pages()], ids=[page[0] for page in pages()])
@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
def test_every_page_of_the_shell_speaks_the_readers_language(view, status, language, direction):
    with translation.override(language):
        response = view(asked())
    html = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert len(re.findall(r"<h1\b", html)) == 1
    if language == "en":
        words = re.sub(
            r'(?s)<div class="sample" lang="fa".*?(?=<div class="sample"|</div>\s*</section>)', "", html
        ).replace("فارسی", "")
        assert not re.search(r"[آ-ی]", re.sub(r'value="[^"]*"', "", words)), "a Persian word on an English page"


def test_the_pattern_book_needs_no_inline_script_or_style():
    with translation.override("fa"):
        html = gallery(asked()).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))


def test_the_content_policy_asks_nobody_else_and_lets_nothing_inline():
    sources = {source for one in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values() for source in one}
    assert sources == {"'self'", "'none'", "data:", "blob:"}
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["default-src"] == ["'self'"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", text)


def _luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes():
    """{name: its colours} as a reader meets them: the light tokens, and what each other theme sets over them."""
    roots = {
        sheet: [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root)) for root in re.findall(
            r":root \{(.*?)\}", (PACKAGE / f"web/static/web/{sheet}.css").read_text(encoding="utf-8"), re.S)]
        for sheet in ("frame", "theme-dark", "theme-contrast")
    }  # fmt: skip
    light, dark, (contrast, contrast_dark) = roots["frame"][0], roots["theme-dark"][0], roots["theme-contrast"]
    return {"light": light, "dark": dark, "contrast": contrast, "contrast on a dark device": contrast_dark}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast", "contrast on a dark device"])
def test_words_stand_out_from_every_ground_as_wcag_asks_for_aaa(theme):
    tokens, grounds = themes()[theme], ("paper", "sheet", "sunken", "accent-wash", "late-wash", "wrong-wash")
    assert tokens.keys() >= themes()["light"].keys()
    for name in ("ink", "ink-soft", "accent", "accent-deep", "late", "wrong"):
        for ground in grounds:
            assert _contrast(tokens[name], tokens[ground]) >= 7, (name, ground)
    for name in ("accent", "accent-deep"):
        assert _contrast(tokens["on-accent"], tokens[name]) >= 7, name
    assert _contrast(tokens["sheet"], tokens["wrong"]) >= 7
    for ground in grounds:
        assert _contrast(tokens["line-strong"], tokens[ground]) >= 3, ground
        assert _contrast(tokens["focus"], tokens[ground]) >= 7, ground


@pytest.mark.parametrize(("cookie", "language"), [("", "fa"), ("en", "en"), ("fa", "fa"), ("xx", "fa")])
def test_persian_is_the_language_until_another_is_chosen(cookie, language):
    request = RequestFactory().get("/", headers={"accept-language": "en-US,en"})
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    seen = []
    response = chosen_language(lambda request: seen.append(translation.get_language()) or HttpResponse())(request)
    assert seen == [language]
    assert response.headers["Content-Language"] == language


def test_navigation_shows_each_reader_their_own_entries():
    entries = (
        Entry("One", "gallery", tally=lambda request: 3),
        Entry("Two", "set_language", shown_to=lambda request: False),
    )
    shown = navigation(RequestFactory().get("/gallery/inside/"), entries)
    assert [(link.title, link.current, link.tally) for link in shown.row] == [("One", True, 3)]


def test_navigation_puts_daily_work_first_and_the_rest_behind_one_button():
    entries = (
        Entry("Needs", "needs", group=Group.WORK),
        Entry("Capacities", "capacities", group=Group.WORK, first_for=(Role.ORGANISATION_MANAGER,)),
        Entry("People", "people", tally=lambda request: 2),
        Entry("Small projects", "gallery", group=Group.PROGRAMMES),
        Entry("Places", "places", group=Group.PUBLIC),
    )
    request = RequestFactory().get("/people/new/")
    request.acting = Acting(role=Role.ORGANISATION_MANAGER)
    shown = navigation(request, entries)
    assert [link.title for link in shown.row] == ["Capacities", "Needs"]
    assert [[link.title for link in links] for _title, links in shown.more] == [["People"], ["Small projects"]]
    assert [link.title for link in shown.foot] == ["Places"]
    assert shown.more_is_current
    assert shown.more_waiting == 2
    request.acting = PUBLIC
    assert len(navigation(request, entries).row) == len(entries)


COUNTED_UNDER: list[Acting | None] = []
COUNTING = (Entry("One", "gallery", tally=lambda request: COUNTED_UNDER.append(acting_now())),)


@pytest.mark.django_db
def test_what_waits_is_counted_under_the_readers_rights_also_where_no_scope_is_open(settings):
    """A refused act has ended its scope when its page is rendered; the site's own login may read nothing."""
    settings.PEYVAND_NAVIGATION = "tests.web.test_shell.COUNTING"
    request = asked()
    request.acting = Acting(
        role=Role.COUNTY_OFFICER, account_id=5, membership_id=5, place_path="ir/", organisation_path="1/"
    )
    assert errors.refused(request, Refusal()).status_code == 409
    assert [request.acting] == COUNTED_UNDER
