"""Promises and deliveries, from both sides."""

import io

import pytest
from PIL import Image
from tests.world import NOW, TODAY, World

from peyvand.flow.commitment.models import Agreement, Commitment
from peyvand.flow.delivery.actions import NewDelivery, record_deliveries
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.replay import replay
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages import choices


def private(world: World, quantity: int = 2):
    return world.need(quantity, household=world.household())


def stored(model):
    with scope(SYSTEM):
        return model.objects.order_by("-pk").first()


def photo() -> io.BytesIO:
    out = io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (36.0, 33.0, 12.0)
    Image.new("RGB", (50, 40), "blue").save(out, "JPEG", exif=exif)
    out.seek(0)
    out.name = "chair.jpg"
    return out


@pytest.mark.parametrize("who", ["governor", "administrator"])
@pytest.mark.parametrize("route", ["/promises/", "/deliveries/", "/agreements/", "/agreements/new/"])
def test_who_has_no_business_here_is_told_why(sign_in, who, route):
    assert sign_in(who).get(route).status_code == 403
    assert sign_in("").get(route).url.startswith("/sign-in/")


def test_the_two_sides_see_the_promise_and_nobody_else(world, sign_in):
    promise = world.promise(private(world), world.capacity(3), 2)
    giver = sign_in("charity_manager").get(f"/promises/{promise.pk}/").content.decode()
    assert "Accept this offer" in giver
    assert "مرکز نمونه" in giver
    assert "نوبنیاد" not in giver
    assert "آزمونی" not in giver
    asker = sign_in("facilitator").get(f"/promises/{promise.pk}/").content.decode()
    assert "نوبنیاد" in asker
    assert "Accept this offer" not in asker
    for stranger in ("firm_manager", "auditor"):
        assert sign_in(stranger).get(f"/promises/{promise.pk}/").status_code == 404
        assert "خیریهٔ نمونه" not in sign_in(stranger).get("/promises/").content.decode()


def test_an_offer_is_accepted_by_the_other_side_only(world, sign_in):
    promise = world.promise(private(world), world.capacity(3), 2)
    assert sign_in("facilitator").post(f"/promises/{promise.pk}/accept/").status_code == 403
    page = sign_in("charity_manager").post(f"/promises/{promise.pk}/accept/", follow=True).content.decode()
    assert stored(Commitment).state == "accepted"
    assert "Undo" in page


def test_taking_back_needs_a_reason_that_the_other_side_reads(world, sign_in):
    promise = world.agreed(private(world), world.capacity(3), 2)
    manager = sign_in("charity_manager")
    assert "Choose “Why”." in manager.post(f"/promises/{promise.pk}/withdraw/", {}, follow=True).content.decode()
    manager.post(f"/promises/{promise.pk}/withdraw/", {"reason": "not_now"})
    assert stored(Commitment).state == "withdrawn"
    assert "Not at this time" in sign_in("facilitator").get(f"/promises/{promise.pk}/").content.decode()
    assert replay() == []


def test_a_promise_is_not_called_broken_before_its_day(world, sign_in):
    promise = world.agreed(private(world), world.capacity(3), 2)
    said = sign_in("facilitator").post(f"/promises/{promise.pk}/broken/", follow=True).content.decode()
    assert "until then it can be withdrawn but not called broken" in said
    assert stored(Commitment).state == "accepted"


def test_a_delivery_with_its_picture_is_recorded_once_and_accepted(world, sign_in, undo_on):
    promise = world.agreed(private(world), world.capacity(3), 2)
    manager, facilitator = sign_in("charity_manager"), sign_in("facilitator")
    for _ in range(2):
        given = {"quantity": "۲", "delivered_date": "۱۴۰۵/۸/۳۰", "once": "d", "photo": photo()}
        assert manager.post(f"/promises/{promise.pk}/delivery/", given).status_code == 302
    with scope(SYSTEM):
        delivery, proof = Delivery.objects.get(), Proof.objects.get()
    shown = facilitator.get(f"/proofs/{proof.pk}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert not dict(Image.open(io.BytesIO(shown.content)).getexif())
    assert sign_in("").get(f"/proofs/{proof.pk}/")["Location"].startswith("/sign-in/")
    for stranger in ("firm_manager", "governor"):
        assert sign_in(stranger).get(f"/proofs/{proof.pk}/").status_code in (403, 404)
    assert f'name="row" value="{delivery.pk}"' in facilitator.get("/deliveries/?answer=mine").content.decode()
    assert f'name="row" value="{delivery.pk}"' not in manager.get("/deliveries/?answer=mine").content.decode()
    page = facilitator.post(f"/deliveries/{delivery.pk}/accept/", follow=True)
    assert stored(Commitment).state == "kept"
    facilitator.post(undo_on(page.content.decode()))
    assert stored(Commitment).state == "accepted"
    with scope(SYSTEM):
        again = Delivery.objects.get(answer="")
        assert (again.recorded_by_id, again.proofs.count()) == (delivery.recorded_by_id, 1)
    assert replay() == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("quantity", "9", "Only 2 is left"),
        ("delivered_date", "1405/9/9", "has not come yet"),
        ("delivered_date", "yesterday", "Write the date as year/month/day"),
        ("photo", io.BytesIO(b"hello"), "not a picture"),
    ],
)
def test_what_is_wrong_with_a_delivery_is_said_beside_its_field(world, sign_in, field, value, said):
    promise = world.agreed(private(world), world.capacity(3), 2)
    given = {"quantity": "1", "delivered_date": "1405/8/30", "note": "left at the door"} | {field: value}
    page = sign_in("charity_manager").post(f"/promises/{promise.pk}/delivery/", given).content.decode()
    assert said in page
    assert f'id="id_{field}_error"' in page
    assert "left at the door" in page
    assert stored(Delivery) is None


def test_the_receiver_refuses_with_a_reason_and_reverses_with_another(world, sign_in):
    promise = world.agreed(private(world, 3), world.capacity(3), 3)
    first, second = world.delivered(promise, 1, accepted=False), world.delivered(promise, 1)
    facilitator = sign_in("facilitator")
    assert sign_in("charity_manager").get(f"/deliveries/{first.pk}/refuse/").status_code == 403
    assert "Choose “Why”." in facilitator.post(f"/deliveries/{first.pk}/refuse/", {}).content.decode()
    facilitator.post(f"/deliveries/{first.pk}/refuse/", {"reason": "damaged"})
    facilitator.post(f"/deliveries/{second.pk}/reverse/", {"note": "written down twice"})
    page = facilitator.get(f"/promises/{promise.pk}/").content.decode()
    assert "Damaged" in page
    assert "Accepted, then reversed" in page
    assert replay() == []


def test_a_wrong_code_of_a_delivery_is_not_found(sign_in):
    facilitator = sign_in("facilitator")
    for url in ("/promises/77/", "/deliveries/77/refuse/", "/proofs/77/", "/promises/77/delivery/"):
        assert facilitator.get(url).status_code == 404


def test_an_agreement_is_recorded_by_one_of_its_sides(world, sign_in):
    given = {
        "title": "Wheelchairs for a year", "giver": world.organisations["charity"].pk, "asker": world.organisations["centre"].pk,
        "signed_date": "۱۴۰۵/۸/۱", "end_date": "۱۴۰۶/۸/۱",
    }  # fmt: skip
    assert (
        "recorded by one of its two sides" in sign_in("firm_manager").post("/agreements/new/", given).content.decode()
    )
    sign_in("charity_manager").post("/agreements/new/", given)
    assert stored(Agreement).title == "Wheelchairs for a year"
    assert "Wheelchairs for a year" in sign_in("facilitator").get("/agreements/").content.decode()
    assert "Wheelchairs for a year" not in sign_in("firm_manager").get("/agreements/").content.decode()


def test_the_sides_of_an_agreement_are_found_by_name_where_no_select_box_could_hold_them(world, sign_in, monkeypatch):
    monkeypatch.setattr(choices, "MOST_NAMES", 1)
    manager = sign_in("charity_manager")
    form = manager.get("/agreements/new/").content.decode()
    assert ('<select name="giver"' in form, f'value="{world.organisations["charity"].name_fa}"' in form) == (
        False,
        True,
    )
    given = {"title": "Beds for a year", "giver": "خیریهٔ نمونه", "signed_date": "۱۴۰۵/۸/۱"}
    several = manager.post("/agreements/new/", given | {"asker": "نمونه"}).content.decode()
    chosen = world.organisations["firm"].pk
    assert f'<option value="{chosen}">' in several
    manager.post("/agreements/new/", given | {"asker": chosen})
    assert (stored(Agreement).giver_id, stored(Agreement).asker_id) == (world.organisations["charity"].pk, chosen)


def test_the_lists_filter_and_export_and_rows_add_no_questions(world, sign_in, queries):
    capacity = world.capacity(40)
    promise = world.agreed(private(world), capacity, 2)
    world.delivered(promise, 1)
    facilitator = sign_in("facilitator")
    urls = ["/promises/", "/deliveries/", f"/promises/{promise.pk}/"]
    few = [queries(facilitator, url) for url in urls]
    for _ in range(8):
        world.delivered(world.agreed(private(world), capacity, 2), 1)
    world.delivered(promise, 1)
    assert [queries(facilitator, url) for url in urls] == few
    assert "1 row" in facilitator.get("/promises/?state=kept").content.decode()
    assert "Nothing fits" in facilitator.get("/promises/?state=late").content.decode()
    assert "Nothing fits" in facilitator.get("/deliveries/?answer=waiting").content.decode()
    sheet = b"".join(facilitator.get("/promises/?export=csv").streaming_content).decode("utf-8-sig")
    assert len(sheet.splitlines()) == 10
    assert "نوبنیاد" not in sheet


def test_the_page_of_a_promise_offers_no_acceptance_to_the_recorder(world, sign_in):
    promise = world.agreed(world.need(), world.capacity())
    record_deliveries(rows=[NewDelivery(promise.pk, 1, TODAY)], by=world["facilitator"], now=NOW)
    address = f"/promises/{promise.pk}/"
    button = "It arrived: accept"
    own = sign_in("facilitator").get(address).content.decode()
    assert button not in own
    assert "You recorded it yourself" in own
    assert button in sign_in("social_worker").get(address).content.decode()
