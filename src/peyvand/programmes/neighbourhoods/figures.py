"""What councils and boards promise, counted (the manifest says it in words), inside the reader's own scope: what an area
resolved, sent up and wants together is open to everyone who may open the page."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Length, Substr

from peyvand.extend.programme import Counted
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.kernel.jalali import add_months, business_date
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.board_models import BoardSeat, Objective, Obstacle
from peyvand.programmes.neighbourhoods.enums import (
    OWED,
    BoardState,
    ObjectiveState,
    ObstacleState,
    ResolutionState,
    VoiceState,
)
from peyvand.programmes.neighbourhoods.models import Resolution, Rung
from peyvand.programmes.neighbourhoods.queries import DECLARED
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

MONTHS = 12
WITH_PARTS = Count("shares")


def in_time(by: Acting, today: date) -> Counted:
    """Of resolutions of the last year that are done, or whose day has passed: those reported by their day and confirmed."""
    rows = Resolution.objects.filter(below(by.place_path), decided_date__gte=add_months(today, -MONTHS))
    over = rows.filter(Q(state=ResolutionState.DONE) | Q(state__in=OWED[:2], due_date__lt=today))
    ends = list(over.values_list("state", "reported_at", "due_date"))
    kept = [at for state, at, due in ends if state == ResolutionState.DONE and at and business_date(at) <= due]
    return Counted(len(kept) / len(ends) if ends else None, len(ends))


def days_to_done(by: Acting, today: date) -> Counted:
    rows = Resolution.objects.filter(below(by.place_path), state=ResolutionState.DONE)
    ends = list(rows.filter(closed_at__date__gte=add_months(today, -MONTHS)).values_list("decided_date", "closed_at"))
    spans = [(decided, business_date(closed)) for decided, closed in ends if closed]
    return Counted(rules.median_days(spans), len(spans))


def answered_in_time(by: Acting, today: date) -> Counted:
    """Of stays of voices at a council in the last year that ended, or whose clock ran out: those answered or passed on in time."""
    rows = Rung.objects.filter(below(by.place_path, "voice__place_path"), answer_by__gte=add_months(today, -MONTHS))
    rows = rows.exclude(voice__state=VoiceState.WITHDRAWN)
    over = rows.filter(Q(left_at__isnull=False) | Q(answer_by__lt=today))
    ends = list(over.values_list("left_at", "answer_by"))
    kept = [at for at, by_day in ends if at and business_date(at) <= by_day]
    return Counted(len(kept) / len(ends) if ends else None, len(ends))


def joint(by: Acting, today: date) -> Counted:
    """Cohesion: of objectives not dropped, the share that two agencies or more have a part in."""
    rows = Objective.objects.filter(below(by.place_path)).exclude(state=ObjectiveState.DROPPED)
    shares = list(rows.annotate(parts=WITH_PARTS).values_list("parts", flat=True))
    return Counted(rules.share_of_joint(shares), len(shares))


def age_of_obstacles(by: Acting, today: date) -> Counted:
    told = Obstacle.objects.filter(below(by.place_path), state=ObstacleState.OPEN).values_list("told_at", flat=True)
    spans = [(min(business_date(at), today), today) for at in told]
    return Counted(rules.median_days(spans), len(spans))


def accompaniment(by: Acting, today: date) -> Counted:
    """Over the agencies on boards of the area, with their branches: used of declared, the plain mean over agency and kind of help.
    Offers of all organisations are read for it, and their sums alone given out."""
    seats = BoardSeat.objects.filter(below(by.place_path), state=BoardState.ON_BOARD)
    of_agency = seats.filter(organisation_path=Substr(OuterRef("organisation_path"), 1, Length("organisation_path")))
    with scope(SYSTEM):
        rows = Capacity.objects.filter(Exists(of_agency), below(by.place_path)).exclude(state=CapacityState.DRAFT)
        sums = list(
            rows.values("organisation_path", "specification_id")
            .annotate(all=Sum(DECLARED), used=Sum("delivered"), offers=Count("pk"))
            .values_list("organisation_path", "specification_id", "all", "used", "offers")
        )
    kinds: dict[tuple[str, int], list[int]] = {}
    for path, kind, declared, used, offers in sums:
        counted = kinds.setdefault((path.split("/", 1)[0], kind), [0, 0, 0])
        for place, more in enumerate((declared, used, offers)):
            counted[place] += more
    told = [rules.Declared(declared, 0, used, offers) for declared, used, offers in kinds.values()]
    return Counted(rules.accompaniment(told), sum(one.offers for one in told))
