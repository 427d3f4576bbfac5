"""The province of `sights`, built once for a module."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from tests.site.sights import Sights, build


@pytest.fixture(scope="module")
def sights(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Sights]:
    """The province, built once: each request is undone by itself, and all of it at the end."""
    folder = tmp_path_factory.mktemp("leaks")
    values = {
        "PEYVAND_FILES": folder / "files", "PEYVAND_WAITING": folder / "waiting", "API_CALLS_A_MINUTE": 10**9,
        "TRACKING_CALLS_A_MINUTE": 10**9, "ACCOUNT_RATE_LIMITS": False,
        "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    }  # fmt: skip
    with django_db_blocker.unblock(), override_settings(**values), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(sights: Sights) -> None:
    """The mark below asks for a database; the province's own transaction stands in for one of each test."""
