"""The acts and kinds of the journal in words; those of a programme stand in its manifest."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from peyvand.extend.discovery import programmes
from peyvand.kernel.text import sort_key

_ACTS = {
    "account.changed": _("Account changed"),
    "account.created": _("Account opened"),
    "agreement.signed": _("Agreement signed"),
    "api_token.created": _("API token made"),
    "api_token.revoked": _("API token revoked"),
    "capacity.brought_set": _("What an offer brings was set"),
    "capacity.closed": _("Capacity closed"),
    "capacity.offered": _("Capacity offered"),
    "capacity.opened": _("Capacity opened"),
    "capacity.paused": _("Capacity paused"),
    "capacity.reopened": _("Closing of a capacity undone"),
    "capacity.resumed": _("Capacity resumed"),
    "commitment.accepted": _("Promise accepted"),
    "commitment.broken": _("Promise broken"),
    "commitment.lapsed": _("Promise lapsed"),
    "commitment.offered": _("Promise offered"),
    "commitment.released": _("Remainder released"),
    "commitment.restored": _("End of a promise undone"),
    "commitment.returned": _("Acceptance of a promise undone"),
    "commitment.taken_back": _("Promise undone"),
    "commitment.withdrawn": _("Promise withdrawn"),
    "consent.given": _("Consent recorded"),
    "consent.withdrawn": _("Consent withdrawn"),
    "consents.given": _("Consents recorded"),
    "delivery.accepted": _("Delivery confirmed"),
    "delivery.pictures_forgotten": _("Pictures of deliveries erased"),
    "delivery.proved": _("Proof of a delivery added"),
    "delivery.recorded": _("Delivery recorded"),
    "delivery.refused": _("Delivery refused"),
    "delivery.reversed": _("Delivery corrected"),
    "disabilities.recorded": _("Disabilities recorded"),
    "disability.recorded": _("Disability recorded"),
    "export.asked": _("List asked for as a file"),
    "export.cancelled": _("Export cancelled"),
    "export.deleted": _("Export deleted"),
    "export.expired": _("Export expired"),
    "export.failed": _("Export failed"),
    "export.written": _("List written as a file"),
    "filter.changed": _("Kept filter changed"),
    "filter.kept": _("Filter kept"),
    "filter.removed": _("Kept filter removed"),
    "filter.restored": _("Kept filter restored"),
    "households.registered": _("Families registered"),
    "households.removed": _("Families removed"),
    "list.imported": _("List taken in"),
    "list.taken_back": _("List taken back"),
    "look.taken": _("Look from outside taken"),
    "matching.asked": _("Matching asked for"),
    "matching.cancelled": _("Matching cancelled"),
    "matching.failed": _("Matching failed"),
    "matching.repeated": _("Matching computed again"),
    "matching.run": _("Matching run"),
    "matching.undone": _("Matching taken back"),
    "membership.ended": _("Role ended"),
    "membership.granted": _("Role given"),
    "membership.restored": _("End of a role undone"),
    "need.asked_set": _("What a need asks was set"),
    "need.expired": _("Need expired"),
    "need.note_revealed": _("Note of a need read"),
    "need.restored": _("Need opened again"),
    "need.forgotten": _("Words about a family erased"),
    "need.told": _("Need told"),
    "need.together_set": _("What goes together was set"),
    "need.vouch_taken_back": _("Vouch taken back"),
    "need.vouched": _("Need vouched for"),
    "need.withdrawn": _("Need withdrawn"),
    "needs.priorities_refreshed": _("Priorities counted anew"),
    "organisation.registered": _("Organisation registered"),
    "organisation.removed": _("Organisation removed"),
    "person.erased": _("Person erased"),
    "person.revealed": _("Protected value shown"),
    "persons.added": _("Members added"),
    "places.added": _("Places added"),
    "places.changed": _("Places changed"),
    "places.removed": _("Places taken away"),
    "provider.accepted": _("Refusal of a provider taken back"),
    "provider.refused": _("Provider refused by a family"),
    "specification.rules_set": _("Rules of a kind of help set"),
    "priority.proposed": _("Priority proposed"),
    "priority.signed": _("Priority signed"),
    "priority.weights_set": _("Weights of the priority set"),
    "programme.switched_off": _("Programme switched off"),
    "programme.switched_on": _("Programme switched on"),
    "protected.renewed": _("Protected values encrypted anew"),
    "resident.sign_in_given": _("Sign-in given to a resident"),
    "sign_in_code.issued": _("Sign-in code issued"),
    "sign_in_code.used": _("Sign-in code used"),
    "story.changed": _("Story changed"),
    "story.published": _("Story published"),
    "story.put_back": _("Step of a story undone"),
    "story.returned": _("Story returned"),
    "story.submitted": _("Story submitted"),
    "story.told": _("Story told"),
    "story.withdrawn": _("Story withdrawn"),
    "suggestion.declined": _("Suggestion declined"),
    "suggestion.reopened": _("Declining of a suggestion undone"),
    "task.ended": _("Task ended"),
    "task.given": _("Task given"),
    "vote.called_off": _("Vote called off"),
    "vote.closed": _("Vote closed"),
    "vote.codes_given": _("Codes for a vote given"),
    "vote.count_asked": _("Count of a vote asked for"),
    "vote.count_given_up": _("Count of a vote given up"),
    "vote.counted": _("Vote counted"),
    "vote.example_read": _("Example of a vote read"),
    "vote.opened": _("Vote opened"),
    "vote.paper_set_aside": _("Paper of a vote set aside"),
    "vote.prepared": _("Vote prepared"),
    "vote.rolls_forgotten": _("Names on rolls forgotten"),
    "vote.voter_struck": _("Entry of a roll struck out"),
    "vote.voters_vouched": _("People put on the roll of a vote"),
}


_KINDS = {
    "account": _("Account"), "agreement": _("Agreement"), "api_token": _("API token"), "capacity": _("Capacity"),
    "commitment": _("Promise"), "consent": _("Consent"), "delivery": _("Delivery"), "demo": _("Demonstration data"),
    "export": _("Export"), "filter": _("Kept filter"),
    "household": _("Family file"), "import": _("List brought in"), "key": _("Key of protected values"),
    "look": _("Look from outside"), "matching_run": _("Matching"), "membership": _("Role"), "need": _("Need"),
    "organisation": _("Organisation"), "person": _("Person"), "place": _("Place"), "priority_weights": _("Weights of priority"),
    "programme": _("Programme"), "specification": _("Kind of help"), "story": _("Story"), "suggestion": _("Suggestion"),
    "task": _("Task"), "vote": _("Vote"),
}  # fmt: skip


def _said(name: str, known: Mapping[str, Any]) -> str:
    """The core's word, else that of the programme which writes it; a name that nobody knows says itself."""
    if name in known:
        return str(known[name])
    return str(next((one.words[name] for one in programmes().values() if name in one.words), name))


def act_in_words(act: str) -> str:
    return _said(act, _ACTS)


def kind_in_words(kind: str) -> str:
    return _said(kind, _KINDS)


def _sorted(known: Mapping[str, Any], *, acts: bool) -> list[tuple[str, str]]:
    """With the words of programmes, of which acts have a dot in their names and kinds have none."""
    theirs = {name for one in programmes().values() for name in one.words if ("." in name) == acts}
    return sorted(((name, _said(name, known)) for name in known.keys() | theirs), key=lambda pair: sort_key(pair[1]))


def all_acts() -> list[tuple[str, str]]:
    """(code, words) of every act, in the order of the words."""
    return _sorted(_ACTS, acts=True)


def all_kinds() -> list[tuple[str, str]]:
    """(code, words) of every kind of row, in the order of the words."""
    return _sorted(_KINDS, acts=False)
