"""Nobody becomes somebody else: accounts, roles, codes and tasks are handed out by those who have the right to all of what they open."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.world import NOW, World, later

from peyvand.flow.erasure import erase_person
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.flow.story.models import Story
from peyvand.journal.models import Event
from peyvand.kernel.codes import read_code
from peyvand.kernel.identifiers import is_mobile
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.kernel.text import persian_digits
from peyvand.people.accounts import (
    CodeNotValid,
    create_account,
    end_membership,
    grant_membership,
    issue_sign_in_code,
    redeem_sign_in_code,
)
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, MemberRole
from peyvand.people.households import (
    NewHousehold,
    give_consent,
    give_task,
    register_households,
    withdraw_consent,
)
from peyvand.people.models import Account, Consent, Membership, Person, SignInCode
from peyvand.people.queries import memberships_in_force
from peyvand.scope.acting import PUBLIC, SYSTEM, Acting
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=4)


def membership_of(acting: Acting) -> Membership:
    return Membership.objects.select_related("place", "organisation", "account").get(pk=acting.membership_id)


def test_a_code_is_issued_only_by_one_who_could_give_every_role_of_the_account():
    world = World.build()
    leader = membership_of(world["leader"]).account
    bait = grant_membership(
        account=leader, role=MemberRole.FACILITATOR, place=world.places["sari"], organisation=world.organisations["charity"],
        by=world["charity_manager"], now=NOW,
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        issue_sign_in_code(membership=bait, valid_for=DAY, by=world["charity_manager"], now=NOW)
    assert issue_sign_in_code(membership=bait, valid_for=DAY, by=world["administrator"], now=NOW)


@pytest.mark.parametrize(
    ("by", "whose", "handed"),
    [
        ("leader", "officer", True),
        ("leader", "field_leader", True),
        ("leader", "facilitator", True),
        ("officer", "field_leader", True),
        ("field_leader", "facilitator", True),
        ("officer", "leader", False),
        ("officer", "officer", False),
        ("leader", "second_leader", False),
        ("leader", "administrator", False),
        ("leader", "auditor", False),
        ("leader", "charity_manager", False),
        ("field_leader", "officer", False),
        ("charity_manager", "facilitator", False),
        ("charity_manager", "field_leader", False),
        ("facilitator", "social_worker", False),
        ("governor", "facilitator", False),
        ("administrator", "leader", True),
    ],
)
def test_a_code_goes_down_the_line_of_ones_own_office_only(by, whose, handed):
    world = World.build()
    target = membership_of(world[whose])
    if handed:
        code = issue_sign_in_code(membership=target, valid_for=DAY, by=world[by], now=NOW)
        with scope(SYSTEM):
            event = Event.objects.get(act="sign_in_code.issued")
        assert (event.subject_id, event.account_id) == (target.pk, world[by].account_id)
        assert redeem_sign_in_code(code=code, now=NOW) == target
    else:
        with pytest.raises(NotPermitted):
            issue_sign_in_code(membership=target, valid_for=DAY, by=world[by], now=NOW)
        assert not SignInCode.objects.exists()


def test_one_who_leads_a_person_hands_no_code_where_that_person_stands_higher_elsewhere():
    world = World.build()
    account = membership_of(world["field_leader"]).account
    grant_membership(
        account=account, role=MemberRole.ORGANISATION_MANAGER, place=world.places["sari"], organisation=world.organisations["charity"],
        by=SYSTEM, now=NOW,
    )  # fmt: skip
    with pytest.raises(NotPermitted, match="also has a role"):
        issue_sign_in_code(membership=membership_of(world["field_leader"]), valid_for=DAY, by=world["officer"], now=NOW)


def test_an_account_is_opened_by_those_who_work_and_for_persons_they_see():
    world = World.build()
    home = world.household()
    with scope(SYSTEM):
        head = Person.objects.get(household=home)
    for by in (PUBLIC, world["governor"], world["auditor"]):
        with pytest.raises(NotPermitted):
            create_account(username="x", name="x", by=by, now=NOW)
    with pytest.raises(NotFound):
        create_account(username="thief", name="x", person_id=head.pk, by=world["charity_manager"], now=NOW)
    create_account(username="maryam", name="x", person_id=head.pk, by=SYSTEM, now=NOW)
    with pytest.raises(Refusal):
        create_account(username="again", name="x", person_id=head.pk, by=SYSTEM, now=NOW)
    with pytest.raises(Refusal):
        create_account(username=" maryam ", name="x", by=SYSTEM, now=NOW)


def test_a_role_ended_on_the_day_it_was_given_ends_on_that_day():
    world = World.build()
    for since in (None, later(days=5).date()):
        account = create_account(username=f"short {since}", name="x", by=SYSTEM, now=NOW)
        granted = grant_membership(
            account=account, role=MemberRole.FACILITATOR, place=world.places["sari"], organisation=world.organisations["centre"],
            since=since, by=SYSTEM, now=NOW,
        )  # fmt: skip
        end_membership(membership=granted, by=SYSTEM, now=NOW)
        for days in range(10):
            assert not memberships_in_force(account, later(days=days).date()).exists()


def test_a_role_that_ended_is_not_ended_again():
    world = World.build()
    granted = membership_of(world["facilitator"])
    end_membership(membership=granted, by=SYSTEM, now=later(days=3))
    end_membership(membership=granted, by=SYSTEM, now=later(days=300))
    assert Membership.objects.get(pk=granted.pk).until == later(days=2).date()


def test_a_role_is_given_once():
    world = World.build()
    granted = membership_of(world["facilitator"])
    with pytest.raises(Refusal):
        grant_membership(
            account=granted.account, role=MemberRole.FACILITATOR, place=granted.place, organisation=granted.organisation,
            by=world["administrator"], now=NOW,
        )  # fmt: skip


def test_a_code_is_long_is_typed_in_either_digits_and_lies_keyed_in_the_table():
    world = World.build()
    facilitator = membership_of(world["facilitator"])
    code = issue_sign_in_code(membership=facilitator, valid_for=DAY, by=world["administrator"], now=NOW)
    assert code.isascii()
    assert code.isdigit()
    assert len(code) == 16
    stored = SignInCode.objects.get().fingerprint
    assert stored != hashlib.sha256(code.encode()).hexdigest()
    typed = "-".join(persian_digits(code)[start : start + 4] for start in range(0, 16, 4))
    assert redeem_sign_in_code(code=f" {typed} ", now=NOW).pk == facilitator.pk
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code, now=NOW)
    with scope(SYSTEM):
        event = Event.objects.get(act="sign_in_code.used")
    assert event.account_id == facilitator.account_id


def test_a_link_is_taken_letter_by_letter():
    world = World.build()
    facilitator = membership_of(world["facilitator"])
    code = issue_sign_in_code(membership=facilitator, valid_for=timedelta(days=2), by=SYSTEM, now=NOW)
    assert redeem_sign_in_code(code=code, now=NOW).pk == facilitator.pk


@pytest.mark.parametrize("code", ["", "²" * 12, "²²²²-²²²²-²²²²", "x" * 100_000, "\x00", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"])
def test_what_is_no_code_is_no_error(code):
    assert read_code(code) is None
    assert not is_mobile("09" + code)
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=code, now=timezone.now())


def test_a_task_goes_to_those_who_work_for_the_keeper_in_the_familys_area():
    world = World.build()
    home = world.household()
    with pytest.raises(NotPermitted):
        give_task(household_id=home.pk, membership=membership_of(world["charity_manager"]), by=world["leader"], now=NOW)
    with pytest.raises(NotPermitted):
        register_households(
            rows=[NewHousehold(code="T1", place=world.places["nobonyad"])], task_for=membership_of(world["firm_manager"]),
            by=world["facilitator"], now=NOW,
        )  # fmt: skip
    worker = membership_of(world["social_worker"])
    give_task(household_id=home.pk, membership=worker, by=world["field_leader"], now=NOW)
    with pytest.raises(Refusal):
        give_task(household_id=home.pk, membership=worker, by=world["field_leader"], now=NOW)


def shown(world: World) -> tuple[Story, Consent, Person]:
    home = world.household()
    delivery = world.delivered(world.agreed(world.need(household=home), world.capacity()))
    with scope(SYSTEM):
        head = Person.objects.get(household=home)
    act = {"by": world["facilitator"], "now": NOW}
    consent = give_consent(
        person_id=head.pk, purpose=ConsentPurpose.TELL_STORY, given_by=ConsentGiver.SELF, way=ConsentWay.PAPER, **act
    )
    story = write_story(
        title="ویلچر رسید", body="با همراهی خیریه، ویلچر به دست خانواده‌ای در محله رسید. " * 2, place=world.places["nobonyad"],
        delivery_ids=[delivery.pk], consent_ids=[consent.pk], **act,
    )  # fmt: skip
    submit_story(story_id=story.pk, **act)
    publish_story(story_id=story.pk, by=world["leader"], now=NOW)
    return story, consent, head


@pytest.mark.parametrize("way", ["withdraw", "erase"])
def test_a_story_leaves_the_public_page_with_the_consent_of_the_one_shown(way):
    world = World.build()
    story, consent, head = shown(world)
    with scope(PUBLIC):
        assert Story.objects.filter(pk=story.pk).exists()
    if way == "withdraw":
        withdraw_consent(consent_id=consent.pk, by=world["facilitator"], now=later(1))
    else:
        erase_person(person_id=head.pk, by=world["facilitator"], now=later(1))
    with scope(PUBLIC):
        assert not Story.objects.filter(pk=story.pk).exists()


def test_erasing_a_person_takes_the_way_in_and_the_name_of_the_account():
    world = World.build()
    home = world.household()
    with scope(SYSTEM):
        head = Person.objects.get(household=home)
    world.join("maryam", MemberRole.RESIDENT, "nobonyad", "centre", person_id=head.pk)
    erase_person(person_id=head.pk, by=world["facilitator"], now=NOW)
    account = Account.objects.get(pk=world["maryam"].account_id)
    assert not account.is_active
    assert "maryam" not in f"{account.username} {account.name} {account.email}"
