"""Opening an office in an empty province."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from peyvand.kernel.identifiers import clean
from peyvand.kernel.refusals import BadValue, Refusal
from peyvand.kernel.text import word_key
from peyvand.people.accounts import create_account, grant_membership, issue_sign_in_code, register_organisation
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import Account, Membership, Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.reference import load_reference
from peyvand.resources.actions import put_qualities, put_specifications, starter
from peyvand.scope.acting import Acting
from peyvand.scope.database import action, one_at_a_time

CODE_LASTS = timedelta(days=1)
_DIGITS = 16


class HoldsDemo(Refusal):
    code = "holds_demo_data"
    message = "This database holds the demo province. A real office begins on an empty one: set PEYVAND_DATA to another folder."


class StartCodeWrong(Refusal):
    code = "start_code_wrong"
    message = "This is not the start code. `peyvand up` prints it, on the machine that serves this site."


class HasBegun(Refusal):
    code = "installation_has_begun"
    message = "Somebody has an account here already, so this installation has begun. Sign in."


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


def is_empty() -> bool:
    """Nobody has an account: no real office and no demo."""
    return not Account.objects.exists()


def start_code() -> str:
    """What opens the first office on the page: told where the site is started, and worth nothing once anybody has an account.

    Derived from a key that lies outside the database, so every process of this installation knows it and no table holds it.
    """
    proof = hmac.digest(settings.BLIND_INDEX_KEY, b"start of this installation", hashlib.sha256)
    return f"{int.from_bytes(proof) % 10**_DIGITS:0{_DIGITS}d}"


@action
def open_first_office(
    *, code: str, province: str, organisation: str, administrator: str, username: str, password: str,
    kind: OrganisationKind = OrganisationKind.AGENCY, by: Acting, now: datetime,
) -> NewOffice:  # fmt: skip
    """`open_office` for somebody at a browser: only while nobody has an account, and with the start code.

    Raises `StartCodeWrong` or `HasBegun`; of two who come at once one opens it.
    """
    one_at_a_time("the first office")
    if not is_empty():
        raise HasBegun
    if not hmac.compare_digest(clean(code).encode(), start_code().encode()):
        raise StartCodeWrong
    return open_office(
        province=province, organisation=organisation, administrator=administrator, username=username, password=password,
        kind=kind, by=by, now=now,
    )  # fmt: skip


@action
def open_office(
    *, province: str, organisation: str, administrator: str, username: str = "admin", password: str | None = None,
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
    put_qualities(rows=starter().qualities, by=by, now=now)
    place = find_province(province)
    office = register_organisation(kind=kind, name_fa=organisation, place=place, by=by, now=now)
    account = create_account(username=username, name=administrator, password=password, by=by, now=now)
    membership = grant_membership(
        account=account, role=MemberRole.ADMINISTRATOR, place=place, organisation=office, by=by, now=now
    )
    code = issue_sign_in_code(membership=membership, valid_for=CODE_LASTS, by=by, now=now)
    return NewOffice(place, office, account, membership, code)
