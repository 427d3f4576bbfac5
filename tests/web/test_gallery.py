"""The gallery shows what is used, and everything that is used, in both languages."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation
from lxml import html as parser

import peyvand
from peyvand.web.gallery import gallery
from peyvand.web.gallery.parts import PARTS

PACKAGE = Path(peyvand.__file__).parent
FOLDER = PACKAGE / "web" / "templates"
FORMS = {"web/forms/field.html", "web/forms/form.html"}
# Inside a field or a form, and shown with them.
INSIDE = {"web/forms/said.html", "web/forms/error_summary.html"}
each_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)


@pytest.fixture(scope="module")
def page():
    request = RequestFactory().get("/gallery/")
    request.user = AnonymousUser()
    with translation.override("fa"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PEYVAND_NAVIGATION", "")
        return parser.fromstring(gallery(request).content.decode())


def test_every_part_is_in_the_gallery_and_every_part_of_the_gallery_exists():
    parts = {f"web/parts/{path.name}" for path in (FOLDER / "web/parts").iterdir()}
    forms = {f"web/forms/{path.name}" for path in (FOLDER / "web/forms").iterdir()}
    files = [part.file for part in PARTS if part.file]
    assert sorted(files) == sorted(parts | FORMS)
    assert forms == FORMS | INSIDE
    frames = {f"web/gallery/{path.name}" for path in (FOLDER / "web/gallery").iterdir()} - {"web/gallery/gallery.html"}
    assert {part.frame for part in PARTS if part.frame} == frames
    assert len({part.name for part in PARTS}) == len(PARTS) >= 20


@each_part
def test_a_part_is_used_by_the_site_and_not_by_the_gallery_alone(part):
    if not part.file:
        return  # made of classes: tests/web/test_styles.py
    used = [path for path in PACKAGE.rglob("templates/**/*.html") if "gallery" not in path.parts]
    sources = [*used, *(PACKAGE / "web").glob("*.py"), *(PACKAGE / "web/pages").glob("*.py")]
    assert any(f'"{part.file}"' in path.read_text(encoding="utf-8") for path in sources)


@each_part
def test_what_a_part_is_for_and_what_the_keyboard_does_is_said_in_both_languages(part):
    said = {}
    for language in ("fa", "en"):
        with translation.override(language):
            said[language] = [
                str(words)
                for words in (part.title, part.what, part.keyboard, *(state.title for state in part.states()))
            ]
            assert re.fullmatch(r".{10,}\.", str(part.keyboard)), "a sentence"
            assert re.fullmatch(r".{10,}\.", str(part.what)), "a sentence"
    assert not set(said["fa"]) & set(said["en"])


@each_part
def test_each_state_stands_in_persian_and_in_english(part, page):
    section = page.get_element_by_id(f"part-{part.name}")
    get_template(part.template)
    samples = {language: section.xpath(f'.//div[@class="sample" and @lang="{language}"]') for language in ("fa", "en")}
    count = len(part.states())
    assert [len(found) for found in samples.values()] == [count, count]
    for persian, english in zip(*samples.values(), strict=True):
        assert (persian.get("dir"), english.get("dir")) == ("rtl", "ltr")
        said = [" ".join([*one.itertext(), *one.xpath(".//@aria-label|.//@value")]) for one in (persian, english)]
        if part.name == "language":
            said.reverse()  # it offers the other one
        assert re.search("[آ-ی]", said[0])
        assert re.search("[A-Za-z]", said[1])
        assert not re.search("[۰-۹]", said[1].replace("۱۴۰۵/۱۳/۱", "").replace("۰۹۱۱", "").replace("۲٬۵۰۰٬۰۰۰", ""))


def test_no_identifier_stands_twice(page):
    identifiers = page.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
