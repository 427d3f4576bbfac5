"""Rules of the match, as data: which pairs of a need and a capacity may be made at all, and why the others may not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl

from peyvand.engines.arrays import Array, whole
from peyvand.engines.matching.candidates import candidates
from peyvand.engines.matching.graph import Graph
from peyvand.engines.matching.ground import KM, Ground, survey
from peyvand.engines.matching.near import pairs_as_graph


class Refused(StrEnum):
    """Why a pair may not be made, in the order in which the rules are asked."""

    KIND = "kind"  # neither the kind asked for nor a substitute of it
    PLACE = "place"  # outside the capacity's reach
    DISTANCE = "distance"  # farther than the need can go
    TIME = "time"  # their days do not meet
    LICENCE = "licence"  # a licence that the kind or the need asks for is missing
    SKILL = "skill"
    GENDER = "gender"  # the service asks for a provider of one gender
    LANGUAGE = "language"  # no language in common
    ACCESS = "access"  # the venue lacks something that the person needs to get in
    HOUSEHOLD = "household"  # the household does not want this provider


_PAIR: dict[str, Any] = {"kind": pl.String, "substitute": pl.String}
_KIND: dict[str, Any] = {
    "kind": pl.String,
    "licences": pl.List(pl.String),
    "same_gender": pl.Boolean,
    "at_venue": pl.Boolean,
}
_UNWANTED: dict[str, Any] = {"household": pl.String, "provider": pl.String}


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for kinds and households beyond the rows of the two lists; every table may be empty.

    - `substitutes`: `kind`, `substitute`: who asks for the one may be given the other (not the other way round).
    - `kinds`: `kind` and what its services ask: `licences` (a list, all of them), `same_gender` (only a provider of
      the gender of the person served), `at_venue` (the person comes to the provider, so access counts). A missing
      column or row asks nothing.
    - `unwanted`: `household`, `provider`: pairs that a household has refused.
    """

    substitutes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_PAIR))
    kinds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KIND))
    unwanted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_UNWANTED))


class Feasibility:
    """Two lists under rules, ready to say of any pairs whether they may be made.

    Columns as in `candidates` for kind and place, and where they are known (a missing column asks nothing, a null
    asks nothing of the other side and gives nothing to it):

    - needs: `max_km`; `start` and `end` (dates, both days count); `licences`, `skills`, `access` (lists of text: all
      are needed), `languages` (a list: one in common is enough); `person_gender` (for kinds of `same_gender`) and
      `provider_gender` (asked whatever the kind); `household`.
    - capacities: `start`, `end`, `licences`, `skills`, `access`, `languages`, `gender`, `provider`.

    Where a gender, a language, a licence, a skill or access is asked for and the capacity does not say, it is
    refused; where a day or a distance is not known, it is not.

    Raises `ValueError` as `candidates` does, and for a column missing in `rules`.
    """

    def __init__(self, needs: pl.DataFrame, capacities: pl.DataFrame, rules: Rules | None = None) -> None:
        self._needs, self._capacities, self._rules = needs, capacities, rules or Rules()
        for name, table, columns in (
            ("substitutes", self._rules.substitutes, _PAIR), ("kinds", self._rules.kinds, ["kind"]),
            ("unwanted", self._rules.unwanted, _UNWANTED),
        ):  # fmt: skip
            for column in columns:
                if column not in table.columns:
                    raise ValueError(f"{name}: column {column} is missing")
        # Where somebody is has nothing to do with what is asked for: all of one kind, so that places alone count.
        self._ground = survey(needs.with_columns(kind=pl.lit("any")), capacities.with_columns(kind=pl.lit("any")))
        self._rules_asked = self._prepared()

    def codes(self, need: Any, capacity: Any) -> Array:
        """uint16[p] of the pairs `need` int64[p] and `capacity` int64[p] (rows): bit `i` is set when the rule `i` of
        `Refused` refuses the pair; 0: it may be made.
        """
        needs, capacities = whole("need", need), whole("capacity", capacity)
        if len(needs) != len(capacities):
            raise ValueError(f"capacity: {len(capacities)} rows, but one for each need is needed ({len(needs)})")
        for name, rows, table in (("need", needs, self._needs), ("capacity", capacities, self._capacities)):
            wrong = rows[(rows < 0) | (rows >= len(table))]
            if len(wrong):
                raise ValueError(f"{name}: {wrong[0]} is no row (there are {len(table)})")
        bits = np.zeros(len(needs), np.uint16)
        for place, code in enumerate(Refused):
            bits |= self._rules_asked[code](needs, capacities).astype(np.uint16) << np.uint16(place)
        return bits

    def why_not(self, need: int, capacity: int) -> tuple[Refused, ...]:
        """Every rule that refuses one pair; nothing when it may be made."""
        bits = int(self.codes([need], [capacity])[0])
        return tuple(code for place, code in enumerate(Refused) if bits >> place & 1)

    def pairs(self, *, k: int | None = None) -> Graph:
        """The pairs that may be made, in the manner of `candidates`: the kind asked for first, then substitutes, each
        nearest first. With `k` only the `k` nearest of each kind are looked at, before the other rules are asked.
        """
        graph = self._with_substitutes(k)
        owner = np.repeat(np.arange(len(self._needs)), np.diff(graph.indptr))
        allowed = self.codes(owner, graph.indices) == 0
        counts = np.bincount(owner[allowed], minlength=len(self._needs))
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return Graph(indptr, graph.indices[allowed], graph.km[allowed])

    def _with_substitutes(self, k: int | None) -> Graph:
        """Every pair of a kind or a substitute for it within reach: needs once for each kind they could take."""
        needs = self._needs.with_columns(pl.col("kind").cast(pl.String)).with_row_index("row")
        swaps = self._rules.substitutes.select(pl.col("kind", "substitute").cast(pl.String)).unique()
        swaps = swaps.filter(pl.col("kind") != pl.col("substitute")).sort("kind", "substitute")
        other = needs.join(swaps, on="kind", how="inner", maintain_order="left_right")
        other = other.with_columns(kind="substitute").drop("substitute")
        everyone = pl.concat([needs, other])
        graph = candidates(everyone.drop("row"), self._capacities.with_columns(pl.col("kind").cast(pl.String)), k=k)
        owner = np.repeat(everyone["row"].to_numpy().astype(np.int64), np.diff(graph.indptr))
        order = np.argsort(owner, kind="stable")
        counts = np.bincount(owner, minlength=len(needs))
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return Graph(indptr, graph.indices[order], graph.km[order])

    def _prepared(self) -> dict[Refused, Callable[[Array, Array], Array]]:
        """For each rule a function of pairs that is true where it refuses."""
        needs, capacities = self._needs, self._capacities
        of_kind = self._of_kind()
        venue = of_kind["at_venue"].to_numpy()
        in_person = of_kind["same_gender"].to_numpy()
        licences = _all_of(_lists(needs, "licences"), _lists(capacities, "licences"))
        by_kind = _all_of(of_kind["licences"], _lists(capacities, "licences"))
        access = _all_of(_lists(needs, "access"), _lists(capacities, "access"))
        languages = _any_of(_lists(needs, "languages"), _lists(capacities, "languages"))
        wanted, own, theirs = _coded(
            _texts(needs, "provider_gender"), _texts(needs, "person_gender"), _texts(capacities, "gender")
        )

        def gender(need: Array, capacity: Array) -> Array:
            asked = (wanted[need] >= 0) & (wanted[need] != theirs[capacity])
            # Whose own gender is not known cannot be given somebody of the same one.
            return asked | (in_person[need] & ((own[need] < 0) | (own[need] != theirs[capacity])))

        return {
            Refused.KIND: self._kind_differs(),
            Refused.PLACE: lambda need, capacity: ~_within_reach(self._ground, need, capacity),
            Refused.DISTANCE: self._too_far(),
            Refused.TIME: _apart(needs, capacities),
            Refused.LICENCE: lambda need, capacity: licences(need, capacity) | by_kind(need, capacity),
            Refused.SKILL: _all_of(_lists(needs, "skills"), _lists(capacities, "skills")),
            Refused.GENDER: gender,
            Refused.LANGUAGE: languages,
            Refused.ACCESS: lambda need, capacity: venue[need] & access(need, capacity),
            Refused.HOUSEHOLD: self._unwanted(),
        }

    def _of_kind(self) -> pl.DataFrame:
        """What the kind of each need asks, row by row."""
        kinds = self._rules.kinds.with_columns(pl.col("kind").cast(pl.String))
        twice = kinds.filter(pl.col("kind").is_duplicated())
        if len(twice):
            raise ValueError(f"kinds: {twice['kind'][0]} stands twice")
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in _KIND.items() if name not in kinds.columns]
        asked = self._needs.select(pl.col("kind").cast(pl.String)).join(
            kinds.with_columns(missing).select(*_KIND), on="kind", how="left", maintain_order="left"
        )
        return asked.with_columns(pl.col("same_gender", "at_venue").fill_null(value=False))

    def _kind_differs(self) -> Callable[[Array, Array], Array]:
        swaps = self._rules.substitutes
        asked, given, wanted, instead = _coded(
            _texts(self._needs, "kind"), _texts(self._capacities, "kind"), _texts(swaps, "kind"),
            _texts(swaps, "substitute"),
        )  # fmt: skip

        def differs(need: Array, capacity: Array) -> Array:
            return (asked[need] != given[capacity]) & ~_among(asked[need], given[capacity], wanted, instead)

        return differs

    def _too_far(self) -> Callable[[Array, Array], Array]:
        most = _numbers(self._needs, "max_km")
        if np.isnan(most).all():
            return lambda need, _: np.zeros(len(need), bool)
        return lambda need, capacity: _km(self._ground, need, capacity) > most[need]

    def _unwanted(self) -> Callable[[Array, Array], Array]:
        unwanted = self._rules.unwanted
        household, refusing = _coded(_texts(self._needs, "household"), _texts(unwanted, "household"))
        provider, refused = _coded(_texts(self._capacities, "provider"), _texts(unwanted, "provider"))
        return lambda need, capacity: _among(household[need], provider[capacity], refusing, refused)


def count_refusals(codes: Array) -> pl.DataFrame:
    """How often each rule was the first to refuse, of the pairs `codes` uint16[p] (see `Feasibility.codes`).

    Columns `code` text of `Refused`, in its order; `first` int64, pairs that it refused first; `all` int64, pairs
    that it refused at all. The column `first` adds up to the pairs refused.
    """
    bits = (codes[:, None] >> np.arange(len(Refused), dtype=np.uint16)) & np.uint16(1)
    refused = bits.any(axis=1)
    first = np.bincount(bits[refused].argmax(axis=1), minlength=len(Refused))
    return pl.DataFrame(
        {"code": [code.value for code in Refused], "first": first, "all": bits.sum(axis=0, dtype=np.int64)}
    )


def _within_reach(ground: Ground, need: Array, capacity: Array) -> Array:
    key = ground.capacity_key[capacity]
    within = np.zeros(len(key), bool)
    for reach in range(ground.need_keys.shape[1]):
        meets = np.flatnonzero((ground.need_keys[need, reach] == key) & (key >= 0))
        if reach == KM:
            meets = meets[_km(ground, need[meets], capacity[meets]) <= ground.reach_km[capacity[meets]]]
        within[meets] = True
    return within


def _km(ground: Ground, need: Array, capacity: Array) -> Array:
    """float64[p] kilometres of each pair, NaN where unknown."""
    order = np.lexsort((capacity, need))
    km = np.empty(len(need))
    km[order] = pairs_as_graph(ground, need, capacity).km
    return km


def _apart(needs: pl.DataFrame, capacities: pl.DataFrame) -> Callable[[Array, Array], Array]:
    starts, ends = ([_days(side, name) for side in (needs, capacities)] for name in ("start", "end"))

    def apart(need: Array, capacity: Array) -> Array:
        # A comparison with a day that is not known (NaN) is false, and refuses nothing.
        too_late: Array = starts[0][need] > ends[1][capacity]
        return too_late | (starts[1][capacity] > ends[0][need])

    return apart


def _all_of(asked: pl.Series, given: pl.Series) -> Callable[[Array, Array], Array]:
    """True where something asked for is not given."""
    wanted, there = _bits(asked, given)

    def lacks(need: Array, capacity: Array) -> Array:
        lacking = np.zeros(len(need), bool)
        for word in range(wanted.shape[1]):
            lacking |= (wanted[need, word] & ~there[capacity, word]) != 0
        return lacking

    return lacks


def _any_of(asked: pl.Series, given: pl.Series) -> Callable[[Array, Array], Array]:
    """True where something is asked for and nothing of it is given."""
    wanted, there = _bits(asked, given)
    asks = (wanted != 0).any(axis=1)

    def none_of(need: Array, capacity: Array) -> Array:
        in_common = np.zeros(len(need), bool)
        for word in range(wanted.shape[1]):
            in_common |= (wanted[need, word] & there[capacity, word]) != 0
        return np.asarray(asks)[need] & ~in_common

    return none_of


def _bits(*lists: pl.Series) -> list[Array]:
    """uint64[rows, words] for each list: one bit for each value that is in any of them."""
    frames = [pl.DataFrame({"row": np.arange(len(one)), "value": one}).explode("value").drop_nulls() for one in lists]
    values = pl.concat([frame["value"] for frame in frames]).unique().sort()
    number = {value: place for place, value in enumerate(values)}
    result = []
    for one, frame in zip(lists, frames, strict=True):
        words = np.zeros((len(one), max(1, -(-len(number) // 64))), np.uint64)
        place = np.array([number[value] for value in frame["value"]], np.int64)
        np.bitwise_or.at(words, (frame["row"].to_numpy(), place // 64), np.uint64(1) << (place % 64).astype(np.uint64))
        result.append(words)
    return result


def _among(one: Array, other: Array, ones: Array, others: Array) -> Array:
    """Which of the pairs (one, other) stand in the table of pairs; codes below 0 are no value."""
    known = (ones >= 0) & (others >= 0)
    ones, others = ones[known], others[known]
    if not len(ones):
        return np.zeros(len(one), bool)
    spread = 1 + max(int(part.max(initial=0)) for part in (other, others))
    table, asked = np.sort(ones * spread + others), one * spread + other
    found = table[np.minimum(np.searchsorted(table, asked), len(table) - 1)] == asked
    return found & (one >= 0) & (other >= 0)


def _coded(*columns: pl.Series) -> list[Array]:
    """The same code for the same value in all columns; -1 for null."""
    joined = pl.concat(columns).rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    cuts: Sequence[int] = np.cumsum([len(column) for column in columns])[:-1].tolist()
    return np.split(joined, cuts)


def _texts(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * len(frame), pl.String)
    column = frame[name].cast(pl.String).alias("")
    return column.set(column == "", None)


def _lists(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * len(frame), pl.List(pl.String))
    return frame[name].cast(pl.List(pl.String))


def _numbers(frame: pl.DataFrame, name: str) -> Array:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _days(frame: pl.DataFrame, name: str) -> Array:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].cast(pl.Date).to_physical().cast(pl.Float64).fill_null(np.nan).to_numpy()
