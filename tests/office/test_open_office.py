"""An empty province is ready for its first day in one act."""

from datetime import UTC, datetime, timedelta

import pytest

from peyvand.kernel.refusals import BadValue
from peyvand.office.actions import open_office
from peyvand.people.accounts import CodeNotValid, create_account, grant_membership, redeem_sign_in_code
from peyvand.people.enums import MemberRole
from peyvand.people.models import Account, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.actions import NewPlace, add_places
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.resources.models import Specification
from peyvand.scope.acting import SYSTEM

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("province", ["سمنان", "Semnan", "IR-20", "ir-20"])
def test_the_office_its_administrator_and_all_it_needs_are_there(province: str) -> None:
    opened = open_office(province=province, organisation="بهزیستی سمنان", administrator="نام مدیر", by=SYSTEM, now=NOW)
    assert opened.province.path == "ir/20/"
    assert Place.objects.filter(kind=PlaceKind.COUNTY).count() == 429
    assert Specification.objects.count() >= 40
    assert opened.membership.role == MemberRole.ADMINISTRATOR
    assert redeem_sign_in_code(code=opened.code, now=NOW + timedelta(hours=23)) == opened.membership
    with pytest.raises(CodeNotValid):
        redeem_sign_in_code(code=opened.code, now=NOW + timedelta(hours=23))


def test_the_administrator_can_begin_to_work() -> None:
    opened = open_office(province="سمنان", organisation="بهزیستی سمنان", administrator="نام مدیر", by=SYSTEM, now=NOW)
    by = acting_as(opened.membership)
    county = Place.objects.filter(parent=opened.province).order_by("path")[0]
    add_places(rows=[NewPlace(PlaceKind.NEIGHBOURHOOD, "محلهٔ نو", "n1", county.path)], by=by, now=NOW)
    account = create_account(username="worker", name="تسهیلگر", by=by, now=NOW)
    made = grant_membership(
        account=account, role=MemberRole.FACILITATOR, place=county, organisation=opened.organisation, by=by, now=NOW
    )
    assert made.place == county


def test_a_province_that_does_not_exist_leaves_nothing_behind() -> None:
    with pytest.raises(BadValue, match="no province is called «آتلانتیس»"):
        open_office(province="آتلانتیس", organisation="اداره", administrator="مدیر", by=SYSTEM, now=NOW)
    assert [model.objects.count() for model in (Place, Organisation, Account)] == [0, 0, 0]


def test_a_second_office_with_the_same_user_name_is_refused_whole() -> None:
    open_office(province="سمنان", organisation="بهزیستی سمنان", administrator="مدیر", by=SYSTEM, now=NOW)
    with pytest.raises(BadValue, match="user name"):
        open_office(province="یزد", organisation="بهزیستی یزد", administrator="مدیر", by=SYSTEM, now=NOW)
    assert Organisation.objects.count() == 1
