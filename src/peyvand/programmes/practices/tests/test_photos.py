"""The pictures of a story: nobody is shown without consent, and one that is taken back is gone everywhere at once."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.api.calls import Caller
from tests.world import NOW, in_days, later

from peyvand.extend.programme import Call
from peyvand.flow.story.actions import submit_story
from peyvand.journal.models import Event
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted
from peyvand.people.households import withdraw_consent
from peyvand.people.models import Membership
from peyvand.programmes.practices import photo_actions, rules, story_actions
from peyvand.programmes.practices.enums import EndingKind
from peyvand.programmes.practices.models import StoryPhoto
from peyvand.programmes.practices.programme import blank, forget_taken_out
from peyvand.programmes.practices.tests.steps import publish, shown_story, world_on
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.deliveries import folder

ROOT = "/programmes/practices/"


@pytest.fixture
def world(db, settings, tmp_path):
    settings.PEYVAND_FILES = tmp_path
    return world_on()


def pixels(colour="green"):
    out = io.BytesIO()
    Image.new("RGB", (12, 12), colour).save(out, "JPEG")
    return out.getvalue()


def put_in(world, story, colour="green", shown=1, by="facilitator"):
    photo = photo_actions.NewPhoto.kept(io.BytesIO(pixels(colour)), "سه ویلچر کنار در", shown, folder())
    return photo_actions.add_photo(story_id=story.pk, photo=photo, by=world[by], now=NOW)


def ended(world, story, shown=1):
    story_actions.set_ending(
        story_id=story.pk, kind=EndingKind.PAGE, shown_count=shown, address="/places/", by=world["facilitator"], now=NOW
    )
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)


def seen(photo, by=PUBLIC):
    with scope(by):
        return StoryPhoto.objects.filter(pk=photo.pk).exists()


@given(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), st.integers(0, 9))
def test_a_picture_asks_for_the_consent_of_all_it_shows(told, pictured, consented):
    shown = rules.shown_in_all(told, pictured)
    refused = rules.consent_refusal(shown=shown, given=consented) is not None
    assert refused == any(consented < one for one in (told, *pictured))


def test_a_picture_is_put_in_by_its_teller_and_seen_while_the_consent_stands(world):
    story, consent = shown_story(world)
    with pytest.raises(NotPermitted):
        put_in(world, story, by="field_leader")
    photo, crowd = put_in(world, story), put_in(world, story, "red", shown=2)
    with pytest.raises(AlreadyThere):
        put_in(world, story)
    ended(world, story)
    with pytest.raises(BadValue):  # what was looked at stays as it was looked at
        put_in(world, story, "blue")
    with pytest.raises(rules.ShownWithoutConsent):
        publish(world, story)
    photo_actions.remove_photo(photo_id=crowd.pk, by=world["field_leader"], now=NOW)
    assert not seen(photo)
    publish(world, story)
    assert (seen(photo), seen(crowd), seen(crowd, world["facilitator"])) == (True, False, True)
    with pytest.raises(rules.ShownWithoutConsent):
        photo_actions.restore_photo(photo_id=crowd.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(NotFound):
        photo_actions.remove_photo(photo_id=crowd.pk, by=world["facilitator"], now=NOW)
    shown = Client().get(f"/stories/{story.pk}/").content.decode()
    address = f"{ROOT}photos/{photo.pk}.jpg"
    assert f'<img src="{address}" alt="سه ویلچر کنار در"' in shown
    assert (Client().get(address)["Content-Type"], Client().get(address)["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Client().get(f"{ROOT}photos/{crowd.pk}.jpg").status_code == 404
    withdraw_consent(consent_id=consent.pk, by=world["facilitator"], now=NOW)
    assert Client().get(address).status_code == 404
    assert not seen(photo)


def test_pictures_go_with_the_one_they_show_and_a_month_after_they_were_taken_out(world):
    story, _consent = shown_story(world)
    out, kept = put_in(world, story), put_in(world, story, "red")
    photo_actions.remove_photo(photo_id=out.pk, by=world["facilitator"], now=NOW)
    assert (forget_taken_out(in_days(0), later(1)), forget_taken_out(in_days(1), later(1))) == (0, 1)
    with pytest.raises(FileNotFoundError):
        folder().read(out.sha256)
    assert folder().read(kept.sha256)
    with scope(SYSTEM):
        need_id = story.deliveries.values_list("commitment__need_id", flat=True)[0]
    blank(Call(later(2), "need.forgotten", {"need": (need_id,)}))
    with scope(SYSTEM):
        assert not StoryPhoto.objects.exists()
        assert Event.objects.filter(act="practice.photos_forgotten").count() == 2
    with pytest.raises(FileNotFoundError):
        folder().read(kept.sha256)


def test_it_is_put_in_taken_out_and_put_back_on_the_page_and_by_a_program(world):
    story, _consent = shown_story(world)
    teller, here = Client(), f"{ROOT}stories/{story.pk}/"
    teller.force_login(Membership.objects.get(pk=world["facilitator"].membership_id).account)
    said = {"says": "سه ویلچر کنار در", "shown_count": "۱"}
    wrong = teller.post(f"{here}photos/", said | {"photo": SimpleUploadedFile("p.jpg", b"no picture")})
    assert (wrong.status_code, 'id="id_photo_error"' in wrong.content.decode()) == (422, True)
    assert said["says"] in wrong.content.decode()
    for colour in ("green", "red"):
        sent = teller.post(f"{here}photos/", said | {"photo": SimpleUploadedFile("p.jpg", pixels(colour))})
        assert sent.status_code == 302, sent.content.decode()
    with scope(SYSTEM):
        first, second = StoryPhoto.objects.order_by("pk")
    after = teller.post(f"{ROOT}photos/{first.pk}/remove/", follow=True).content.decode()
    assert f"{ROOT}photos/{first.pk}/restore/" in after
    assert f'src="{ROOT}photos/{first.pk}.jpg"' not in after
    assert (
        f'src="{ROOT}photos/{second.pk}.jpg"'
        in teller.post(f"{ROOT}photos/{first.pk}/restore/", follow=True).content.decode()
    )
    api = Caller(world, "facilitator")
    assert api.post(f"{ROOT}photos/{first.pk}/remove", {}).json()["removed"] is True
    told = api.get(f"{ROOT}stories/{story.pk}").json()["photos"]
    assert [(one["id"], one["removed"]) for one in told] == [(first.pk, True), (second.pk, False)]
