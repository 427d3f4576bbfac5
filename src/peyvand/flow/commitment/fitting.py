"""The rules of the match said of rows: their columns for the engine, and every rule that keeps a pair of rows apart.

A run, a promise made by hand and the page that says why not all ask here, so that none of them can differ.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import polars as pl
from django.db.models import F, QuerySet, Sum

from peyvand.engines.matching import Feasibility, Refused
from peyvand.flow.capacity.enums import CapacityState
from peyvand.flow.capacity.models import Capacity
from peyvand.flow.commitment.models import Commitment
from peyvand.flow.commitment.pairing import CAPACITY_RULES, NEED_RULES, RULE_COLUMNS, nothing_asked, rules_of
from peyvand.flow.need.models import Need, ProviderRefused
from peyvand.kernel.jalali import TEHRAN, business_date, week_of
from peyvand.people.models import Person, Task
from peyvand.resources.enums import QualityKind
from peyvand.resources.models import Quality, Substitute
from peyvand.scope.acting import SYSTEM, subtree
from peyvand.scope.bulk import at_once
from peyvand.scope.database import scope

OF_BOTH = (
    "pk", "specification_id", "quantity", "committed", "place_path", "organisation_path", "place__lat", "place__lon",
    "giver_sex", "start_date",
)  # fmt: skip
OF_NEED = (
    *OF_BOTH, "priority", "created_at", "household_id", "person_id", "person__sex", "person__household_id", "asks",
    "most_km", "may_share", "together", "specification__licences", "specification__same_sex", "specification__at_venue",
)  # fmt: skip
OF_CAPACITY = (
    *OF_BOTH, "reach", "reach_km", "smallest_lot", "organisation_id", "provider_person_id", "provider_person__sex", "end_date",
    "brings", "most_a_week",
)  # fmt: skip
# So many are named one by one where rows are asked for; of more, all are read.
_NAMED = 1000
_LISTS = {
    QualityKind.LICENCE: "licences",
    QualityKind.SKILL: "skills",
    QualityKind.LANGUAGE: "languages",
    QualityKind.ACCESS: "access",
}
Group = tuple[int, int | None, int]  # organisation, person and kind: a provider


def given_instead(kinds: Collection[int]) -> set[int]:
    """These kinds and all that may be given in their place."""
    return {*kinds, *Substitute.objects.filter(asked_id__in=kinds).values_list("given_id", flat=True)}


@dataclass(frozen=True)
class Facts:
    """What holds for some needs beside their rows: kinds of qualities by slug, (asked, given) kinds, (family, path of the refused
    provider), the sex of the heads of families of whom a giver of the same sex is asked, and the families with which the reader has
    a task.
    """

    quality: Mapping[str, str]
    substitutes: Sequence[tuple[int, int]]
    refused: Sequence[tuple[int, str]]
    head_sex: Mapping[int | None, str]
    of_case: Collection[int] = ()


def facts_of(needs: Collection[Any], membership_id: int = 0) -> Facts:
    """In one statement, and a second where a sex is asked for. Call it under the national role."""
    families, kinds = _families(needs), {row.specification_id for row in needs}
    refused = ProviderRefused.objects.filter(until__isnull=True).order_by("pk")
    refused = refused.filter(household_id__in=families) if len(families) <= _NAMED else refused
    tasks = Task.objects.filter(membership_id=membership_id, until__isnull=True).order_by().values("household_id")
    qualities, substitutes, rows, mine = at_once(
        Quality.objects.order_by().values("slug", "kind"),
        Substitute.objects.filter(asked_id__in=kinds).order_by("pk").values("asked_id", "given_id"),
        refused.values("household_id", "organisation__path"),
        tasks if membership_id else tasks.none(),
    )
    asking = _families(row for row in needs if row.specification__same_sex and not row.person__sex)
    heads = Person.objects.filter(is_head=True, household_id__in=asking).values_list("household_id", "sex")
    return Facts(
        {row["slug"]: row["kind"] for row in qualities},
        [(row["asked_id"], row["given_id"]) for row in substitutes],
        [(row["household_id"], row["organisation__path"]) for row in rows if row["household_id"] in families],
        dict(heads) if asking else {},
        {row["household_id"] for row in mine},
    )


def rule_columns(
    needs: Collection[Any], capacities: Collection[Any], facts: Facts
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The columns `NEED_RULES` and `CAPACITY_RULES` of rows (`OF_NEED`, `OF_CAPACITY`), but for those of the week."""
    of_needs = {
        "start": [row.start_date for row in needs],
        # Offers are asked on their own days only, so the last day of an open need keeps nobody away: it is served late rather
        # than not at all, whoever else asks for something in the same run.
        "end": [None] * len(needs),
        "max_km": [row.most_km for row in needs],
        "person_gender": [row.person__sex or facts.head_sex.get(family(row)) or None for row in needs],
        "provider_gender": [row.giver_sex or None for row in needs],
        "household": [family(row) for row in needs],
        "divisible": [row.may_share for row in needs],
        "together": [row.together for row in needs],
    } | _lists([row.asks for row in needs], facts.quality)
    of_capacities = {
        "start": [row.start_date for row in capacities],
        "end": [row.end_date for row in capacities],
        "gender": [row.giver_sex or row.provider_person__sex or None for row in capacities],
        "provider": [row.organisation_id for row in capacities],
    } | _lists([row.brings for row in capacities], facts.quality)
    return of_needs, of_capacities


def rule_table(needs: Collection[Any], capacities: Collection[Any], facts: Facts) -> pl.DataFrame:
    """What holds for the kinds and families of these rows, in the columns `RULE_COLUMNS`."""
    kinds = {row.specification_id: row for row in needs}
    rows: list[dict[str, Any]] = [
        {"rule": "substitute", "kind": asked, "substitute": given} for asked, given in facts.substitutes
    ]
    rows += [
        {
            "rule": "kind", "kind": pk, "licences": row.specification__licences,
            "same_gender": row.specification__same_sex, "at_venue": row.specification__at_venue,
        }
        for pk, row in sorted(kinds.items())
        if row.specification__licences or row.specification__same_sex or row.specification__at_venue
    ]  # fmt: skip
    rows += [{"rule": "unwanted", "household": home, "provider": giver} for home, giver in unwanted(capacities, facts)]
    return pl.DataFrame(rows, schema=RULE_COLUMNS, orient="row")


def why_not(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[Refused, ...]]:
    """Every rule that refuses each of these pairs of need and capacity ids; a pair that may be made is missing.

    Read under the national role: what a family has refused is not seen by all who must honour it. Where they lie
    (`Refused.PLACE`) is not asked here: `capacity.rules.reach_refusal` says it of two rows.
    """
    with scope(SYSTEM):
        needs = rows_of(Need.objects.filter(pk__in={need for need, _ in pairs}), OF_NEED)
        capacities = rows_of(Capacity.objects.filter(pk__in={offer for _, offer in pairs}), OF_CAPACITY)
        facts = facts_of(needs.values())
    return refusals(pairs, needs, capacities, facts)


def refusals(
    pairs: Sequence[tuple[int, int]], needs: Mapping[int, Any], capacities: Mapping[int, Any], facts: Facts
) -> dict[tuple[int, int], tuple[Refused, ...]]:
    """`why_not` of rows that were read already."""
    of_needs, of_capacities = rule_columns(needs.values(), capacities.values(), facts)
    rules = rule_table(needs.values(), capacities.values(), facts)
    where = {"kind": pl.Int64, "lat": pl.Float64, "lon": pl.Float64}
    asking = pl.DataFrame(_where(needs.values()) | of_needs, schema=where | NEED_RULES)
    if nothing_asked(asking, rules):
        alike = {
            (need, offer): needs[need].specification_id == capacities[offer].specification_id for need, offer in pairs
        }
        return {pair: (Refused.KIND,) for pair, same in alike.items() if not same}
    week: dict[str, list[Any]] = {name: [None] * len(capacities) for name in ("week_group", "week_left")}
    offers = pl.DataFrame(_where(capacities.values()) | of_capacities | week, schema=where | CAPACITY_RULES)
    feasibility = Feasibility(asking, offers.with_columns(reach=pl.lit("country")), rules_of(rules))
    rows, columns = ({pk: place for place, pk in enumerate(one)} for one in (needs, capacities))
    found = {pair: feasibility.why_not(rows[pair[0]], columns[pair[1]]) for pair in pairs}
    return {pair: codes for pair, codes in found.items() if codes}


def rows_of(rows: QuerySet[Any], columns: Sequence[str]) -> dict[int, Any]:
    return {row.pk: row for row in rows.order_by("pk").values_list(*columns, named=True)}


def refused_meanwhile(
    pairs: Sequence[tuple[int, int]], needs: Mapping[int, Any], capacities: Mapping[int, Any]
) -> set[tuple[int, int]]:
    """Of these pairs (their rows locked) those that a family has refused by now."""
    found = set(unwanted(capacities.values(), facts_of(needs.values())))
    return {pair for pair in pairs if (family(needs[pair[0]]), capacities[pair[1]].organisation_id) in found}


def refused_by_now(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """`refused_meanwhile` of rows that are not read yet; under the national role, for the other side may lie elsewhere."""
    with scope(SYSTEM):
        needs = rows_of(Need.objects.filter(pk__in={need for need, _ in pairs}), OF_NEED)
        capacities = rows_of(Capacity.objects.filter(pk__in={offer for _, offer in pairs}), OF_CAPACITY)
        return refused_meanwhile(pairs, needs, capacities)


def provider(row: Any) -> Group:
    """Whose offers of one kind count together in a week."""
    return row.organisation_id, row.provider_person_id, row.specification_id


def left_this_week(rows: Iterable[Any], now: datetime) -> dict[Group, tuple[int, int]]:
    """For each provider of these capacities who has a limit: it, and what of it is not promised yet in the week of `now`.

    Under the national role; what one promises counts from the day it was offered, and what went back counts no more.
    """
    groups = {provider(row) for row in rows}
    named = {"organisation_id__in": {one[0] for one in groups}, "specification_id__in": {one[2] for one in groups}}
    since = datetime.combine(week_of(business_date(now)), time(), TEHRAN)
    offers = Capacity.objects.filter(**named, most_a_week__isnull=False, state=CapacityState.OPEN).order_by()
    promised = Commitment.objects.filter(
        offered_at__gte=since, **{f"capacity__{name}": value for name, value in named.items()}
    ).order_by()
    with scope(SYSTEM):
        limited, taken = at_once(
            offers.values("organisation_id", "provider_person_id", "specification_id", "most_a_week"),
            promised.values(
                "capacity__organisation_id", "capacity__provider_person_id", "capacity__specification_id"
            ).annotate(units=Sum(F("quantity") - F("released"))),
        )
    limits: dict[Group, int] = {}
    for row in limited:
        group = row["organisation_id"], row["provider_person_id"], row["specification_id"]
        limits[group] = min(row["most_a_week"], limits.get(group, row["most_a_week"]))
    used = {
        (row["capacity__organisation_id"], row["capacity__provider_person_id"], row["capacity__specification_id"]): row["units"]
        for row in taken
    }  # fmt: skip
    return {one: (most, max(most - used.get(one, 0), 0)) for one, most in limits.items() if one in groups}


def _where(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found = [(row.specification_id, row.place__lat, row.place__lon) for row in rows]
    return {name: [row[place] for row in found] for place, name in enumerate(("kind", "lat", "lon"))}


def _lists(of_rows: Sequence[Sequence[str]], kind_of: Mapping[str, str]) -> dict[str, list[Any]]:
    """Qualities of each row by their kinds."""
    return {
        name: [[slug for slug in slugs if kind_of.get(slug) == kind] if slugs else [] for slugs in of_rows]
        for kind, name in _LISTS.items()
    }


def _families(needs: Iterable[Any]) -> set[int]:
    return {home for row in needs if (home := family(row)) is not None}


def family(row: Any) -> int | None:
    """Of a need: told for a family, or for one of its members."""
    return row.household_id or row.person__household_id


def unwanted(capacities: Collection[Any], facts: Facts) -> list[tuple[int, int]]:
    """Families and the organisations among these givers that they do not want: the refused one and its branches."""
    refused: dict[str, list[int]] = defaultdict(list)
    for home, path in facts.refused:
        refused[path].append(home)
    givers = sorted({(row.organisation_path, row.organisation_id) for row in capacities}) if refused else []
    pairs = set()
    for path, families in refused.items():
        first, end = (bisect_left(givers, (edge,)) for edge in subtree(path))
        pairs |= {(home, giver) for _, giver in givers[first:end] for home in families}
    return sorted(pairs)
