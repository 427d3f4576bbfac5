"""Acts on accounts, organisations and memberships."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from peyvand.journal.actions import record
from peyvand.kernel.identifiers import clean
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key
from peyvand.people.enums import MemberRole, OrganisationKind
from peyvand.people.models import AccessGiven, Account, Membership, Organisation, Person, SignInCode
from peyvand.people.passwords import check_password
from peyvand.people.permissions import may_grant_membership, may_hand_code, may_manage_people, may_register_organisation
from peyvand.people.queries import acting_as, memberships_in_force
from peyvand.places.models import Place
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

# Long enough that guessing at a thousand standing codes a thousand times a second takes centuries.
_DIGITS = 16


class CodeNotValid(Refusal):
    code = "sign_in_code_not_valid"
    message = "This sign-in code has been used, has expired, or never existed."


@dataclass(frozen=True)
class NewOrganisation:
    """`parent` is a registered organisation, or the place of an earlier row among those registered together."""

    kind: OrganisationKind
    name_fa: str
    place: Place
    parent: Organisation | int | None = None
    name_en: str = ""


@dataclass(frozen=True)
class Ended:
    """How a role stood before it was ended: its last day, and the tasks that ended with it."""

    until: date | None
    task_ids: tuple[int, ...]


@action
def register_organisations(*, rows: Sequence[NewOrganisation], by: Acting, now: datetime) -> list[Organisation]:
    """Register organisations and their branches, all or none, with one event. Parents come before their branches."""
    fresh: list[Organisation] = []
    for row in rows:
        above = row.parent.path if isinstance(row.parent, Organisation) else ""
        require(may_register_organisation(by, place_path=row.place.path, parent_path=above))
        if not row.name_fa.strip():
            raise BadValue(field="name", reason="an organisation has a name")
        parent = fresh[row.parent] if isinstance(row.parent, int) else row.parent
        organisation = Organisation.objects.create(
            kind=row.kind, name_fa=row.name_fa.strip(), name_en=row.name_en, parent=parent, place=row.place,
            path=f"new-{secrets.token_hex(8)}/", search_key=search_key(f"{row.name_fa} {row.name_en}"), sort_key=sort_key(row.name_fa),
        )  # fmt: skip
        organisation.path = f"{parent.path if parent else ''}{organisation.pk}/"
        organisation.save(update_fields=["path"])
        fresh.append(organisation)
    one = fresh[0] if len(fresh) == 1 else None
    if fresh:
        record(
            "organisation.registered", kind="organisation", subject=one.pk if one else None, by=by, now=now,
            place_path=one.place.path if one else by.place_path, organisation_path=one.path if one else by.organisation_path,
            rows=() if one else [(row.pk,) for row in fresh],
        )  # fmt: skip
    return fresh


@action
def register_organisation(
    *,
    kind: OrganisationKind,
    name_fa: str,
    place: Place,
    parent: Organisation | None = None,
    name_en: str = "",
    by: Acting,
    now: datetime,
) -> Organisation:
    return register_organisations(rows=[NewOrganisation(kind, name_fa, place, parent, name_en)], by=by, now=now)[0]


@action
def remove_organisations(*, organisation_ids: Sequence[int], by: Acting, now: datetime) -> list[int]:
    """Remove organisations to which nothing refers, branches before their parents; gives the ids that could be removed.

    The database answers whether anything refers to one: the actor need not see it.
    """
    rows = (
        Organisation.objects.select_for_update().filter(pk__in=organisation_ids).select_related("place").order_by("-pk")
    )
    removed: list[int] = []
    for row in rows:
        require(may_register_organisation(by, place_path=row.place.path))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f'DELETE FROM "{Organisation._meta.db_table}" WHERE id = %s', [row.pk])
        except IntegrityError:
            continue
        removed.append(row.pk)
    if removed:
        record(
            "organisation.removed", kind="organisation", subject=removed[0] if len(removed) == 1 else None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, rows=[(pk,) for pk in removed],
        )  # fmt: skip
    return removed


@action
def create_account(
    *,
    username: str,
    name: str,
    password: str | None = None,
    person_id: int | None = None,
    is_demo: bool = False,
    by: Acting,
    now: datetime,
) -> Account:
    """An account without a password signs in with codes that are handed over."""
    require(may_manage_people(by))
    username = username.strip()
    if not username or Account.objects.filter(username__iexact=username).exists():
        raise BadValue(field="username", reason="this user name is empty or taken")
    # Whoever signs in sees the person's own file, so it is tied by somebody who may see it too.
    if person_id is not None and not Person.objects.filter(pk=person_id, erased_at__isnull=True).exists():
        raise NotFound
    account = Account(username=username, name=name.strip(), person_id=person_id, is_demo=is_demo)
    if password is not None:
        check_password(password, account)
    account.set_password(password)
    account.save()
    note_access(receiver_id=account.pk, by=by, now=now)
    record(
        "account.created", kind="account", subject=account.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path,
    )  # fmt: skip
    return account


@action
def grant_membership(
    *,
    account: Account,
    role: MemberRole,
    place: Place,
    organisation: Organisation,
    since: date | None = None,
    by: Acting,
    now: datetime,
) -> Membership:
    require(may_grant_membership(by, role=role, place_path=place.path, organisation_path=organisation.path))
    membership = Membership.objects.create(
        account=account, role=role, place=place, organisation=organisation, since=since or business_date(now)
    )
    note_access(receiver_id=account.pk, by=by, now=now)
    record(
        "membership.granted", kind="membership", subject=membership.pk, by=by, now=now,
        place_path=place.path, organisation_path=organisation.path, data={"role": role.value},
    )  # fmt: skip
    return membership


@action
def change_account(*, account_id: int, name: str, language: str, by: Acting, now: datetime) -> Account:
    """Everybody changes his own name and language."""
    if account_id != by.account_id:
        raise NotPermitted(reason="an account is changed by its owner")
    if not name.strip():
        raise BadValue(field="name", reason="an account has a name")
    account = Account.objects.select_for_update().get(pk=account_id)
    account.name, account.language = name.strip(), language
    account.save(update_fields=["name", "language"])
    record(
        "account.changed", kind="account", subject=account.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path,
    )  # fmt: skip
    return account


@action
def enrol(
    *,
    username: str,
    name: str,
    role: MemberRole,
    place: Place,
    organisation: Organisation,
    password: str | None = None,
    by: Acting,
    now: datetime,
) -> Membership:
    """A new account together with its first role, or neither."""
    account = create_account(username=username, name=name, password=password, by=by, now=now)
    return grant_membership(account=account, role=role, place=place, organisation=organisation, by=by, now=now)


@action
def end_membership(*, membership: Membership, by: Acting, now: datetime) -> None:
    end_memberships(membership_ids=[membership.pk], by=by, now=now)


@action
def end_memberships(*, membership_ids: Sequence[int], by: Acting, now: datetime) -> dict[int, Ended]:
    """End roles and their tasks, all or none, with one event; gives what an undoing needs, by membership.

    Nobody ends the role he acts in: he would stand outside in the middle of his work.
    """
    locked = lock(Membership.objects.select_related("place", "organisation"), membership_ids, of=("self",))
    ended: dict[int, Ended] = {}
    for row in locked.values():
        place, organisation = row.place, row.organisation
        require(may_grant_membership(by, role=row.role, place_path=place.path, organisation_path=organisation.path))
        if row.pk == by.membership_id:
            raise NotPermitted(reason="nobody ends the role he acts in; a colleague does")
        last = max(row.since, business_date(now)) - timedelta(days=1)
        if row.until is not None and row.until <= last:
            continue
        tasks = row.tasks.filter(until__isnull=True)
        ended[row.pk] = Ended(row.until, tuple(tasks.order_by("pk").values_list("pk", flat=True)))
        Membership.objects.filter(pk=row.pk).update(until=last)
        tasks.update(until=now)
    _note_memberships("membership.ended", [locked[pk] for pk in ended], by, now)
    return ended


@action
def restore_memberships(*, ended: Mapping[int, Ended], by: Acting, now: datetime) -> None:
    """Undo an ending: the roles and the tasks that ended with them are in force as before. All or none."""
    locked = lock(Membership.objects.select_related("place", "organisation"), ended, of=("self",))
    for row in locked.values():
        place, organisation = row.place, row.organisation
        require(may_grant_membership(by, role=row.role, place_path=place.path, organisation_path=organisation.path))
        Membership.objects.filter(pk=row.pk).update(until=ended[row.pk].until)
        row.tasks.filter(pk__in=ended[row.pk].task_ids).update(until=None)
    _note_memberships("membership.restored", list(locked.values()), by, now)


def _note_memberships(act: str, rows: Sequence[Membership], by: Acting, now: datetime) -> None:
    one = rows[0] if len(rows) == 1 else None
    if rows:
        record(
            act, kind="membership", subject=one.pk if one else None, by=by, now=now, place_path=one.place.path if one else by.place_path,
            organisation_path=one.organisation.path if one else by.organisation_path, rows=() if one else [(row.pk,) for row in rows],
        )  # fmt: skip


def note_access(*, receiver_id: int, by: Acting, now: datetime) -> None:
    """That the actor gave this account a way in. Part of the acts that do; the site's own acts give nobody's."""
    if by.account_id and by.account_id != receiver_id:
        until = now + timedelta(days=settings.ONE_HAND_DAYS)
        AccessGiven.objects.create(giver_id=by.account_id, receiver_id=receiver_id, until=until)


def _fingerprint(code: str) -> str:
    """Keyed, so that a copy of the table alone cannot be searched through; digits as typed in either script, in groups."""
    digits = clean(code)
    text = digits if digits.isascii() and digits.isdigit() else code.strip()
    return hmac.new(settings.BLIND_INDEX_KEY, b"sign-in:" + text.encode(), hashlib.sha256).hexdigest()


@action
def issue_sign_in_code(
    *, membership: Membership, valid_for: timedelta, forget_password: bool = False, by: Acting, now: datetime
) -> str:
    """A single-use code for one membership, told once and never stored; a forgotten password can be taken away with it.

    Whoever signs in may act in every role of the account, so the one who issues must have the right to hand over a code for each.
    """
    for other in memberships_in_force(membership.account, business_date(now)):
        if other.pk != membership.pk and may_hand_code(
            by, role=other.role, place_path=other.place.path, organisation_path=other.organisation.path
        ):
            raise NotPermitted(
                reason="this person also has a role for which you could not hand over a code; ask an administrator"
            )
    place, organisation = membership.place, membership.organisation
    require(may_hand_code(by, role=membership.role, place_path=place.path, organisation_path=organisation.path))
    if forget_password:
        account = Account.objects.select_for_update().get(pk=membership.account_id)
        account.set_unusable_password()
        account.save(update_fields=["password"])
    code = (
        secrets.token_urlsafe(24) if valid_for > timedelta(days=1) else f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    )
    SignInCode.objects.create(
        account=membership.account, membership=membership, fingerprint=_fingerprint(code), expires_at=now + valid_for
    )
    note_access(receiver_id=membership.account_id, by=by, now=now)
    record(
        "sign_in_code.issued", kind="membership", subject=membership.pk, by=by, now=now,
        place_path=place.path, organisation_path=organisation.path, data={"password_forgotten": forget_password},
    )  # fmt: skip
    return code


def redeem_sign_in_code(*, code: str, now: datetime) -> Membership:
    """Use a code up and say whom it lets in. Raises `CodeNotValid`; two who come at once get one success."""
    with transaction.atomic():
        used = SignInCode.objects.filter(fingerprint=_fingerprint(code), used_at__isnull=True, expires_at__gt=now)
        found = used.select_for_update().select_related("account", "membership").first()
        if found is None or not found.account.is_active:
            raise CodeNotValid
        if not memberships_in_force(found.account, business_date(now)).filter(pk=found.membership_id).exists():
            raise CodeNotValid
        found.used_at = now
        found.save(update_fields=["used_at"])
        by = acting_as(found.membership)
        with scope(by):
            record(
                "sign_in_code.used", kind="membership", subject=found.membership_id, by=by, now=now,
                place_path=by.place_path, organisation_path=by.organisation_path,
            )  # fmt: skip
    return found.membership
