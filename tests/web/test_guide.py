"""The guide cannot grow old: every page has its place in it, and every label it quotes stands in the site."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import translation
from tests.persian import faults, foreign

from peyvand.extend.discovery import programmes
from peyvand.scope.acting import Acting, Role
from peyvand.web import catalogue
from peyvand.web.build import copy_guide
from peyvand.web.guide import ANCHORS, EXEMPT, FOLDER, SLUGS, anchor_of, guide, help_url, read
from peyvand.web.pages.start import may_start

SOURCE = Path(__file__).parents[2] / "docs" / "guide"
LANGUAGES = ("fa", "en")
TEXTS = [f"{slug}.{language}" for slug in SLUGS.values() for language in LANGUAGES]
POST_ONLY = "answers a POST alone"
# Pages that refuse some whom their address lets in: what they ask inside.
_ASK_INSIDE = {"start": may_start}
_LATIN = re.compile(r"`[^`]*`|\]\([^)]*\)|\{#[^}]*\}")


def routes(patterns, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one


ROUTES = {name: route for name, route in routes(get_resolver().url_patterns) if not name.startswith("api:")}


def acting(role: Role) -> Acting:
    if role is Role.PUBLIC:
        return Acting(role=role)
    return Acting(role, 1, 1, 1, 1, "ir/", "1/")


def openers(name: str) -> list[Role]:
    """The roles whose guide must explain a page; where a page says nothing of roles, all."""
    if ":" in name:
        programme = programmes()[name.partition(":")[0]]
        page = next(one.page for one in programme.routes if (one.name or one.page) == name.partition(":")[2])
        allowed = programme.permission(programme.page(page).permission).roles
        return [role for role in SLUGS if role in allowed]
    permission = _ASK_INSIDE.get(name) or getattr(ROUTES[name].callback, "permission", None)
    return [role for role in SLUGS if permission is None or permission(acting(role)) is None]


def takes_a_get(name: str) -> bool:
    """A view that takes a POST alone says so to those it is open to, before it looks at anything else."""
    request = RequestFactory().get("/")
    request.user, request.acting = SimpleNamespace(is_authenticated=True), acting(openers(name)[-1])
    try:
        answer = ROUTES[name].callback(request)
    except Exception:
        return True  # it went on with the request
    return answer.status_code != 405


def text_of(name: str) -> str:
    return (SOURCE / f"{name}.md").read_text("utf-8")


def labels(language: str) -> set[str]:
    found: set[str] = set()
    for root in catalogue.roots():
        for message in catalogue.read(root):
            said = message.id if language == "en" else message.string
            found.update(said if isinstance(said, list | tuple) else [said])
    return found


@pytest.mark.parametrize("name", ROUTES)
def test_every_page_has_a_place_in_the_guide_or_a_reason_to_have_none(name):
    exempt = [why for why, names in EXEMPT.items() if name in names]
    if ":" in name:
        assert anchor_of(name) == name.partition(":")[0].replace("_", "-")
        return
    if name in ANCHORS or exempt:
        assert not (name in ANCHORS and exempt), f"{name} is both explained and exempt"
        assert takes_a_get(name), f"{name} {POST_ONLY}: nobody reads it"
    else:
        assert not takes_a_get(name), f"{name} is a page and stands neither in _PAGES nor in EXEMPT"


def test_nothing_is_mapped_that_is_no_page():
    mapped = {*ANCHORS, *(name for names in EXEMPT.values() for name in names)}
    assert mapped <= set(ROUTES), mapped - set(ROUTES)


@pytest.mark.parametrize("name", [name for name in ROUTES if anchor_of(name)])
def test_every_role_that_may_open_a_page_finds_it_in_its_own_guide(name):
    assert openers(name), f"nobody may open {name}"
    missing = [
        (SLUGS[role], language)
        for role in openers(name)
        for language in LANGUAGES
        if anchor_of(name) not in guide(SLUGS[role], language).anchors
    ]
    assert missing == [], f"{name} leads to #{anchor_of(name)}"


@pytest.mark.parametrize("slug", SLUGS.values())
def test_both_languages_have_the_same_anchors_in_the_same_order(slug):
    persian, english = (guide(slug, language) for language in LANGUAGES)
    assert persian.anchors == english.anchors
    assert len(persian.anchors) == len(set(persian.anchors))
    assert {"states", "trouble", "not-seen"} <= set(persian.anchors)


@pytest.mark.parametrize("name", TEXTS)
def test_every_label_a_guide_quotes_stands_in_the_site(name):
    quoted = re.findall(r"\*\*(.+?)\*\*", text_of(name))
    assert quoted, "a guide speaks of buttons"
    assert set(quoted) - labels(name.rpartition(".")[2]) == set()


@pytest.mark.parametrize("slug", SLUGS.values())
def test_both_languages_speak_of_as_many_labels_in_each_part(slug):
    """What is said to one reader only is found here."""
    counts = [[part.count("**") for part in text_of(f"{slug}.{one}").split("\n## ")] for one in LANGUAGES]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("slug", SLUGS.values())
def test_the_persian_guide_is_written_as_an_editor_would(slug):
    said = _LATIN.sub("", text_of(f"{slug}.fa"))
    assert [
        fault for line in said.splitlines() for fault in (*faults(line), *foreign(line.lstrip("0123456789. ")))
    ] == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_guide_is_short_and_leads_only_to_what_there_is(name):
    text = text_of(name)
    assert text.count("\n") <= 150
    for target, anchor in re.findall(r"\]\(([^)#]+)(?:#([a-z-]+))?\)", text):
        assert (SOURCE / target).is_file(), target
        assert not anchor or anchor in guide(*target.removesuffix(".md").split(".")).anchors


@pytest.mark.parametrize("name", TEXTS)
def test_the_addresses_a_guide_names_are_pages(name):
    for address in re.findall(r"`(/[a-z/]+/)`", text_of(name)):
        assert anchor_of(resolve(address).view_name), address


def test_the_site_reads_the_texts_as_they_are_in_docs():
    copied = {path.relative_to(FOLDER): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    written = {path.relative_to(SOURCE): path.read_bytes() for path in SOURCE.rglob("*") if path.is_file()}
    assert copied == written, "run `python -m peyvand.web.build`"


def test_raw_html_and_scripts_in_a_guide_stay_text():
    shown = read("x", "# A\n\nLead.\n\n## B {#b #c}\n\n<script>1</script> [x](javascript:1) ![p](pictures/p.png)\n")
    assert "<script" not in shown.html
    assert "href" not in shown.html
    assert '<span id="c"></span>\n<h2 id="b">B</h2>' in shown.html
    assert 'src="/static/vendor/guide/pictures/p.png"' in shown.html
    assert (shown.title, shown.lead, shown.contents, shown.anchors) == ("A", "Lead.", [("b", "B")], ["b", "c"])


def test_copying_leaves_no_older_file(tmp_path, monkeypatch):
    monkeypatch.setattr("peyvand.web.build.FOLDER", tmp_path / "to")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "old.md").write_text("old")
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "new.fa.md").write_text("new")
    assert [path.name for path in copy_guide(tmp_path / "from")] == ["new.fa.md"]
    assert not (tmp_path / "to" / "old.md").exists()


def test_a_page_leads_to_its_place_in_the_guide_of_the_acting_role():
    request = RequestFactory().get("/needs/")
    assert help_url(request) == "/guide/public/"  # a page of what went wrong
    request.resolver_match = resolve("/needs/")
    request.acting = acting(Role.SOCIAL_WORKER)
    assert help_url(request) == "/guide/social-worker/#needs"
    request.resolver_match = resolve("/guide/")
    assert help_url(request) == ""
    with translation.override("en"):
        assert guide("auditor", "en").title == "Guide for auditors"


@pytest.mark.parametrize("name", TEXTS)
def test_on_top_of_every_guide_the_same_is_said_in_simple_words(name):
    slug, language = name.split(".")
    short = read(slug, text_of(name)).short
    sentences = [one for one in re.split(r"(?<=[.?!؟])\s", short) if one]
    assert len(sentences) >= 3
    assert max(len(re.findall(r"[^\s،,:]+", one)) for one in sentences) <= 22, "as one says it to a neighbour"
    assert short not in re.sub("<[^>]*>", "", read(slug, text_of(name)).html), "said once, on top"
    if language == "fa":
        assert not [*faults(short), *foreign(short)]
