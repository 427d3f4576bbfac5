"""An officer draws the border of a neighbourhood on a map that asks nobody but this site."""

import pytest
from tests.journeys.conftest import Visitor
from tests.world import World

from peyvand.places.drawing import contains, corners_of, polygon
from peyvand.places.models import Place


@pytest.fixture
def world(transactional_db: None) -> World:
    world = World.build()
    province = polygon([(36.0, 52.0), (36.0, 54.0), (37.0, 54.0), (37.0, 52.0)])
    Place.objects.filter(pk=world.places["mz"].pk).update(boundary=province)
    Place.objects.filter(pk=world.places["sari"].pk).update(lat=36.56, lon=53.06)
    Place.objects.filter(pk=world.places["nobonyad"].pk).update(
        lat=36.55, lon=53.05, boundary=polygon([(36.545, 53.045), (36.545, 53.055), (36.555, 53.055), (36.555, 53.045)])
    )
    return world


def press(reader: Visitor, *places: tuple[float, float]) -> None:
    """Press on the map at shares of its width and height."""
    box = reader.page.locator(".map").bounding_box()
    assert box
    for x, y in places:
        reader.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def corners(reader: Visitor) -> list[str]:
    return reader.page.locator("#id_corners").input_value().split("\n")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_border_is_drawn_mended_closed_and_shown(world, visitor, size):
    reader = visitor(size=size).sign_in(world["officer"])
    page = reader.go("/start/places/new/")
    page.locator(".map[data-ready]").scroll_into_view_if_needed()
    reader.check()
    press(reader, (0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.5, 0.5))
    assert len(corners(reader)) == 4
    page.get_by_role("button", name="برگرداندن آخرین گوشه").click()
    assert len(corners(reader)) == 3
    press(reader, (0.3, 0.7))
    page.get_by_role("button", name="بستن مرز").click()
    before = corners(reader)
    press(reader, (0.9, 0.9))
    assert corners(reader) == before, "a closed border takes no more corners"
    handle = page.locator(".map-corner").nth(2)
    at = handle.bounding_box()
    assert at
    page.mouse.move(at["x"] + 14, at["y"] + 14)
    page.mouse.down()
    page.mouse.move(at["x"] + 34, at["y"] + 30, steps=6)
    page.mouse.up()
    assert corners(reader) != before
    assert len(corners(reader)) == 4
    reader.check()
    page.locator("#id_name_fa").fill("کوی نو")
    page.get_by_role("button", name="افزودن").click()
    page.wait_for_url("**/start/places/")
    place = Place.objects.get(name_fa="کوی نو")
    assert place.lat is not None
    assert place.lon is not None
    assert contains(corners_of(place.boundary) or [], (place.lat, place.lon))
    shown = reader.go(f"/places/{place.path.rstrip('/')}/")
    shown.locator(".map[data-ready] path.map-own").wait_for()
    reader.check()


def test_what_is_written_is_drawn_and_a_crossed_border_is_said(world, visitor):
    reader = visitor(language="en").sign_in(world["officer"])
    page = reader.go("/start/places/new/")
    page.locator(".map[data-ready]").wait_for()
    page.locator("#id_corners").fill("۳۶٫۵۴، ۵۳٫۰۴\n36.56 53.06\n36.54 53.06\n36.56 53.04")
    assert page.locator(".map-corner").count() == 4
    page.locator("#id_name_fa").fill("کوی نو")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("The border crosses or touches itself").first.wait_for()
    reader.check()
    page.locator(".map[data-ready]").wait_for()
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#id_corners").input_value() == ""
    assert not Place.objects.filter(name_fa="کوی نو").exists()


def test_the_border_that_stands_is_on_the_map_of_its_change(world, visitor):
    reader = visitor(language="en").sign_in(world["officer"])
    page = reader.go(f"/start/places/{world.places['nobonyad'].pk}/")
    page.locator(".map[data-ready]").wait_for()
    assert page.locator(".map-corner").count() == 4
    page.locator("#id_name_en").fill("Nobonyad")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/places/ir/**")
    assert page.locator("h1").inner_text() == "Nobonyad"
    assert corners_of(Place.objects.get(pk=world.places["nobonyad"].pk).boundary) is not None


def test_without_scripts_the_corners_are_written(world, visitor):
    reader = visitor(size="phone", language="en", scripts=False).sign_in(world["officer"])
    page = reader.go("/start/places/new/")
    assert page.locator(".map").is_hidden()
    page.locator("#id_name_fa").fill("کوی نو")
    page.locator("#id_corners").fill("36.54, 53.04\n36.54, 53.06\n36.56, 53.05")
    page.get_by_role("button", name="Add").click()
    assert page.url.endswith("/start/places/")
    assert Place.objects.get(name_fa="کوی نو").boundary
