"""Every form: what is sent wrong comes back as it was typed, with the field marked, and in the reader's own language."""

import re
from datetime import timedelta

import pytest
from lxml import html
from tests.persian import faults
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Suggestion
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

TYPED = "نادرست ۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹۹"


@pytest.fixture
def peopled(world: World) -> dict[str, int]:
    need, capacity = world.need(2), world.capacity(6)
    promise = world.agreed(world.need(2), capacity, 2)
    waiting = world.delivered(promise, 1, accepted=False)
    accepted = world.delivered(promise, 1)
    run_matching(place=world.places["sari"], by=world["field_leader"], now=NOW)
    switch_on(slug="micro_projects", place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    with scope(SYSTEM):
        suggestion = Suggestion.objects.filter(state="proposed").first()
    return {
        "need": need.pk, "promise": promise.pk, "waiting": waiting.pk, "accepted": accepted.pk, "suggestion": suggestion.pk,
        "family": world.household().pk, "member": world["facilitator"].membership_id, "province": world.places["mz"].pk,
    }  # fmt: skip


# The page with a form, who opens it, and the address it is sent to where that is another (or "" for its own).
FORMS = [
    ("/needs/new/", "facilitator", ""),
    ("/needs/{need}/", "field_leader", "/needs/{need}/priority/"),
    ("/families/new/", "facilitator", ""),
    ("/families/{family}/persons/", "facilitator", ""),
    ("/families/{family}/", "field_leader", "/families/{family}/task/"),
    ("/families/{family}/", "facilitator", "/families/{family}/refused/"),
    ("/account/tokens/", "facilitator", ""),
    ("/capacities/new/", "charity_manager", ""),
    ("/suggestions/{suggestion}/", "facilitator", "/suggestions/{suggestion}/accept/"),
    ("/suggestions/{suggestion}/", "facilitator", "/suggestions/{suggestion}/decline/"),
    ("/promises/{promise}/delivery/", "charity_manager", ""),
    ("/deliveries/{waiting}/refuse/", "facilitator", ""),
    ("/deliveries/{accepted}/reverse/", "facilitator", ""),
    ("/agreements/new/", "charity_manager", ""),
    ("/stories/new/", "facilitator", ""),
    ("/people/new/", "administrator", ""),
    ("/people/{member}/role/", "administrator", ""),
    ("/journal/", "auditor", "/journal/looks/"),
    ("/imports/", "facilitator", ""),
    ("/match/", "facilitator", ""),
    ("/start/places/new/", "administrator", ""),
    ("/start/organisations/", "administrator", ""),
    ("/start/weights/", "administrator", ""),
    ("/track/", "", ""),
    ("/enter/", "", ""),
    ("/sign-in/", "", ""),
    ("/account/", "facilitator", ""),
    ("/programmes/micro_projects/new/", "facilitator", ""),
]


def fields(form) -> dict[str, str]:
    """A wrong value for everything a reader types; what a choice offers is left unchosen."""
    found = {}
    for one in form.xpath(".//input|.//textarea|.//select"):
        name, kind = one.get("name"), one.get("type", "text")
        if not name or kind in ("submit", "file", "checkbox", "radio"):
            continue
        if kind == "hidden":
            found[name] = one.get("value", "")
        elif one.tag == "select":
            found[name] = ""
        else:
            found[name] = TYPED[: int(one.get("maxlength") or 60)] if kind != "password" else "x"
    return found


def sent_form(page, action: str):
    forms = [one for one in page.xpath("//main//form") if one.get("method") == "post"]
    if action:
        return next(one for one in forms if one.get("action") == action)
    own = [one for one in forms if one.xpath(".//*[@id and @name]")]
    return max(own, key=lambda one: len(one.xpath(".//*[@name]")))


@pytest.mark.parametrize(("where", "who", "to"), FORMS, ids=[f"{to or where}-{who}" for where, who, to in FORMS])
def test_what_was_typed_comes_back_with_its_fault_beside_it(peopled, sign_in, settings, where, who, to):
    settings.ACCOUNT_RATE_LIMITS = False
    client, address = sign_in(who, "fa"), where.format(**peopled)
    form = sent_form(html.fromstring(client.get(address).content), to.format(**peopled))
    sent = fields(form) | ({"note": "کم"} if "reverse" in where else {})  # any words of some length are right there
    answer = client.post(form.get("action") or address, sent, follow=True)
    assert answer.status_code in (200, 409, 422), answer.status_code
    text = answer.content.decode()
    page = html.fromstring(text)
    summary = page.xpath("//*[@data-error-summary]")
    assert summary, "nothing says that something needs to be put right"
    wrong = page.xpath("//main//*[@aria-invalid='true']")
    whole = page.xpath("//*[@data-error-summary]//li[not(a)]")
    assert wrong or whole, "no field is marked"
    for one in wrong:
        told = (one.get("aria-describedby") or "").split() or (
            one.xpath("ancestor::fieldset[1]/@aria-describedby") or [""]
        )[0].split()
        assert any(page.xpath(f"//*[@id='{pk}' and contains(@class, 'error')]") for pk in told), one.get("name")
    for link in page.xpath("//*[@data-error-summary]//a/@href"):
        assert page.xpath(f"//*[@id='{link.lstrip('#')}']"), link
    kept = {one.get("name"): one.get("value") or one.text or "" for one in page.xpath("//main//input|//main//textarea")}
    for name, value in sent.items():
        if value.startswith("نادرست"):
            assert kept.get(name, "").strip() == value.strip(), name
    said = " ".join(one.text_content() for one in page.xpath("//*[contains(@class, 'error')]"))
    assert not re.search("[A-Za-z]{4,}", re.sub(r"CSV|XLSX?|Excel|JPEG|PNG|WebP|Parquet|HTML", "", said)), said
    assert not list(faults(said)), said
