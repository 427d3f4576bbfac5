"""From paper to deed: written, joined, sent, answered and followed, as the people of the small province do it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from tests.world import NOW, TODAY, World, in_days, later

from peyvand.extend.switches import ProgrammeOff, switch_on
from peyvand.kernel.business_days import WorkWeek
from peyvand.kernel.refusals import BadValue, NotPermitted
from peyvand.people.enums import MemberRole
from peyvand.programmes.proposals import (
    actions,
    answering_actions,
    figures,
    list_views,
    programme,
    queries,
    rules,
    settling_actions,
)
from peyvand.programmes.proposals.enums import Decision, HappeningKind, ProposalState
from peyvand.programmes.proposals.models import (
    Answer,
    Happening,
    Holiday,
    Merge,
    OwnWords,
    Proposal,
    Reply,
    Support,
    Theme,
)
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.bulk import at_once
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
WHY = "همان مسئله را با واژه‌های دیگر می‌گوید."
RAMP = ("رمپ در ورودی بانک‌ها", "کاربران ویلچر نمی‌توانند وارد بانک شوند", "نصب رمپ در شعبه‌های پرمراجعه")
RAMP_TOO = ("رمپ ورودی بانك", "ویلچر وارد بانک نمی‌شود", "نصب رمپ شعبه‌های پر مراجعه")
LOAN = ("وام مسکن روستایی", "خانه‌های روستا فرسوده است", "فهرست خانه‌های ناایمن هر روستا")


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    return world


def write(world, said=RAMP, *, by="charity_manager", now=NOW, anyway=True, **more):
    row = actions.NewProposal(*said, **more)
    return actions.write_proposal(row=row, anyway=anyway, by=world[by], now=now)


def stored(row):
    with scope(SYSTEM):
        return Proposal.objects.get(pk=row.pk)


def route(world, *rows, now=NOW):
    ids = [row.pk for row in rows]
    return answering_actions.route_proposals(
        proposal_ids=ids, body_id=world.organisations["office"].pk, by=world["leader"], now=now
    )


def answer(world, row, decision=Decision.ACCEPTED, *, by="officer", now=NOW, **more):
    said = answering_actions.Said(decision, "پذیرفته شد و امسال انجام می‌شود.", **more)
    return answering_actions.answer_proposal(proposal_id=row.pk, said=said, by=world[by], now=now)


def kinds(row):
    with scope(PUBLIC):
        return [one.kind for one in Happening.objects.filter(proposal_id=row.pk).order_by("at", "pk")]


def test_it_is_numbered_without_gaps_has_a_code_and_its_author_stands_behind_it(world):
    first, second = write(world), write(world, LOAN, by="facilitator")
    assert [(row.year, row.number) for row in (first, second)] == [(1405, 1), (1405, 2)]
    assert len(first.tracking_code) == 12
    assert (first.state, first.supporters, first.place_path) == ("received", 1, world["charity_manager"].place_path)
    with pytest.raises(BadValue):
        write(world, ("عنوان", " ", "گام"))
    with pytest.raises(NotPermitted):
        write(world, by="governor")


def test_very_like_ones_are_told_before_another_is_taken_in(world):
    first = write(world)
    with pytest.raises(rules.LikeOnesExist) as told:
        write(world, RAMP_TOO, anyway=False)
    assert told.value.details["numbers"] == "1405-1"
    write(world, LOAN, anyway=False)
    with scope(PUBLIC):
        (found,) = queries.like_ones("رمپ بانک برای ویلچر")
    assert found.proposal == first
    assert {word.word for word in found.why} >= {"رمپ", "ویلچر"}


def test_like_ones_are_found_by_their_rarest_words_through_the_index(world):
    """Also by a reader under row security; words that all proposals have bring nothing nearer."""
    rows = [
        write(world, (f"ساخت بوستان محله شمارهٔ {n}", "محله جایی برای کودکان ندارد و همه از آن می‌گویند", "زمین"))
        for n in range(6)
    ]
    rare = write(world, ("تعمیر ویلچر برقی", "محله جایی برای تعمیر ویلچر برقی ندارد", "جا"))
    with scope(PUBLIC), connection.cursor() as cursor:
        found = queries.like_ones("محله جایی برای شارژ ویلچر برقی ندارد")
        assert found[0].proposal.pk == rare.pk
        assert len(rows) == 6
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries._NEAR, [10, ["ویلچر"], 8, [], 80])
        assert "proposal_words" in str(cursor.fetchall())


def test_supporting_twice_is_once_and_taken_back_it_counts_no_more(world):
    row = write(world)
    for _ in range(2):
        assert actions.support_proposal(proposal_id=row.pk, by=world["facilitator"], now=NOW).supporters == 2
    assert actions.withdraw_support(proposal_id=row.pk, by=world["facilitator"], now=NOW).supporters == 1
    assert actions.support_proposal(proposal_id=row.pk, by=world["facilitator"], now=NOW).supporters == 2
    with scope(world["officer"]):
        assert not Support.objects.exists(), "who supports is seen by nobody else"
    with pytest.raises(NotPermitted):
        actions.support_proposal(proposal_id=row.pk, by=world["governor"], now=NOW)
    with transaction.atomic(), pytest.raises(IntegrityError):
        Support.objects.create(proposal=row, account_id=world["facilitator"].account_id, since=NOW)


def test_the_clock_leaves_out_rest_days_and_what_the_office_recorded(world):
    row = write(world)
    (sent,) = route(world, row)
    assert sent.answer_by == WorkWeek().after(TODAY, 15)
    before = sent.answer_by
    settling_actions.record_holiday(
        day=before,
        is_closed=True,
        name="تعطیلی آلودگی هوا",
        source="استانداری، ۱۴۰۵/۰۹/۰۱",
        by=world["leader"],
        now=NOW,
    )
    assert stored(row).answer_by == rules.Calendar(WorkWeek(), {before: True}).after(TODAY, 15) > before
    settling_actions.record_holiday(
        day=before, is_closed=False, name="تعطیلی لغو شد", source="استانداری", by=world["leader"], now=NOW
    )
    assert stored(row).answer_by == before
    settling_actions.set_answer_terms(answer_days=3, since=TODAY, source="مصوبهٔ ستاد", by=world["leader"], now=NOW)
    (other,) = route(world, write(world, LOAN))
    assert other.answer_days == 3
    (again,) = route(world, stored(row), now=later(days=2))
    assert (again.answer_by, again.routed_date) == (before, TODAY), "sent on, the clock does not begin anew"
    with pytest.raises(NotPermitted):
        settling_actions.record_holiday(
            day=TODAY, is_closed=True, name="روزی", source="کسی", by=world["facilitator"], now=NOW
        )
    with pytest.raises(BadValue):
        settling_actions.record_holiday(day=TODAY, is_closed=True, name="روزی", source=" ", by=world["leader"], now=NOW)


def test_an_open_day_over_a_day_of_rest_and_counting_back():
    friday = in_days(6)
    calendar = rules.Calendar(WorkWeek(), {friday: False})
    assert calendar.is_open(friday)
    assert calendar.between(TODAY, calendar.after(TODAY, 7)) == 7
    assert calendar.between(calendar.after(TODAY, 7), TODAY) == -7


def test_an_answer_goes_to_those_joined_too_and_is_followed_to_its_end(world):
    first, second = write(world), write(world, RAMP_TOO, by="facilitator")
    actions.merge_proposal(proposal_id=second.pk, into_id=first.pk, reason=WHY, by=world["leader"], now=NOW)
    route(world, first)
    given = answer(world, first, own_words={second.pk: "از نشانی شعبه‌ها سپاسگزاریم."}, until=in_days(60))
    assert [stored(row).state for row in (first, second)] == ["answered", "answered"]
    for name, many in (("facilitator", 1), ("officer", 1), ("charity_manager", 0), ("firm_manager", 0)):
        with scope(world[name]):
            assert OwnWords.objects.count() == many, name
            told = queries.beside(queries.one(second.pk), world[name]).own_words
            assert told == ("از نشانی شعبه‌ها سپاسگزاریم." if many else ""), name
    with scope(PUBLIC):
        assert not OwnWords.objects.exists(), "they are its author's, and of those who said them"
    for act, state in (("report", "under_way"), ("finish", "done")):
        answering_actions.report_answer(
            answer_id=given.pk, act=act, text="قرارداد نصب بسته شد.", by=world["officer"], now=later(days=1)
        )
        assert [stored(row).state for row in (first, second)] == [state, state]
    assert kinds(second) == ["written", "merged", "routed", "answered", "reported", "reported"]
    assert kinds(first) == ["written", "took_in", "routed", "answered", "reported", "reported"]
    actions.part_proposal(proposal_id=second.pk, by=world["leader"], now=later(days=2))
    assert stored(second).state == "done", "what was answered stays answered"


def test_authors_and_supporters_are_told_and_reading_is_kept(world):
    first, second = write(world), write(world, RAMP_TOO, by="facilitator")
    actions.support_proposal(proposal_id=second.pk, by=world["social_worker"], now=NOW)
    actions.merge_proposal(proposal_id=second.pk, into_id=first.pk, reason=WHY, by=world["leader"], now=later(1))
    for name, many in (("facilitator", 1), ("social_worker", 1), ("charity_manager", 1), ("firm_manager", 0)):
        with scope(world[name]):
            assert queries.unread(world[name]).count() == many, name
    assert actions.mark_read(by=world["facilitator"], now=later(2)) == 1
    route(world, first, now=later(3))
    answer(world, first, now=later(4))
    with scope(world["facilitator"]):
        told = queries.told_to(world["facilitator"])
        assert [one.kind for one in told] == ["answered", "routed", "merged"]
        assert queries.unread(world["facilitator"]).count() == 2


def test_who_begins_to_support_is_told_of_what_comes_after_and_not_of_the_past(world):
    row = write(world)
    route(world, row, now=later(1))
    late = world["facilitator"]
    actions.support_proposal(proposal_id=row.pk, by=late, now=later(2))
    with scope(late):
        assert queries.unread(late).count() == 0
    answer(world, row, now=later(3))
    with scope(late):
        assert [one.kind for one in queries.unread(late)] == ["answered"]
    actions.withdraw_support(proposal_id=row.pk, by=late, now=later(4))
    with scope(late):
        assert not queries.told_to(late).exists()
    with scope(world["charity_manager"]):
        author = world["charity_manager"]
        assert [one.kind for one in queries.told_to(author)] == ["answered", "routed"], "its author is told of all"


def test_a_promised_day_that_passes_is_counted_and_its_owner_is_reminded(world):
    first, second = write(world), write(world, RAMP_TOO, by="facilitator")
    actions.merge_proposal(proposal_id=second.pk, into_id=first.pk, reason=WHY, by=world["leader"], now=NOW)
    route(world, first)
    given = answer(world, first, until=in_days(20))
    officer = world["officer"]
    for day, many in ((in_days(20), 0), (in_days(21), 1)):
        with scope(officer):
            assert [row.pk for row in queries.own_passed(officer, day)] == [first.pk] * many
            (line,) = queries.by_body(day)
            assert (line.passed, queries.glance(officer, day).standing.passed) == (many, many)
    waits = next(one for one in programme.PROGRAMME.waits if one.name == "promised")
    with scope(officer):
        found = waits.rows(officer, in_days(21))
        assert found is not None
        (row,) = at_once(found)[0]
    assert waits.line(row).due == in_days(20)
    answering_actions.report_answer(
        answer_id=given.pk, act="finish", text="نصب شد و بازدید شد.", by=officer, now=later(days=22)
    )
    with scope(officer):
        assert not queries.own_passed(officer, in_days(30)).exists()
    refused = write(world, LOAN)
    route(world, refused)
    answer(world, refused, Decision.REFUSED, until=in_days(1))
    assert stored(refused).promised_by is None


@override("en")
def test_what_is_sent_to_nobody_shows_its_age_in_working_days(world):
    row = write(world, now=NOW - timedelta(days=14))
    handed_in = TODAY - timedelta(days=14)
    with scope(PUBLIC):
        clock = queries.calendar()
        told = queries.unsent_now(clock, TODAY)
        assert (told.many, told.oldest) == (1, clock.between(handed_in, TODAY))
        assert told.oldest in range(8, 13)
        assert list_views.clock_in_words(row, lambda since: clock.between(since, TODAY)).startswith("not sent")
    route(world, row)
    with scope(PUBLIC):
        assert queries.unsent_now(clock, TODAY) == queries.Unsent(0, None)
        left = list_views.clock_in_words(stored(row), lambda since: clock.between(since, TODAY))
    assert left == "15 working days left"


def test_one_answer_to_a_theme_goes_to_every_author_of_it(world):
    rows = [write(world, said) for said in (RAMP, RAMP_TOO, LOAN)]
    assert settling_actions.group_proposals(by=SYSTEM, now=NOW) == 2
    assert settling_actions.group_proposals(by=SYSTEM, now=NOW) == 0
    first, second, alone = map(stored, rows)
    assert first.theme_id == second.theme_id
    assert alone.theme_id is None
    third = write(world, ("رمپ بانک", "ویلچر در ورودی بانک‌ها می‌ماند", "نصب رمپ در شعبه‌ها"))
    assert settling_actions.group_proposals(by=SYSTEM, now=NOW) == 1
    assert stored(third).theme_id == first.theme_id, "a theme keeps its identity when new ones come"
    said = answering_actions.Said(Decision.PARTLY, "برای ده شعبهٔ نخست پذیرفته شد.")
    with pytest.raises(rules.NothingToAnswer):
        answering_actions.answer_theme(theme_id=first.theme_id, said=said, by=world["officer"], now=NOW)
    route(world, first, second, third)
    given = answering_actions.answer_theme(theme_id=first.theme_id, said=said, by=world["officer"], now=NOW)
    with scope(PUBLIC):
        assert Reply.objects.filter(answer=given).count() == 3
        assert Theme.objects.get().words
    assert stored(alone).state == "received"


def test_who_may_do_what(world):
    row = write(world)
    for by in ("facilitator", "charity_manager", "governor"):
        with pytest.raises(NotPermitted):
            answering_actions.route_proposals(
                proposal_ids=[row.pk], body_id=world.organisations["office"].pk, by=world[by], now=NOW
            )
    with pytest.raises(rules.NotRouted):
        answer(world, row)
    route(world, row)
    for by in ("charity_manager", "facilitator", "firm_manager"):
        with pytest.raises(NotPermitted):
            answer(world, row, by=by)
    with pytest.raises(BadValue):
        answer(world, row, until=in_days(-1))
    with pytest.raises(NotPermitted):
        actions.withdraw_proposal(proposal_id=row.pk, reason=WHY, by=world["leader"], now=NOW)
    gone = actions.withdraw_proposal(proposal_id=row.pk, reason=WHY, by=world["charity_manager"], now=NOW)
    assert gone.state == ProposalState.WITHDRAWN
    assert kinds(row)[-1] == HappeningKind.WITHDRAWN


def test_row_security_is_the_second_wall(world):
    row = write(world)
    with scope(world["facilitator"]):
        assert Proposal.objects.filter(pk=row.pk).update(state="done", closed_at=NOW) == 0
        assert Happening.objects.filter(proposal=row).update(text="دیگر") == 0
    for column, value in (("title", "دیگر"), ("number", 99)):
        with pytest.raises(Exception, match="stays as it was told"), scope(world["leader"]):
            Proposal.objects.filter(pk=row.pk).update(**{column: value})
    with pytest.raises(Exception, match="never changed"), scope(world["charity_manager"]):
        Proposal.objects.filter(pk=row.pk).update(supporters=1000)


def test_switched_off_nothing_new_is_done():
    bare = World.build()
    with pytest.raises(ProgrammeOff):
        write(bare)


def test_figures_count_what_they_promise(world):
    first, second = write(world, now=NOW - timedelta(days=8)), write(world, LOAN)
    route(world, first, second, now=NOW - timedelta(days=2))
    given = answer(world, first)
    answering_actions.report_answer(
        answer_id=given.pk, act="finish", text="انجام شد و گزارش شد.", by=world["officer"], now=NOW
    )
    assert figures.how_many(world["leader"], TODAY).of == 2
    assert figures.days_to_answer(world["leader"], TODAY).value == 8
    assert figures.answered_in_time(world["leader"], TODAY).value == 1
    assert figures.answered_in_time(world["leader"], in_days(90)).value == 0.5
    assert figures.carried_out(world["leader"], TODAY).value == 1
    with scope(PUBLIC):
        (line,) = queries.by_body(in_days(90))
    assert (line.waiting, line.overdue, line.answered) == (1, 1, 1)


def test_withdrawn_supports_are_forgotten_in_time(world):
    row = write(world)
    actions.support_proposal(proposal_id=row.pk, by=world["facilitator"], now=NOW)
    actions.withdraw_support(proposal_id=row.pk, by=world["facilitator"], now=NOW)
    assert settling_actions.forget_withdrawn(before=TODAY, by=SYSTEM, now=NOW) == 0
    assert settling_actions.forget_withdrawn(before=in_days(1), by=SYSTEM, now=NOW) == 1
    assert stored(row).supporters == 1


def test_a_resident_writes_too(world):
    resident = world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre")
    row = actions.write_proposal(row=actions.NewProposal(*LOAN), anyway=True, by=resident, now=NOW)
    assert row.place == world.places["nobonyad"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM proposals_merge")
        assert cursor.fetchone() == (0,)
    assert not Holiday.objects.exists()
    assert not Answer.objects.exists()
    assert not Merge.objects.exists()
