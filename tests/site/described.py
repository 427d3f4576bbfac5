"""What the API describes of itself: its routes, and which row each number in them names."""

import re
from collections.abc import Mapping
from typing import Any

from tests.site.programme_sights import sights_of

from peyvand.api.models import ApiToken
from peyvand.api.urls import api
from peyvand.batches.models import Batch
from peyvand.extend.models import ProgrammeSwitch
from peyvand.filters.models import KeptFilter
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Agreement, Commitment, MatchingRun, Suggestion
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.flow.need.models import Need, PriorityOverride, ProviderRefused
from peyvand.flow.story.models import Story
from peyvand.intake.models import ImportRecord
from peyvand.people.models import Consent, Household, Membership, Organisation, Person, Task
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.votes.models import Paper, Vote, Voter

ROOT = "/api/v1"
PLACES = ["ir/", "ir/mz/", "ir/mz/sari/", "ir/mz/sari/nobonyad/", "ir/mz/amol/", "ir/sm/", "ir/mz/sar/", "no/where/"]
DESCRIBED = api.get_openapi_schema(path_prefix=f"{ROOT}/")


def operations(method: str) -> dict[str, dict[str, Any]]:
    return {path.removeprefix(ROOT): found[method] for path, found in DESCRIBED["paths"].items() if method in found}


READING, ACTING = operations("get"), operations("post")
_NUMBERS: dict[str, type] = {
    "need_id": Need, "capacity_id": Capacity, "commitment_id": Commitment, "delivery_id": Delivery, "story_id": Story,
    "suggestion_id": Suggestion, "run_id": MatchingRun, "family_id": Household, "household_id": Household,
    "person_id": Person, "consent_id": Consent, "task_id": Task, "token_id": ApiToken, "agreement_id": Agreement,
    "proof_id": Proof, "import_id": ImportRecord, "override_id": PriorityOverride, "membership_id": Membership,
    "place_id": Place, "organisation_id": Organisation, "giver_id": Organisation, "asker_id": Organisation, "owner_id": Organisation,
    "refused_id": ProviderRefused, "specification_id": Specification,
    "parent_id": Organisation, "switch_id": ProgrammeSwitch, "provider_person_id": Person, "subject_id": Need,
    "batch_id": Batch, "filter_id": KeptFilter, "vote_id": Vote, "voter_id": Voter, "paper_id": Paper,
}  # fmt: skip


def numbers_at(address: str) -> Mapping[str, type]:
    """Which row each number in an address, a query or a body names, at an address of a page or of the API."""
    return _NUMBERS | dict(sights_of(address).numbers)


def model_at(address: str) -> type | None:
    """Of the row an address of the API ends with."""
    return numbers_at(address).get(re.findall(r"{(\w+)}", address)[-1])
