"""Who may see what of assemblies."""

from datetime import timedelta
from typing import Any

from tests.people.test_least_seeing import Facts, covers
from tests.site.listed import Below, Listed, staff
from tests.site.programme_sights import ProgrammeSights
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.programmes.assemblies import rules
from peyvand.programmes.assemblies.actions import (
    SLUG,
    Findings,
    open_assembly,
    prepare_assembly,
    publish_study,
    tell_idea,
    write_study,
)
from peyvand.programmes.assemblies.models import Assembly, Idea
from peyvand.scope.acting import SYSTEM, Acting, Role, within
from peyvand.votes.casting import enter_paper
from peyvand.votes.models import Paper, Vote, Voter
from peyvand.votes.permissions import VOUCHERS
from peyvand.votes.roll import NewVoter, give_paper, vouch_voters
from peyvand.votes.rules import Choice, Rule, new_receipt


def _lay_down(world: World) -> None:
    """Ideas of two houses, and a vote that is still a draft with somebody on its roll; and one that is open."""
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    for name, house, place in (("facilitator", "centre", "nobonyad"), ("charity_manager", "charity", "espiari")):
        at: dict[str, Any] = {"place": world.places[place], "organisation": world.organisations[house]}
        told = tell_idea(title=f"ایدهٔ نهفته {name}", text="", by=world[name], now=NOW, **at)
        rule = Rule(budget=1_000_000)
        vote = prepare_assembly(title=f"رأی نهفته {name}", rule=rule, idea_ids=[told.pk], by=SYSTEM, now=NOW, **at)
        vouch_voters(vote_id=vote.pk, rows=[NewVoter(f"رأی‌دهنده {name}", "0912000")], by=SYSTEM, now=NOW)
    at = {"place": world.places["nobonyad"], "organisation": world.organisations["centre"]}
    tell_idea(title="ایدهٔ ساکن", text="گفته‌اش", by=world["resident"], now=NOW, **at)
    _paper(world)


def _paper(world: World) -> None:
    """A vote that is open, with a paper of its box that one person has entered."""
    by: dict[str, Any] = {"by": SYSTEM, "now": NOW}
    at: dict[str, Any] = {"place": world.places["nobonyad"], "organisation": world.organisations["centre"]}
    told = tell_idea(title="ایدهٔ باز", text="", **at, **by)
    parts = dict.fromkeys((*rules.PARTS, *rules.ANNEX), "دیده شد و نوشته شد")
    write_study(idea_id=told.pk, findings=Findings(parts, 1_000_000), **by)
    publish_study(idea_id=told.pk, **by)
    vote = prepare_assembly(title="رأی باز", rule=Rule(budget=1_000_000), idea_ids=[told.pk], **at, **by)
    [voter] = vouch_voters(vote_id=vote.pk, rows=[NewVoter("رأی‌دهندهٔ باز", "0912000")], **by)
    open_assembly(vote_id=vote.pk, opens_at=NOW, closes_at=NOW + timedelta(days=9), **by)
    give_paper(voter_id=voter.pk, **by)
    enter_paper(vote_id=vote.pk, receipt=new_receipt(), choice=Choice((1,)), by=world["facilitator"], now=NOW)


def _idea(facts: Facts, by: Acting, row: Idea) -> bool:
    mine = by.role is Role.RESIDENT and 0 < by.account_id == row.told_by_id
    return mine or row.state not in ("told", "joined") or covers(by, row.place_path, row.organisation_path)


def _reads(by: Acting) -> bool:
    return staff(by) or by.role is Role.RESIDENT


def _listed(by: Acting, row: Idea) -> bool:
    """Those one works with; for a resident those of his place."""
    if by.role is Role.RESIDENT:
        return within(row.place_path, by.place_path)
    return covers(by, row.place_path, row.organisation_path)


def _of_assembly(by: Acting, row: Vote) -> bool:
    """Other programmes have votes too."""
    return Assembly.objects.filter(pk=row.pk).exists()


def _vouches(by: Acting, row: Vote) -> bool:
    """Roll and papers are there for those who vouch, where they do."""
    return _of_assembly(by, row) and by.role in VOUCHERS and covers(by, row.place_path, row.organisation_path)


def _open_to_all(by: Acting, row: Vote) -> bool:
    return _of_assembly(by, row) and row.state == "counted" and row.counted >= 5


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={Idea: _idea},
    marked={Idea: "title"},
    numbers={"idea_id": Idea, "to_id": Idea},
    lists={
        "/ideas": Listed(Idea, _reads, _listed),
        "/votes": Listed(Vote, holds=_of_assembly),
    },
    only={
        "/ideas/{idea_id}": lambda by, row: _reads(by), "/votes/{vote_id}": _of_assembly,
        **dict.fromkeys(("/votes/{vote_id}/roll", "/votes/{vote_id}/papers"), _vouches),
        **dict.fromkeys(("/votes/{vote_id}/ballots", "/votes/{vote_id}/again"), _open_to_all),
    },
    below={
        "/votes/{vote_id}/roll": Below(Vote, Voter, "vote_id"), "/votes/{vote_id}/papers": Below(Vote, Paper, "vote_id"),
    },
    other=frozenset({"/figures"}),
)  # fmt: skip
