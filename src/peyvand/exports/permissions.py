"""Who may take lists along as files."""

from peyvand.kernel.refusals import NotPermitted, Refusal
from peyvand.scope.acting import Acting


def may_export(by: Acting) -> Refusal | None:
    """Whoever has a role; which list, its page says."""
    return None if by.membership_id else NotPermitted(reason="you have no role at present; ask your manager for one")
