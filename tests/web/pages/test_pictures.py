"""The pictures of a place and the way of a gift: as a page, as PNG and CSV, and on paper."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from PIL import Image
from pypdf import PdfReader
from tests.flow.lived import some_life
from tests.persian import faults_of_page
from tests.world import NOW, TODAY

from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.actions import withdraw_commitments
from peyvand.flow.commitment.enums import DeclineReason
from peyvand.flow.counting.actions import keep_counts
from peyvand.flow.figures import place_figures
from peyvand.flow.gifts import gift_of
from peyvand.flow.story.actions import publish_story, submit_story, write_story
from peyvand.people.enums import MemberRole
from peyvand.people.models import Person
from peyvand.places.models import Place
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope
from peyvand.web.pages.chart_files import CHARTS

PLACES = ["ir", "ir/mz", "ir/mz/sari", "ir/mz/sari/nobonyad"]


def pictured(world):
    some_life(world)
    for number, code in enumerate(("ir", "mz", "sm", "sari", "amol", "damghan", "nobonyad", "ahangar", "espiari")):
        Place.objects.filter(code=code).update(lat=35 + number / 10, lon=52 + number / 10)


@pytest.fixture
def lived(world):
    pictured(world)
    keep_counts(by=SYSTEM, now=NOW)
    return world


def table(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("path", PLACES)
def test_every_page_of_figures_reads_at_most_ten_times_and_no_row_of_needs_offers_or_promises(lived, sign_in, path):
    client = sign_in()
    for address in (f"/places/{path}/", f"/trends/{path}/", f"/beside/{path}/", f"/one-page/{path}/"):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        reads = [one["sql"] for one in found if " FROM " in one["sql"]]
        assert len(reads) <= 10, (address, reads)
        assert not [text for text in reads if any(f'FROM "{table}"' in text for table in ROWS)], address


ROWS = ("need_need", "capacity_capacity", "commitment_commitment", "delivery_delivery")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_taken_as_a_picture_and_as_the_rows_of_its_table(lived, sign_in, chart, language):
    client = sign_in(language=language)
    picture = client.get(f"/charts/{chart}/png/ir/mz/sari/")
    assert picture["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(picture.content))
    assert image.format == "PNG"
    assert image.width > 900
    assert len(set(image.convert("L").resize((60, 60)).getdata())) > 5, "something is drawn"
    rows = table(client.get(f"/charts/{chart}/csv/ir/mz/sari/"))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 2


def test_files_withhold_what_the_page_withholds(world, sign_in):
    for place, count in (("nobonyad", 2), ("ahangar", 8)):
        for _ in range(count):
            world.need(1, place=place)
    client = sign_in()
    rows = table(client.get("/charts/map/csv/ir/mz/sari/?map=told"))
    assert rows[0][:2] == ["Place", "Needs told"]
    assert {row[0]: row[1] for row in rows[1:]} == {"آهنگرخیل": "withheld", "نوبنیاد": "withheld"}
    beside = table(client.get("/charts/beside/csv/ir/mz/sari/ahangar/"))
    assert beside[1] == ["Needs told", "withheld", "withheld"]
    assert client.get("/charts/nothing/csv/ir/mz/").status_code == 404
    assert client.get("/charts/map/exe/ir/mz/").status_code == 404


def test_every_cell_of_the_table_stands_on_the_page_and_every_page_reads_as_persian(lived, sign_in):
    client = sign_in(language="fa")
    for address in ("/places/ir/mz/sari/", "/trends/ir/mz/", "/beside/ir/mz/sari/", "/beside/ir/"):
        page = client.get(address).content.decode()
        assert faults_of_page(page) == [], address
    page = sign_in(language="en").get("/trends/ir/mz/?from=1405-01&to=1405-08").content.decode()
    for row in table(sign_in(language="en").get("/charts/trend/csv/ir/mz/?from=1405-01&to=1405-08"))[1:]:
        for cell in row:
            assert f">{cell}</t" in page, cell
    assert page.count('<figure class="months"') == 6


def test_a_period_that_is_none_shows_the_last_twelve_months(lived, sign_in):
    for asked in ("?from=1405-13", "?from=x&to=y", "?from=1300-01&to=1500-01", ""):
        assert len(table(sign_in().get(f"/charts/trend/csv/ir/mz/{asked}"))) == 13
    turned = table(sign_in().get("/charts/trend/csv/ir/mz/?from=1405-08&to=1405-06"))
    assert len(turned) == 4


def test_neighbours_are_compared_by_people_where_these_are_known_of_both(lived, sign_in):
    rows = table(sign_in().get("/charts/beside/csv/ir/mz/sari/nobonyad/"))
    assert len(rows[0]) == 3
    Place.objects.filter(code__in=["nobonyad", "ahangar"]).update(population=2000, population_source="سرشماری")
    rows = table(sign_in().get("/charts/beside/csv/ir/mz/sari/nobonyad/"))
    told = next(row for row in rows if row[0] == "Needs told")
    assert told == ["Needs told", "13", "19", "6.5", "9.5"]
    page = sign_in().get("/beside/ir/mz/sari/nobonyad/").content.decode()
    assert "6.5 in 1,000 people (13)" in page
    assert "This is no ranking" in page


def test_a_neighbourhood_is_drawn_among_its_neighbours(lived, sign_in):
    page = sign_in().get("/places/ir/mz/sari/nobonyad/?map=organisations").content.decode()
    assert "is-own" in page
    assert "Among its neighbours" in page
    table_part = page.split('id="places-table"')[1]
    assert table_part.index("نوبنیاد") < table_part.index("آهنگرخیل"), "itself first"


def pages_of(answer):
    assert answer.status_code == 200, answer.content[:300]
    return PdfReader(io.BytesIO(answer.content)).pages


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_place_fits_on_one_page_whatever_its_names_are(lived, sign_in, language):
    long = "محلهٔ بسیار دورافتادهٔ کنار رودخانهٔ بزرگ و جادهٔ قدیم شهرستان"
    Place.objects.filter(path__startswith="ir/mz/").update(
        name_fa=(f"{long} " * 2)[:119], name_en=("A Very Long Name of a Neighbourhood " * 4)[:119]
    )
    for one in lived.specifications.values():
        type(one).objects.filter(pk=one.pk).update(
            name_fa=(f"{long} " * 2)[:119], name_en="A kind of help with a very long name indeed " * 2
        )
    told = [delivery_story(lived, f"داستان {long} {number}") for number in range(4)]
    assert told
    for path in ("ir/mz/sari/nobonyad", "ir/mz", "ir/sm/damghan"):
        assert len(pages_of(sign_in(language=language).get(f"/one-page/{path}/"))) == 1


def delivery_story(world, title):
    delivery = world.delivered(world.agreed(world.need(1), world.capacity(1)))
    act = {"by": world["facilitator"], "now": NOW}
    story = write_story(
        title=title[:150],
        body="خیریه آمد و کمک رسید. " * 60,
        place=world.places["nobonyad"],
        delivery_ids=[delivery.pk],
        **act,
    )
    submit_story(story_id=story.pk, **act)
    return publish_story(story_id=story.pk, by=world["field_leader"], now=delivery.recorded_at)


def test_what_waits_longest_and_what_lies_idle_are_kinds_and_never_single_rows(world, sign_in):
    for _ in range(7):
        world.need(1, kind="tutoring")
        world.capacity(1)
    world.need(1)
    said = pages_of(sign_in(language="en").get("/one-page/ir/mz/sari/nobonyad/"))[0].extract_text()
    assert "(7 open)" not in said, "the one need of another kind would follow from it"
    for _ in range(6):
        world.need(1)
    said = pages_of(sign_in(language="en").get("/one-page/ir/mz/sari/"))[0].extract_text()
    assert "(7 open)" in said
    assert "7 offers" in said
    assert place_figures(world.places["sari"], today=TODAY).counts["open"] == 14


# ---- The way of one gift


def test_the_giver_sees_what_became_of_his_gift_and_nothing_of_the_family(world, sign_in):
    household = world.household()
    gift = world.capacity(10)
    given = world.agreed(world.need(3, household=household), gift, 3)
    story_of = world.delivered(given, 3)
    back = world.agreed(world.need(2), gift, 2)
    withdraw_commitments(commitment_ids=[back.pk], reason=DeclineReason.NOT_NOW, by=world["charity_manager"], now=NOW)
    act = {"by": world["facilitator"], "now": NOW}
    story = write_story(
        title="سه ویلچر",
        body="خیریه آمد و کمک رسید و خانواده خوشحال شد.",
        place=world.places["nobonyad"],
        delivery_ids=[story_of.pk],
        **act,
    )
    submit_story(story_id=story.pk, **act)
    publish_story(story_id=story.pk, by=world["field_leader"], now=story_of.recorded_at)
    client = sign_in("charity_manager")
    assert f"/capacities/{gift.pk}/way/" in client.get(f"/capacities/{gift.pk}/").content.decode()
    page = client.get(f"/capacities/{gift.pk}/way/").content.decode()
    found = gift_of(Capacity.objects.get(pk=gift.pk))
    assert (found.offered, found.promised, found.delivered, found.accepted, found.returned, found.left) == (
        10,
        3,
        3,
        3,
        2,
        7,
    )
    for text in (
        "10 pieces",
        "3 pieces for needs of “Wheelchair” in ساری",
        "2 pieces came back",
        "سه ویلچر",
        "7 pieces is still free",
    ):
        assert text in strip_tags(page), text
    for hidden in ("نوبنیاد", "آزمونی", household.code, given.tracking_code):
        assert hidden not in page.replace("/places/", ""), hidden
    rows = table(client.get(f"/capacities/{gift.pk}/way/csv/"))
    assert [row[1:7] for row in rows[1:]] == [["ساری", "3", "0", "3", "0", "0"], ["ساری", "2", "0", "0", "0", "2"]]
    assert Image.open(io.BytesIO(client.get(f"/capacities/{gift.pk}/way/png/").content)).format == "PNG"
    assert len(pages_of(client.get(f"/capacities/{gift.pk}/way/pdf/"))) == 1
    assert client.get(f"/capacities/{gift.pk}/way/exe/").status_code == 404
    persian = sign_in("charity_manager", language="fa").get(f"/capacities/{gift.pk}/way/").content.decode()
    assert faults_of_page(persian) == []


def test_the_way_of_a_gift_is_not_shown_to_those_who_did_not_give_it(world, sign_in):
    gift = world.capacity(10)
    for name in ("facilitator", "firm_manager", "governor", "administrator"):
        client = sign_in(name)
        assert client.get(f"/capacities/{gift.pk}/way/").status_code in (403, 404), name
        assert "/way/" not in client.get(f"/capacities/{gift.pk}/").content.decode()
    assert sign_in().get(f"/capacities/{gift.pk}/way/").status_code == 302


def test_a_person_who_gives_sees_the_way_of_his_own_gift_only(world, sign_in):
    with scope(SYSTEM):
        person = Person.objects.get(household=world.household())
    world.join("resident", MemberRole.RESIDENT, "nobonyad", "centre", person_id=person.pk)
    own = world.capacity(4, by="facilitator", place="nobonyad", provider_person=person)
    other = world.capacity(4)
    client = sign_in("resident")
    assert "Nothing of it has been promised" in client.get(f"/capacities/{own.pk}/way/").content.decode()
    assert client.get(f"/capacities/{other.pk}/way/").status_code in (403, 404)


def test_a_gift_of_which_nothing_is_promised_and_one_that_is_closed_say_so(world, sign_in):
    gift = world.capacity(2)
    page = sign_in("charity_manager").get(f"/capacities/{gift.pk}/way/").content.decode()
    assert "Nothing of it has been promised to a need yet." in page
    assert page.count('class="is-ahead"') == 4
