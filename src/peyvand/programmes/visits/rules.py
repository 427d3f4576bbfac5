"""The rules of visits, pure: the life of a visit, the neglect score, and what a position may tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import mean, median

from peyvand.kernel.refusals import Refusal
from peyvand.kernel.states import LifeCycle
from peyvand.places.enums import FINE, PlaceKind
from peyvand.programmes.visits.enums import ReportedKind, ReportState, VisitState

LIFE = LifeCycle(
    "visit",
    VisitState.PLANNED,
    [
        ("record_visit", VisitState.PLANNED, VisitState.MADE),
        ("give_day", VisitState.PLANNED, VisitState.PLANNED),
        ("drop_visit", VisitState.PLANNED, VisitState.DROPPED),
        ("restore_visit", VisitState.DROPPED, VisitState.PLANNED),
        ("follow_visit", VisitState.MADE, VisitState.FOLLOWED),
        ("reopen_visit", VisitState.FOLLOWED, VisitState.MADE),
    ],
)

REPORT_LIFE = LifeCycle(
    "place_report",
    ReportState.WAITING,
    [
        ("accept_report", ReportState.WAITING, ReportState.ACCEPTED),
        ("join_report", ReportState.WAITING, ReportState.JOINED),
        ("set_report_aside", ReportState.WAITING, ReportState.ASIDE),
        ("reopen_report", ReportState.ACCEPTED, ReportState.WAITING),
        ("reopen_report", ReportState.JOINED, ReportState.WAITING),
        ("reopen_report", ReportState.ASIDE, ReportState.WAITING),
    ],
)

# What a reported place becomes once it stands in the list of places.
BECOMES = {
    ReportedKind.VILLAGE: PlaceKind.SETTLEMENT,
    ReportedKind.INFORMAL: PlaceKind.NEIGHBOURHOOD,
    ReportedKind.CAMP: PlaceKind.NOMADIC,
    ReportedKind.NEIGHBOURHOOD: PlaceKind.NEIGHBOURHOOD,
}
FEWEST_SHOWN = (
    5  # households: the point of a place of fewer would tell a home (as no figure under five is shown, decision D14)
)
MOST_HOUSEHOLDS = 5000  # of one reported place
SPOTS = 6  # pictures of a visit, before and after
MOST_NEEDS = 20  # heard at one visit
MOST_FAMILIES = 2000  # met at one visit
_STEP = Decimal("0.01")  # of a degree: about a kilometre


class NotMade(Refusal):
    code = "visit_not_made"
    message = "This visit has not been made yet: record it first."


class PlannedInPast(Refusal):
    code = "visit_planned_in_past"
    message = "A visit is planned for today or a later day."


class AlreadyPlanned(Refusal):
    code = "visit_already_planned"
    message = "Your organisation has planned a visit to “{place}” already."


class VisitInFuture(Refusal):
    code = "visit_in_future"
    message = "A visit is recorded on its day or afterwards."


class NotFine(Refusal):
    code = "visit_not_fine"
    message = "A visit leads to a neighbourhood, a village or a nomadic place. “{place}” is a larger one."


class ContactsAboveFamilies(Refusal):
    code = "visit_contacts_above_families"
    message = "There cannot be more first contacts ({contacts}) than families met ({families})."


class SpotTaken(Refusal):
    code = "visit_spot_taken"
    message = "There is a picture of this spot from that moment already. Choose another spot."


@dataclass(frozen=True)
class Terms:
    """In force on a day. The goal of 500 places for the year 1403 after the 100 of the year before: source S4, 1403/2/17.

    `full_days` without a visit count as the whole of the time part, `full_m0` (in hundredths) of the survey's M0 as the whole
    of the deprivation part; both are settings of those who run the site.
    """

    goal: int = 500
    full_days: int = 730
    full_m0: int = 50
    source: str = ""


@dataclass(frozen=True)
class Neglect:
    """The parts of the score, each 0 to 1, and their product as 0 to 100; None where no deprivation is known."""

    deprivation: float | None
    time: float
    little_help: float

    @property
    def score(self) -> int | None:
        if self.deprivation is None:
            return None
        return round(100 * self.deprivation * self.time * self.little_help)


def neglect(
    *, deprivation: float | None, last: date | None, told: Iterable[tuple[int, int]], today: date, full_days: int
) -> Neglect:
    """Deprivation x time since the last visit x little help.

    `last` is the day of the last visit (None: never). `told` are, for each kind of help told from there within a year, the units
    told and met: their parts are averaged, since rial and wheelchairs do not add up. Where nobody told any, nobody was helped.
    """
    time = 1.0 if last is None else min(1.0, max(0, (today - last).days) / full_days)
    parts = [min(met, units) / units for units, met in told if units]
    little_help = 1.0 - mean(parts) if parts else 1.0
    return Neglect(deprivation, time, little_help)


def place_refusal(*, kind: str, name: str) -> Refusal | None:
    return None if kind in FINE else NotFine(place=name)


def public_point(
    lat: Decimal | None, lon: Decimal | None, households: int | None
) -> tuple[float, float] | tuple[None, None]:
    """Where a reported place may be shown to lie once everyone sees it: to about a kilometre, and nowhere where its homes are few
    or nobody knows how many."""
    if lat is None or lon is None or households is None or households < FEWEST_SHOWN:
        return None, None
    return float(rounded(lat)), float(rounded(lon))


def of_survey(m0: float, full_m0: int) -> float:
    return min(1.0, m0 * 100 / full_m0)


def rounded(degrees: Decimal) -> Decimal:
    """A position to two decimals of a degree; said on the form, done on the phone, here, and by the column."""
    return degrees.quantize(_STEP, rounding=ROUND_HALF_EVEN)


def counts_refusal(*, families: int, contacts: int) -> Refusal | None:
    return ContactsAboveFamilies(contacts=contacts, families=families) if contacts > families else None


def following(*, state: str, has_action: bool, has_met: bool) -> str | None:
    """The act that brings a made visit in line with what followed from it, or None."""
    if state == VisitState.MADE and (has_action or has_met):
        return "follow_visit"
    return "reopen_visit" if state == VisitState.FOLLOWED and not (has_action or has_met) else None


def median_days(spans: Iterable[tuple[date, date]]) -> float | None:
    days = [(end - start).days for start, end in spans]
    return float(median(days)) if days else None
