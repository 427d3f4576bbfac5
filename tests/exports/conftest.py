"""A small province, an empty queue, a folder for the files, and the day of the province."""

from collections.abc import Callable
from pathlib import Path

import pytest
from procrastinate.contrib.django import app
from tests.world import NOW, World

from peyvand.exports.actions import ask_export
from peyvand.exports.enums import FileKind
from peyvand.exports.listing import listed_at
from peyvand.exports.models import Export
from peyvand.people.models import Account
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.database import scope

# Small enough that a handful of rows takes several batches.
BATCH = 10


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    for module in ("listing", "running"):
        monkeypatch.setattr(f"peyvand.exports.{module}.BATCH", BATCH)
    settings.PEYVAND_EXPORTS = tmp_path / "exports"


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    return World.build()


@pytest.fixture
def ask() -> Callable[..., Export]:
    def asking(by: Acting, address: str = "/needs/", kind: str = "csv", language: str = "fa") -> Export:
        with scope(by):
            listed = listed_at(address, by, Account.objects.get(pk=by.account_id))
        return ask_export(listed=listed, address=address, kind=FileKind(kind), language=language, by=by, now=NOW)

    return asking


@pytest.fixture
def stored() -> Callable[[Export], Export]:
    """The row as it lies in the database now."""

    def read(export: Export) -> Export:
        with scope(SYSTEM):
            return Export.objects.select_related("account").get(pk=export.pk)

    return read
