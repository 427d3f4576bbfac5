"""The contract: documented whole, asked everywhere, closed when in doubt."""

import ast
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.world import NOW, TODAY, World

from peyvand.extend import conformance, diagrams, discovery, programme
from peyvand.extend.discovery import programmes
from peyvand.extend.guards import GuardFailed, guarded
from peyvand.extend.programme import ActOnMany, Page, Permission, Route, WaitingLine, Waits
from peyvand.extend.steps import ACTS, STEPS
from peyvand.extend.switches import ProgrammeOff, is_on, known_to, off_refusal, switch_off, switch_on
from peyvand.flow.capacity.actions import close_capacities
from peyvand.flow.commitment.matching import run_matching
from peyvand.flow.commitment.models import Suggestion
from peyvand.flow.need.actions import withdraw_needs
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.scope.acting import SYSTEM, Role
from peyvand.scope.database import scope

ROOT = Path(__file__).resolve().parents[2]
FLOW = ROOT / "src" / "peyvand" / "flow"
ACTIONS = [*FLOW.rglob("actions.py"), *FLOW.rglob("undoing.py")]
DOC = (ROOT / "docs" / "programmes.md").read_text(encoding="utf-8")
POINTS = [
    (kind.__name__, field.name)
    for kind in vars(programme).values()
    if dataclasses.is_dataclass(kind) and kind.__module__ == programme.__name__
    for field in dataclasses.fields(kind)
]


@pytest.mark.parametrize(("kind", "point"), POINTS)
def test_every_point_of_the_contract_is_documented(kind, point):
    assert f"`{kind}`" in DOC
    assert f"`{point}`" in DOC


@pytest.mark.parametrize("name", [*STEPS, *ACTS])
def test_every_step_and_act_is_documented(name):
    assert f"`{name}`" in DOC


# Recorded, yet no act of the flow: nothing moved, and no programme is told who reads what.
# Told in the journal, but no step of the flow: programmes are not asked about them.
READINGS = {"need.note_revealed", "delivery.pictures_forgotten"}


def _texts_of_calls(function: str, path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == function]
    return {node.value for call in named for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)}


def test_every_step_is_asked_by_an_action_and_every_act_is_written_by_one():
    beside = [FLOW / "need" / name for name in ("priorities.py", "together.py")]
    text = "".join(path.read_text() for path in [*ACTIONS, *beside])
    written = set(re.findall(r'"((?:need|priority|capacity|commitment|delivery|story)\.[a-z_]+)"', text))
    of_votes = re.findall(r'react\("(vote\.[a-z_]+)"', (FLOW.parent / "votes" / "counting.py").read_text())
    assert (written - READINGS) | set(of_votes) == set(ACTS)
    asked = set().union(*(_texts_of_calls("guarded", path) for path in ACTIONS))
    moved = set().union(*(_texts_of_calls("_move", path) for path in ACTIONS))
    answered = {"accept_delivery", "refuse_delivery"}
    assert asked | moved | answered == set(STEPS)


@pytest.mark.django_db
def test_a_guard_that_breaks_or_babbles_refuses_the_step_and_nothing_is_written(monkeypatch):
    world = World.build()
    one = next(iter(programmes().values()))
    for guard in (lambda step: 1 / 0, lambda step: True, lambda step: _ask_nonsense()):
        broken = dataclasses.replace(one, guards={"open_need": guard})
        monkeypatch.setattr("peyvand.extend.guards.programmes", lambda broken=broken: {broken.slug: broken})
        with pytest.raises(GuardFailed) as refusal:
            world.need()
        assert (refusal.value.code, refusal.value.details["step"]) == ("guard_failed", "open_need")
    with scope(SYSTEM):
        assert Need.objects.count() == 0


def _ask_nonsense():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM need_need")


@pytest.mark.django_db
def test_a_guard_is_asked_with_the_rows_and_its_refusal_is_the_answer(monkeypatch):
    world, seen = World.build(), []

    def guard(step):
        seen.append(step)
        return NotPermitted(reason="no")

    one = dataclasses.replace(next(iter(programmes().values())), guards={"vouch_need": guard})
    monkeypatch.setattr("peyvand.extend.guards.programmes", lambda: {one.slug: one})
    with pytest.raises(NotPermitted):
        guarded("vouch_need", by=world["facilitator"], now=NOW, need=[3, 1, 3])
    assert seen[0].ids == {"need": (1, 3)}
    with pytest.raises(LookupError):
        guarded("vouch_need", by=world["facilitator"], now=NOW)


@pytest.mark.django_db
def test_an_act_on_many_rows_asks_the_guards_as_one_on_a_single_row_does(monkeypatch):
    world = World.build()
    needs, capacities = [world.need(), world.need()], [world.capacity(), world.capacity()]
    seen = []

    def guard(step):
        seen.append((step.name, dict(step.ids)))
        return NotPermitted(reason="no")

    guards = dict.fromkeys(("withdraw_need", "close_capacity"), guard)
    one = dataclasses.replace(next(iter(programmes().values())), guards=guards)
    monkeypatch.setattr("peyvand.extend.guards.programmes", lambda: {one.slug: one})
    with pytest.raises(NotPermitted):
        withdraw_needs(need_ids=[need.pk for need in needs], by=world["facilitator"], now=NOW)
    with pytest.raises(NotPermitted):
        close_capacities(capacity_ids=[one.pk for one in capacities], by=world["charity_manager"], now=NOW)
    assert seen == [
        ("withdraw_need", {"need": tuple(need.pk for need in needs)}),
        ("close_capacity", {"capacity": tuple(one.pk for one in capacities)}),
    ]
    with scope(SYSTEM):
        assert set(Need.objects.values_list("state", flat=True)) == {NeedState.OPEN}


def test_a_manifest_that_names_nothing_real_is_told_so():
    one = programmes()["micro_projects"]
    wrong = dataclasses.replace(
        one,
        slug="No",
        stages=("need", "heaven"),
        guards={"fly": lambda step: None},
        reactions={"need.flown": "follow", "need.told": "nobody"},
        pages=(*one.pages, Page("open", "Open", "everyone")),
        routes=(*one.routes, Route("x/", "nowhere", lambda request: None)),
        waits=(
            Waits("dinner", "kitchen", "", "", lambda by, today: None, lambda row: WaitingLine("", ""), lambda: ""),
        ),
        acts_on_many=(ActOnMany("cook", "dishes", "kitchen", "", "", "", str, lambda *a: {}, lambda *a: None),),
        permissions=(*one.permissions, Permission("none", "None", ()), Permission("far", "Far", (Role.RESIDENT,))),
        life_cycles=(LifeCycle("lost", NeedState.DRAFT, [("open", NeedState.DRAFT, NeedState.OPEN)]),),
    )
    found = "\n".join(conformance.manifest_faults(wrong))
    for word in (
        "'No'",
        "heaven",
        "'fly'",
        "need.flown",
        "'nobody'",
        "'open' has no permission",
        "no route leads to the page 'open'",
        "'x/' belongs to no page",
        "'dinner' belongs to no page",
        "'cook' stands behind no page that writes",
        "'none' is held by nobody",
        "'resident', which takes no part",
        "'closed' of 'lost'",
    ):
        assert word in found, word


def test_the_pictures_of_the_states_are_those_of_the_code():
    assert diagrams.TARGET.read_text(encoding="utf-8") == diagrams.text(), "run python -m peyvand.extend.diagrams"


@pytest.mark.django_db
def test_a_switch_holds_below_its_place_and_from_its_day_until_it_is_switched_off():
    world = World.build()
    slug, sari, centre = "micro_projects", world.places["sari"], world.organisations["centre"]
    switch = switch_on(slug=slug, place=sari, organisation=world.organisations["office"], by=world["leader"], now=NOW)
    again = switch_on(slug=slug, place=sari, organisation=world.organisations["office"], by=world["leader"], now=NOW)
    assert again.pk == switch.pk

    def on(place, organisation, day=TODAY):
        return is_on(slug, place_path=world.places[place].path, organisation_path=organisation.path, today=day)

    assert on("nobonyad", centre)
    assert not on("espiari", centre)
    assert not on("nobonyad", world.organisations["charity"])
    assert not on("nobonyad", centre, NOW.date().replace(year=2020))
    switch_off(switch_id=switch.pk, by=world["leader"], now=NOW)
    assert not on("nobonyad", centre)
    assert known_to(world["facilitator"]) == {slug}
    refusal = off_refusal(slug, [(sari.path, centre.path)], NOW.date())
    assert isinstance(refusal, ProgrammeOff)
    with pytest.raises(NotFound):
        switch_off(switch_id=switch.pk, by=world["leader"], now=NOW)


@pytest.mark.django_db
def test_only_those_who_may_switch_a_programme_do():
    world = World.build()
    for name in ("facilitator", "governor", "charity_manager"):
        with pytest.raises(NotPermitted):
            switch_on(slug="micro_projects", place=world.places["sari"], by=world[name], now=NOW)
    with pytest.raises(NotPermitted):
        switch_on(slug="micro_projects", place=world.places["sm"], by=world["administrator"], now=NOW)
    with pytest.raises(Refusal):
        switch_on(slug="no_such_programme", place=world.places["sari"], by=world["leader"], now=NOW)


TOY = Path(__file__).parent / "toy"


@pytest.mark.slow
def test_a_toy_programme_in_a_new_folder_needs_no_other_edit_and_passes_the_whole_suite(tmp_path):
    """A second process with a server of its own: the suite finds the folder, migrates it, opens its pages and tries it."""
    import shutil

    shutil.copytree(TOY, tmp_path / "kept_elsewhere")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PEYVAND_", "PYTEST_"))}
    environment |= {
        "PEYVAND_PROGRAMMES": str(tmp_path / "kept_elsewhere"),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/programmes",
        "-q",
        "-k",
        "borrowed_tools",
        "-p",
        "no:cacheprovider",
    ]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert re.search(r"\b14 passed", ran.stdout), ran.stdout[-500:]


def test_a_folder_without_a_manifest_stops_the_start_with_a_sentence(tmp_path):
    folder = tmp_path / "empty_one"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / discovery.MANIFEST).write_text("PROGRAMME = None\n")
    environment = {**os.environ, "PEYVAND_PROGRAMMES": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}"}
    command = [sys.executable, "-c", "import django; django.setup()"]
    environment["DJANGO_SETTINGS_MODULE"] = "peyvand.site.settings"
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode != 0
    assert "holds no programme: programme.py defines no PROGRAMME" in ran.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [lambda step: 1 / 0, lambda step: {0: Refusal()}, lambda step: dict.fromkeys(step.ids["need"], "no")]
)
def test_nothing_is_matched_while_a_programme_cannot_say_what_it_holds_back(monkeypatch, wrong):
    world = World.build()
    world.need()
    world.capacity()
    broken = dataclasses.replace(programmes()["micro_projects"], held_back=wrong)
    monkeypatch.setitem(programmes(), "micro_projects", broken)
    with pytest.raises(GuardFailed):
        run_matching(place=world.places["mz"], by=world["leader"], now=NOW)
    with scope(SYSTEM):
        assert not Suggestion.objects.exists()
