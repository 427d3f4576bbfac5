"""The pictures of the guide are taken of the site as it is: `make guide` keeps them, a test run only takes them."""

import os
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.journeys.conftest import ROOT
from tests.journeys.peopled import peopled
from tests.world import World

TEXTS = ROOT / "docs" / "guide"
COLOURS = 96
LARGEST = 90_000  # bytes of one picture: a guide is read on a phone too


@dataclass(frozen=True)
class Picture:
    """`who` signs in (nobody where it is empty); of the page that part is shown, or what the screen holds of it."""

    name: str
    who: str
    page: str
    size: str
    part: str = ""


PICTURES = (
    Picture("first-page", "facilitator", "/home/", "phone"),
    Picture("call", "facilitator", "/needs/new/", "desktop"),
    Picture("suggestions", "field_leader", "/suggestions/", "desktop"),
    Picture("figures", "governor", "/home/", "phone"),
    Picture("place", "", "/places/{mz}", "phone"),
    Picture("track", "", "/track/", "phone"),
)


@pytest.fixture
def world(transactional_db: None) -> World:
    return peopled()


def light(png: bytes) -> bytes:
    """The same picture in few colours: a page has few."""
    kept = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_pictures_of_the_guide_are_taken(world, visitor, language, tmp_path):
    folder = Path(os.environ.get("PEYVAND_GUIDE_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {code: place.path for code, place in world.places.items()}
    for one in PICTURES:
        reader = visitor(size=one.size, language=language)
        if one.who:
            reader.sign_in(world[one.who])
        page = reader.go(one.page.format(**paths))
        page.evaluate("() => document.fonts.ready")
        shown = page.locator(one.part).first if one.part else page
        picture = light(shown.screenshot(animations="disabled"))
        assert len(picture) < LARGEST, f"{one.name} has {len(picture)} bytes"
        (folder / f"{one.name}.{language}.png").write_bytes(picture)
        assert not reader.faults, reader.faults


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_picture_is_shown_in_some_guide_and_every_one_shown_is_taken(language):
    shown = {
        target
        for text in TEXTS.glob(f"*.{language}.md")
        for target in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text.read_text("utf-8"))
    }
    assert shown == {f"pictures/{one.name}.{language}.png" for one in PICTURES}


@pytest.mark.parametrize(("language", "size"), [("fa", "phone"), ("en", "desktop")])
def test_a_guide_is_fit_to_be_read_and_its_contents_lead_to_its_parts(world, visitor, language, size):
    reader = visitor(size=size, language=language)
    page = reader.go("/guide/facilitator/#states")
    for picture in page.locator("article.guide img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    page.locator("details.more summary").click()
    page.get_by_role("navigation").locator('a[href="#families"]').click()
    assert page.url.endswith("#families")
    reader.check()
    page.evaluate("() => scrollTo(0, 0)")
    if shots := os.environ.get("PEYVAND_GUIDE_SHOTS"):
        page.screenshot(path=f"{shots}/guide.{language}.png")
