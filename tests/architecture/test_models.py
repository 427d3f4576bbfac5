"""Every table of the product: what it holds about people, and where its keys may lead."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from peyvand.extend import conformance

OWN = [model for model in apps.get_models() if model.__module__.startswith("peyvand.")]


def test_every_table_says_what_it_holds_about_people():
    assert len(OWN) > 20
    assert conformance.table_faults(OWN) == []


def test_no_core_table_points_to_a_programme():
    assert conformance.pointing_at_programmes() == []


@pytest.mark.django_db
def test_every_table_about_needs_gifts_or_health_is_row_secured():
    tables = [
        model._meta.db_table
        for model in OWN
        if model.personal_data in ("direct", "indirect", "health") and not _signs_in(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT relrowsecurity", [tables])
        assert cursor.fetchall() == []


def _signs_in(model):
    """What sign-in must read before anybody acts; no page lists it."""
    return model.__name__ in ("Account", "Membership", "SignInCode", "StoryDelivery", "StoryConsent")


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
