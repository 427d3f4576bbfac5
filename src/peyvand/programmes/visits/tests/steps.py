"""What the tests of visits do again and again, by the product's own acts."""

from dataclasses import replace
from datetime import timedelta

from django.test import Client
from django.utils import timezone
from tests.world import NOW, TODAY, World

from peyvand.extend.switches import switch_on
from peyvand.people.models import Membership
from peyvand.programmes.visits import actions
from peyvand.programmes.visits.models import Visit
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


def built():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=NOW - timedelta(days=300))
    return world


def built_now():
    """As `built`, for pages: they go by the clock."""
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["ir"], by=SYSTEM, now=timezone.now() - timedelta(days=9))
    return world


def client(world, name):
    signed_in = Client()
    signed_in.force_login(Membership.objects.get(pk=world[name].membership_id).account)
    return signed_in


def a_visit(world, **values):
    heard = (actions.Heard(world.specifications["tutoring"], 2, "بچه‌ها جایی برای درس‌خواندن ندارند"),)
    return replace(actions.NewVisit(world.places["nobonyad"], TODAY, 6, 2, "راه خاکی است", heard=heard), **values)


def record(world, *, by="facilitator", now=NOW, **values):
    return actions.record_visit(row=a_visit(world, **values), by=world[by], now=now)


def stored(visit):
    with scope(SYSTEM):
        return Visit.objects.get(pk=visit.pk)
