"""Who may see what of assemblies."""

from datetime import timedelta
from typing import Any

from tests.people.test_least_seeing import Facts, covers
from tests.site.listed import Listed, staff
from tests.site.programme_sights import ProgrammeSights
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.programmes.assemblies.actions import SLUG, prepare_assembly, tell_idea
from peyvand.programmes.assemblies.models import Assembly, Idea
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.votes.models import Vote
from peyvand.votes.roll import NewVoter, vouch_voters
from peyvand.votes.rules import Rule


def _lay_down(world: World) -> None:
    """Ideas of two houses, and a vote that is still a draft with somebody on its roll."""
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    for name, house, place in (("facilitator", "centre", "nobonyad"), ("charity_manager", "charity", "espiari")):
        at: dict[str, Any] = {"place": world.places[place], "organisation": world.organisations[house]}
        told = tell_idea(title=f"ایدهٔ نهفته {name}", text="", by=world[name], now=NOW, **at)
        rule = Rule(budget=1_000_000)
        vote = prepare_assembly(title=f"رأی نهفته {name}", rule=rule, idea_ids=[told.pk], by=SYSTEM, now=NOW, **at)
        vouch_voters(vote_id=vote.pk, rows=[NewVoter(f"رأی‌دهنده {name}", "0912000")], by=SYSTEM, now=NOW)


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
