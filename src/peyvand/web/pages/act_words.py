"""The acts of the journal in words; an act that has none here (of a programme, say) is shown by its code."""

from django.utils.translation import gettext_lazy as _

_ACTS = {
    "account.changed": _("Account changed"),
    "account.created": _("Account opened"),
    "agreement.signed": _("Agreement signed"),
    "capacity.closed": _("Capacity closed"),
    "capacity.offered": _("Capacity offered"),
    "capacity.opened": _("Capacity opened"),
    "capacity.paused": _("Capacity paused"),
    "capacity.resumed": _("Capacity resumed"),
    "commitment.accepted": _("Promise accepted"),
    "commitment.broken": _("Promise broken"),
    "commitment.lapsed": _("Promise lapsed"),
    "commitment.offered": _("Promise offered"),
    "commitment.released": _("Remainder released"),
    "commitment.withdrawn": _("Promise withdrawn"),
    "consent.given": _("Consent recorded"),
    "consent.withdrawn": _("Consent withdrawn"),
    "delivery.accepted": _("Delivery confirmed"),
    "delivery.recorded": _("Delivery recorded"),
    "delivery.refused": _("Delivery refused"),
    "delivery.reversed": _("Delivery corrected"),
    "disability.recorded": _("Disability recorded"),
    "households.registered": _("Families registered"),
    "look.taken": _("Look from outside taken"),
    "matching.run": _("Matching run"),
    "membership.ended": _("Role ended"),
    "membership.granted": _("Role given"),
    "need.expired": _("Need expired"),
    "need.note_revealed": _("Note of a need read"),
    "need.restored": _("Need opened again"),
    "need.told": _("Need told"),
    "need.vouched": _("Need vouched for"),
    "need.withdrawn": _("Need withdrawn"),
    "needs.priorities_refreshed": _("Priorities counted anew"),
    "organisation.registered": _("Organisation registered"),
    "person.erased": _("Person erased"),
    "person.revealed": _("Protected value shown"),
    "persons.added": _("Members added"),
    "places.added": _("Places added"),
    "priority.proposed": _("Priority proposed"),
    "priority.signed": _("Priority signed"),
    "resident.sign_in_given": _("Sign-in given to a resident"),
    "sign_in_code.issued": _("Sign-in code issued"),
    "story.changed": _("Story changed"),
    "story.published": _("Story published"),
    "story.returned": _("Story returned"),
    "story.submitted": _("Story submitted"),
    "story.told": _("Story told"),
    "story.withdrawn": _("Story withdrawn"),
    "suggestion.declined": _("Suggestion declined"),
    "task.ended": _("Task ended"),
    "task.given": _("Task given"),
}


def act_in_words(act: str) -> str:
    return str(_ACTS.get(act, act))


def all_acts() -> list[tuple[str, str]]:
    """(code, words) of every act, in the order of the words."""
    return sorted(((act, str(said)) for act, said in _ACTS.items()), key=lambda pair: pair[1])
