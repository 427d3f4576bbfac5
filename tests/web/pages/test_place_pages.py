"""The pages where a province's neighbourhoods are written down: by hand, with a border, from a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.intake.lists import write
from tests.world import World

from peyvand.people.models import Account
from peyvand.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return World.build()


def signed_in(client, name):
    client.force_login(Account.objects.get(username=name))
    return client


def text_of(response):
    return response.content.decode()


BY_HAND = {"name_fa": "کوی نو", "kind": "neighbourhood", "lat": "36.5", "lon": ""}
FIELD = "۳۶٫۵۰، ۵۳٫۰۰\n36.50, 53.02\n36.52, 53.02\n36.52, 53.00"


def test_a_neighbourhood_is_written_with_a_point(world, client):
    signed_in(client, "administrator")
    page, by_hand = reverse("start_place_new"), BY_HAND | {"county": world.places["sari"].path}
    assert client.post(page, by_hand).status_code == 200
    assert client.post(page, by_hand | {"lon": "53.1"}).status_code == 302
    assert Place.objects.get(name_fa="کوی نو").lat == 36.5
    assert client.post(page, by_hand | {"lon": "53.1"}).status_code == 200, "the name is taken"


def test_a_border_is_written_changed_and_taken_away_without_a_script(world, client):
    signed_in(client, "officer")
    by_hand = BY_HAND | {"county": world.places["sari"].path, "lat": "", "corners": FIELD}
    crossed = "\n".join(FIELD.splitlines()[at] for at in (0, 2, 1, 3))
    answer = client.post(reverse("start_place_new"), by_hand | {"corners": crossed})
    assert 'id="id_corners_error"' in text_of(answer)
    assert client.post(reverse("start_place_new"), by_hand).status_code == 302
    place = Place.objects.get(name_fa="کوی نو")
    assert len(place.boundary["coordinates"][0]) == 5
    page = reverse("start_place", args=[place.pk])
    assert "36.52, 53.02" in text_of(client.get(page))
    same = {"name_fa": "کوی نو", "name_en": "New lane", "lat": place.lat, "lon": place.lon}
    assert client.post(page, same | {"corners": FIELD.replace("\n", "\r\n")}).status_code == 302
    changed = Place.objects.get(pk=place.pk)
    assert (changed.name_en, changed.boundary, changed.lat) == ("New lane", place.boundary, place.lat)
    assert client.get(reverse("neighbourhood", args=[place.path.rstrip("/")])).status_code == 200
    assert client.post(page, same | {"corners": ""}).status_code == 302
    assert Place.objects.get(pk=place.pk).boundary is None
    assert client.get(reverse("start_place", args=[world.places["espiari"].pk])).status_code == 403
    assert client.get(reverse("start_place", args=[world.places["sari"].pk])).status_code == 404


def test_a_border_of_many_parts_stays_unless_another_is_drawn(world, client):
    signed_in(client, "administrator")
    ring = [[53.0, 36.5], [53.02, 36.5], [53.02, 36.52], [53.0, 36.5]]
    parts = {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}
    Place.objects.filter(pk=world.places["nobonyad"].pk).update(boundary=parts, lat=36.51, lon=53.01)
    page = reverse("start_place", args=[world.places["nobonyad"].pk])
    same = {"name_fa": "نوبنیاد", "lat": "36.51", "lon": "53.01", "corners": ""}
    assert client.post(page, same).status_code == 302
    assert Place.objects.get(pk=world.places["nobonyad"].pk).boundary == parts
    assert client.post(page, same | {"corners": FIELD}).status_code == 302
    assert Place.objects.get(pk=world.places["nobonyad"].pk).boundary["type"] == "Polygon"


def test_the_map_of_a_place_is_drawn_from_our_own_places(world, client):
    border = {"type": "Polygon", "coordinates": [[[52, 36], [54, 36], [54, 37], [52, 36]]]}
    Place.objects.filter(pk=world.places["mz"].pk).update(boundary=border)
    Place.objects.filter(kind="neighbourhood").update(lat=36.5, lon=53.0)
    answer = client.get(reverse("place_map", args=[world.places["nobonyad"].path.rstrip("/")]))
    parts = {one["properties"]["name"]: one["properties"]["part"] for one in answer.json()["features"]}
    assert parts == {"مازندران": "around", "نوبنیاد": "own", "آهنگرخیل": "beside"}
    assert client.get("/map/ir/nowhere/").status_code == 404


def test_neighbourhoods_come_from_a_file(world, client, tmp_path):
    signed_in(client, "administrator")
    path = write(tmp_path, "places", [["نام", "شهرستان"], ["کوی یک", "ساری"], ["کوی دو", "آمل"]])
    for _ in range(2):
        assert (
            client.post(
                reverse("start_places_import"),
                {"file": SimpleUploadedFile(path.name, path.read_bytes()), "source": "فهرست شهرداری"},
            ).status_code
            == 302
        )
    assert Place.objects.filter(name_fa__startswith="کوی").count() == 2
    bad = write(tmp_path, "bad", [["نام", "شهرستان"], ["کوی سه", "ناکجا"]])
    answer = client.post(
        reverse("start_places_import"), {"file": SimpleUploadedFile(bad.name, bad.read_bytes()), "source": "فهرست"}
    )
    assert "ناکجا" in text_of(answer)
    assert not Place.objects.filter(name_fa="کوی سه").exists()
