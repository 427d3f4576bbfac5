"""What the stages of building the demo hand on to each other."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from peyvand.demo.months import Calendar
from peyvand.demo.plan import Plan
from peyvand.flow.need.actions import NewNeed
from peyvand.people.accounts import create_account, grant_membership
from peyvand.people.enums import MemberRole
from peyvand.people.models import Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM, Acting

Progress = Callable[[str, float], None]


@cache
def texts(name: str) -> dict[str, Any]:
    """One of the lists beside this file: names, organisations, needs, stories."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@dataclass
class Centre:
    """A Positive-Life centre with those who work there, and the places it serves."""

    organisation: Organisation
    county: Place
    places: list[Place]
    facilitator: Acting
    social_worker: Acting
    households: int = 0
    needs: int = 0
    told: list[tuple[int, Acting, NewNeed]] = field(default_factory=list)  # (month, who hears it, need)
    someone: tuple[int, int] = (0, 0)  # a person of the facilitator's families, and one for the resident's account


@dataclass
class Giver:
    organisation: Organisation
    manager: Acting
    offers: list[str]
    place: Place


@dataclass
class World:
    plan: Plan
    seed: int
    calendar: Calendar
    progress: Progress
    province: Place = None  # type: ignore[assignment] # set by the first stage
    counties: list[Place] = field(default_factory=list)
    neighbourhoods: dict[str, list[Place]] = field(default_factory=dict)  # by the county's path
    towns: dict[str, list[Place]] = field(default_factory=dict)
    specifications: dict[str, Specification] = field(default_factory=dict)
    office: Organisation = None  # type: ignore[assignment]
    county_offices: dict[str, Organisation] = field(default_factory=dict)
    officers: dict[str, Acting] = field(default_factory=dict)  # by the county's path
    centres: list[Centre] = field(default_factory=list)
    givers: list[Giver] = field(default_factory=list)
    acting: dict[str, Acting] = field(default_factory=dict)
    needed: dict[str, int] = field(default_factory=dict)  # quantity by slug

    def random(self, *key: object) -> Random:
        """A source of its own for each stage and place, so that a change in one leaves the others as they were."""
        return Random(f"{self.seed}:{self.plan.scale}:{':'.join(map(str, key))}")

    def join(
        self, username: str, name: str, role: MemberRole, place: Place, organisation: Organisation,
        person_id: int | None = None,
    ) -> Acting:  # fmt: skip
        """A demo account with one membership since the beginning."""
        begin = self.calendar.begin
        account = create_account(username=username, name=name, person_id=person_id, is_demo=True, by=SYSTEM, now=begin)
        membership: Membership = grant_membership(
            account=account, role=role, place=place, organisation=organisation, by=SYSTEM, now=begin
        )
        return acting_as(membership)
