"""Renewing protected columns after a change of the key, so that the old key can be taken away (decision D7)."""

from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotPermitted
from peyvand.scope.acting import Acting, Role
from peyvand.scope.database import action
from peyvand.scope.encryption import ProtectedField, decrypt, encrypt

_BATCH = 1000


def _columns() -> Iterator[tuple[type[Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ProtectedField):
                yield model, field.name


def _renew(model: type[Model], name: str) -> int:
    current = f"{settings.COLUMN_KEYS.current}:"
    stale = model._default_manager.exclude(**{name: ""}).exclude(**{f"{name}__startswith": current}).order_by("pk")
    renewed = 0
    while rows := list(stale.select_for_update().only("pk", name)[:_BATCH]):
        for row in rows:
            setattr(row, name, getattr(row, name).reveal())
        model._default_manager.bulk_update(rows, [name])
        renewed += len(rows)
    return renewed


def _renewed(value: object) -> object:
    """A value of a second step under the current key; what lies under no older one stays as it is."""
    if isinstance(value, list):
        return [_renewed(one) for one in value]
    name = value.partition(":")[0] if isinstance(value, str) else ""
    older = name in settings.COLUMN_KEYS.keys and name != settings.COLUMN_KEYS.current
    return encrypt(decrypt(value)) if older else value  # type: ignore[arg-type]


def _renew_second_steps() -> int:
    """The secrets of the second step lie in a column of a library's table, encrypted with the same keys."""
    renewed = 0
    for row in Authenticator.objects.select_for_update().order_by("pk"):
        data = {name: _renewed(value) for name, value in row.data.items()}
        if data != row.data:
            Authenticator.objects.filter(pk=row.pk).update(data=data)
            renewed += 1
    return renewed


@action
def renew_protected(*, by: Acting, now: datetime) -> int:
    """Encrypt anew, under the current key, every protected value that lies under an older one. Gives how many. All or none.

    The blind indexes have a key of their own, which this does not change. Raises `KeyMissing` where an old key is gone.
    """
    if by.role is not Role.SYSTEM:
        raise NotPermitted(reason="keys are changed by the one who operates the server")
    renewed = sum(_renew(model, name) for model, name in _columns()) + _renew_second_steps()
    record(
        "protected.renewed", kind="key", subject=None, by=by, now=now, place_path=by.place_path,
        organisation_path=by.organisation_path, data={"key": settings.COLUMN_KEYS.current, "count": renewed},
    )  # fmt: skip
    return renewed
