"""Reads of reported places."""

from functools import reduce
from operator import or_

from django.db.models import QuerySet

from peyvand.kernel import slips
from peyvand.kernel.text import search_key, word_key
from peyvand.places.enums import FINE, PARENTS, PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.programmes.visits.enums import ReportState
from peyvand.programmes.visits.models import PlaceReport
from peyvand.programmes.visits.permissions import JUDGES
from peyvand.programmes.visits.rules import BECOMES
from peyvand.scope.acting import Acting
from peyvand.scope.bulk import below, in_area, only
from peyvand.web.pages.choices import MOST_NAMES
from peyvand.web.search import nearly

MOST_LIKE = 12
_COMPARED, _SHORT = 200, 3  # places held against a name; letters of a word that alone tells nothing
# Words that many names of places begin with, and that say nothing of which one is meant.
_COMMON = {
    search_key(word)
    for word in ("روستای", "روستا", "آبادی", "محله", "محلهٔ", "کوی", "شهرک", "ده", "ایل", "چادر", "چادرهای")
}
MOST_PARENTS = 400
# What a reported place is said to lie near: a county, or anything known within one.
NEAR = (PlaceKind.COUNTY, PlaceKind.DISTRICT, PlaceKind.CITY, PlaceKind.RURAL_DISTRICT, *FINE)


def reports(by: Acting) -> QuerySet[PlaceReport]:
    """Those of one's own organisation; of all organisations where one judges them."""
    rows = PlaceReport.objects.filter(in_area(by))
    if by.role not in JUDGES:
        rows = rows.filter(below(by.organisation_path, "organisation_path"))
    return rows.select_related("near", "organisation", "place").defer("near__boundary", "place__boundary")


def one(report_id: int, by: Acting) -> PlaceReport:
    """Raises `NotFound` where it does not exist or lies outside the scope."""
    return only(reports(by).select_related("reported_by", "decided_by").filter(pk=report_id))


def near_places(by: Acting) -> QuerySet[Place]:
    inside = below(by.place_path, "path")
    rows = Place.objects.filter(inside, kind__in=NEAR).select_related("parent").order_by("path")
    return rows.defer("boundary", "parent__boundary")


def county_of(report: PlaceReport) -> str:
    """The path of the county it lies in: country, province, county."""
    return ancestors(report.place_path)[2]


def known_places(report: PlaceReport) -> QuerySet[Place]:
    """The neighbourhoods, villages and nomadic places of the county."""
    rows = Place.objects.filter(below(county_of(report), "path"), kind__in=FINE).select_related("parent")
    return rows.defer("boundary", "parent__boundary")


def like_named(report: PlaceReport) -> list[Place]:
    """Known places of the county called so or nearly so, in whichever letters, or with a long word of it; called just so, first."""
    words = [word for word in slips.words(report.name) if word not in _COMMON] or [report.name]
    long = (nearly(word, ("search_key",)) for word in words if len(word) > _SHORT)
    called = reduce(or_, long, nearly(" ".join(words), ("search_key",)))
    rows = known_places(report).filter(called).order_by("sort_key", "pk")
    own = word_key(report.name)

    def unlike(place: Place) -> tuple[bool, int]:
        return word_key(place.name_fa) != own, -sum(word in place.search_key for word in words)

    return sorted(rows[:_COMPARED], key=unlike)[:MOST_LIKE]


def also_reported(report: PlaceReport, by: Acting) -> list[PlaceReport]:
    """Other reports from the county of a place called so."""
    rows = reports(by).filter(below(county_of(report)), name_key=report.name_key).exclude(pk=report.pk)
    return list(rows.order_by("-reported_at", "pk")[:MOST_LIKE])


def county_places(report: PlaceReport) -> list[Place] | None:
    """Everything known in the county with what it lies in, from the county down; None where it is more than a page can offer."""
    rows = Place.objects.filter(below(county_of(report), "path")).select_related("parent").order_by("path")
    found = list(rows.defer("boundary", "parent__boundary")[: MOST_NAMES + 1])
    return found if len(found) <= MOST_NAMES else None


def parents_for(report: PlaceReport, among: list[Place] | None = None) -> list[Place]:
    """What it may lie in: the county and what within it may hold a place of this kind; `among` are its places where they were read."""
    kinds = PARENTS[BECOMES[report.kind]]  # type: ignore[index]
    if among is not None:
        return [one for one in among if one.kind in kinds]
    rows = Place.objects.filter(below(county_of(report), "path"), kind__in=kinds).defer("boundary")
    return list(rows.order_by("path")[:MOST_PARENTS])


def usual_parent(report: PlaceReport, parents: list[Place]) -> Place | None:
    """The innermost of them that the place said to be near lies in, or is."""
    around = set(ancestors(report.place_path))
    return next((one for one in reversed(parents) if one.path in around), None)


def waiting(by: Acting) -> QuerySet[PlaceReport] | None:
    """What an officer has to judge; None for those who judge nothing."""
    return reports(by).filter(state=ReportState.WAITING) if by.role in JUDGES else None
