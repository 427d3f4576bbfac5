"""Reads of visits."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from peyvand.engines.deprivation import Deprivation, Measure, alkire_foster
from peyvand.flow.need.enums import ClosedAs
from peyvand.flow.need.models import Need
from peyvand.kernel.jalali import JalaliMonth, add_months
from peyvand.places.enums import FINE, PlaceKind
from peyvand.places.models import Place
from peyvand.places.queries import ancestors, deprivation_of
from peyvand.programmes.visits.enums import MADE, VisitState
from peyvand.programmes.visits.forms_as_data import Definition
from peyvand.programmes.visits.models import HouseholdAnswer, Survey, Tour, Visit, VisitAction, VisitNeed, VisitTerms
from peyvand.programmes.visits.rules import Neglect, Terms, neglect, of_survey
from peyvand.scope.acting import SYSTEM, Acting, within
from peyvand.scope.bulk import at_once, below, in_area, only
from peyvand.scope.database import scope

HELP_MONTHS = 12


def terms_on(day: date) -> Terms:
    """The terms in force; the defaults where nobody has set any."""
    row = _terms(day).first()
    return Terms(row.goal, row.full_days, row.full_m0, row.source) if row else Terms()


def _terms(day: date) -> QuerySet[VisitTerms]:
    return VisitTerms.objects.filter(since__lte=day).order_by("-since")[:1]


def visits(by: Acting) -> QuerySet[Visit]:
    """Those in the actor's own area, with all a list shows."""
    own = in_area(by) & below(by.organisation_path, "organisation_path")
    return Visit.objects.filter(own).select_related("place", "organisation", "visitor")


def one(visit_id: int) -> Visit:
    """With how many `households` answered on it. Raises `NotFound` where it does not exist or lies outside the scope."""
    rows = Visit.objects.select_related("place", "organisation", "visitor", "planned_by").filter(pk=visit_id)
    return only(rows.annotate(households=_households()))


def _households() -> Coalesce:
    answers = HouseholdAnswer.objects.filter(visit=OuterRef("pk")).order_by().values("visit")
    return Coalesce(Subquery(answers.annotate(count=Count("pk")).values("count")), 0)


def waiting(by: Acting, today: date) -> QuerySet[Visit]:
    """Visits of one's own office that were made and nothing followed, and plans whose day has come."""
    return visits(by).filter(_waits(today))


def _waits(today: date) -> Q:
    return Q(state=VisitState.MADE) | Q(state=VisitState.PLANNED, planned_date__lte=today)


def to_make(by: Acting, today: date) -> QuerySet[Visit]:
    """Plans whose day has come, and those a tour sends the actor himself to within a week."""
    near = _sends(by) & Q(planned_date__lte=today + timedelta(days=7))
    return visits(by).filter(Q(state=VisitState.PLANNED, planned_date__lte=today) | near)


def sent(by: Acting) -> QuerySet[Visit]:
    """Planned visits that a tour sends the actor himself to, in the order of his days."""
    return visits(by).filter(_sends(by)).select_related("stop").order_by("planned_date", "stop__order")


def _sends(by: Acting) -> Q:
    return Q(stop__person__account_id=by.account_id or 0, state=VisitState.PLANNED)


def tallies(by: Acting, today: date) -> dict[str, int]:
    """How many are `waiting`, and to how many the actor is `sent`, in one question."""
    waits, sends = _waits(today), _sends(by)
    rows = visits(by).filter(waits | sends)
    return rows.aggregate(waiting=Count("pk", filter=waits), sent=Count("pk", filter=sends))


def out_of_line() -> QuerySet[Visit]:
    """Visits whose state no longer fits what followed from them."""
    acted = Exists(VisitAction.objects.filter(visit=OuterRef("pk")))
    met = Exists(VisitNeed.objects.filter(visit=OuterRef("pk"), need__met__gt=0))
    return Visit.objects.filter(Q(state=VisitState.MADE) & (acted | met) | Q(state=VisitState.FOLLOWED) & ~acted & ~met)


def surveys_for(by: Acting) -> QuerySet[Survey]:
    """Those in use in the actor's organisation: its own and those of the organisations above it."""
    return Survey.objects.filter(organisation_path__in=ancestors(by.organisation_path)).order_by("title", "-version")


# What somebody took back, and what lapsed, no longer waits for help; the part of it that was met was help all the same.
_STANDS = Case(When(closed_as__in=[ClosedAs.WITHDRAWN, ClosedAs.EXPIRED], then=F("met")), default=F("quantity"))


@dataclass(frozen=True)
class Standing:
    """A place with its score and everything that went into it: `kinds` of help were told there. `measure` is the survey's, also
    where it is too small to rank by."""

    place: Place
    neglect: Neglect
    last: date | None
    kinds: int
    source: str
    is_survey: bool
    measure: Measure | None


def standings(
    area: str, today: date, *, only: Place | None = None, among: Iterable[Place] | None = None, draws: int = 0,
    terms: Terms | None = None,
) -> list[Standing]:  # fmt: skip
    """Every fine place of an area (or `only` one), the most neglected first; those without a known deprivation come last.
    `among` are all places of the area where they were read already.

    Dates and counts are of all organisations: a place that somebody else visited yesterday is not forgotten. No row of a
    person or household is among them.
    """
    with scope(SYSTEM):
        terms = terms or terms_on(today)
        if only:
            found = [only] if only.kind in FINE else []
        elif among is not None:
            found = [place for place in among if place.kind in FINE]
        else:
            fine = Place.objects.filter(below(area, "path"), kind__in=FINE).select_related("parent")
            found = list(fine.defer("boundary", "parent__boundary"))
        where = Q(place_path=only.path) if only else below(area)
        help_since = add_months(today, -HELP_MONTHS)
        needs = Need.objects.filter(where, created_at__date__gte=help_since).exclude(state="draft").order_by()
        visited, kinds, newest = at_once(
            Visit.objects.filter(where, state__in=MADE)
            .order_by()
            .values("place_path")
            .annotate(day=Max("visited_date")),
            needs.values("place_path", "specification_id").annotate(told=Sum(_STANDS), helped=Sum("met")),
            _newest_survey(where),
        )
        last = {one["place_path"]: date.fromisoformat(one["day"]) for one in visited}
        helped: dict[str, list[tuple[int, int]]] = {}
        for one in kinds:
            if one["told"]:
                helped.setdefault(one["place_path"], []).append((one["told"], one["helped"]))
        surveyed = _measures(where, {one["visit__place_path"]: one["survey"] for one in newest}, draws=draws)
        prior = deprivation_of({place.path for place in found})
    rows = []
    for place in found:
        told = helped.get(place.path, [])
        measure = surveyed.get(place.path)
        by_survey = measure is not None and measure.ranked
        deprivation, source = _deprivation(measure if by_survey else None, prior.get(place.path), terms)
        parts = neglect(
            deprivation=deprivation,
            last=last.get(place.path),
            told=told,
            today=today,
            full_days=terms.full_days,
        )
        rows.append(Standing(place, parts, last.get(place.path), len(told), source, by_survey, measure))
    return sorted(
        rows, key=lambda row: (-1 if row.neglect.score is None else row.neglect.score, row.place.pk), reverse=True
    )


class _Looked(Func):
    """What a JSON object holds under the key of the row."""

    template, arg_joiner, output_field = "((%(expressions)s)::int)", " ->> ", IntegerField()


def places_of(rows: Sequence[Standing]) -> QuerySet[Place]:
    """The places of these standings as a list narrows, orders and shows them.

    `score` and `deprivation_part` are -1 where there is none; the parts are thousandths; `last_day` is the number of a day, 0 where
    nobody `ever_come` (1 or 0); `deprivation_from` is its source, and `by_survey` says that a survey is.
    """

    def looked(value: Callable[[Standing], int | str], **options: Any) -> _Looked:
        told = json.dumps({str(one.place.pk): value(one) for one in rows})
        return _Looked(Cast(Value(told), JSONField()), Cast(F("pk"), TextField()), **options)

    places = Place.objects.filter(pk__in=[one.place.pk for one in rows]).select_related("parent")
    return places.defer("boundary", "parent__boundary").annotate(
        score=looked(lambda one: -1 if one.neglect.score is None else one.neglect.score),
        deprivation_part=looked(lambda one: _thousandths(one.neglect.deprivation)),
        time_part=looked(lambda one: _thousandths(one.neglect.time)),
        help_part=looked(lambda one: _thousandths(one.neglect.little_help)),
        last_day=looked(lambda one: one.last.toordinal() if one.last else 0),
        ever_come=looked(lambda one: int(one.last is not None)),
        by_survey=looked(lambda one: int(one.is_survey)),
        deprivation_from=looked(lambda one: one.source, template="(%(expressions)s)", output_field=TextField()),
    )


def _thousandths(part: float | None) -> int:
    return -1 if part is None else round(1000 * part)


def _deprivation(measure: Measure | None, prior: tuple[int, str] | None, terms: Terms) -> tuple[float | None, str]:
    if measure is not None:
        return of_survey(measure.m0, terms.full_m0), ""
    return (prior[0] / 100, prior[1]) if prior else (None, "")


def _answers(where: Q) -> QuerySet[HouseholdAnswer]:
    return HouseholdAnswer.objects.filter(_through_visit(where)).exclude(deprived=[]).order_by()


def _newest_survey(where: Q) -> QuerySet[HouseholdAnswer, Any]:
    """By path the newest survey with answers from there."""
    return _answers(where).values("visit__place_path").annotate(survey=Max("survey_id"))


def _measures(where: Q, newest: Mapping[str, int], *, draws: int) -> dict[str, Measure]:
    """By path what its newest survey says of deprivation. Read under the national role."""
    answers = _answers(where)
    by_survey: dict[int, list[str]] = {}
    for path, survey_id in newest.items():
        by_survey.setdefault(survey_id, []).append(path)
    found: dict[str, Measure] = {}
    for survey in Survey.objects.filter(pk__in=by_survey):
        rows = list(
            answers.filter(survey=survey, visit__place_path__in=by_survey[survey.pk])
            .order_by("pk").values_list("visit__place_path", "deprived", "people")
        )  # fmt: skip
        found |= measured(survey, rows, draws=draws).groups
    return found


def measured(survey: Survey, rows: Iterable[tuple[str, list[bool], int]], *, draws: int = 1000) -> Deprivation:
    """The measure of a survey over (path, deprived, people) of its households, grouped by path."""
    paths, deprived, people = zip(*rows, strict=True)
    definition = Definition(survey.definition)
    return alkire_foster(
        list(deprived), definition.weights, definition.cutoff, groups=list(paths), people=list(people), draws=draws
    )


def _through_visit(where: Q) -> Q:
    return Q(*[(f"visit__{name}", value) for name, value in where.children])  # type: ignore[misc]


@dataclass(frozen=True)
class Part:
    """A province or county: visits made there since a day, its people and its deprivation, None where not known; and whence they are."""

    place: Place
    visits: int
    people: int | None
    deprivation: int | None
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spread:
    """How the year's visits are spread: over the provinces of the country and the counties of one's area; `seen` and `own` are the
    places visited in the country and in the area, each counted once; with the terms in force."""

    provinces: list[Part]
    counties: list[Part]
    seen: int
    own: int
    terms: Terms


def spread(area: str, today: date) -> Spread:
    """In one question. Call it under the national role: what it gives are counts, and no row of anybody."""
    nation = area.split("/")[0] + "/"
    inner = Q(kind=PlaceKind.PROVINCE) | Q(kind=PlaceKind.COUNTY)
    named = (
        "pk",
        "path",
        "kind",
        "name_fa",
        "name_en",
        "population",
        "deprivation",
        "population_source",
        "deprivation_source",
    )
    made = Visit.objects.filter(
        below(nation), state__in=MADE, visited_date__range=(year_began(today), today)
    ).order_by()
    places, counts, terms = at_once(
        Place.objects.filter(inner, below(nation, "path")).order_by("path").values(*named),
        made.values("place_path").annotate(number=Count("pk")),
        _terms(today).values("goal", "full_days", "full_m0", "source"),
    )
    seen = {one["place_path"]: one["number"] for one in counts}
    parts = [Place(**{"id" if name == "pk" else name: one[name] for name in named}) for one in places]
    counties = [one for one in parts if one.kind == PlaceKind.COUNTY]
    return Spread(
        [_part(one, seen, counties) for one in parts if one.kind == PlaceKind.PROVINCE],
        [_part(one, seen, []) for one in counties if within(one.path, area)] if area != nation else [],
        len(seen),
        sum(within(path, area) for path in seen),
        Terms(**terms[0]) if terms else Terms(),
    )


def _part(place: Place, seen: dict[str, int], counties: list[Place]) -> Part:
    """A part without a figure of people takes its counties' sum, and the mean of their deprivation."""
    inside = [one for one in counties if within(one.path, place.path)]
    people = place.population or _sum([one.population for one in inside])
    deprivation = place.deprivation if place.deprivation is not None else _mean([one.deprivation for one in inside])
    visits = sum(number for path, number in seen.items() if within(path, place.path))
    told = {(one.population, one.population_source) for one in (place, *inside)}
    told |= {(one.deprivation, one.deprivation_source) for one in (place, *inside)}
    return Part(
        place, visits, people, deprivation, frozenset(source for value, source in told if value is not None and source)
    )


def _sum(values: list[int | None]) -> int | None:
    return sum(value or 0 for value in values) if values and None not in values else None


def _mean(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known)) if known else None


def year_began(today: date) -> date:
    """The first day of the Jalali year."""
    return JalaliMonth(JalaliMonth.of(today).year, 1).first_day


def heard(visit: Visit) -> QuerySet[Need]:
    """The needs heard at a visit, with their kinds."""
    of_visit = VisitNeed.objects.filter(visit=visit).values("need_id")
    return Need.objects.filter(pk__in=of_visit).select_related("specification").order_by("pk")


def visit_of_answer(answer_id: int) -> int:
    return HouseholdAnswer.objects.values_list("visit_id", flat=True).get(pk=answer_id)


@dataclass(frozen=True)
class Outcome:
    """What came of a tour: `places` its visits were made to, in how many of them it was the first visit ever, families met, first
    contacts, and families who have a file since a visit of it."""

    places: int
    first_seen: int
    families: int
    contacts: int
    files: int


def outcome(tour: Tour) -> Outcome:
    """Of a tour the actor sees. Whether somebody came before is asked of all organisations; only counts are given."""
    made = Visit.objects.filter(state__in=MADE)
    before = made.filter(place=OuterRef("place"), visited_date__lt=OuterRef("visited_date"))
    with scope(SYSTEM):
        rows = list(
            made.filter(stop__tour=tour).annotate(seen_before=Exists(before))
            .values_list("place_id", "seen_before", "families_met", "first_contacts")
        )  # fmt: skip
        files = VisitNeed.objects.filter(visit__stop__tour=tour, need__household__isnull=False)
        households = files.values("need__household").distinct().count()
    return Outcome(
        len({place for place, *_ in rows}),
        len({place for place, seen, *_ in rows if not seen}),
        sum(families for _, _, families, _ in rows),
        sum(contacts for *_, contacts in rows),
        households,
    )
