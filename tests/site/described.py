"""What the API describes of itself: its routes, and which row each number in them names."""

import re
from typing import Any

from tests.site.sights import MODELS

from peyvand.api.urls import api

ROOT = "/api/v1"
PLACES = ["ir/", "ir/mz/", "ir/mz/sari/", "ir/mz/sari/nobonyad/", "ir/mz/amol/", "ir/sm/", "ir/mz/sar/", "no/where/"]
DESCRIBED = api.get_openapi_schema(path_prefix=f"{ROOT}/")


def operations(method: str) -> dict[str, dict[str, Any]]:
    return {path.removeprefix(ROOT): found[method] for path, found in DESCRIBED["paths"].items() if method in found}


READING, ACTING = operations("get"), operations("post")
# Which row a number in an address, a query or a body names; None where it names nothing that is kept from anybody.
NUMBERS = {
    "need_id": "Need", "capacity_id": "Capacity", "commitment_id": "Commitment", "delivery_id": "Delivery", "story_id": "Story",
    "suggestion_id": "Suggestion", "run_id": "MatchingRun", "family_id": "Household", "household_id": "Household",
    "person_id": "Person", "consent_id": "Consent", "task_id": "Task", "token_id": "ApiToken", "agreement_id": "Agreement",
    "proof_id": "Proof", "import_id": "ImportRecord", "override_id": "PriorityOverride", "membership_id": "Membership",
    "place_id": "Place", "organisation_id": "Organisation", "giver_id": "Organisation", "asker_id": "Organisation",
    "parent_id": "Organisation", "switch_id": "ProgrammeSwitch", "provider_person_id": "Person", "subject_id": "Need",
    "batch_id": "Batch", "filter_id": "KeptFilter", "practice_id": "Practice",
    "high_session_id": "HighSession", "nomination_id": "Nomination", "words_id": "ProposedWords",
    "proposal_id": "Proposal", "into_id": "Proposal", "theme_id": "Theme", "answer_id": "Answer", "body_id": "Organisation",
    "consultation_id": "Consultation", "paragraph_id": "Paragraph", "statement_id": "Statement", "comment_id": "Comment",
    "idea_id": "Idea", "to_id": "Idea", "vote_id": "Vote",
    "visit_id": "Visit", "tour_id": "Tour", "survey_id": "Survey", "photo_id": "VisitPhoto", "plan_id": "Visit",
    "council_id": "Council", "session_id": "Session", "resolution_id": "Resolution",
    "voice_id": "Voice", "board_seat_id": "BoardSeat", "objective_id": "Objective", "obstacle_id": "Obstacle",
    "trusted_id": "TrustedPerson", "owner_id": "Organisation", "seat_id": "Seat",
    "federation_id": "Federation", "member_id": "Member", "meeting_id": "Meeting", "decision_id": "Decision", "shared_id": "SharedNeed",
    "taking_id": "Taking",
}  # fmt: skip


def model_at(address: str) -> type | None:
    """Of the row an address of the API ends with; a micro-project bears the number of its need."""
    if address.startswith("/programmes/micro_projects/"):
        return MODELS["MicroProject"]
    return MODELS.get(NUMBERS.get(re.findall(r"{(\w+)}", address)[-1], ""))
