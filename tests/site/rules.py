"""Who may see which row, said once more in plain Python, apart from the policies.

`FLOW` (tests/people/test_least_seeing.py) says it for the rows of the flow, this file for the rest of the core; a programme says it for
its own in its `tests/sights.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils import timezone
from tests.people.test_least_seeing import RULES as FLOW
from tests.people.test_least_seeing import Facts, covers

from peyvand.api.models import ApiToken
from peyvand.batches.models import Batch
from peyvand.exports.models import Export
from peyvand.extend.models import ProgrammeSwitch
from peyvand.filters.models import KeptFilter
from peyvand.flow.commitment.models import Agreement, MatchingRun, Unserved
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.need.models import Need, PriorityOverride, PriorityWeights, ProviderRefused
from peyvand.flow.story.models import Story
from peyvand.intake.enums import ImportKind
from peyvand.intake.models import ImportRecord
from peyvand.journal.models import Event
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Household, Look, Organisation, Person, Task
from peyvand.places.models import Place
from peyvand.resources.models import Quality, Specification
from peyvand.scope.acting import STAFF, Acting, Role, within
from peyvand.votes.models import Paper, Vote, Voter

Rule = Callable[[Facts, Acting, Any], bool]


def of_row(facts: Facts, by: Acting, row: Any) -> bool:
    return covers(by, row.place_path, row.organisation_path) or facts.looked_at(by, row.organisation_path)


def kept(facts: Facts, by: Acting, row: Any) -> bool:
    return covers(by, row.place_path, row.organisation_path)


def everyone(facts: Facts, by: Acting, row: Any) -> bool:
    return True


def own_account(facts: Facts, by: Acting, row: Any) -> bool:
    return 0 < by.account_id == row.account_id


def own_membership(facts: Facts, by: Acting, row: Any) -> bool:
    return 0 < by.membership_id == row.membership_id


def story(facts: Facts, by: Acting, row: Story) -> bool:
    return row.state == "published" or of_row(facts, by, row)


def agreement(facts: Facts, by: Acting, row: Agreement) -> bool:
    return by.role in STAFF and any(within(path, by.organisation_path) for path in (row.giver_path, row.asker_path))


def import_record(facts: Facts, by: Acting, row: ImportRecord) -> bool:
    here = within(row.place_path, by.place_path) and within(row.organisation_path, by.organisation_path)
    return here and (by.role in STAFF or (by.role is Role.ADMINISTRATOR and row.kind == ImportKind.ORGANISATIONS))


def event(facts: Facts, by: Acting, row: Event) -> bool:
    auditor = by.role is Role.AUDITOR and within(row.place_path, by.place_path)
    return auditor or covers(by, row.place_path, row.organisation_path) or own_account(facts, by, row)


def look(facts: Facts, by: Acting, row: Look) -> bool:
    told = by.role in STAFF and within(row.organisation_path, by.organisation_path)
    return told or own_membership(facts, by, row)


def refused(facts: Facts, by: Acting, row: ProviderRefused) -> bool:
    return kept(facts, by, row) and (row.household_id, by.membership_id) in facts.tasks


def vote(facts: Facts, by: Acting, row: Vote) -> bool:
    return row.state != "draft" or kept(facts, by, row)


RULES: dict[type[Model], Rule] = {
    **FLOW,
    MatchingRun: of_row, Unserved: of_row, Story: story, Agreement: agreement, ImportRecord: import_record, Event: event, Look: look,
    Export: own_account, Batch: own_membership, KeptFilter: own_membership, Task: kept, ApiToken: own_account,
    ProviderRefused: refused, Quality: everyone,
    Proof: lambda facts, by, row: facts.delivery(by, row.delivery),
    PriorityOverride: lambda facts, by, row: facts.need(by, row.need),
    Place: everyone, Organisation: everyone, Specification: everyone, PriorityWeights: everyone, ProgrammeSwitch: everyone,
    # The votes of programmes, which lay them down.
    Vote: vote, Voter: lambda facts, by, row: kept(facts, by, row.vote),
    Paper: lambda facts, by, row: kept(facts, by, row.vote),
}  # fmt: skip
# What is read with each row, for its rule.
RELATED: dict[type, tuple[str, ...]] = {
    Proof: ("delivery",), PriorityOverride: ("need",), Need: ("specification",), Organisation: ("place",), Voter: ("vote",),
    Paper: ("vote",),
}  # fmt: skip
# The column of a word that stands in one row and nowhere else.
MARKED: dict[type, str] = {
    Need: "tracking_code", **{one: "tracking_code" for one in FLOW if one.__name__ in ("Capacity", "Commitment")},
    Household: "code", Person: "family_name", Delivery: "note", Story: "title", Agreement: "title", ImportRecord: "file_name",
    PriorityOverride: "reason", Look: "reason", KeptFilter: "name", Vote: "title",
}  # fmt: skip
# Words of protected columns, which nothing that is read may ever hold.
SECRETS = ("0912000", "کوچهٔ پنهان", "یادداشت نهان")


def today() -> date:
    return business_date(timezone.now())
