"""A visit written down in a place without a network, and sent when there is one: once, however often it is pressed."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from peyvand.extend.switches import switch_on
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import business_date
from peyvand.programmes.visits.actions import plan_visit
from peyvand.programmes.visits.models import PlaceReport, Visit, VisitPhoto
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
        made = Visit.objects.exclude(state="planned").order_by("pk")
        return list(made.values_list("families_met", "first_contacts", "state"))


def photograph():
    """As large as a phone takes them: making it small takes a moment."""
    out = io.BytesIO()
    Image.effect_noise((3000, 2000), 80).save(out, "JPEG")
    return {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_visit_made_without_a_network_and_sent_twice_is_stored_once(on, visitor):
    plan = plan_visit(
        place=on.places["nobonyad"],
        planned_date=business_date(timezone.now()),
        by=on["field_leader"],
        now=timezone.now(),
    )
    reader = visitor(size="phone").sign_in(on["facilitator"])
    reader.context.grant_permissions(["geolocation"])
    reader.context.set_geolocation({"latitude": 36.56789, "longitude": 53.05123})
    page = reader.go(FIELD)
    expect(page.locator("[data-offline]")).to_contain_text(KEPT)
    reader.check()

    reader.context.set_offline(True)
    page.goto(reader.address + FIELD)  # opened anew, out of what the phone keeps
    page.get_by_label("محله یا آبادی").select_option(label="نوبنیاد — ساری")
    page.get_by_label("با چند خانواده دیدار کردید؟").fill("۷")
    expect(page.get_by_role("status").first).to_contain_text("پیش‌نویس روی این گوشی نگه داشته شد")
    page.goto(reader.address + FIELD)  # the phone restarts in the middle
    page.get_by_role("button", name="ادامهٔ نوشتن").click()
    expect(page.get_by_label("با چند خانواده دیدار کردید؟")).to_have_value("۷")
    page.get_by_label("برای چند خانواده نخستین دیدار بود؟").fill("۳")
    page.get_by_label("مشکل ۱: اینجا چه چیزی کم است؟").select_option(index=1)
    page.get_by_label("کدام بازدیدِ برنامه‌ریزی‌شده؟").select_option(value=str(plan.pk))
    page.get_by_role("button", name="گرفتن موقعیت محل").click()
    expect(page.get_by_label("عرض جغرافیایی")).to_have_value("36.57")
    button = page.get_by_role("button", name="نگه‌داشتن و فرستادن")
    page.get_by_label("عکس ۱، از نقطهٔ ۱").set_input_files(photograph())
    button.dblclick()  # at once, while the picture is still being made small
    expect(page.locator("[data-drafts] li")).to_have_count(1)
    expect(page.locator("[data-drafts]")).to_contain_text("در انتظار فرستادن")
    expect(page.get_by_role("status").first).to_contain_text("فعلاً فرستاده نشد")  # the try without a network is over
    assert visits() == []

    lose_the_first_answer(reader, page)
    reader.context.clear_cookies(name="sessionid")  # and meanwhile the sign-in has run out
    page.get_by_role("button", name="اکنون بفرست").click()
    expect(page.get_by_role("status").first).to_contain_text("چیزی از دست نرفته است")
    reader.sign_in(on["facilitator"])
    page.get_by_role("button", name="اکنون بفرست").click()
    expect(page.locator("[data-drafts]")).to_contain_text("فرستاده و نگه داشته شد")
    assert visits() == [(7, 3, "made")]
    with scope(SYSTEM):
        assert Need.objects.count() == 1
        [visit] = Visit.objects.all()
        assert (visit.pk, str(visit.lat), str(visit.lon)) == (plan.pk, "36.57", "53.05")
        assert VisitPhoto.objects.filter(visit=visit, spot=1).count() == 1
    refuse_one_and_send_the_next(reader, page)
    report_a_place_without_a_network(reader, page)
    page.goto(reader.address + FIELD)
    page.get_by_role("link", name="دیدن بازدید").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("بازدید")
    _check(reader)


def _check(reader):
    """What a browser says about a network that was away is no fault of the page."""
    reader.faults = [one for one in reader.faults if "ERR_" not in one and "status of 4" not in one]
    reader.check()


def lose_the_first_answer(reader, page):
    """The network comes back, and the answer of the first sending is lost on the way."""
    lost = []
    reader.context.route(f"**{FIELD}", lambda route: _lose(route, lost))
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        reader.context.set_offline(False)
    assert lost == [201]
    expect(page.get_by_role("status").first).to_contain_text("فعلاً فرستاده نشد")
    assert visits() == [(7, 3, "made")]
    reader.context.unroute(f"**{FIELD}")


def refuse_one_and_send_the_next(reader, page):
    """A draft the site will never take is kept and told; the one written after it is sent all the same."""
    reader.context.set_offline(True)
    for families in ("۱", "۲"):
        page.get_by_label("محله یا آبادی").select_option(label="نوبنیاد — ساری")
        page.get_by_label("با چند خانواده دیدار کردید؟").fill(families)
        page.get_by_label("برای چند خانواده نخستین دیدار بود؟").fill("0")
        if families == "۲":
            spoilt = {"name": "q.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
            page.get_by_label("عکس ۲، از نقطهٔ ۲").set_input_files(spoilt)
            expect(page.get_by_role("button", name="کنار گذاشتن این عکس")).to_be_visible()
        page.get_by_role("button", name="نگه‌داشتن و فرستادن").click()
        expect(page.locator("[data-drafts]")).to_contain_text("در انتظار فرستادن")
        expect(page.get_by_label("با چند خانواده دیدار کردید؟")).to_have_value("")
        expect(page.get_by_role("status").first).to_contain_text("فعلاً فرستاده نشد")  # no sending is still under way
    posts = []

    def too_large(route):
        posts.append(route.request.method)
        route.fulfill(status=413) if posts.count("POST") == 1 else route.continue_()

    reader.context.route(f"**{FIELD}", too_large)
    reader.context.set_offline(False)
    expect(page.locator("[data-drafts]")).to_contain_text("پذیرفته نشد")
    expect(page.locator("[data-drafts]")).not_to_contain_text("در انتظار فرستادن")
    reader.context.unroute(f"**{FIELD}")
    assert visits() == [(7, 3, "made"), (2, 0, "made")]
    # The picture that is none was told by its number and can be replaced; the visit was kept all the same.
    expect(page.locator("[data-drafts]")).to_contain_text("عکس ۲ نگه داشته نشد")
    expect(page.get_by_role("link", name="گذاشتن عکسی دیگر")).to_have_attribute(
        "href", re.compile(r"\?spot=2#add-picture$")
    )
    page.get_by_role("button", name="کنار گذاشتن").click()
    expect(page.locator("[data-drafts]")).not_to_contain_text("نگه داشته نشد")


def report_a_place_without_a_network(reader, page):
    """A place that is in no list: its page opens out of what the phone keeps, and the report goes once."""
    reader.context.set_offline(True)
    page.get_by_role("link", name="گزارش محل").click()
    page.get_by_label("مردم آن را چه می‌نامند؟").fill("کلاتهٔ بالا")
    page.get_by_label("نزدیک کدام محل شناخته‌شده است؟").select_option(label="نوبنیاد — ساری")
    page.get_by_label("حدود چند خانوار آنجا زندگی می‌کنند؟").fill("۹")
    page.get_by_role("button", name="نگه‌داشتن و فرستادن").dblclick()
    expect(page.locator("[data-drafts]")).to_contain_text("در انتظار فرستادن")
    expect(page.get_by_role("status").first).to_contain_text("فعلاً فرستاده نشد")
    reader.context.set_offline(False)
    expect(page.get_by_role("link", name="دیدن گزارش")).to_be_visible()
    _check(reader)
    with scope(SYSTEM):
        assert list(PlaceReport.objects.values_list("name", "households")) == [("کلاتهٔ بالا", 9)]


def _lose(route, lost):
    """The request arrives and is stored; what the site answers never reaches the phone."""
    if route.request.method != "POST" or lost:
        route.continue_()
        return
    lost.append(route.fetch().status)
    route.abort("connectionreset")
