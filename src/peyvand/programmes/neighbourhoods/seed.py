"""Demo rows by the programme's own acts: councils that met, resolved and followed up, boards, voices. All invented."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.people.enums import OrganisationKind
from peyvand.people.models import Organisation
from peyvand.places.enums import PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.neighbourhoods import actions, board_actions, session_actions, voice_actions
from peyvand.programmes.neighbourhoods.enums import BoardRole, Dimension, SeatRole
from peyvand.programmes.neighbourhoods.models import Council, CouncilKind, Resolution, Session
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

SEATS = ("نمایندهٔ شهرداری", "خانهٔ بهداشت", "مدیر مدرسه", "معتمد محل", "مددکار محله")
SAYS = (
    ("روشنایی کوچه‌ها", "چراغ‌های دو کوچه روشن شود"), ("راه ورودی درمانگاه", "شیب‌راه درمانگاه ساخته شود"),
    ("کلاس تابستانی", "سالن مدرسه عصرها برای کلاس باز باشد"), ("سرویس مدرسه", "یک مسیر سرویس برای دانش‌آموزان راه بیفتد"),
    ("جمع‌آوری پسماند", "زمان جمع‌آوری پسماند به شب برود"), ("آموزش مراقبت در خانه", "دورهٔ مراقبت در خانه برگزار شود"),
)  # fmt: skip
VOICES = (
    ("خط اتوبوس محله", "از اول پاییز خط اتوبوس به محله نمی‌رسد و سالمندان به درمانگاه دسترسی ندارند."),
    ("پزشک خانهٔ بهداشت", "خانهٔ بهداشت محله سه روز در هفته پزشک ندارد؛ خواهش محله حضور هرروزه است."),
)  # fmt: skip


def seed(count: int, random: Random, now: datetime) -> int:
    """Councils with what hangs on them; `count` councils in all, committees not counted. Gives how many were added."""
    with scope(SYSTEM):
        have = Council.objects.filter(part_of__isnull=True).count()
        taken = set(Council.objects.values_list("place_id", "kind__slug"))
    wanted = max(0, count - have)
    if not wanted:
        return 0
    actions.take_known_kinds(by=SYSTEM, now=now - timedelta(days=200))
    with scope(SYSTEM):
        kinds = {kind.slug: kind for kind in CouncilKind.objects.all()}
        chosen = _places(taken, wanted)
        offices = list(
            Organisation.objects.filter(
                kind__in=[OrganisationKind.AGENCY, OrganisationKind.POSITIVE_LIFE_CENTRE]
            ).order_by("path")
        )
        others = list(Organisation.objects.filter(is_active=True).order_by("pk")[:40])
    if not offices or not chosen:
        return 0
    _switch_on(offices, chosen, now)
    pairs = cycle(SAYS)
    for at, (place, slug) in enumerate(chosen):
        keeper = _keeper(place, offices)
        act: dict[str, Any] = {"by": SYSTEM, "now": now - timedelta(days=120)}
        sets = "lorestan" if slug == "progress_council" and at % 12 == 2 else None
        council = actions.found_council(kind_id=kinds[slug].pk, place=place, organisation=keeper, name_set=sets, **act)
        if len(ancestors(place.path)) >= 2 and at % 3 != 2:
            _sessions(council, keeper, next(pairs), random, now)
        if slug == "progress_council" and at % 2 == 0:
            _board(place, keeper, others, random, now)
            _voice(council, VOICES[at % len(VOICES)], random, now)
    return len(chosen)


def _places(taken: set[tuple[int, str]], wanted: int) -> list[tuple[Place, str]]:
    """A province council and those of its counties first, so that voices find somebody above; then neighbourhoods."""
    found: list[tuple[Place, str]] = []
    fine = Place.objects.filter(kind=PlaceKind.NEIGHBOURHOOD).defer("boundary").order_by("path")
    neighbourhoods = list(fine[: wanted + len(taken)])
    above = {path for one in neighbourhoods for path in ancestors(one.path)}
    slugs = {PlaceKind.PROVINCE: "province_steering", PlaceKind.COUNTY: "county_steering"}
    upper = Place.objects.filter(path__in=above, kind__in=slugs).defer("boundary").order_by("path")
    for place in upper:
        found.append((place, slugs[PlaceKind(place.kind)]))
    found.sort(key=lambda one: one[0].path.count("/"))
    found = found[: max(2, wanted // 4)] + [(one, "progress_council") for one in neighbourhoods]
    for slug in ("participation_province", "participation_county"):
        kind = PlaceKind.PROVINCE if slug.endswith("province") else PlaceKind.COUNTY
        found += [(place, slug) for place in upper if place.kind == kind]
    return [(place, slug) for place, slug in found if (place.pk, slug) not in taken][:wanted]


def _keeper(place: Place, offices: Sequence[Organisation]) -> Organisation:
    """The office whose seat lies nearest above the place, else the first."""
    paths = {
        one.pk: one for one in Place.objects.filter(pk__in=[office.place_id for office in offices]).defer("boundary")
    }
    near = [office for office in offices if place.path.startswith(paths[office.place_id].path)]
    return max(near, key=lambda office: (len(paths[office.place_id].path), -office.pk), default=offices[0])


def _switch_on(offices: Sequence[Organisation], chosen: Sequence[tuple[Place, str]], now: datetime) -> None:
    """On in every province the demo rows lie in."""
    since = business_date(now) - timedelta(days=200)
    paths = {ancestors(place.path)[min(1, len(ancestors(place.path)) - 1)] for place, _ in chosen}
    for province in Place.objects.filter(path__in=paths).defer("boundary").order_by("path"):
        switch_on(slug=actions.SLUG, place=province, since=since, by=SYSTEM, now=now)


def _sessions(council: Council, keeper: Organisation, words: tuple[str, str], random: Random, now: datetime) -> None:
    act: dict[str, Any] = {"by": SYSTEM, "now": now - timedelta(days=90)}
    start = business_date(act["now"])
    seats = [
        actions.add_seat(
            council_id=council.pk, title=title, since=start, role=SeatRole.CHAIR if place == 0 else SeatRole.MEMBER, **act
        )
        for place, title in enumerate(SEATS)
    ]  # fmt: skip
    held = now - timedelta(days=random.randint(30, 70))
    session = session_actions.call_session(
        council_id=council.pk,
        on=business_date(held),
        agenda=[words[0], "پیگیری مصوبه‌های پیشین"],
        where="مسجد محل",
        **act,
    )
    present = [seat.pk for seat in random.sample(seats, 3 + random.randint(0, 2))]
    session_actions.hold_session(
        session_id=session.pk,
        present=present,
        said={1: f"دربارهٔ {words[0]} گفت‌وگو شد."},
        speakers={1: next(seat.title for seat in seats if seat.pk == present[0])},
        by=SYSTEM,
        now=held,
    )
    due = business_date(held) + timedelta(days=random.randint(10, 60))
    resolution = session_actions.resolve(
        session_id=session.pk, title=words[1], owner=keeper, due=due, by=SYSTEM, now=held
    )
    session_actions.move_session(session_id=session.pk, act="close", by=SYSTEM, now=held)
    _follow(resolution, session, random, now)


def _follow(resolution: Resolution, session: Session, random: Random, now: datetime) -> None:
    fate, began = random.random(), now - timedelta(days=random.randint(12, 25))
    if fate < 0.25:
        return
    session_actions.step_resolution(resolution_id=resolution.pk, act="start", by=SYSTEM, now=began)
    if fate < 0.45:
        return
    later = began + timedelta(days=random.randint(1, 9))
    session_actions.step_resolution(
        resolution_id=resolution.pk, act="report", note="کار انجام شد و تصویر آن در پرونده است.", by=SYSTEM, now=later
    )
    if fate > 0.6:
        session_actions.step_resolution(
            resolution_id=resolution.pk, act="confirm", by=SYSTEM, now=later + timedelta(days=1)
        )


def _board(place: Place, keeper: Organisation, others: Sequence[Organisation], random: Random, now: datetime) -> None:
    act: dict[str, Any] = {"by": SYSTEM, "now": now - timedelta(days=80)}
    board_actions.set_lead(place=place, organisation=keeper, stands_for="behzisti", **act)
    asking = [one for one in random.sample(list(others), min(3, len(others))) if one.pk != keeper.pk]
    for one in asking:
        seat = board_actions.ask_to_join(place=place, organisation=one, role=BoardRole.MEMBER, **act)
        board_actions.move_seat(seat_id=seat.pk, act="admit", **act)
    objective = board_actions.set_objective(
        place=place, organisation=keeper, title="خانه‌هایی که سالمندان در آن‌ها آسوده رفت‌وآمد کنند", dimension=Dimension.PHYSICAL,
        measure="خانهٔ مناسب‌سازی‌شده", target=20, due=business_date(now) + timedelta(days=random.randint(20, 120)), **act,
    )  # fmt: skip
    for one in [keeper, *asking[:1]]:
        board_actions.take_share(
            objective_id=objective.pk, organisation=one, promised=10, done=random.randint(0, 10), by=SYSTEM, now=now
        )
    for one in asking[:1]:  # of the same measure and another number: a conflict to be seen on the board
        board_actions.set_objective(
            place=place, organisation=one, title="خانه‌های امن برای سالمندان تنها", dimension=Dimension.PHYSICAL,
            measure="خانهٔ مناسب‌سازی‌شده", target=12, due=objective.due_date, **act,
        )  # fmt: skip
    obstacle = board_actions.tell_obstacle(
        place=place, title="مجوز حفاری کوچه هنوز صادر نشده است", owner=keeper, by=SYSTEM, now=now - timedelta(days=random.randint(5, 50))
    )  # fmt: skip
    if random.random() < 0.4:
        board_actions.move_obstacle(
            obstacle_id=obstacle.pk, act="clear", note="شهرداری مجوز را داد.", by=SYSTEM, now=now - timedelta(days=2)
        )


def _voice(council: Council, words: tuple[str, str], random: Random, now: datetime) -> None:
    sent = now - timedelta(days=random.randint(4, 30))
    with scope(SYSTEM):
        council = Council.objects.select_related("kind").get(pk=council.pk)
        if voice_actions.above(council) is None:
            return
    voice = voice_actions.send_voice(council_id=council.pk, title=words[0], body=words[1], by=SYSTEM, now=sent)
    if random.random() < 0.5:
        voice_actions.move_voice(
            voice_id=voice.pk, act="answer", words="بررسی شد؛ از ماه آینده برنامهٔ تازه اجرا می‌شود.", by=SYSTEM,
            now=sent + timedelta(days=3),
        )  # fmt: skip
