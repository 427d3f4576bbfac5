"""The acts beside the way of a need: family files, agreements, pictures, lists, setting up, programmes."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from tests.api.calls import ROOT, Caller
from tests.runs import carry_out_waiting
from tests.world import World

from peyvand.extend.switches import switch_on
from peyvand.journal.models import OnceKey
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Consent, Disability, Person, Task
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

pytestmark = pytest.mark.django_db
HEAD = {"given_name": "زهرا", "family_name": "گل‌افروز", "mobile": "۰۹۱۲۱۲۳۴۵۶۷", "sex": "woman", "birth_year": 1362}
FAMILY = {
    "head": HEAD,
    "place_path": "ir/mz/sari/nobonyad/",
    "consent_way": "paper",
    "code": "F-77",
    "address": "کوچهٔ یاس",
}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.PEYVAND_FILES, settings.PEYVAND_WAITING = tmp_path / "files", tmp_path / "waiting"


@pytest.fixture
def world():
    return World.build()


@pytest.fixture
def centre(world):
    return Caller(world, "facilitator")


def good(response, status=200):
    assert response.status_code == status, response.content.decode()
    return response.json()


def day(days=0):
    return (business_date(timezone.now()) + timedelta(days=days)).isoformat()


def upload(caller, address, file, **form):
    values = {**form, ("photo" if address.endswith("proofs") else "file"): file}
    return caller.client.post(ROOT + address, values, headers=caller.headers)


def picture(name="picture.jpg", colour="red"):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera"
    Image.new("RGB", (40, 30), colour).save(out, "JPEG", exif=exif)
    file = io.BytesIO(out.getvalue())
    file.name = name
    return file


def test_a_family_file_is_opened_with_its_consent_and_no_answer_names_anybody(world, centre):
    opened = centre.post("/families", FAMILY, Idempotency_Key="f")
    family = good(opened, 201)
    assert (family["code"], family["size"], len(family["person_ids"])) == ("F-77", 1, 1)
    [head] = family["person_ids"]
    again = centre.post("/families", FAMILY, Idempotency_Key="f")
    assert again.json() == family
    assert centre.post("/families", FAMILY).json()["code"] == "already_there"
    child = {"given_name": "علی", "family_name": "گل‌افروز", "birth_year": 1395}
    grown = good(centre.post(f"/families/{family['id']}/persons", {"items": [child]}, Idempotency_Key="p"), 201)
    assert (grown["size"], len(grown["person_ids"])) == (2, 1)
    told = good(centre.get(f"/families/{family['id']}"))
    assert [one["given_name"] for one in told["persons"]] == ["زهرا", "علی"]
    assert [one["purpose"] for one in told["persons"][0]["consents"]] == ["keep_file"]
    assert [task["membership_id"] for task in told["tasks"]] == [world["facilitator"].membership_id]
    with scope(SYSTEM):
        kept = json.dumps(list(OnceKey.objects.values_list("answer", flat=True)), ensure_ascii=False)
        assert Person.objects.get(pk=head).mobile.reveal() == "09121234567"
    for answer in (opened.content.decode(), json.dumps(grown, ensure_ascii=False), kept):
        for secret in ("زهرا", "گل‌افروز", "0912", "۰۹۱۲", "یاس"):
            assert secret not in answer


def test_what_does_not_fit_a_family_is_said_and_nothing_is_stored(world, centre):
    for wrong in ({"mobile": "123"}, {"national_id": "1234567890"}):
        answer = centre.post("/families", FAMILY | {"head": HEAD | wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, next(iter(wrong)))
    blank = centre.post("/families", FAMILY | {"head": HEAD | {"given_name": " "}})
    assert blank.json()["errors"][0]["field"].endswith("given_name")
    elsewhere = centre.post("/families", FAMILY | {"place_path": "ir/mz/amol/espiari/"})
    assert elsewhere.json()["code"] == "not_permitted"
    assert Caller(world, "officer").post("/families", FAMILY).json()["code"] == "not_permitted"
    with scope(SYSTEM):
        assert not Person.objects.exists()


def test_consents_disabilities_and_tasks(world, centre):
    family = good(centre.post("/families", FAMILY), 201)
    [head] = family["person_ids"]
    said = {"disability": "hearing", "severity": "mild"}
    assert centre.post(f"/persons/{head}/disabilities", said).json()["code"] == "no_consent"
    agreed = {"purpose": "keep_health", "given_by": "self", "way": "spoken"}
    consent = good(centre.post(f"/persons/{head}/consents", agreed), 201)
    assert good(centre.post(f"/persons/{head}/disabilities", said), 201) == {"person_id": head}
    assert Caller(world, "social_worker").post(f"/persons/{head}/consents", agreed).status_code == 404
    withdrawn = good(centre.post(f"/consents/{consent['id']}/withdraw"))
    assert withdrawn["withdrawn_at"]
    with scope(SYSTEM):
        assert (Disability.objects.count(), Consent.objects.filter(withdrawn_at__isnull=True).count()) == (0, 1)
    leader, worker = Caller(world, "field_leader"), Caller(world, "social_worker")
    address = f"/families/{family['id']}"
    task = good(leader.post(f"{address}/tasks", {"membership_id": world["social_worker"].membership_id}), 201)
    assert good(worker.get(address))["persons"]
    assert good(leader.post(f"/families/tasks/{task['id']}/end"))["until"]
    assert good(worker.get(address))["persons"] == []
    outsider = {"membership_id": world["firm_manager"].membership_id}
    assert leader.post(f"{address}/tasks", outsider).json()["code"] == "not_permitted"
    with scope(SYSTEM):
        assert Task.objects.filter(until__isnull=True).count() == 1


def test_a_call_opens_the_need_and_the_family_file_where_it_is_new(world, centre):
    told = {"specification": "wheelchair", "quantity": 1, "place_path": "ir/mz/sari/nobonyad/"}
    caller = {"given_name": "زهرا", "family_name": "گل‌افروز", "mobile": "09121234567"}
    [need] = good(centre.post("/needs/call", told | caller), 201)["items"]
    code = good(centre.get(f"/families/{need['household_id']}"))["code"]
    [second] = good(centre.post("/needs/call", {"specification": "tutoring", "quantity": 2, "family_code": code}), 201)[
        "items"
    ]
    assert second["household_id"] == need["household_id"]
    assert centre.post("/needs/call", {"specification": "tutoring", "quantity": 2}).json()["field"] == "place"
    ended = good(centre.post("/needs/withdraw", {"need_ids": [need["id"], second["id"]]}))["items"]
    assert {one["closed_as"] for one in ended} == {"withdrawn"}


def test_offers_are_ended_together_or_not_at_all(world):
    charity, mine, other = (
        Caller(world, "charity_manager"),
        world.capacity(),
        world.capacity(by="firm_manager", place="amol"),
    )
    assert charity.post("/capacities/close", {"capacity_ids": [mine.pk, other.pk]}).status_code in (403, 404)
    assert good(charity.get(f"/capacities/{mine.pk}"))["state"] == "open"
    assert good(charity.post("/capacities/close", {"capacity_ids": [mine.pk]}))["items"][0]["state"] == "closed"


def test_an_agreement_is_recorded_and_promises_are_made_under_it(world, centre):
    charity = Caller(world, "charity_manager")
    sides = {"giver_id": world.organisations["charity"].pk, "asker_id": world.organisations["centre"].pk}
    paper = {"title": "تفاهم‌نامهٔ ویلچر", "signed_date": day(-9), "giver_duties": "تأمین ویلچر"} | sides
    made = good(charity.post("/agreements", paper, Idempotency_Key="a"), 201)
    assert (made["giver"]["id"], made["asker"]["id"], made["promises"]) == (*sides.values(), 0)
    need, offer = world.need(3), world.capacity(3)
    row = {"need_id": need.pk, "capacity_id": offer.pk, "quantity": 1, "due_date": day(30), "agreement_id": made["id"]}
    [promise] = good(centre.post("/commitments", {"items": [row]}), 201)["items"]
    assert promise["agreement_id"] == made["id"]
    assert centre.ids("/commitments", agreement_id=made["id"]) == {promise["id"]}
    assert good(centre.get(f"/agreements/{made['id']}"))["promises"] == 1
    assert centre.ids("/agreements", giver_id=sides["giver_id"], standing=True) == {made["id"]}
    assert Caller(world, "firm_manager").get(f"/agreements/{made['id']}").status_code == 404
    for wrong, code in (
        (sides | {"giver_id": 999999}, "bad_value"),
        ({"end_date": day(-10)}, "bad_value"),
        ({"giver_id": world.organisations["firm"].pk}, "not_permitted"),
    ):
        assert charity.post("/agreements", paper | wrong).json()["code"] == code, wrong


def test_a_promise_names_the_suggestion_it_answers(world, centre):
    world.need(by="facilitator")
    world.capacity()
    good(Caller(world, "field_leader").post("/matching-runs", {"place_path": "ir/mz/sari/"}), 201)
    carry_out_waiting()
    [one] = good(centre.get("/suggestions", specification="wheelchair"))["items"]
    assert good(centre.get("/suggestions", specification="tutoring"))["items"] == []
    row = {"need_id": one["need_id"], "capacity_id": one["capacity_id"], "quantity": 1, "due_date": day(9)}
    wrong = centre.post("/commitments", {"items": [row | {"suggestion_id": 999999}]})
    assert wrong.json()["field"] == "suggestion"
    good(centre.post("/commitments", {"items": [row | {"suggestion_id": one["id"]}]}), 201)


def test_pictures_are_added_by_the_two_sides_and_given_to_those_who_see_the_delivery(world):
    charity = Caller(world, "charity_manager")
    delivery = world.delivered(world.agreed(world.need(), world.capacity()), accepted=False)
    address = f"/deliveries/{delivery.pk}/proofs"
    proof = good(upload(charity, address, picture()), 201)
    assert proof["delivery_id"] == delivery.pk
    for name, status in (("facilitator", 200), ("charity_manager", 200), ("firm_manager", 404), ("governor", 404)):
        caller = Caller(world, name)
        shown, listed = caller.get(f"/proofs/{proof['id']}"), caller.get(address)
        assert (shown.status_code, listed.status_code) == (status, status), name
        if status == 200:
            assert shown["Content-Type"] == "image/jpeg"
            assert b"camera" not in shown.content
            assert [one["id"] for one in listed.json()["items"]] == [proof["id"]]
    assert Caller(world).get(f"/proofs/{proof['id']}").status_code == 401
    assert upload(Caller(world, "firm_manager"), address, picture()).status_code == 404
    broken = io.BytesIO(b"no picture")
    broken.name = "x.jpg"
    refused = upload(charity, address, broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_picture")
    assert charity.client.post(ROOT + address, {}, headers=charity.headers).json()["code"] == "not_valid"


def test_the_same_picture_sent_twice_with_one_key_is_added_once(world):
    charity = Caller(world, "charity_manager")
    delivery = world.delivered(world.agreed(world.need(), world.capacity()), accepted=False)
    charity.headers["Idempotency-Key"] = "photo"
    address = f"/deliveries/{delivery.pk}/proofs"
    first, second = (upload(charity, address, picture()) for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert upload(charity, address, picture(colour="blue")).json()["code"] == "idempotency_key_reused"
    assert len(charity.get(address).json()["items"]) == 1


def sheet(text, name="needs.csv"):
    file = io.BytesIO(text.encode("utf-8-sig"))
    file.name = name
    return file


LIST = "نوع نیاز,تعداد,محله\nویلچر,2,نوبنیاد\nویلچر,هیچ,نوبنیاد\n"


def test_a_list_is_looked_at_stored_by_one_act_and_taken_back(world, centre):
    seen = good(upload(centre, "/imports/look", sheet(LIST), kind="needs"), 201)
    assert (seen["rows"], seen["good"], seen["rejected"], seen["imported_before_id"]) == (2, 1, 1, None)
    assert {one["row"] for one in seen["errors"]} == {3}
    assert centre.ids("/needs") == set()
    confirmed = {"token": seen["token"], "expected": seen["expected"]}
    refused = centre.post("/imports", confirmed)
    assert (refused.status_code, refused.json()["code"]) == (422, "list_refused")
    assert refused.json()["errors"][0]["row"] == 3
    assert Caller(world, "social_worker").post("/imports", confirmed).json()["code"] == "waiting_file_gone"
    assert centre.post("/imports", confirmed | {"expected": "x"}).json()["code"] == "list_reads_otherwise"
    made = good(centre.post("/imports", confirmed | {"without_bad_rows": True}, Idempotency_Key="i"), 201)
    assert (made["created"], made["rows_rejected"], made["kind"]) == (1, 1, "needs")
    assert len(centre.ids("/needs", state="open")) == 1
    assert centre.ids("/imports", kind="needs") == {made["id"]}
    assert good(upload(centre, "/imports/look", sheet(LIST), kind="needs"), 201)["imported_before_id"] == made["id"]
    assert Caller(world, "firm_manager").get(f"/imports/{made['id']}").status_code == 404
    undone = good(centre.post(f"/imports/{made['id']}/undo"))
    assert undone["undone_at"]
    assert centre.ids("/needs", state="open") == set()
    assert centre.post(f"/imports/{made['id']}/undo").json()["code"] == "import_undone_before"


def test_a_file_that_is_no_list_is_refused_with_its_reasons_and_not_kept(world, centre, settings):
    refused = upload(centre, "/imports/look", sheet("الف,ب\n1,2\n"), kind="needs")
    assert (refused.status_code, refused.json()["code"]) == (422, "list_refused")
    assert refused.json()["errors"]
    assert list(settings.PEYVAND_WAITING.iterdir()) == []
    strange = upload(centre, "/imports/look", sheet(LIST), kind="needs", columns="[1]")
    assert strange.json()["field"] == "columns"
    assert upload(Caller(world, "governor"), "/imports/look", sheet(LIST), kind="needs").status_code == 403


def test_those_who_set_an_office_up_add_places_organisations_and_weights(world):
    leader, centre = Caller(world, "leader"), Caller(world, "facilitator")
    place = {"kind": "neighbourhood", "name_fa": "کوی تازه", "code": "taze", "parent_path": "ir/mz/sari/"}
    put = good(leader.post("/places", {"items": [place]}), 201)
    assert (put["items"][0]["path"], put["added"]) == ("ir/mz/sari/taze/", 1)
    assert good(leader.post("/places", {"items": [place]}), 201)["same"] == 1
    branch = {
        "kind": "charity",
        "name_fa": "خیریهٔ تازه",
        "place_path": "ir/mz/sari/",
        "parent_id": world.organisations["office"].pk,
    }
    [made] = good(leader.post("/organisations", {"items": [branch]}), 201)["items"]
    assert made["parent_id"] == branch["parent_id"]
    weights = {"urgency": 40, "vulnerability": 20, "waiting": 20, "deprivation": 10, "residents": 10}
    decided = {"since": day(1), "source": "مصوبهٔ ستاد، آذر ۱۴۰۵"} | weights
    assert good(Caller(world, "administrator").post("/priority-weights", decided), 201)["weights"] == weights
    assert good(centre.get("/priority-weights"))["items"][0]["since"] == day(1)
    for address, body in (
        ("/places", {"items": [place]}),
        ("/organisations", {"items": [branch]}),
        ("/priority-weights", decided),
    ):
        assert centre.post(address, body).json()["code"] == "not_permitted", address
        assert Caller(world).post(address, body).status_code == 401, address


def test_the_journal_tells_acts_and_nobody(world, centre):
    need = world.need()
    rows = good(centre.get("/journal", act="need.told", subject_id=need.pk))["items"]
    assert [(row["subject_kind"], row["role"], row["rows"]) for row in rows] == [("need", "facilitator", 1)]
    assert good(centre.get("/journal/count", act="need.told"))["count"] == 1
    assert good(Caller(world, "firm_manager").get("/journal", act="need.told"))["items"] == []
    assert Caller(world, "governor").get("/journal").status_code == 403


def test_a_programme_is_switched_on_where_it_is_and_off_again(world, centre):
    leader = Caller(world, "leader")
    [slug] = [one["slug"] for one in good(centre.get("/programmes"))["items"] if one["slug"] == "micro_projects"]
    assert centre.get(f"/programmes/{slug}").status_code == 404
    on = {"programme": slug, "place_path": "ir/mz/"}
    made = good(leader.post("/programme-switches", on), 201)
    assert good(leader.post("/programme-switches", on), 201)["id"] == made["id"]
    assert centre.get(f"/programmes/{slug}").status_code == 200
    assert centre.post("/programme-switches", on).json()["code"] == "not_permitted"
    assert leader.post("/programme-switches", on | {"programme": "nothing"}).json()["code"] == "unknown_programme"
    assert leader.post("/programme-switches", {"programme": slug}).json()["field"] == "place"
    assert good(leader.post(f"/programme-switches/{made['id']}/off"))["until"]
    assert leader.ids("/programme-switches", programme=slug) == {made["id"]}
    assert switch_on(slug=slug, place=world.places["mz"], by=SYSTEM, now=timezone.now()).pk != made["id"]
