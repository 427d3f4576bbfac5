"""Demo visits, by the programme's own acts."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from PIL import Image, ImageDraw

from peyvand.extend.switches import switch_on
from peyvand.files.pictures import cleaned
from peyvand.files.storage import LocalFolder
from peyvand.kernel.jalali import business_date
from peyvand.people.models import Account, Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.places.enums import FINE
from peyvand.places.models import Place
from peyvand.programmes.visits import actions, sample, survey_actions, xlsform
from peyvand.programmes.visits.enums import HeardFrom, Moment, ReportedKind
from peyvand.programmes.visits.models import PlaceReport, Survey, Visit
from peyvand.programmes.visits.permissions import PLANNERS
from peyvand.programmes.visits.report_actions import NewReport, report_place, set_report_aside
from peyvand.programmes.visits.report_queries import near_places
from peyvand.programmes.visits.specifications import USED
from peyvand.programmes.visits.tour_actions import NewTour, plan_tour
from peyvand.resources.models import Specification
from peyvand.scope.acting import STAFF, SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

_NOTE = "ساکنان از نبود خدمت گفتند و خواستند زودتر پیگیری شود. (دادهٔ نمایشی)"
_DONE = "با شورای محل نشستی گذاشته شد و کار به دستگاه مسئول سپرده شد. (دادهٔ نمایشی)"
_HOUSEHOLDS = 2  # asked for each visit that is added, all at one place


def seed(count: int, random: Random, now: datetime) -> int:
    """Visits in every state, over the last months, with pictures, needs heard and a household survey. Gives how many were added."""
    with scope(SYSTEM):
        wanted = max(0, count - Visit.objects.count())
        workers = [(acting_as(one), _places(one)) for one in _members(STAFF)]
        workers = [(worker, places) for worker, places in workers if places]
        planners = [acting_as(one) for one in _members(PLANNERS)]
        kinds = list(Specification.objects.filter(slug__in=[one.slug for one in USED]).order_by("slug"))
    if not wanted or not workers:
        return 0
    random.shuffle(workers)
    houses: set[str] = set()
    _reports(workers[0][0], houses, now)
    for number in range(wanted):
        worker, places = workers[number % len(workers)]
        _switch_on(worker, houses, now)
        place = random.choice(places)
        if number == 1 and (leads := _planner(planners, place, worker)) and _tour(leads, place, now):
            continue
        if number % 5 == 4 and (leads := _planner(planners, place, worker)):
            _plan(leads, place, number, random, now)
        else:
            visit = _visit(worker, place, kinds, number, random, now)
            if number == 0:
                _survey(visit, worker, planners, wanted * _HOUSEHOLDS, random, now)
    return wanted


# Names that nobody can take for those of real places: name, kind, households.
_REPORTED = (
    ("آبادی نمایشی بالا", ReportedKind.VILLAGE, 14),
    ("چادرهای نمایشی", ReportedKind.CAMP, 6),
    ("حاشیهٔ نمایشی شهر", ReportedKind.INFORMAL, 40),
)
_FROM_FIELD = "از اهالی محلهٔ همسایه شنیده شد. (دادهٔ نمایشی)"


def _reports(worker: Acting, houses: set[str], now: datetime) -> None:
    """Places that are in no list, reported where the first worker is, once: the first two wait, the last was set aside."""
    with scope(SYSTEM):
        if PlaceReport.objects.exists():
            return
        near = list(near_places(worker)[:40])
    _switch_on(worker, houses, now)
    for number, (name, kind, households) in enumerate(_REPORTED if near else ()):
        row = NewReport(name, kind, near[number % len(near)], HeardFrom.NEARBY, households, _FROM_FIELD)
        report = report_place(row=row, by=worker, now=now)
    if near:
        set_report_aside(report_id=report.pk, reason="نام دیگر محله‌ای شناخته‌شده است (نمایشی)", by=SYSTEM, now=now)


def _members(roles: Sequence[object]) -> Iterator[Membership]:
    rows = Membership.objects.filter(role__in=[str(role) for role in roles], until__isnull=True)
    return iter(rows.select_related("place", "organisation", "account").order_by("pk"))


def _places(member: Membership) -> list[Place]:
    return list(
        Place.objects.filter(below(member.place.path, "path"), kind__in=FINE).defer("boundary").order_by("path")[:40]
    )


def _switch_on(worker: Acting, houses: set[str], now: datetime) -> None:
    """For the whole house the worker belongs to, once."""
    path = worker.organisation_path.split("/")[0] + "/"
    if path not in houses:
        since, head = business_date(now) - timedelta(days=200), Organisation.objects.get(path=path)
        switch_on(slug=actions.SLUG, organisation=head, since=since, by=SYSTEM, now=now)
        houses.add(path)


def _planner(planners: Sequence[Acting], place: Place, worker: Acting) -> Acting | None:
    """Somebody who leads the work there, in the worker's own house."""
    house = worker.organisation_path.split("/")[0] + "/"
    fit = (one for one in planners if one.organisation_path.startswith(house) and place.path.startswith(one.place_path))
    return next(fit, None)


def _plan(planner: Acting, place: Place, number: int, random: Random, now: datetime) -> None:
    day = business_date(now) + timedelta(days=random.randint(1, 20))
    visit = actions.plan_visit(place=place, planned_date=day, by=planner, now=now)
    if number % 10 == 9:
        actions.drop_visit(visit_id=visit.pk, by=planner, now=now)


def _tour(planner: Acting, place: Place, now: datetime) -> bool:
    """Whoever leads the work goes to one place himself."""
    with scope(SYSTEM):
        account = Account.objects.get(pk=planner.account_id)
    begins = business_date(now) + timedelta(days=2)
    calls, people = [(place, ["مددکار"])], [(account, ["مددکار", "تسهیلگر"])]
    plan_tour(row=NewTour("کریدور حرفه‌ای نمایشی", place, begins, 1, calls, people), by=planner, now=now)
    return True


def _visit(
    worker: Acting, place: Place, kinds: Sequence[Specification], number: int, random: Random, now: datetime
) -> Visit:
    made = now - timedelta(days=random.randint(3, 150))
    families = random.randint(3, 18)
    kind = random.choice(kinds) if kinds else None
    row = actions.NewVisit(
        place, business_date(made), families, random.randint(0, families // 2), _NOTE,
        heard=(actions.Heard(kind, random.randint(1, 4)),) if kind else (),
        pictures=(_picture(number, Moment.BEFORE),) if number % 4 == 0 else (),
    )  # fmt: skip
    visit = actions.record_visit(row=row, by=worker, now=made, random=random)
    if number % 3 == 0:
        told = min(now, made + timedelta(days=random.randint(1, 40)))
        actions.tell_action(visit_id=visit.pk, words=_DONE, done_date=business_date(told), by=worker, now=told)
        if number % 4 == 0:
            actions.add_picture(visit_id=visit.pk, picture=_picture(number, Moment.AFTER), by=worker, now=told)
    return visit


def _picture(number: int, moment: Moment) -> actions.Picture:
    """A drawing of a road, rough before and even after: nobody can take it for a photograph."""
    sheet = Image.new("RGB", (320, 200), "#e8e2d6")
    pen = ImageDraw.Draw(sheet)
    pen.polygon([(130, 60), (190, 60), (300, 200), (20, 200)], fill="#8b8378" if moment == Moment.AFTER else "#b9a98c")
    for stone in range(0 if moment == Moment.AFTER else 12):
        left, top = 60 + 17 * stone, 190 - 11 * stone
        pen.ellipse([left, top, left + 14, top + 8], fill="#6f6350")
    out = io.BytesIO()
    sheet.save(out, "PNG")
    data = cleaned(io.BytesIO(out.getvalue()))
    return actions.Picture(LocalFolder(settings.PEYVAND_FILES).store(data), len(data), 1 + number % 3, moment)


def _survey(
    visit: Visit, worker: Acting, planners: Sequence[Acting], households: int, random: Random, now: datetime
) -> None:
    """The sample form in use where the first worker is, and households of one place who answered it."""
    owner = next((one for one in planners if worker.organisation_path.startswith(one.organisation_path)), None)
    if owner is None:
        return
    with scope(SYSTEM):
        survey = Survey.objects.filter(
            title=sample.TITLE, organisation_id=owner.organisation_id, is_in_use=True
        ).first()
    if survey is None:
        data = sample.workbook()
        sha256 = LocalFolder(settings.PEYVAND_FILES).store(data)
        survey = survey_actions.upload_survey(definition=xlsform.read(data), source_sha256=sha256, by=owner, now=now)
    for _ in range(households):
        row = survey_actions.NewAnswer(survey.pk, _answers(random), visit_id=visit.pk)
        survey_actions.record_answer(row=row, by=worker, now=now)


def _answers(random: Random) -> dict[str, object]:
    said = lambda likely: "yes" if random.random() < likely else "no"  # noqa: E731
    children = random.choice([0, 0, 1, 2, 3])
    return {
        "members": str(children + random.randint(1, 3)),
        "children": str(children),
        "doctor": said(0.5),
        "water": said(0.8),
        "heard": said(0.3),
        "income": [random.choice(["work", "work", "pension", "none"])],
        **({"at_school": said(0.7)} if children else {}),
    }
