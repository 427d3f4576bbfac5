"""Who may bring in which list. Each answers a `Refusal`, or None where it is allowed."""

from peyvand.flow.capacity.permissions import may_offer_capacity
from peyvand.flow.need.permissions import may_open_need
from peyvand.intake.enums import ImportKind
from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.people.permissions import may_keep_households, may_register_organisation
from peyvand.scope.acting import Acting, Role


def may_import(by: Acting, kind: ImportKind) -> Refusal | None:
    """Whoever may record one by hand may bring in a list of them; a list always belongs to an organisation."""
    if not by.organisation_id or by.role is Role.RESIDENT:
        return NotPermitted(reason="lists are brought in by those who act for an organisation")
    if kind == ImportKind.NEEDS:
        return may_open_need(by)
    if kind == ImportKind.OFFERS:
        return may_offer_capacity(by)
    if kind == ImportKind.FAMILIES:
        return may_keep_households(by)
    return may_register_organisation(by, place_path=by.place_path)


def kinds_for(by: Acting) -> list[ImportKind]:
    return [kind for kind in ImportKind if may_import(by, kind) is None]


def may_import_any(by: Acting) -> Refusal | None:
    """The page of imports is open to those who may bring in at least one kind of list."""
    return (
        None
        if kinds_for(by)
        else may_import(by, ImportKind.NEEDS) or NotPermitted(reason="no list is yours to bring in")
    )
