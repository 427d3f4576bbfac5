"""Who may see what of councils and boards."""

from datetime import date, timedelta
from typing import Any

from tests.people.test_least_seeing import Facts, covers
from tests.site.listed import Listed, in_area, staff
from tests.site.programme_sights import ProgrammeSights
from tests.site.rules import everyone, kept, today
from tests.world import NOW, World

from peyvand.extend.switches import switch_on
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import business_date
from peyvand.programmes.neighbourhoods.actions import (
    SLUG,
    add_seat,
    found_council,
    take_known_kinds,
)
from peyvand.programmes.neighbourhoods.board_actions import add_trusted, set_lead, set_objective, tell_obstacle
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, DoubleHelp, Objective, Obstacle, TrustedPerson
from peyvand.programmes.neighbourhoods.clash_models import Clash
from peyvand.programmes.neighbourhoods.enums import Dimension, SeatRole
from peyvand.programmes.neighbourhoods.models import (
    Council,
    CouncilKind,
    Resolution,
    Seat,
    SeatHolder,
    Session,
    Voice,
)
from peyvand.programmes.neighbourhoods.permissions import ACTORS, KEEPERS, READERS
from peyvand.programmes.neighbourhoods.session_actions import call_session, hold_session, resolve
from peyvand.programmes.neighbourhoods.voice_actions import send_voice
from peyvand.scope.acting import SYSTEM, Acting, Role, within


def _lay_down(world: World) -> None:
    """A council with a voice that waits above it, a board with all that stands on one, and an alarm."""
    switch_on(slug=SLUG, place=world.places["mz"], by=SYSTEM, now=NOW - timedelta(days=9))
    take_known_kinds(by=SYSTEM, now=NOW)
    day, found = business_date(NOW), {}
    for kind, place, keeper, name in (
        ("county_steering", "sari", "office", "officer"), ("progress_council", "nobonyad", "centre", "facilitator"),
        ("progress_council", "espiari", "office", "leader"),
    ):  # fmt: skip
        found[place] = found_council(
            kind_id=CouncilKind.objects.get(slug=kind).pk, place=world.places[place], organisation=world.organisations[keeper],
            by=world[name], now=NOW,
        )  # fmt: skip
    _sit(world, found["nobonyad"], day)
    _board(world, day)
    alarmed = Need.objects.filter(organisation=world.organisations["centre"]).earliest("pk")
    DoubleHelp.objects.create(need=alarmed, state="new", noticed_at=NOW)


def _sit(world: World, council: Council, day: date) -> None:
    by = world["facilitator"]
    seat = add_seat(
        council_id=council.pk, title="معتمد محل", role=SeatRole.CHAIR, since=day, holder="نشستهٔ نهفته", by=by, now=NOW
    )
    session = call_session(council_id=council.pk, on=day, agenda=["روشنایی"], by=by, now=NOW)
    hold_session(session_id=session.pk, present=[seat.pk], said={1: "گفته شد"}, by=by, now=NOW)
    resolve(session_id=session.pk, title="چراغ کوچه", owner=world.organisations["charity"], due=day, by=by, now=NOW)
    send_voice(council_id=council.pk, title="پزشک محله", body="خانهٔ بهداشت پزشک ندارد.", by=by, now=NOW)


def _board(world: World, day: date) -> None:
    by, place, office = world["facilitator"], world.places["nobonyad"], world.organisations["office"]
    set_lead(place=place, organisation=office, by=world["governor"], now=NOW)
    set_objective(
        place=place, organisation=office, title="خانهٔ مناسب", dimension=Dimension.PHYSICAL, measure="خانه", target=3, due=day,
        by=world["officer"], now=NOW,
    )  # fmt: skip
    set_objective(
        place=place, organisation=office, title="خانه‌های سالمندان", dimension=Dimension.PHYSICAL, measure="خانه", target=5, due=day,
        by=world["officer"], now=NOW,
    )  # fmt: skip
    tell_obstacle(place=place, title="مجوز نیامده است", owner=office, by=by, now=NOW)
    add_trusted(place=place, organisation=world.organisations["centre"], name="معتمد نهفته", agreed=day, by=by, now=NOW)


def _reads(by: Acting) -> bool:
    return by.role in READERS


def _of_council(facts: Facts, by: Acting, row: Any) -> bool:
    """Councils of the own area and of the places it lies in; a resolution also by those who owe it."""
    near = within(row.place_path, by.place_path) or by.place_path.startswith(row.place_path)
    owes = isinstance(row, Resolution) and within(row.owner_path, by.organisation_path)
    return _reads(by) and (near or owes)


def _read_here(facts: Facts, by: Acting, row: Any) -> bool:
    return _reads(by) and in_area(by, row)


def _seat_holder(facts: Facts, by: Acting, row: SeatHolder) -> bool:
    council = row.seat.council
    return by.role in KEEPERS and covers(by, council.place_path, council.organisation_path)


def _late(sights: Any, by: Acting, row: Voice | Resolution, value: bool) -> bool:
    if isinstance(row, Voice):
        return not value or (row.state == "waiting" and row.answer_by < today())
    return not value or (row.state in ("open", "underway") and row.due_date < today())


def _in_area_or_owed(by: Acting, row: Resolution) -> bool:
    return in_area(by, row) or (by.role in ACTORS and within(row.owner_path, by.organisation_path))


SIGHTS = ProgrammeSights(
    lay_down=_lay_down,
    rules={
        CouncilKind: everyone,
        **dict.fromkeys((Council, Session, Resolution, BoardSeat), _of_council),
        Seat: lambda facts, by, row: _of_council(facts, by, row.council),
        SeatHolder: _seat_holder,
        **dict.fromkeys((Voice, Objective, Obstacle, Clash), _read_here),
        TrustedPerson: kept,
        DoubleHelp: lambda facts, by, row: kept(facts, by, row.need),
    },
    related={Seat: ("council",), SeatHolder: ("seat__council",), DoubleHelp: ("need",)},
    marked={TrustedPerson: "name", SeatHolder: "name"},
    numbers={
        "council_id": Council, "session_id": Session, "resolution_id": Resolution, "voice_id": Voice, "seat_id": Seat,
        "board_seat_id": BoardSeat, "objective_id": Objective, "obstacle_id": Obstacle, "trusted_id": TrustedPerson,
        "clash_id": Clash,
    },
    texts={"act": ["open", "close", "withdraw", "return", "report", "hear", "share", "leave", "join", "seat", "hand", "set_aside"]},
    meanings={"late": _late, "rule": lambda sights, by, row, value: row.code == value},
    lists={
        "/kinds": Listed(CouncilKind, lambda by: by.role in (Role.ADMINISTRATOR, Role.HQ_LEADER)),
        "/councils": Listed(Council, _reads, in_area),
        "/resolutions": Listed(Resolution, _reads, _in_area_or_owed),
        "/clashes": Listed(Clash, _reads, in_area),
        "/voices": Listed(Voice, _reads, in_area),
        "/double-help": Listed(DoubleHelp, staff, key="need_id"),
    },
    only=dict.fromkeys(("/boards/{place_id}", "/actors/{place_id}"), lambda by, row: _reads(by) and in_area(by, row)),
    other=frozenset({"/figures"}),
)  # fmt: skip
