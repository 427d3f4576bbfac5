"""Who could give what a need asks, what it asks, what a family refuses, and what a programme makes of a lack: pages and routes."""

import re

import pytest
from tests.api.calls import Caller
from tests.persian import faults_of_page
from tests.world import NOW

from peyvand.extend.switches import switch_on
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.flow.need.rules import Asked
from peyvand.programmes.neighbourhoods.board_models import Obstacle
from peyvand.resources.actions import put_qualities, starter
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@pytest.fixture
def worded(world):
    put_qualities(rows=starter().qualities, by=SYSTEM, now=NOW)
    return world


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_need_just_told_shows_who_could_give_it_and_one_of_them_is_asked(worded, sign_in, queries):
    need, offer = worded.need(2), worded.capacity(5)
    worded.capacity(1, place="ahangar", reach="neighbourhood")
    client, url = sign_in("facilitator"), f"/needs/{need.pk}/offers/"
    for page in ("", "receipt/"):
        assert url in client.get(f"/needs/{need.pk}/{page}").content.decode()
    shown = words(client.get(url))
    fitting, others = shown[shown.index("These fit") :].split("Why not one of these?")
    assert "خیریهٔ نمونه" in fitting
    assert "does not reach the place" in others
    assert queries(client, url) <= 20, "of them 12 open and close its scopes"
    wrong = client.post(f"{url}{offer.pk}/ask/", {"due_date": "no day"})
    assert (wrong.status_code, words(wrong).count("By when")) == (422, 1)
    assert 'value="no day"' in wrong.content.decode()
    answer = client.post(f"{url}{offer.pk}/ask/", {"due_date": "1405/10/1"})
    with scope(SYSTEM):
        [promise] = Commitment.objects.all()
    assert (answer.url, promise.quantity, promise.state) == (f"/promises/{promise.pk}/", 2, "offered")


def test_what_a_need_asks_and_an_offer_brings_is_set_in_forms(worded, sign_in):
    need, offer = worded.need(), worded.capacity()
    facilitator, giver = sign_in("facilitator"), sign_in("charity_manager")
    said = {"language": ["kurdish"], "giver_sex": "woman", "most_km": "", "start_date": ""}
    assert facilitator.post(f"/needs/{need.pk}/asked/", said).status_code == 302
    with scope(SYSTEM):
        row = Need.objects.get(pk=need.pk)
    assert (row.asks, row.giver_sex, row.may_share) == (["kurdish"], "woman", False)
    shown = words(facilitator.get(f"/needs/{need.pk}/offers/"))
    for said in (
        "names none of the languages",
        "A woman or a man is asked for",
        "All of it comes from one giver",
        "Kurdish",
    ):
        assert said in shown
    url = f"/capacities/{offer.pk}/brought/"
    assert "at least the smallest lot" not in words(giver.get(url))
    giver.post(url, {"language": ["kurdish"], "giver_sex": "woman", "most_a_week": "3"})
    assert "Kurdish" in words(giver.get(f"/capacities/{offer.pk}/"))
    assert "None of" not in words(facilitator.get(f"/needs/{need.pk}/offers/"))
    pages = [f"/needs/{need.pk}/asked/", f"/needs/{need.pk}/offers/"]
    for client, page in [
        *((sign_in("facilitator", "fa"), one) for one in pages),
        (sign_in("charity_manager", "fa"), url),
    ]:
        assert faults_of_page(client.get(page).content.decode()) == []


def test_what_goes_together_is_ticked_shown_and_asked_for_at_once(worded, sign_in):
    need, other, far = worded.need(2), worded.need(kind="tutoring"), worded.need(place="ahangar")
    worded.capacity(5)
    client, url = sign_in("facilitator"), f"/needs/{need.pk}/offers/"
    form = client.get(f"/needs/{need.pk}/together/").content.decode()
    assert (f'value="{other.pk}"' in form, f'value="{far.pk}"' in form) == (True, False)
    assert client.post(f"/needs/{need.pk}/together/", {"needs": [other.pk]}).url == url
    shown = words(client.get(url))
    assert "It cannot be asked for alone" in shown
    assert "Ask this giver" not in shown
    assert "Tutoring" in words(client.get(f"/needs/{need.pk}/"))
    run = run_matching(place=worded.places["sari"], by=worded["field_leader"], now=NOW)
    told = words(sign_in("field_leader").get(f"/matching/{run.pk}/?tab=unserved"))
    assert "It goes together with other needs, and not all of them could be served." in told
    for page in (f"/needs/{need.pk}/together/", url):
        assert faults_of_page(sign_in("facilitator", "fa").get(page).content.decode()) == []
    client.post(f"/needs/{need.pk}/together/", {"needs": []})
    assert "It goes by itself." in words(client.get(url))


def test_a_family_refuses_a_provider_and_it_is_undone_from_the_next_page(worded, sign_in):
    home = worded.household()
    worded.need(household=home)
    client, url = sign_in("facilitator"), f"/families/{home.pk}/"
    charity = worded.organisations["charity"]
    client.post(f"{url}refused/", {"organisation": charity.pk})
    page = client.get(url).content.decode()
    assert "خیریهٔ نمونه" in page[page.index('id="refused"') :]
    undo = re.search(r"/batches/\d+/undo/", page)[0]
    assert "خیریهٔ نمونه" not in words(sign_in("social_worker").get(url))
    client.post(undo)
    with scope(SYSTEM):
        assert not ProviderRefused.objects.filter(until=None).exists()
    client.post(f"{url}refused/", {"organisation": charity.pk})
    with scope(SYSTEM):
        row = ProviderRefused.objects.get(until=None)
    client.post(f"{url}refused/{row.pk}/accept/")
    with scope(SYSTEM):
        assert not ProviderRefused.objects.filter(until=None).exists()


def test_rules_of_a_kind_are_set_by_administrators(worded, sign_in):
    admin, url = sign_in("administrator"), "/start/kinds/wheelchair/"
    assert sign_in("leader").get(url).status_code == 403
    admin.post(url, {"licence": ["nursing"], "at_venue": "on", "substitutes": ["tutoring"]})
    kind = Specification.objects.get(slug="wheelchair")
    assert (kind.licences, kind.at_venue, kind.same_sex) == (["nursing"], True, False)
    shown = words(admin.get("/start/kinds/"))
    assert "Licence in nursing, the person goes there" in shown
    assert [one.given.slug for one in kind.substitutes.all()] == ["tutoring"]


def test_what_lacks_is_handed_to_a_programme_in_one_press_and_read_by_the_api(worded, sign_in):
    switch_on(slug="neighbourhoods", place=worded.places["mz"], organisation=None, since=NOW.date(), by=SYSTEM, now=NOW)
    for _ in range(6):
        worded.need(2, asked=Asked(may_share=False))
    worded.capacity(2)
    run = run_matching(place=worded.places["sari"], by=worded["field_leader"], now=NOW)
    client = sign_in("field_leader")
    page = client.get(f"/matching/{run.pk}/lacks/").content.decode()
    press = re.search(r"/matching/\d+/lacks/\d+/\d+/take/neighbourhoods/", page)[0]
    assert client.post(press).url == "/programmes/neighbourhoods/obstacles/"
    with scope(SYSTEM):
        [obstacle] = Obstacle.objects.all()
    assert "10" in obstacle.title
    assert "exact" in words(client.get(f"/matching/{run.pk}/report/"))
    found = Caller(worded, "field_leader").get(f"/matching-runs/{run.pk}/findings").json()
    assert (found["whole"]["needs"], found["whole"]["met"], found["lots"]["gap"]) == (6, 1, 0)
    assert [lack["would_serve"] for lack in found["lacks"]] == [10]
    hidden = Caller(worded, "field_leader").get(f"/matching-runs/{run.pk}/findings", outside="true").json()
    assert hidden["whole"]["met"] is None


def test_routes_do_what_the_forms_do(worded):
    need, offer, home = worded.need(), worded.capacity(), worded.household()
    worker, giver = Caller(worded, "facilitator"), Caller(worded, "charity_manager")
    asked = worker.post(f"/needs/{need.pk}/asked", {"qualities": ["arabic"], "may_share": False})
    assert (asked.status_code, asked.json()["qualities"]) == (200, ["arabic"])
    second = worded.need().pk
    for others in ([second], []):
        said = worker.post(f"/needs/{need.pk}/together", {"need_ids": others}).json()
        assert said == worker.get(f"/needs/{need.pk}/together").json() == {"need_ids": [need.pk, *others]}
    [one] = worker.get(f"/needs/{need.pk}/offers").json()["items"]
    assert ([why["code"] for why in one["why_not"]], one["capacity"]["id"]) == (["no_common_language"], offer.pk)
    assert giver.post(f"/capacities/{offer.pk}/brought", {"qualities": ["nothing"]}).status_code == 422
    assert giver.post(f"/capacities/{offer.pk}/brought", {"qualities": ["arabic"]}).json()["qualities"] == ["arabic"]
    assert worker.get(f"/needs/{need.pk}/offers").json()["items"][0]["why_not"] == []
    firm = worded.organisations["firm"].pk
    refused = worker.post(f"/families/{home.pk}/refused", {"organisation_id": firm}).json()
    assert worker.post(f"/families/refused/{refused['id']}/accept").json()["until"]
    rules = {"licences": ["nursing"], "substitutes": ["tutoring"]}
    kind = Specification.objects.get(slug="wheelchair").pk
    assert worker.post(f"/specifications/{kind}/rules", rules).status_code == 403
    assert Caller(worded, "administrator").post(f"/specifications/{kind}/rules", rules).json()["licences"] == [
        "nursing"
    ]
    assert len(worker.get("/qualities", limit=200).json()["items"]) == len(starter().qualities)
