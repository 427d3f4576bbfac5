"""Requests of tests reach the database as those of the running program do."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import path
from tests.world import World

from peyvand.flow.need.models import Need
from peyvand.scope.database import APP_ROLE

pytestmark = pytest.mark.django_db
LOGIN = "SELECT session_user, current_user"


def logins():
    with connection.cursor() as cursor:
        cursor.execute(LOGIN)
        return cursor.fetchone()


def posted(request):
    """A view that forgets its scope: a POST opens none by itself."""
    seen.append(logins())
    Need.objects.count()


seen: list[tuple[str, str]] = []
urlpatterns = [path("forgetful/", posted)]


@pytest.mark.urls(__name__)
def test_a_view_that_reads_outside_a_scope_fails_here_as_it_would_in_the_program():
    World.build()
    seen.clear()
    owner = logins()
    assert Client(raise_request_exception=False).post("/forgetful/").status_code == 500
    assert seen == [(APP_ROLE, APP_ROLE)]
    assert connection.connection.info.transaction_status.name != "INERROR"
    assert logins() == owner
