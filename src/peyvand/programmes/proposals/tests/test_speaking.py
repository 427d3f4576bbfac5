"""Who speaks for a theme: authors stand and choose in secret, the night counts, and the chosen one brings its words to a session."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api.calls import Caller
from tests.flow.test_races import race
from tests.world import NOW, TODAY, World

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import AlreadyThere, BadValue, NotPermitted
from peyvand.people.models import Membership
from peyvand.programmes.proposals import actions, queries
from peyvand.programmes.proposals import speaking_actions as speaking
from peyvand.programmes.proposals import speaking_queries as reads
from peyvand.programmes.proposals import speaking_rules as rules
from peyvand.programmes.proposals.models import Proposal, Theme
from peyvand.programmes.proposals.speaking_models import Candidate, CandidateName, Choosing, Voice
from peyvand.scope.acting import PUBLIC, SYSTEM
from peyvand.scope.database import scope

AUTHORS = ("facilitator", "social_worker", "charity_manager")
CLOSES = TODAY + timedelta(days=3)
AFTER = NOW + timedelta(days=5)


def built():
    """A theme of three authors, and one more who supports a proposal of it."""
    world: Any = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=30))
    rows = [
        actions.write_proposal(
            row=actions.NewProposal(f"رمپ بانک {n}", "پلهٔ بانک‌ها", "بازدید شعبه‌ها"), anyway=True, by=world[name], now=NOW
        )
        for n, name in enumerate(AUTHORS)
    ]  # fmt: skip
    with scope(SYSTEM):
        world.theme = Theme.objects.create(title="رمپ بانک", words=["رمپ"], made_at=NOW)
        Proposal.objects.filter(pk__in=[row.pk for row in rows]).update(theme=world.theme)
    actions.support_proposal(proposal_id=rows[0].pk, by=world["firm_manager"], now=NOW)
    return world


@pytest.fixture
def world(db):
    return built()


def opened(world, by="facilitator", **terms):
    return speaking.open_choosing(
        theme_id=world.theme.pk, terms=speaking.ChoosingTerms(CLOSES, **terms), by=world[by], now=NOW
    )


def stands(world, choosing, who, *, is_name_public=False):
    return speaking.stand(
        choosing_id=choosing.pk, name=f"نام {who}", text="از سوی همه سخن می‌گویم.", is_name_public=is_name_public,
        by=world[who], now=NOW,
    )  # fmt: skip


def gives(world, who, candidate, now=NOW):
    speaking.give_voice(candidate_id=candidate.pk, by=world[who], now=now)


def test_authors_choose_one_of_them_who_speaks_for_the_theme_until_the_term_ends(world):
    choosing = opened(world)
    with pytest.raises(AlreadyThere):
        opened(world)
    with pytest.raises(rules.NoAuthor):
        stands(world, choosing, "firm_manager")
    first, second = stands(world, choosing, "facilitator"), stands(world, choosing, "charity_manager")
    for who, candidate in (("facilitator", first), ("social_worker", second), ("charity_manager", second)):
        gives(world, who, candidate)
    gives(world, "social_worker", first)
    gives(world, "social_worker", second)
    with pytest.raises(rules.NoAuthor):
        gives(world, "firm_manager", first)
    assert speaking.count_choosings(by=SYSTEM, now=NOW) == 0
    with pytest.raises(rules.ChoosingOver):
        gives(world, "facilitator", first, now=AFTER)
    assert (speaking.count_choosings(by=SYSTEM, now=AFTER), speaking.count_choosings(by=SYSTEM, now=AFTER)) == (1, 0)
    with scope(SYSTEM):
        seated = Candidate.objects.get(pk=second.pk)
        assert (seated.voices, seated.since) == (2, business_date(AFTER))
        assert Candidate.objects.get(pk=first.pk).since is None
        assert not Voice.objects.exists()  # whom somebody chose is known to nobody any more
        assert list(CandidateName.objects.values_list("candidate_id", flat=True)) == [second.pk]
    said: dict[str, Any] = {
        "session": "نشست ماهانهٔ استان",
        "on": business_date(AFTER),
        "text": "همهٔ شعبه‌ها رمپ می‌خواهند.",
        "now": AFTER,
    }
    with pytest.raises(rules.NoRepresentative):
        speaking.speak(candidate_id=second.pk, by=world["facilitator"], **said)
    speaking.speak(candidate_id=second.pk, by=world["charity_manager"], **said)
    with scope(world["firm_manager"]):  # supporters are told too
        assert [one.kind for one in queries.told_to(world["firm_manager"])][:2] == ["spoken", "chosen"]
    with pytest.raises(rules.NoRepresentative):
        speaking.speak(
            candidate_id=second.pk, by=world["charity_manager"], **(said | {"now": AFTER + timedelta(days=400)})
        )
    with pytest.raises(NotPermitted):
        speaking.step_back(candidate_id=second.pk, by=world["facilitator"], now=AFTER)
    speaking.step_back(candidate_id=second.pk, by=world["charity_manager"], now=AFTER)
    with scope(SYSTEM):
        assert not CandidateName.objects.exists()
    with pytest.raises(rules.NoRepresentative):
        speaking.speak(candidate_id=second.pk, by=world["charity_manager"], **said)


def test_a_new_choice_ends_the_term_before_and_names_are_forgotten_after_it(world):
    for who in ("facilitator", "charity_manager"):
        choosing = opened(world)
        gives(world, who, stands(world, choosing, who))
        speaking.count_choosings(by=SYSTEM, now=AFTER)
    with scope(world["facilitator"]):
        told = reads.voices_of(world.theme, world["facilitator"], business_date(AFTER))
        assert [one.account_id for one in told.speaking] == [world["charity_manager"].account_id]
        assert len(told.former) == 1
    late = business_date(AFTER) + timedelta(days=1)
    assert speaking.forget_speakers(ended_before=late, by=SYSTEM, now=AFTER) == 1


def test_supporters_choose_where_the_rule_says_so_and_who_withdrew_is_heard_no_more(world):
    choosing = opened(world, with_supporters=True)
    candidate = stands(world, choosing, "facilitator")
    gives(world, "firm_manager", candidate)
    with scope(SYSTEM):
        supported = Proposal.objects.get(supports__account_id=world["firm_manager"].account_id, author__isnull=False)
    actions.withdraw_support(proposal_id=supported.pk, by=world["firm_manager"], now=NOW)
    speaking.count_choosings(by=SYSTEM, now=AFTER)
    with scope(SYSTEM):
        assert (Choosing.objects.get().voters, Candidate.objects.get().since) == (0, None)


def test_a_name_is_read_by_authors_and_bodies_and_by_everyone_only_where_one_said_so(world):
    choosing = opened(world)
    hidden, shown = (
        stands(world, choosing, "facilitator"),
        stands(world, choosing, "social_worker", is_name_public=True),
    )
    gives(world, "charity_manager", hidden)
    names = {"charity_manager": {hidden.pk, shown.pk}, "firm_manager": {shown.pk}, "governor": {shown.pk}}
    for who, seen in names.items():
        with scope(world[who]):
            assert set(CandidateName.objects.values_list("candidate_id", flat=True)) == seen
            assert Voice.objects.exists() == (who == "charity_manager")
    with scope(PUBLIC):
        assert (CandidateName.objects.count(), Candidate.objects.count(), Voice.objects.count()) == (1, 2, 0)
    with pytest.raises(BadValue):
        speaking.stand(
            choosing_id=choosing.pk, name="ن", text="از سوی همه سخن می‌گویم.", by=world["facilitator"], now=NOW
        )


def test_the_database_hears_one_voice_of_each_who_may_choose(world):
    choosing = opened(world)
    candidate = stands(world, choosing, "facilitator")
    gives(world, "facilitator", candidate)
    voice = {"choosing": choosing, "candidate": candidate, "given_at": NOW}
    for name in ("facilitator", "firm_manager"):  # a second voice, and one of somebody who wrote nothing
        with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
            Voice.objects.create(account_id=world[name].account_id, **voice)
    with pytest.raises(IntegrityError), scope(SYSTEM), transaction.atomic():
        Candidate.objects.create(
            choosing=choosing, theme=world.theme, account_id=world["firm_manager"].account_id, text="نه", stood_at=NOW
        )
    with pytest.raises(Exception, match="never changed"), scope(world["facilitator"]), transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(since=TODAY, until=CLOSES, voices=1)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(1, 9), st.integers(0, 4)), st.permutations(range(1, 10)), st.integers(1, 3))
def test_the_most_chosen_speak_and_of_equal_ones_who_stood_first(voices, order, seats):
    found = rules.chosen(voices, order, seats)
    assert len(found) == min(seats, sum(count > 0 for count in voices.values()))
    place = {one: at for at, one in enumerate(order)}
    for one in found:
        for other in set(voices) - set(found):
            assert (voices[one], -place[one]) > (voices[other], -place[other])


def test_who_stands_now_is_shown_however_many_stood_before(world, monkeypatch):
    monkeypatch.setattr(reads, "MOST_SHOWN", 2)
    before = opened(world)
    for who in AUTHORS:
        stands(world, before, who)
    speaking.count_choosings(by=SYSTEM, now=AFTER)  # nobody gave a voice: nobody was chosen
    terms = speaking.ChoosingTerms(CLOSES + timedelta(days=9))
    now = speaking.open_choosing(theme_id=world.theme.pk, terms=terms, by=world["facilitator"], now=AFTER)
    own = stands(world, now, "social_worker")
    with scope(world["facilitator"]):
        shown = reads.voices_of(world.theme, world["facilitator"], business_date(AFTER))
    assert [one.pk for one in shown.standing] == [own.pk]


@pytest.mark.django_db(transaction=True)
def test_two_voices_of_one_account_at_once_over_two_connections_are_one():
    world = built()
    choosing = opened(world)
    candidates = [stands(world, choosing, who) for who in ("facilitator", "social_worker")]
    assert race(*(partial(gives, world, "charity_manager", one) for one in candidates)) == [None, None]
    with scope(SYSTEM):
        assert Voice.objects.filter(account_id=world["charity_manager"].account_id).count() == 1


def test_the_page_and_the_api_lead_through_it(world):
    """By the clock of today."""
    author, api = Client(), Caller(world, "facilitator")
    author.force_login(Membership.objects.get(pk=world["charity_manager"].membership_id).account)
    root, here = "/programmes/proposals/", f"/programmes/proposals/themes/{world.theme.pk}/speakers/"
    closes = (business_date(timezone.now()) + timedelta(days=9)).isoformat()
    answer = api.post(f"{root[:-1]}/themes/{world.theme.pk}/choosing", {"closes_date": closes})
    assert answer.status_code == 201, answer.content
    choosing = answer.json()["choosing_id"]
    body = {"name": "نام نهان", "text": "از سوی همه سخن می‌گویم."}
    [stood] = api.post(f"{root[:-1]}/choosings/{choosing}/candidates", body).json()["standing"]
    page = author.get(here).content.decode()
    assert author.get(f"{root}choosings/{choosing}/stand/").status_code == 200
    assert ("نام نهان" in page, f"candidates/{stood['id']}/voice/" in page) == (True, True)
    public = Client().get(here).content.decode()
    assert ("نام نهان" in public, "یکی از نویسندگان این مضمون" in public, "/voice/" in public) == (False, True, False)
    assert "رأی شما ثبت شد" in author.post(f"{root}candidates/{stood['id']}/voice/", follow=True).content.decode()
    assert "رأی شما" in author.get(here).content.decode()
    assert here in author.get(f"{root}themes/{world.theme.pk}/").content.decode()
    assert api.post(f"{root[:-1]}/candidates/{stood['id']}/step-back", {}).json()["standing"] == []
