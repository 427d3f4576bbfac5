"""Opening an office in an empty province."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.kernel.text import word_key
from peyvand.people.accounts import create_account, grant_membership, issue_sign_in_code, register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import Account, Membership, Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.reference import load_reference
from peyvand.resources.actions import put_specifications, starter
from peyvand.scope.acting import Acting
from peyvand.scope.database import action

CODE_LASTS = timedelta(days=1)


class HoldsDemo(Refusal):
    code = "holds_demo_data"
    message = "This database holds the demo province. A real office begins on an empty one: set PEYVAND_DATA to another folder."


@dataclass(frozen=True)
class NewOffice:
    """`code` lets the administrator in once, within a day; it is told here and nowhere else."""

    province: Place
    organisation: Organisation
    account: Account
    membership: Membership
    code: str


def find_province(name: str) -> Place:
    """A province by its Persian or English name or its ISO code ("IR-02")."""
    wanted = word_key(name)
    for place in Place.objects.filter(kind=PlaceKind.PROVINCE):
        if wanted in {word_key(place.name_fa), word_key(place.name_en), word_key(f"IR-{place.code}")}:
            return place
    raise BadValue(field="province", reason=f"no province is called «{name}»")


@action
def open_office(
    *, province: str, organisation: str, administrator: str, username: str = "admin",
    kind: OrganisationKind = OrganisationKind.AGENCY, by: Acting, now: datetime,
) -> NewOffice:  # fmt: skip
    """Reference places, the starter specifications, the organisation, and its administrator with a single-use sign-in code.

    Everything or nothing. Raises `BadValue` for a province or a user name that will not do, `HoldsDemo` over demo data.
    """
    if Account.objects.filter(is_demo=True).exists():
        raise HoldsDemo
    if not administrator.strip():
        raise BadValue(field="administrator", reason="the administrator has a name")
    load_reference(by=by, now=now)
    put_specifications(rows=starter().specifications, by=by, now=now)
    place = find_province(province)
    office = register_organisation(kind=kind, name_fa=organisation, place=place, by=by, now=now)
    account = create_account(username=username, name=administrator, by=by, now=now)
    membership = grant_membership(
        account=account, role=MemberRole.ADMINISTRATOR, place=place, organisation=office, by=by, now=now
    )
    code = issue_sign_in_code(membership=membership, valid_for=CODE_LASTS, by=by, now=now)
    return NewOffice(place, office, account, membership, code)
