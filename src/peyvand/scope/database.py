"""`scope(acting)`: the one way to a scoped table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from psycopg.errors import ExclusionViolation, InsufficientPrivilege, UniqueViolation

from peyvand.kernel.refusals import AlreadyThere, BadValue, NotPermitted
from peyvand.scope.acting import Acting, Role, subtree

APP_ROLE = "peyvand_app"
NATIONAL_ROLE = "peyvand_national"

_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def scope(acting: Acting) -> Iterator[Acting]:
    """Open a transaction and set who acts and where; row security holds for every statement inside.

    Without it a scoped table answers with an error, never with rows. An inner scope takes over and gives back at its end.
    """
    outer = _acting.get()
    within_transaction = connection.in_atomic_block
    changes = not within_transaction or outer != acting
    with transaction.atomic():
        if changes:
            _set(acting)
        token = _acting.set(acting)
        try:
            yield acting
        finally:
            _acting.reset(token)
        if within_transaction and changes:  # else they end with the transaction
            _set(outer)


def acting_now() -> Acting | None:
    """Who acts in the innermost open scope."""
    return _acting.get()


def _set(acting: Acting | None) -> None:
    """One statement that sets the database role and the settings the policies read, until the transaction ends."""
    if acting is None:
        values = {"role": "none"} | dict.fromkeys(_SETTINGS, "")
    else:
        place_from, place_to = subtree(acting.place_path)
        organisation_from, organisation_to = subtree(acting.organisation_path)
        values = {
            "role": NATIONAL_ROLE if acting.role is Role.SYSTEM else APP_ROLE,
            "peyvand.role": acting.role.value,
            "peyvand.account": str(acting.account_id),
            "peyvand.membership": str(acting.membership_id),
            "peyvand.person": str(acting.person_id),
            "peyvand.place_from": place_from,
            "peyvand.place_to": place_to,
            "peyvand.organisation_from": organisation_from,
            "peyvand.organisation_to": organisation_to,
        }
    parts = ", ".join(["set_config(%s, %s, true)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [text for pair in values.items() for text in pair])


_SETTINGS = (
    "peyvand.role",
    "peyvand.account",
    "peyvand.membership",
    "peyvand.person",
    "peyvand.place_from",
    "peyvand.place_to",
    "peyvand.organisation_from",
    "peyvand.organisation_to",
)


def one_at_a_time(name: str) -> None:
    """Whoever asks under the same name waits until this transaction ends: for what no row stands for yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a write one transaction under its actor's scope, with every constraint checked before it answers.

    The function takes keyword arguments only, among them `by: Acting` and `now: datetime` (aware). What only the database can
    know is a refusal too: that its policies do not let a write through, that the same is there already (also by an act that
    ran at the same time), and that a value is too long or too large for its column. A CHECK that fails is a fault of ours and
    stays an error.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        by, now = kwargs.get("by"), kwargs.get("now")
        if args or not isinstance(by, Acting) or not isinstance(now, datetime) or now.tzinfo is None:
            raise TypeError(f"{function.__name__} takes keywords only, with by=Acting and now=aware datetime")
        try:
            with scope(by):
                result = function(**kwargs)  # type: ignore[call-arg]
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except ProgrammingError as error:
            if isinstance(error.__cause__, InsufficientPrivilege):
                raise NotPermitted(reason="this lies outside your area or organisation") from error
            raise
        except IntegrityError as error:
            if isinstance(error.__cause__, UniqueViolation | ExclusionViolation):
                raise AlreadyThere(error.__cause__.diag.constraint_name or "") from error
            raise
        except DataError as error:
            raise BadValue(field="value", reason="too long, too large, or not text") from error
        return result

    return run
