"""Who may see what of assemblies."""

from datetime import timedelta
from typing import Any

from tests.people.test_least_seeing import Facts, covers
from tests.site.listed import Listed, staff
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
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.votes.casting import enter_paper
from peyvand.votes.models import Vote
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
    return row.state not in ("told", "joined") or covers(by, row.place_path, row.organisation_path)


def _of_assembly(by: Acting, row: Vote) -> bool:
    """Other programmes have votes too."""
    return Assembly.objects.filter(pk=row.pk).exists()


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={Idea: _idea},
    marked={Idea: "title"},
    numbers={"idea_id": Idea, "to_id": Idea},
    lists={
        "/ideas": Listed(Idea, staff, lambda by, row: covers(by, row.place_path, row.organisation_path)),
        "/votes": Listed(Vote, holds=_of_assembly),
    },
    only={"/ideas/{idea_id}": lambda by, row: staff(by), "/votes/{vote_id}": _of_assembly},
)
