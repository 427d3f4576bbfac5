"""Votes for programs: what the pages do, with the same rights, and nothing kept that ties somebody to a ballot."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.votes.polls import count_waiting
from tests.world import World

from peyvand.extend.switches import switch_on
from peyvand.journal.models import Event, OnceKey
from peyvand.programmes.assemblies import actions
from peyvand.programmes.assemblies.tests.test_pages import client, running
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.votes.casting import enter_paper
from peyvand.votes.models import Paper, Sealed, Vote, Voter
from peyvand.votes.rules import Choice, new_receipt

pytestmark = pytest.mark.django_db
ROOT, API = "/programmes/assemblies/votes", "/api/v1/programmes/assemblies/votes"


@pytest.fixture
def world():
    world = World.build()
    switch_on(slug=actions.SLUG, place=world.places["mz"], by=SYSTEM, now=timezone.now())
    return world


def post(who: Client, address: str, body: object = None, **headers):
    return who.post(address, json.dumps(body or {}), "application/json", headers=headers)


def everything(*tables: str) -> str:
    """All that some tables hold, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def test_a_program_leads_a_vote_from_its_roll_to_its_count(world):
    vote, codes = running(world, voters=4)
    here, facilitator, worker = f"{API}/{vote.pk}", client(world, "facilitator"), client(world, "social_worker")
    leader = client(world, "field_leader")
    rows = {"rows": [{"name": "زهرا نمونه", "known_by": "09120001111"}, {"name": "رضا نمونه", "known_by": "پسر احمد"}]}
    made = post(facilitator, f"{here}/roll", rows)
    assert (made.status_code, len(made.json()["items"])) == (201, 2)
    assert post(facilitator, f"{here}/roll", rows).json()["code"] == "like_on_roll"
    by_code, by_paper = (one["id"] for one in made.json()["items"])
    told = post(facilitator, f"{here}/codes", {"voter_ids": [by_code], "way": "hand"})
    codes = [*codes, told.json()["items"][0]["code"]]
    listed = facilitator.get(f"{here}/roll")
    assert ("زهرا" in listed.content.decode(), len(listed.json()["items"])) == (False, 6)
    receipts = []
    for code in codes:
        answer = post(worker, f"{here}/cast", {"code": code, "options": [1]})
        assert answer.status_code == 201, answer.content
        receipts.append(answer.json()["receipt"])
    assert post(worker, f"{here}/cast", {"code": codes[0], "options": [2]}).json()["code"] == "already_voted"
    assert post(facilitator, f"{here}/roll/{by_paper}/paper").json()["voted"] == "paper"
    number = new_receipt()
    entry = {"receipt": number, "options": [1, 2]}
    assert post(facilitator, f"{here}/papers", entry).json()["agreed"] is False
    assert len(facilitator.get(f"{here}/papers").json()["items"]) == 1
    assert post(worker, f"{here}/papers", entry).json()["agreed"] is True
    surplus = post(facilitator, f"{here}/papers", {"receipt": new_receipt(), "options": []}).json()["id"]
    assert post(worker, f"{here}/papers/{surplus}/aside", {"reason": "surplus"}).status_code == 200
    with scope(SYSTEM):
        Vote.objects.filter(pk=vote.pk).update(closes_at=timezone.now())
    assert post(leader, f"{here}/close").json()["state"] == "closed"
    assert facilitator.get(f"{here}/ballots").status_code == 404
    assert post(leader, f"{here}/count").json()["state"] == "counting"
    count_waiting()
    found = leader.get(here).json()
    assert (found["state"], found["ballots"], found["result"]["received"]) == ("counted", 6, {"1": 6, "2": 1})
    assert all(one in facilitator.get(f"{here}/ballots").json()["pabulib"] for one in (*receipts, number))
    assert facilitator.get(f"{here}/again").json() == {"same": True}
    # What was told is nowhere but in the open ballots, and no event and no kept answer says who voted.
    kept = everything("journal_oncekey", "journal_event", "votes_voter", "votes_vote")
    assert not any(secret in kept for secret in (*codes, *receipts, number))
    acts = set(Event.objects.filter(act__startswith="vote.").values_list("act", flat=True))
    assert not {act for act in acts if "cast" in act or "paper" in act} - {"vote.paper_set_aside"}


def test_what_is_secret_is_kept_under_no_key_and_codes_are_not_to_be_guessed(world, settings):
    vote, codes = running(world, voters=1)
    here, facilitator = f"{API}/{vote.pk}", client(world, "facilitator")
    entry = Voter.objects.get(vote=vote).pk
    secret = {"cast": {"code": codes[0], "options": [1]}, "codes": {"voter_ids": [entry]}, f"roll/{entry}/paper": {},
              "papers": {"receipt": new_receipt(), "options": [1]}}  # fmt: skip
    for address, body in secret.items():
        assert post(facilitator, f"{here}/{address}", body, **{"Idempotency-Key": "a"}).status_code == 422
    assert (OnceKey.objects.count(), Sealed.objects.count(), Paper.objects.count()) == (0, 0, 0)
    settings.TRACKING_CALLS_A_MINUTE = 2  # one was made above
    answers = [post(facilitator, f"{here}/cast", {"code": "1" * 12, "options": [1]}).status_code for _try in range(2)]
    assert answers == [409, 429]


def test_an_entry_or_a_paper_of_another_vote_is_not_there(world):
    """Rights in both votes change nothing: an address names what belongs together."""
    (one, _codes), (other, _others) = running(world, voters=1), running(world, voters=1)
    facilitator, worker = client(world, "facilitator"), client(world, "social_worker")
    entry = Voter.objects.get(vote=other).pk
    by = world["facilitator"]
    paper = enter_paper(vote_id=other.pk, receipt=new_receipt(), choice=Choice((1,)), by=by, now=timezone.now()).pk
    for wrong in (one.pk, 2**40):
        for address in (f"roll/{entry}/strike", f"roll/{entry}/paper", f"papers/{paper}/aside"):
            body = {"reason": "surplus"} if "aside" in address else {}
            assert worker.post(f"{ROOT}/{wrong}/{address}/", body).status_code == 404, address
            assert post(worker, f"{API}/{wrong}/{address}", body).status_code == 404, address
    with scope(SYSTEM):
        assert (Voter.objects.get(pk=entry).voted, Paper.objects.filter(pk=paper).count()) == ("", 1)
    assert facilitator.post(f"{ROOT}/{other.pk}/roll/{entry}/paper/").status_code == 302
    assert post(worker, f"{API}/{other.pk}/papers/{paper}/aside", {"reason": "surplus"}).status_code == 200
    with scope(SYSTEM):
        assert (Voter.objects.get(pk=entry).voted, Paper.objects.filter(pk=paper).count()) == ("paper", 0)


def test_the_roll_is_there_for_those_who_vouch_where_they_do(world):
    vote, _codes = running(world, voters=1)
    address = f"{API}/{vote.pk}/roll"
    assert client(world, "field_leader").get(address).status_code == 200
    for name in ("charity_manager", "governor", "auditor"):
        assert client(world, name).get(address).status_code == 404, name
    assert Client().get(address).status_code == 401
