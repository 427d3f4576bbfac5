"""Lists come in: what is shown is what is stored, once, all or nothing; and an undo takes back exactly that."""

import hashlib
import threading
from secrets import token_urlsafe

import pytest
from django.db import connection
from tests.intake.lists import FAMILIES, FORMATS, NEEDS, OFFERS, ORGANISATIONS, write
from tests.world import NOW, World, later

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.need.models import Need
from peyvand.flow.replay import replay
from peyvand.intake import actions
from peyvand.intake.actions import import_list, imported_before, undo_import
from peyvand.intake.enums import ImportKind, Remains
from peyvand.intake.models import ImportRecord
from peyvand.intake.reading import read_list, rejects, remembered
from peyvand.journal.models import Event
from peyvand.kernel.refusals import NotFound, NotPermitted, Refusal
from peyvand.lists import ListRefused
from peyvand.people.accounts import create_account
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, MemberRole
from peyvand.people.households import give_consent
from peyvand.people.models import Household, Organisation, Person
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

LISTS = {
    ImportKind.NEEDS: (NEEDS, "facilitator", Need),
    ImportKind.OFFERS: (OFFERS, "charity_manager", Capacity),
    ImportKind.FAMILIES: (FAMILIES, "facilitator", Household),
    ImportKind.ORGANISATIONS: (ORGANISATIONS, "administrator", Organisation),
}


@pytest.fixture
def world(db):
    return World.build()


def read(path, kind, by, **options):
    with scope(by):
        return read_list(path, kind, by=by, now=NOW, **options)


def bring_in(path, kind, by, token="", **options):
    return import_list(path=path, kind=kind, token=token or token_urlsafe(), by=by, now=NOW, **options)


def everything():
    """How many rows there are of each kind, and how many events."""
    with scope(SYSTEM):
        models = (Need, Capacity, Household, Person, Organisation, ImportRecord, Event)
        return [model.objects.count() for model in models]


def faults(reading):
    return {(fault.row, fault.column, fault.code) for fault in reading.faults}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("kind", ImportKind)
def test_every_kind_comes_in_from_every_format(world, tmp_path, kind, suffix):
    rows, who, model = LISTS[kind]
    path = write(tmp_path, "list", rows, suffix)
    with scope(SYSTEM):
        before = set(model.objects.values_list("pk", flat=True))
    reading = read(path, kind, world[who])
    made = bring_in(path, kind, world[who], expected=reading.digest)
    with scope(SYSTEM):
        assert set(model.objects.values_list("pk", flat=True)) - before == set(made.ids)
    assert (made.rows_read, made.rows_rejected) == (len(rows) - 1, 0)
    assert made.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(reading.shown) == len(rows) - 1
    assert replay() == []


def test_needs_are_stored_as_they_were_shown(world, tmp_path):
    path = write(tmp_path, "needs", NEEDS)
    shown = read(path, ImportKind.NEEDS, world["facilitator"]).shown
    made = bring_in(path, ImportKind.NEEDS, world["facilitator"])
    with scope(SYSTEM):
        for row, need in zip(shown, Need.objects.filter(pk__in=made.ids).order_by("pk"), strict=True):
            assert (row["kind"], row["quantity"], row["place"]) == (need.specification, need.quantity, need.place)
            assert (row["due_date"], row["note"]) == (need.due_date, need.note.reveal())
            line = need.priority_lines.filter(part="urgency").first()
            assert row["urgency"] == (line.value if line else None)


def test_rows_with_one_mark_go_together_all_or_none(world, tmp_path):
    heading, row = [*NEEDS[0], "با هم"], NEEDS[1]
    team = [[*row, "تیم ۱"], [*row, "تیم ۱"]]
    made = bring_in(write(tmp_path, "needs", [heading, *team]), ImportKind.NEEDS, world["facilitator"])
    with scope(SYSTEM):
        [number] = set(Need.objects.filter(pk__in=made.ids).values_list("together", flat=True))
    assert number
    wrong = [[*NEEDS[2], "تیم ۱"], ["ویلچر", "هیچ", *row[2:], "تیم ۲"], [*row, "تیم ۲"], [*row, "تنها"]]
    found = read(write(tmp_path, "wrong", [heading, team[0], *wrong]), ImportKind.NEEDS, world["facilitator"])
    told = {(fault.row, fault.code) for fault in found.faults}
    assert told >= {(3, "together_apart"), (5, "together_incomplete"), (6, "together_number")}


def test_families_come_with_head_and_members_and_protected_values(world, tmp_path):
    made = bring_in(write(tmp_path, "families", FAMILIES), ImportKind.FAMILIES, world["facilitator"])
    with scope(SYSTEM):
        first = Household.objects.get(pk=made.ids[0])
        persons = list(first.persons.order_by("pk"))
    assert (first.code, first.size, first.woman_head, first.address.reveal()) == ("خ-۱", 2, True, "کوچهٔ یکم")
    assert [(one.given_name, one.is_head) for one in persons] == [("زهرا", True), ("علی", False)]
    assert (persons[0].national_id.reveal(), persons[0].mobile.reveal()) == ("0499370899", "09121234567")


def test_a_branch_stands_below_the_parent_of_the_same_file(world, tmp_path):
    made = bring_in(write(tmp_path, "o", ORGANISATIONS), ImportKind.ORGANISATIONS, world["administrator"])
    head, branch = (Organisation.objects.get(pk=pk) for pk in made.ids)
    assert (branch.parent, branch.path) == (head, f"{head.pk}/{branch.pk}/")


@pytest.mark.parametrize(
    ("kind", "column", "value", "code"),
    [
        (ImportKind.NEEDS, "نوع نیاز", "فضاپیما", "kind_unknown"),
        (ImportKind.NEEDS, "نوع نیاز", "", "value_missing"),
        (ImportKind.NEEDS, "تعداد", "صفر", "not_a_number"),
        (ImportKind.NEEDS, "تعداد", "0", "zero"),
        (ImportKind.NEEDS, "فوریت", "120", "out_of_range"),
        (ImportKind.NEEDS, "محله", "جزیره", "place_not_in_area"),
        (ImportKind.NEEDS, "محله", "اسپیاری", "place_not_in_area"),
        (ImportKind.NEEDS, "مهلت", "1405/13/1", "not_a_date"),
        (ImportKind.NEEDS, "مهلت", "1405/1/1", "due_in_past"),
        (ImportKind.NEEDS, "مهلت", "1450/1/1", "due_too_far"),
        (ImportKind.NEEDS, "توضیحات", "ی" * 2001, "too_long"),
        (ImportKind.OFFERS, "محدوده خدمت", "دور", "not_a_reach"),
        (ImportKind.OFFERS, "شرایط", "ی" * 301, "too_long"),
        (ImportKind.FAMILIES, "شماره پرونده", "", "value_missing"),
        (ImportKind.FAMILIES, "جنسیت", "؟!", "not_a_sex"),
        (ImportKind.FAMILIES, "سال تولد", "1500", "not_a_birth_year"),
        (ImportKind.FAMILIES, "کد ملی", "1234567890", "not_a_national_id"),
        (ImportKind.FAMILIES, "موبایل", "123", "not_a_mobile"),
        (ImportKind.FAMILIES, "سرپرست زن", "شاید", "not_yes_or_no"),
        (ImportKind.ORGANISATIONS, "نوع سازمان", "کشتی", "not_an_organisation_kind"),
        (ImportKind.ORGANISATIONS, "سازمان بالادست", "هیچ‌کجا", "organisation_unknown"),
    ],
)
def test_each_bad_cell_is_named_and_nothing_is_stored(world, tmp_path, kind, column, value, code):
    rows, who, _ = LISTS[kind]
    bad = [list(row) for row in rows]
    bad[1][bad[0].index(column)] = value
    path = write(tmp_path, "list", bad, "xlsx")
    assert (2, column, code) in faults(read(path, kind, world[who]))
    before = everything()
    with pytest.raises(ListRefused):
        bring_in(path, kind, world[who])
    assert everything() == before


def test_the_good_rows_go_on_and_the_bad_ones_come_back_to_be_corrected(world, tmp_path):
    path = write(tmp_path, "needs", [*NEEDS, ["فضاپیما", "۱", "", "نوبنیاد", "", "", ""]])
    reading = read(path, ImportKind.NEEDS, world["facilitator"])
    sheet = rejects(reading, "fa")
    assert sheet.columns == ["سطر", "دلیل‌ها", *NEEDS[0]]
    assert sheet.row(0)[0] == 4
    assert "فضاپیما" in sheet.row(0)[1]
    made = bring_in(path, ImportKind.NEEDS, world["facilitator"], without_bad_rows=True)
    assert (made.created, made.rows_rejected) == (2, 1)


def test_a_family_comes_in_whole_or_not_at_all(world, tmp_path):
    rows = [list(row) for row in FAMILIES]
    rows[1][rows[0].index("سال تولد")] = "نامعلوم"
    reading = read(write(tmp_path, "families", rows), ImportKind.FAMILIES, world["facilitator"])
    assert faults(reading) == {(2, "سال تولد", "not_a_number"), (3, "شماره پرونده", "family_incomplete")}
    assert [row["family"] for row in reading.shown] == ["خ-۲"]


def test_what_is_stored_already_is_named(world, tmp_path):
    families = write(tmp_path, "families", FAMILIES)
    bring_in(families, ImportKind.FAMILIES, world["facilitator"])
    stored = faults(read(families, ImportKind.FAMILIES, world["facilitator"]))
    assert {
        (2, "شماره پرونده", "family_stored"),
        (2, "کد ملی", "person_stored"),
        (4, "شماره پرونده", "family_stored"),
    } <= stored
    needs = write(tmp_path, "needs", [["نوع نیاز", "خانواده"], ["ویلچر", "خ-۱"]])
    assert read(needs, ImportKind.NEEDS, world["facilitator"]).alike == []
    made = bring_in(needs, ImportKind.NEEDS, world["facilitator"])
    with scope(SYSTEM):
        need = Need.objects.get(pk=made.ids[0])
    alike = read(needs, ImportKind.NEEDS, world["facilitator"]).alike
    assert [(one.row, one.code, one.details) for one in alike] == [(2, "need_like", {"code": need.tracking_code})]
    assert need.place == world.places["nobonyad"], "the family's own place holds where the row names none"


def test_columns_picked_once_are_picked_again_where_the_file_has_them(world, tmp_path):
    own = [["چیست", "کجا", "چند"], ["ویلچر", "نوبنیاد", "3"]]
    path = write(tmp_path, "own", own)
    with pytest.raises(ListRefused):
        read(path, ImportKind.NEEDS, world["facilitator"])
    chosen = {"kind": "چیست", "neighbourhood": "کجا", "quantity": "چند"}
    bring_in(path, ImportKind.NEEDS, world["facilitator"], chosen=chosen)
    again = write(tmp_path, "again", [["چیست", "کجا"], ["ویلچر", "آهنگرخیل"]])
    assert len(read(again, ImportKind.NEEDS, world["facilitator"]).new) == 1
    other = write(tmp_path, "other", NEEDS)
    assert len(read(other, ImportKind.NEEDS, world["facilitator"]).new) == 2
    with scope(world["charity_manager"]):
        assert remembered(ImportKind.NEEDS, by=world["charity_manager"]) == {}


def test_the_same_file_is_noticed_and_comes_in_again_only_when_asked(world, tmp_path):
    path = write(tmp_path, "needs", NEEDS)
    first = bring_in(path, ImportKind.NEEDS, world["facilitator"])
    with pytest.raises(actions.FileImportedBefore):
        bring_in(path, ImportKind.NEEDS, world["facilitator"])
    second = bring_in(path, ImportKind.NEEDS, world["facilitator"], again=True)
    for made in (first, second):
        undo_import(record_id=made.pk, by=world["facilitator"], now=NOW)
    reading = read(path, ImportKind.NEEDS, world["facilitator"])
    with scope(world["facilitator"]):
        assert imported_before(reading, ImportKind.NEEDS, by=world["facilitator"]) is None
    bring_in(path, ImportKind.NEEDS, world["facilitator"])


def test_a_list_that_reads_otherwise_than_shown_is_not_stored(world, tmp_path):
    path = write(tmp_path, "families", FAMILIES)
    shown = read(path, ImportKind.FAMILIES, world["facilitator"])
    one = write(tmp_path, "one", [FAMILIES[0], FAMILIES[3]])
    bring_in(one, ImportKind.FAMILIES, world["facilitator"])
    with pytest.raises(actions.ReadOtherwise):
        bring_in(path, ImportKind.FAMILIES, world["facilitator"], expected=shown.digest, without_bad_rows=True)


@pytest.mark.parametrize("kind", ImportKind)
def test_an_undo_takes_back_exactly_what_came_in(world, tmp_path, kind):
    rows, who, model = LISTS[kind]
    world.need(), world.capacity(), world.household()
    made = bring_in(write(tmp_path, "list", rows), kind, world[who])
    with scope(SYSTEM):
        others = list(model.objects.exclude(pk__in=made.ids).order_by("pk").values())
    undone = undo_import(record_id=made.pk, by=world[who], now=later(hours=1))
    assert (undone.remaining, undone.undone_at) == ({}, later(hours=1))
    with scope(SYSTEM):
        assert list(model.objects.exclude(pk__in=made.ids).order_by("pk").values()) == others
        left = model.objects.filter(pk__in=made.ids)
        if kind in (ImportKind.NEEDS, ImportKind.OFFERS):
            assert set(left.values_list("state", flat=True)) == {"closed"}
        else:
            assert not left.exists()
    with pytest.raises(actions.UndoneBefore):
        undo_import(record_id=made.pk, by=world[who], now=NOW)
    assert replay() == []


def test_what_somebody_has_promised_remains_and_says_so(world, tmp_path):
    made = bring_in(write(tmp_path, "needs", NEEDS), ImportKind.NEEDS, world["facilitator"])
    with scope(SYSTEM):
        need = Need.objects.get(pk=made.ids[0])
    world.promise(need, world.capacity(2))
    undone = undo_import(record_id=made.pk, by=world["facilitator"], now=NOW)
    assert undone.remaining == {str(need.pk): Remains.PROMISED.value}
    with scope(SYSTEM):
        assert list(Need.objects.filter(pk__in=made.ids).order_by("pk").values_list("state", flat=True)) == [
            "open",
            "closed",
        ]


def test_families_and_organisations_that_others_build_on_remain(world, tmp_path):
    families = bring_in(write(tmp_path, "families", FAMILIES), ImportKind.FAMILIES, world["facilitator"])
    with scope(world["facilitator"]):
        person = Person.objects.get(household_id=families.ids[0], is_head=True)
    give_consent(
        person_id=person.pk, purpose=ConsentPurpose.KEEP_FILE, given_by=ConsentGiver.SELF, way=ConsentWay.PAPER,
        by=world["facilitator"], now=NOW,
    )  # fmt: skip
    undone = undo_import(record_id=families.pk, by=world["facilitator"], now=NOW)
    assert undone.remaining == {str(families.ids[0]): Remains.WORKED_WITH.value}
    registry = bring_in(write(tmp_path, "o", ORGANISATIONS), ImportKind.ORGANISATIONS, world["administrator"])
    world.organisations["new"] = Organisation.objects.get(pk=registry.ids[1])
    world.join("newcomer", MemberRole.FACILITATOR, "sari", "new")
    undone = undo_import(record_id=registry.pk, by=world["administrator"], now=NOW)
    assert undone.remaining == dict.fromkeys(map(str, registry.ids), Remains.IN_USE.value), (
        "a parent stays with its branch"
    )


def test_a_colleague_without_the_task_takes_no_family_back(world, tmp_path):
    made = bring_in(write(tmp_path, "families", FAMILIES), ImportKind.FAMILIES, world["facilitator"])
    undone = undo_import(record_id=made.pk, by=world["social_worker"], now=NOW)
    assert set(undone.remaining.values()) == {Remains.NOT_SEEN.value}
    with scope(SYSTEM):
        assert Person.objects.filter(household__in=made.ids).count() == 3


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (ImportKind.NEEDS, "administrator"),
        (ImportKind.NEEDS, "governor"),
        (ImportKind.OFFERS, "auditor"),
        (ImportKind.FAMILIES, "officer"),
        (ImportKind.ORGANISATIONS, "facilitator"),
    ],
)
def test_roles_that_may_not_record_one_may_not_bring_in_many(world, tmp_path, kind, who):
    before = everything()
    with pytest.raises(NotPermitted):
        bring_in(write(tmp_path, "list", LISTS[kind][0]), kind, world[who])
    assert everything() == before


def test_another_organisation_neither_sees_nor_takes_back_an_import(world, tmp_path):
    made = bring_in(write(tmp_path, "needs", NEEDS), ImportKind.NEEDS, world["facilitator"])
    for who in ("charity_manager", "firm_manager", "administrator", "governor"):
        with scope(world[who]):
            assert not ImportRecord.objects.exists()
        with pytest.raises(NotFound):
            undo_import(record_id=made.pk, by=world[who], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_one_preview_confirmed_twice_at_once_is_stored_once(transactional_db, tmp_path):
    world = World.build()
    path = write(tmp_path, "needs", NEEDS)
    barrier, answers = threading.Barrier(4), []

    def confirm():
        barrier.wait(timeout=20)
        try:
            answers.append(bring_in(path, ImportKind.NEEDS, world["facilitator"], "one preview", again=True))
        except Refusal as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(type(answer).__name__ for answer in answers) == ["ConfirmedBefore"] * 3 + ["ImportRecord"]
    with scope(SYSTEM):
        assert Need.objects.count() == 2
    assert create_account(username="after", name="پس از آن", by=SYSTEM, now=NOW).pk
