"""Who may do what in a federation. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.models import Organisation
from peyvand.programmes.federations.buying_models import JointBuy
from peyvand.programmes.federations.models import Federation
from peyvand.scope.acting import STAFF, Acting, Role, within
from peyvand.votes.permissions import KEEPERS

READERS = (*STAFF, Role.GOVERNOR_OFFICE, Role.AUDITOR, Role.ADMINISTRATOR)
EVERYONE = tuple(role for role in Role if role is not Role.SYSTEM)
# Who speak for an organisation: those of a federation keep its papers, those of a member join, leave and take needs.
SPEAKERS = KEEPERS


def may_keep(by: Acting, federation: Federation) -> Refusal | None:
    return may_found(by, place_path=federation.place_path, organisation_path=federation.organisation_path)


def may_found(by: Acting, *, place_path: str, organisation_path: str) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role in SPEAKERS and by.covers(place_path=place_path, organisation_path=organisation_path):
        return None
    return NotPermitted(reason="the papers of a federation are kept by those who lead it")


def may_speak(by: Acting, organisation_path: str) -> Refusal | None:
    """For a member, or one that wants to be: also where the federation lies outside the own area."""
    if by.role is Role.SYSTEM or (by.role in SPEAKERS and within(organisation_path, by.organisation_path)):
        return None
    return NotPermitted(reason="an organisation is spoken for by those who lead it")


def may_share(by: Acting, holder: Organisation) -> Refusal | None:
    if by.role is Role.SYSTEM or (by.role in STAFF and within(holder.path, by.organisation_path)):
        return None
    return NotPermitted(reason="a need is shared by the organisation that holds it")


def may_keep_buy(by: Acting, buy: JointBuy) -> Refusal | None:
    """The federation's own, or who leads the member that opened it."""
    if by.role in SPEAKERS and within(buy.opener_path, by.organisation_path):
        return None
    return may_found(by, place_path=buy.place_path, organisation_path=buy.organisation_path)
