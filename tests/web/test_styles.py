"""The style sheets: no side, only tokens, no motion that was not asked for, and nothing that one page alone wears."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import translation

import peyvand
from peyvand.web.gallery import gallery

PACKAGE = Path(peyvand.__file__).parent
STYLES = sorted(path for path in PACKAGE.rglob("static/**/*.css") if "vendor" not in path.parts)
TEMPLATES = sorted(path for path in PACKAGE.rglob("templates/**/*.html") if "gallery" not in path.parts)
SCREEN = [path for path in STYLES if path.name != "print.css"]
each_style = pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
each_screen = pytest.mark.parametrize("style", SCREEN, ids=lambda path: path.name)

# Reason -> the classes that no template of the gallery wears.
NOT_IN_THE_GALLERY = {
    "around the content of the page, seen on every page": {
        "demo", "head", "head-row", "head-tools", "skip", "foot", "foot-nav", "nav-wide", "nav-narrow", "nav-more", "nav-more-box",
        "nav-group", "only-narrow", "only-wide", "is-current", "page-head", "print-only", "no-print",
    },
    "made by a script": {
        "htmx-indicator", "htmx-request", "leaflet-container", "leaflet-bar", "leaflet-disabled", "leaflet-control-scale-line",
        "map-border", "map-beside", "map-drawn", "map-point", "map-seat", "map-label", "map-label-5", "map-label-8", "map-label-10",
        "map-label-12", "map-z5", "map-z8", "map-z10", "map-z12", "map-corner",
    },
    "beside the map a border is drawn on, with nothing to show without it": {"map-form", "map-tools"},
    "a picture that only its page has": {"picture", "square-code"},
}  # fmt: skip
# Marks for scripts and tests, without a look of their own.
UNSTYLED = {"sample", "brand", "unread"}


def rules_of(style):
    return re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.S)


def classes_of(text):
    selectors = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"url\([^)]*\)|\"[^\"]*\"", "", text))
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


def worn(html):
    return set(chain.from_iterable(names.split() for names in re.findall(r'\sclass="([^"]*)"', html)))


@pytest.fixture(scope="module")
def shown():
    request = RequestFactory().get("/gallery/")
    request.user = AnonymousUser()
    with translation.override("fa"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PEYVAND_NAVIGATION", "")
        return worn(gallery(request).content.decode())


@each_style
def test_styles_know_no_side(style):
    text = rules_of(style)
    assert not re.findall(r"\b(?:left|right)\b", text)
    assert not re.findall(
        r"(?:margin|padding|border|inset)-(?:top|bottom)|(?<![-\w])(?:top|bottom|width|height)\s*:", text
    )
    assert not re.findall(
        r"[{;]\s*(?:min|max)-(?:width|height)\s*:|overflow-[xy]\s*:(?!\s*(?:auto|hidden|visible))", text
    )


@each_screen
def test_colour_and_type_come_from_tokens(style):
    text = re.sub(r":root[^{]*\{.*?\}", "", rules_of(style), flags=re.S)
    text = re.sub(r"@font-face \{.*?\}", "", text, flags=re.S)
    assert not re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", text)
    sizes = set(re.findall(r"font-size:\s*([^;}]+)", text))
    # The letters on a drawn map are measured in its own units.
    assert {size for size in sizes if not size.startswith("var(--step")} <= {"12px", "9px"}


@each_screen
def test_nothing_moves_unless_the_reader_lets_it_and_nothing_covers_the_focus(style):
    text = rules_of(style)
    calm = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^{}]*\})*\s*\}", "", text)
    assert not re.findall(r"\b(?:transition|animation|scroll-behavior)\b", calm)
    assert not re.findall(r"position:\s*(?:fixed|sticky)", text), "it could lie over what has the focus"


def test_every_look_is_shown_in_the_gallery(shown):
    looks = set().union(*(classes_of(rules_of(style)) for style in SCREEN))
    exempt = set().union(*NOT_IN_THE_GALLERY.values())
    assert looks - shown - exempt == set(), "put it into a part and show it, or take the rule away"
    assert exempt <= looks | {"no-print"}, "an exemption for a rule that is gone"


def test_every_class_of_a_template_has_a_rule():
    looks = set().union(*(classes_of(rules_of(style)) for style in STYLES))
    scripts = "".join(path.read_text() for path in PACKAGE.rglob("static/web/*.js"))
    missing = {}
    for template in TEMPLATES:
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "~", template.read_text(encoding="utf-8"))
        names = {name for name in worn(text) if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", name)}
        lost = {name for name in names - looks - UNSTYLED if name not in scripts}
        if lost:
            missing[template.name] = lost
    assert not missing


def test_no_template_formats_by_itself():
    """Digits, dates and amounts of the reader's language come from `peyvand_format` alone."""
    wrong = r"\|\s*(?:date|time|timesince|timeuntil|floatformat|intcomma|intword|naturaltime|naturalday|localize)\b|load[^%]*humanize"
    found = {path.name: re.findall(wrong, path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert not {name: filters for name, filters in found.items() if filters}


def test_no_page_formats_by_itself():
    wrong = r"strftime\(|date_format\(|number_format\(|:,[}df]|floatformat|intcomma"
    own = {PACKAGE / "web" / "templatetags" / "peyvand_format.py"}
    sources = [path for folder in ("web", "programmes") for path in (PACKAGE / folder).rglob("*.py")
               if "tests" not in path.parts and path not in own]  # fmt: skip
    assert len(sources) > 50
    assert not [path.name for path in sources if re.search(wrong, path.read_text(encoding="utf-8"))]
