"""What the database holds: nothing, the demo, a demo that was not finished, or a real office."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from peyvand.journal.models import Event
from peyvand.kernel.refusals import Refusal
from peyvand.people.models import Account, Organisation
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

BUILT = "demo.built"


class NotDemo(Refusal):
    code = "not_demo_data"
    message = (
        "This database holds the data of a real office, so no demo is built over it and nothing was changed."
        " Set PEYVAND_DATA to another folder to keep the demo beside it."
    )


class Unfinished(Refusal):
    code = "demo_unfinished"
    message = "The demo in this database was not finished: it was interrupted. Build it afresh with RESET=1."


@dataclass(frozen=True)
class Built:
    """What was said when the demo was finished: its scale, its seed and its figures."""

    scale: float
    seed: int
    figures: dict[str, Any]


def holds_demo() -> bool:
    """Whether the accounts here are those of a demo: then every page says so, whichever command serves it."""
    return Account.objects.filter(is_demo=True).exists()


def check() -> Built | None:
    """The finished demo, or None where the database is empty. Raises `NotDemo` or `Unfinished`."""
    demo = holds_demo()
    if Account.objects.filter(is_demo=False).exists() or (Organisation.objects.exists() and not demo):
        raise NotDemo
    if not demo:
        return None
    with scope(SYSTEM):
        event = Event.objects.filter(act=BUILT).order_by("-id").first()
    if event is None:
        raise Unfinished
    return Built(event.data["scale"], event.data["seed"], event.data["figures"])


def clear() -> None:
    """Remove every row of the demo, as the owner of the database. Raises `NotDemo` over anything else."""
    with suppress(Unfinished):
        check()
    models = apps.get_models(include_auto_created=True)
    tables = [one._meta.db_table for one in models if one._meta.managed or one._meta.app_label == "procrastinate"]
    kept = {"django_migrations", "django_content_type", "auth_permission", "django_site"}
    names = ", ".join(f'"{name}"' for name in sorted(set(tables) - kept))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    Path(settings.SEAL_HEAD_FILE).unlink(missing_ok=True)
