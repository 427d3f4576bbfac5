"""Keys are changed without losing a value, and no printing, joining or error shows one (decision D7)."""

import json
import logging
import pickle

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from tests.world import NOW, World

from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.households import reveal
from peyvand.people.models import Household, Person
from peyvand.people.protection import renew_protected
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.scope.encryption import decrypt, encrypt
from peyvand.server.keys import KeyRing

pytestmark = pytest.mark.django_db


def test_after_a_rotation_everything_is_renewed_and_the_old_key_can_go(monkeypatch, tmp_path):
    world = World.build()
    home = world.household(address="ساری، کوچهٔ نهم")
    world.need(note="بیماری قلبی", household=home)
    step = Authenticator.objects.create(
        user_id=world["leader"].account_id, type="recovery_codes",
        data={"seed": encrypt("second step"), "used_mask": 1, "migrated_codes": [encrypt("12345678")]},
    )  # fmt: skip
    old = settings.COLUMN_KEYS
    both = KeyRing(old.file, "k9-new", {**old.keys, "k9-new": b"n" * 32})
    monkeypatch.setattr(settings, "COLUMN_KEYS", both)
    with pytest.raises(NotPermitted):
        renew_protected(by=world["administrator"], now=NOW)
    assert renew_protected(by=SYSTEM, now=NOW) == 4  # a mobile number, an address, a note, a second step
    assert renew_protected(by=SYSTEM, now=NOW) == 0
    monkeypatch.setattr(settings, "COLUMN_KEYS", KeyRing(tmp_path / "gone", "k9-new", {"k9-new": b"n" * 32}))
    step.refresh_from_db()
    assert decrypt(step.data["seed"]) == "second step"
    assert [decrypt(one) for one in step.data["migrated_codes"]] == ["12345678"]
    assert step.data["used_mask"] == 1
    with scope(SYSTEM):
        person = Person.objects.get(household=home)
        assert Household.objects.get().address.reveal() == "ساری، کوچهٔ نهم"
        assert Need.objects.get().note.reveal() == "بیماری قلبی"
    assert reveal(person_id=person.pk, what="mobile", by=world["facilitator"], now=NOW).startswith("0912")


def test_no_way_of_writing_a_value_down_shows_it(caplog):
    world = World.build()
    world.household(address="ساری، کوچهٔ نهم")
    with scope(SYSTEM):
        value = Household.objects.get().address
    with caplog.at_level(logging.INFO):
        logging.getLogger("peyvand").info("%s %r %s", value, value, {"address": value})
    texts = [
        caplog.text, f"{value}", f"{value!r}", f"{value:>10}", "%s" % value, "{}".format(value), value + "", "".join([value]),  # noqa: UP031, UP032
        json.dumps([value]), str([value]), value[:], value.upper(),
    ]  # fmt: skip
    assert all("کوچه" not in text and "\\u06a9" not in text for text in texts)
    assert "کوچه".encode() not in pickle.dumps(value)
    assert pickle.loads(pickle.dumps(value)).reveal() == "ساری، کوچهٔ نهم"


def test_a_changed_value_is_an_error_that_does_not_show_it():
    stored = encrypt("0499370899")
    for place in (-5, len(stored) // 2):  # before the last group, some bits of which say nothing
        letter = "A" if stored[place] != "A" else "B"
        changed = stored[:place] + letter + stored[place + 1 or None :]
        with pytest.raises(Exception) as error:  # noqa: PT011 - the library's own kinds
            decrypt(changed)
        assert "0499370899" not in str(error.value)


def test_a_lost_key_is_missed_by_name():
    from peyvand.server.problems import KeyMissing

    with pytest.raises(KeyMissing, match="k77-gone"):
        decrypt("k77-gone:AAAA")
