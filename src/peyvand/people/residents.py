"""The sign-in of a person of a family file: given by the one who has the task with the family, on paper."""

import secrets
from datetime import datetime, timedelta

from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import NotFound, NotPermitted, require
from peyvand.people.accounts import create_account, grant_membership, issue_sign_in_code, note_access
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Membership, Person, Task
from peyvand.people.permissions import may_keep_households
from peyvand.people.queries import memberships_in_force
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import action

_TRIES = 20


@action
def give_sign_in(*, person_id: int, valid_for: timedelta, by: Acting, now: datetime) -> tuple[Membership, str]:
    """(the person's role as a resident, a single-use code): with the account where there is none yet, all or none.

    The account bears no name, for accounts are listed to those who may not see names. The task is what allows this: the three
    acts within are the site's own, and the event of this one says who gave it. Raises `NotFound` for a person not seen.
    """
    require(may_keep_households(by))
    person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id, erased_at__isnull=True).first()
    if person is None or person.household_id is None:
        raise NotFound
    tasks = Task.objects.filter(household_id=person.household_id, membership_id=by.membership_id, until__isnull=True)
    if not tasks.exists():
        raise NotPermitted(reason="a sign-in is given by the one who has the task with this family")
    role = _resident(person, now)
    code = issue_sign_in_code(membership=role, valid_for=valid_for, by=SYSTEM, now=now)
    note_access(receiver_id=role.account_id, by=by, now=now)
    record(
        "resident.sign_in_given", kind="person", subject=person.pk, by=by, now=now,
        place_path=person.place_path, organisation_path=person.organisation_path,
    )  # fmt: skip
    return role, code


def _resident(person: Person, now: datetime) -> Membership:
    account = Account.objects.filter(person_id=person.pk).first()
    if account is None:
        name = _free_name()
        account = create_account(username=name, name=name, person_id=person.pk, by=SYSTEM, now=now)
    roles = list(memberships_in_force(account, business_date(now)))
    if any(one.role != MemberRole.RESIDENT for one in roles):
        raise NotPermitted(reason="this person also has a role that you could not give; ask an administrator")
    for one in roles:
        if one.organisation_id == person.organisation_id and one.place_id == person.place_id:
            return one
    return grant_membership(
        account=account,
        role=MemberRole.RESIDENT,
        place=person.place,
        organisation=person.organisation,
        by=SYSTEM,
        now=now,
    )


def _free_name() -> str:
    """A user name that can be read out; eight digits leave room for a province many times over."""
    for _try in range(_TRIES):
        name = f"r{secrets.randbelow(10**8):08d}"
        if not Account.objects.filter(username=name).exists():
            return name
    raise RuntimeError("no free user name was found")
