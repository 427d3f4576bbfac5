"""Single-use ways in for the accounts of the demo, one for each role (decision D18)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peyvand.people.accounts import issue_sign_in_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Membership, SignInCode
from peyvand.scope.acting import SYSTEM

LASTS = timedelta(days=2)  # long codes, which nobody guesses


@dataclass(frozen=True)
class WayIn:
    role: MemberRole
    name: str
    code: str


def ways_in(*, now: datetime) -> list[WayIn]:
    """A fresh code for one account of each role, and for a firm beside a charity; those of earlier starts hold no more."""
    SignInCode.objects.filter(account__is_demo=True, used_at__isnull=True).delete()
    ways = []
    for membership in _one_of_each():
        code = issue_sign_in_code(membership=membership, valid_for=LASTS, by=SYSTEM, now=now)
        ways.append(WayIn(MemberRole(membership.role), membership.account.name, code))
    return ways


def _one_of_each() -> list[Membership]:
    """Of each role the account that stands in the province's seat, which has the most to show."""
    rows = Membership.objects.filter(account__is_demo=True, until__isnull=True)
    rows = rows.select_related("account", "place", "organisation").order_by("pk")
    chosen = []
    for role in MemberRole:
        own = [one for one in rows if one.role == role]
        if role == MemberRole.ORGANISATION_MANAGER:
            chosen += [next(one for one in own if one.organisation.kind == kind) for kind in ("charity", "firm")]
        elif own:
            chosen.append(next((one for one in own if one.place.name_fa == "ساری"), own[0]))
    return chosen
