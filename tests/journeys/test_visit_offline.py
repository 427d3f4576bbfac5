"""A visit written down in a place without a network, and sent when there is one: once, however often it is pressed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from peyvand.extend.switches import switch_on
from peyvand.flow.need.models import Need
from peyvand.programmes.visits.models import Visit
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

FIELD = "/programmes/visits/field/"
KEPT = "این صفحه روی گوشی نگه داشته شد"


@pytest.fixture
def on(world):
    switch_on(slug="visits", place=world.places["ir"], by=SYSTEM, now=timezone.now() - timedelta(days=30))
    return world


def visits():
    with scope(SYSTEM):
        return list(Visit.objects.order_by("pk").values_list("families_met", "first_contacts", "state"))


def test_a_visit_made_without_a_network_and_sent_twice_is_stored_once(on, visitor):
    reader = visitor(size="phone").sign_in(on["facilitator"])
    page = reader.go(FIELD)
    expect(page.locator("[data-offline]")).to_contain_text(KEPT)
    reader.check()

    reader.context.set_offline(True)
    page.goto(reader.address + FIELD)  # opened anew, out of what the phone keeps
    page.get_by_label("محله یا آبادی").select_option(label="– نوبنیاد")
    page.get_by_label("با چند خانواده دیدار کردید؟").fill("۷")
    expect(page.get_by_role("status").first).to_contain_text("پیش‌نویس روی این گوشی نگه داشته شد")
    page.goto(reader.address + FIELD)  # the phone restarts in the middle
    page.get_by_role("button", name="ادامهٔ نوشتن").click()
    expect(page.get_by_label("با چند خانواده دیدار کردید؟")).to_have_value("۷")
    page.get_by_label("برای چند خانواده نخستین دیدار بود؟").fill("۳")
    page.get_by_label("مشکل ۱: اینجا چه چیزی کم است؟").select_option(index=1)
    button = page.get_by_role("button", name="نگه‌داشتن و فرستادن")
    button.dblclick()
    expect(page.locator("[data-drafts] li")).to_have_count(1)
    expect(page.locator("[data-drafts]")).to_contain_text("در انتظار فرستادن")
    assert visits() == []

    # The network comes back, and the answer of the first sending is lost on the way.
    lost = []
    reader.context.route(f"**{FIELD}", lambda route: _lose(route, lost))
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        reader.context.set_offline(False)
    assert lost == [201]
    expect(page.get_by_role("status").first).to_contain_text("فعلاً فرستاده نشد")
    assert visits() == [(7, 3, "made")]
    reader.context.unroute(f"**{FIELD}")
    reader.context.clear_cookies(name="sessionid")  # and meanwhile the sign-in has run out
    page.get_by_role("button", name="اکنون بفرست").click()
    expect(page.get_by_role("status").first).to_contain_text("چیزی از دست نرفته است")
    reader.sign_in(on["facilitator"])
    page.get_by_role("button", name="اکنون بفرست").click()
    expect(page.locator("[data-drafts]")).to_contain_text("فرستاده و نگه داشته شد")
    assert visits() == [(7, 3, "made")]
    with scope(SYSTEM):
        assert Need.objects.count() == 1
    page.get_by_role("link", name="دیدن بازدید").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("بازدید")
    reader.faults = [one for one in reader.faults if "ERR_" not in one and "status of 403" not in one]
    reader.check()


def _lose(route, lost):
    """The request arrives and is stored; what the site answers never reaches the phone."""
    if route.request.method != "POST" or lost:
        route.continue_()
        return
    lost.append(route.fetch().status)
    route.abort("connectionreset")
