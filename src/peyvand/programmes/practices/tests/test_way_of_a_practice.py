"""From something that worked once to its copies, and to the book of a session."""

import threading
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flow.test_words_of_the_teller import written
from tests.world import NOW, TODAY, World, in_days

from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.programme import Call
from peyvand.extend.switches import ProgrammeOff, switch_off, switch_on
from peyvand.flow.need.models import Need
from peyvand.flow.story.actions import change_story, publish_story, submit_story
from peyvand.flow.story.enums import StoryState
from peyvand.flow.story.models import Story, StoryConsent
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotFound, NotPermitted, Refusal
from peyvand.kernel.states import WrongState
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay
from peyvand.people.households import give_consent, withdraw_consent
from peyvand.people.models import AccessGiven, Person
from peyvand.programmes.practices import actions, queries, rules, session_actions, story_actions
from peyvand.programmes.practices.enums import EndingKind, NominationState, PracticeState, WordsState
from peyvand.programmes.practices.models import Practice, PracticeItem, ProposedWords
from peyvand.programmes.practices.programme import blank, forget
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

FORM = actions.Form(
    "تعمیرگاه ویلچر", "ویلچرها ماه‌ها خراب می‌ماند.", "اتاقی داده شد.\n\nدو تعمیرکار آمدند.", "دو تعمیرکار", "جای بی‌پله", 10**8,
    "فاکتورها",
)  # fmt: skip
RESULT = actions.Result("ویلچرها درست شد.", 24, "شمارش دفتر", 9 * 10**7, in_days(-60))


def world_on() -> World:
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    return world


@pytest.fixture
def world(db):
    return world_on()


def first(world, *, by="field_leader", place="nobonyad", form=FORM):
    items = [(world.specifications["wheelchair"], 3)]
    return actions.write_practice(form=form, items=items, place=world.places[place], by=world[by], now=NOW)


def done(world, **values):
    row = first(world, **values)
    return actions.publish_practice(practice_id=row.pk, result=RESULT, by=world["field_leader"], now=NOW)


def copied(world, source, *, by="charity_manager", place="espiari"):
    return actions.copy_practice(practice_id=source.pk, place=world.places[place], by=world[by], now=NOW)


def begin(world, plan, *, by="charity_manager"):
    return actions.open_plan(practice_id=plan.pk, begun_date=TODAY, by=world[by], now=NOW, random=Random(1))


def told(world, plan, *, by="charity_manager", people=7):
    result = replace(RESULT, people_reached=people)
    return actions.report_result(practice_id=plan.pk, result=result, by=world[by], now=NOW)


def test_what_worked_is_copied_opens_its_needs_and_stands_beside_its_source(world):
    source = done(world)
    plan = copied(world, source)
    assert (plan.state, plan.copied_from_id, plan.organisation) == (
        "planned",
        source.pk,
        world.organisations["charity"],
    )
    assert plan.steps.splitlines() == ["اتاقی داده شد.", "دو تعمیرکار آمدند."]
    fitted = replace(FORM, cost_rial=5)
    items = [(world.specifications["wheelchair"], 2), (world.specifications["tutoring"], 1)]
    actions.change_practice(practice_id=plan.pk, form=fitted, items=items, by=world["charity_manager"], now=NOW)
    begin(world, plan)
    with scope(SYSTEM):
        needs = set(Need.objects.values_list("specification__slug", "quantity", "place_path", "organisation__name_fa"))
        assert needs == {
            (k, n, world.places["espiari"].path, "خیریهٔ نمونه") for k, n in (("wheelchair", 2), ("tutoring", 1))
        }
    third = copied(world, telling := told(world, plan), by="facilitator", place="ahangar")
    assert (telling.cost_rial, telling.cost_source) == (RESULT.cost_rial, RESULT.result_source)
    with scope(world["leader"]):
        trees = queries.trees_of([third.pk])
        reach = queries.reaches_of(trees)[third.pk]
    assert [(twig.practice.pk, twig.depth, twig.asked) for twig in trees[third.pk]] == [
        (source.pk, 0, 0), (plan.pk, 1, 3), (third.pk, 2, 0),
    ]  # fmt: skip
    assert (reach.done, reach.under_way, reach.counties, reach.people_reached) == (2, 1, 2, 31)
    assert reach.cost_rial == 18 * 10**7


def test_only_what_was_done_is_copied_and_only_in_ones_own_place(world):
    with pytest.raises(rules.NotCopied):
        copied(world, first(world))
    source = done(world)
    with pytest.raises(NotPermitted):
        copied(world, source, by="facilitator", place="espiari")
    with pytest.raises(NotPermitted):
        actions.publish_practice(practice_id=first(world).pk, result=RESULT, by=world["facilitator"], now=NOW)


def test_a_result_is_shown_to_everyone_by_those_who_lead_the_work(world):
    """As a first practice is: a plan that was copied is shown with its result, and can be copied in its turn."""
    plan = copied(world, done(world), by="facilitator", place="ahangar")
    begin(world, plan, by="facilitator")
    with pytest.raises(NotPermitted):
        told(world, plan, by="facilitator")
    with scope(world["facilitator"]):
        assert Practice.objects.get(pk=plan.pk).state == PracticeState.RUNNING
    assert told(world, plan, by="field_leader").state == PracticeState.PUBLISHED


def test_a_practice_is_whole_before_it_is_kept(world):
    for form in (replace(FORM, conditions=" "), replace(FORM, cost_source="")):
        with pytest.raises(rules.NotWhole):
            first(world, form=form)
    with pytest.raises(BadValue):
        first(world, form=replace(FORM, steps="تنها یک گام"))
    row = first(world)
    for wrong in (replace(RESULT, result=""), replace(RESULT, begun_date=in_days(3))):
        with pytest.raises(Refusal):
            actions.publish_practice(practice_id=row.pk, result=wrong, by=world["field_leader"], now=NOW)


def test_a_withdrawn_one_keeps_its_place_in_the_tree_and_comes_back(world):
    source = done(world)
    plan = copied(world, source)
    act = {"practice_id": source.pk, "by": world["field_leader"], "now": NOW}
    actions.withdraw_practice(**act)
    with scope(world["charity_manager"]):
        assert not Practice.objects.filter(pk=source.pk).exists()
        twigs = queries.trees_of([plan.pk])[plan.pk]
        assert [(twig.practice.pk, twig.is_withdrawn) for twig in twigs] == [(source.pk, True), (plan.pk, False)]
    with pytest.raises(WrongState):
        actions.withdraw_practice(**act)
    assert actions.restore_practice(**act).state == PracticeState.PUBLISHED
    with scope(world["charity_manager"]):
        assert Practice.objects.filter(pk=source.pk).exists()


def test_drafts_are_seen_by_their_own_office_alone(world):
    draft = first(world)
    for name, sees in (("facilitator", True), ("leader", True), ("charity_manager", False), ("governor", False)):
        with scope(world[name]):
            assert Practice.objects.filter(pk=draft.pk).exists() is sees
            assert PracticeItem.objects.filter(practice=draft).exists() is sees
    with pytest.raises(NotFound):
        actions.withdraw_practice(practice_id=draft.pk, by=world["charity_manager"], now=NOW)


def test_no_chain_of_copies_closes_to_a_circle(world):
    """Whatever is copied from whatever, past the acts too: a copy is younger than its source, so a walk up always ends."""
    rows = [done(world), *(copied(world, done(world)) for _ in range(3))]
    ids = sorted(row.pk for row in rows)

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from([*ids, None])), max_size=12))
    def hold(moves):
        with transaction.atomic():
            for one, source in moves:
                try:
                    with transaction.atomic():
                        Practice.objects.filter(pk=one).update(copied_from_id=source)
                except IntegrityError:
                    assert source >= one
            above = dict(Practice.objects.values_list("pk", "copied_from_id"))
            for pk in ids:
                seen = set()
                while pk is not None:
                    assert pk not in seen
                    seen.add(pk)
                    pk = above[pk]
            assert {twig.practice.pk for twig in queries.trees_of([ids[0]])[ids[0]]} <= set(above)
            transaction.set_rollback(True)

    hold()
    with pytest.raises(Exception, match="stays as it was told"), scope(world["charity_manager"]):
        Practice.objects.filter(pk=rows[-1].pk).update(copied_from_id=None)


def test_it_is_nominated_decided_by_another_and_stands_in_the_book(world):
    leader, second = world["leader"], world["second_leader"]
    session = session_actions.call_session(
        title="نشست", host="استاندار", held_date=in_days(9), place=world.places["mz"], by=leader, now=NOW
    )
    practice = done(world)
    asked = {"practice_id": practice.pk, "high_session_id": session.pk, "reason": "دیگران هم می‌توانند"}
    with pytest.raises(rules.NotNominated):
        session_actions.nominate(**{**asked, "practice_id": first(world).pk}, by=leader, now=NOW)
    nomination = session_actions.nominate(**asked, by=leader, now=NOW)
    with pytest.raises(AlreadyThere):
        session_actions.nominate(**asked, by=world["field_leader"], now=NOW)
    one: dict[str, Any] = {"nomination_id": nomination.pk, "now": NOW}
    with pytest.raises(NotPermitted):
        session_actions.accept_nomination(**one, by=leader)
    with pytest.raises(NotPermitted):
        session_actions.accept_nomination(**one, by=world["field_leader"])
    assert session_actions.accept_nomination(**one, by=second).state == NominationState.ACCEPTED
    assert session_actions.undecide_nomination(**one, by=second).state == NominationState.PROPOSED
    with pytest.raises(BadValue):
        session_actions.decline_nomination(**one, answer="نه", by=second)
    session_actions.close_session(high_session_id=session.pk, by=leader, now=NOW)
    with pytest.raises(rules.SessionClosed):
        session_actions.accept_nomination(**one, by=second)
    session_actions.reopen_session(high_session_id=session.pk, by=leader, now=NOW)
    declined = session_actions.decline_nomination(**one, answer="جای آن نشستِ دیگری است", by=second)
    assert declined.state == NominationState.DECLINED


def accepted(world, practice):
    leader = world["leader"]
    session = session_actions.call_session(
        title="نشست", host="استاندار", held_date=in_days(9), place=world.places["mz"], by=leader, now=NOW
    )
    asked = {"practice_id": practice.pk, "high_session_id": session.pk, "reason": "دیگران هم می‌توانند"}
    nomination = session_actions.nominate(**asked, by=leader, now=NOW)
    session_actions.accept_nomination(nomination_id=nomination.pk, by=world["second_leader"], now=NOW)
    return session


def test_a_closed_book_keeps_the_figures_it_was_closed_with(world):
    practice = done(world)
    plan = copied(world, practice)
    begin(world, plan)
    session = accepted(world, practice)

    def figures():
        with scope(world["governor"]):
            row = queries.one_session(session.pk)
            return queries.book_figures(row, [practice], world["governor"], TODAY)

    session_actions.close_session(high_session_id=session.pk, by=world["leader"], now=NOW)
    day, before = figures()
    assert (day, before[practice.pk].done, before[practice.pk].people_reached) == (TODAY, 1, RESULT.people_reached)
    told(world, plan)
    assert figures() == (TODAY, before)
    session_actions.reopen_session(high_session_id=session.pk, by=world["leader"], now=NOW)
    assert figures()[1][practice.pk].done == 2


def test_two_accounts_of_one_hand_do_not_nominate_and_accept(world):
    """Also where somebody decides in another of his roles (decision record 16)."""
    leader, second = world["leader"], world["second_leader"]
    session, practice = accepted(world, done(world)), done(world)
    asked = {"practice_id": practice.pk, "high_session_id": session.pk, "reason": "دیگران هم می‌توانند"}
    nomination = session_actions.nominate(**asked, by=leader, now=NOW)
    AccessGiven.objects.create(
        giver_id=leader.account_id, receiver_id=second.account_id, until=NOW + timedelta(days=20)
    )
    for by in (second, replace(leader, membership_id=second.membership_id)):
        with pytest.raises(NotPermitted):
            session_actions.accept_nomination(nomination_id=nomination.pk, by=by, now=NOW)


def shown_story(world):
    """A story of the facilitator that shows one person, who has consented."""
    home = world.household()
    with scope(SYSTEM):
        person = Person.objects.get(household=home)
    consent = give_consent(
        person_id=person.pk, purpose=ConsentPurpose.TELL_STORY, given_by=ConsentGiver.SELF, way=ConsentWay.PAPER,
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    story = written(world)
    with scope(SYSTEM):
        StoryConsent.objects.create(story=story, consent=consent)
    return story, consent


def publish(world, story):
    return publish_story(story_id=story.pk, by=world["field_leader"], now=NOW)


def test_a_story_ends_in_an_act_and_shows_nobody_without_consent(world):
    story, consent = shown_story(world)
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.EndingMissing):
        publish(world, story)
    end = {"story_id": story.pk, "kind": EndingKind.COPY, "practice_id": done(world).pk, "now": NOW}
    with pytest.raises(NotPermitted):
        story_actions.set_ending(**end, shown_count=1, by=world["field_leader"])
    story_actions.set_ending(**end, shown_count=2, by=world["facilitator"])
    with pytest.raises(rules.ShownWithoutConsent):
        publish(world, story)
    story_actions.set_ending(**end, shown_count=1, by=world["facilitator"])
    with transaction.atomic():
        withdraw_consent(consent_id=consent.pk, by=world["facilitator"], now=NOW)
        with pytest.raises(Refusal):
            publish(world, story)
        transaction.set_rollback(True)
    assert publish(world, story).state == StoryState.PUBLISHED
    with pytest.raises(rules.ShownWithoutConsent):  # nor once everyone reads it
        story_actions.set_ending(**end, shown_count=9, by=world["facilitator"])
    assert story_actions.set_ending(**end, shown_count=0, by=world["facilitator"]).shown_count == 0


@pytest.mark.parametrize("address", ["", "https://example.org/", "//example.org/", "/nowhere/at/all/"])
def test_an_ending_leads_to_a_page_of_this_site(world, address):
    end = {
        "story_id": written(world).pk,
        "kind": EndingKind.PAGE,
        "shown_count": 0,
        "by": world["facilitator"],
        "now": NOW,
    }
    with pytest.raises(BadValue):
        story_actions.set_ending(**end, address=address)
    assert story_actions.set_ending(**end, address="/needs/new/?place=1").address == "/needs/new/?place=1"


WORDS = {"title": "سه ویلچر نو", "body": "ما خود آنجا بودیم و دیدیم که سه ویلچر رسید.", "invitation": "شما هم بیایید"}


def proposed(world, story, **values):
    said = {**WORDS, "reason": "کوتاه‌تر و روشن‌تر است", **values}
    return story_actions.propose_words(story_id=story.pk, **said, by=world["field_leader"], now=NOW)


def words_of(story):
    with scope(SYSTEM):
        row = Story.objects.get(pk=story.pk)
    return {"title": row.title, "body": row.body, "invitation": row.invitation}


def test_an_editor_proposes_and_only_the_teller_makes_the_words_his_own(world):
    story = written(world)
    before = words_of(story)
    words = proposed(world, story)
    assert words_of(story) == before
    with pytest.raises(AlreadyThere):
        proposed(world, story, title="دیگر")
    for name in ("field_leader", "leader", "social_worker"):
        with pytest.raises(NotPermitted):
            story_actions.accept_words(words_id=words.pk, by=world[name], now=NOW)
    with pytest.raises(NotPermitted):
        story_actions.accept_words(words_id=words.pk, by=SYSTEM, now=NOW)
    with pytest.raises(NotPermitted):
        story_actions.propose_words(
            story_id=story.pk, **WORDS, reason="خودم هستم و می‌گویم", by=world["facilitator"], now=NOW
        )
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    story_actions.accept_words(words_id=words.pk, by=world["facilitator"], now=NOW)
    assert words_of(story) == WORDS
    with scope(SYSTEM):
        assert Story.objects.get(pk=story.pk).state == StoryState.SUBMITTED
    again = proposed(world, story, title="باز هم")
    story_actions.decline_words(words_id=again.pk, by=world["facilitator"], now=NOW)
    with pytest.raises(WrongState):
        story_actions.accept_words(words_id=again.pk, by=world["facilitator"], now=NOW)
    assert words_of(story) == WORDS


def test_a_newer_invitation_of_the_teller_is_not_overwritten(world):
    story = written(world)
    words = proposed(world, story)
    own = words_of(story)
    change_story(story_id=story.pk, **own | {"invitation": "فردا بیایید"}, by=world["facilitator"], now=NOW)
    with pytest.raises(rules.WordsMoved):
        story_actions.accept_words(words_id=words.pk, by=world["facilitator"], now=NOW)
    assert words_of(story)["invitation"] == "فردا بیایید"


STEPS = st.lists(
    st.tuples(st.sampled_from(["propose", "accept", "decline", "submit", "return", "publish"]),
              st.sampled_from(["facilitator", "field_leader", "leader", "charity_manager"]), st.sampled_from("ابپ")),
    min_size=1, max_size=8,
)  # fmt: skip


def test_whatever_is_proposed_the_words_are_those_the_teller_wrote_or_accepted(world):
    from peyvand.flow.story.actions import return_story

    practice = done(world)

    @settings(max_examples=15, deadline=None)
    @given(STEPS)
    def hold(steps):
        story = written(world)
        end = {"kind": EndingKind.COPY, "shown_count": 0, "practice_id": practice.pk}
        story_actions.set_ending(story_id=story.pk, **end, by=world["facilitator"], now=NOW)
        his, waiting = words_of(story), None
        for what, who, letter in steps:
            by = world[who]
            try:
                if what == "propose":
                    said = {name: letter + text for name, text in WORDS.items()}
                    row = story_actions.propose_words(story_id=story.pk, **said, reason="چنین بهتر است", by=by, now=NOW)
                    waiting = (row.pk, said)
                elif what in ("accept", "decline") and waiting:
                    act = story_actions.accept_words if what == "accept" else story_actions.decline_words
                    act(words_id=waiting[0], by=by, now=NOW)
                    assert who == "facilitator"
                    his, waiting = (waiting[1] if what == "accept" else his), None
                elif what in ("submit", "return", "publish"):
                    move = {"submit": submit_story, "return": return_story, "publish": publish_story}[what]
                    move(story_id=story.pk, by=by, now=NOW)
            except Refusal:
                pass
            assert words_of(story) == his

    hold()


def test_words_are_blanked_with_the_one_they_name_and_a_year_after_the_answer(world):
    story = written(world)
    words = proposed(world, story)
    with scope(SYSTEM):
        need_id = story.deliveries.values_list("commitment__need_id", flat=True)[0]
    for _ in range(2):
        blank(Call(NOW, "need.forgotten", {"need": (need_id,)}))
    with scope(SYSTEM):
        row = ProposedWords.objects.get(pk=words.pk)
    assert (row.state, row.title, row.body, row.old_body, row.reason) == (WordsState.DECLINED, "—", "—", "—", "—")
    other = proposed(world, story)
    story_actions.decline_words(words_id=other.pk, answer="نه", by=world["facilitator"], now=NOW)
    assert forget(TODAY, NOW) == 0
    assert forget(in_days(1), NOW) == 1
    assert forget(in_days(1), NOW) == 0


def test_switched_off_nothing_new_is_done_and_stories_are_told_as_before(world):
    source, story = done(world), written(world)
    switch_off(switch_id=ProgrammeSwitch.objects.get().pk, by=SYSTEM, now=NOW)
    with pytest.raises(ProgrammeOff):
        copied(world, source)
    submit_story(story_id=story.pk, by=world["facilitator"], now=NOW)
    assert publish(world, story).state == StoryState.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_the_same_plan_at_once_open_its_needs_once():
    world = world_on()
    plan = copied(world, done(world))
    barrier, answers = threading.Barrier(2), []

    def run():
        barrier.wait(timeout=20)
        try:
            answers.append(begin(world, plan).state)
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert sorted(answers) == ["running", "wrong_state"]
    with scope(SYSTEM):
        assert Need.objects.count() == 1
