"""Themes: texts that belong together around the one that is like most of them, and stay together when new texts come.

Stars instead of chains (Aslam, Pelekhov, Rus: "The star clustering algorithm for static and dynamic information organization",
2004): each text of a theme is like its centre, and the centre can speak for all. Nothing is drawn by chance, and what is equal is
decided by the words and never by the place in the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from peyvand.engines.arrays import Array, same_length, whole
from peyvand.engines.themes.likeness import DIGITS, WORDS_TOLD, Pairs, Vectors, Word, near_duplicates

BELONGS = 0.4
ALONE = -1


@dataclass(frozen=True, slots=True)
class Theme:
    """`number` is its identity, `members` the texts of it rising, `centre` the one most alike to the others, `words` what most of
    them say, weightiest first (weight: the mean over the members)."""

    number: int
    members: Array
    centre: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Themes:
    """`of` int64[n] the number of each text's theme (-1: alone)."""

    of: Array
    themes: tuple[Theme, ...]
    vectors: Vectors

    def why(self, one: int, other: int) -> tuple[Word, ...]:
        """The words two texts share."""
        return self.vectors.common(one, other)


def themes(texts: Sequence[str], earlier: Any = None, alike: float = BELONGS) -> Themes:
    """Group texts; `earlier` int64[n] holds the themes they had (-1: none yet), which they keep.

    A text without a theme joins that of the text it is most like, if it is at least so alike; the rest make themes among
    themselves, numbered on from the highest. The same texts give the same groups in any order. Raises `ValueError` where `earlier` is
    of another length or holds numbers below -1.
    """
    given = np.full(len(texts), ALONE, np.int64) if earlier is None else whole("earlier", earlier)
    same_length("earlier", given, len(texts), "text")
    if (given < ALONE).any():
        raise ValueError(f"earlier: row {int(np.argmax(given < ALONE))} ({given.min()}) is below -1")
    pairs = near_duplicates(texts, alike)
    of = _joined(pairs, given)
    _stars(pairs, of, _ranks(texts, pairs.vectors))
    vectors = pairs.vectors
    told = tuple(_theme(number, np.flatnonzero(of == number), vectors, texts) for number in np.unique(of[of >= 0]))
    return Themes(of, told, vectors)


def _both(pairs: Pairs) -> tuple[Array, Array, Array]:
    """Every pair from both of its sides."""
    return (
        np.concatenate([pairs.first, pairs.second]),
        np.concatenate([pairs.second, pairs.first]),
        np.concatenate([pairs.likeness, pairs.likeness]),
    )


def _joined(pairs: Pairs, given: Array) -> Array:
    """The themes as they were, and in them the new texts that are like one of theirs: the likest decides, then the older theme."""
    one, other, likeness = _both(pairs)
    asks = (given[one] == ALONE) & (given[other] != ALONE)
    one, theme, likeness = one[asks], given[other[asks]], likeness[asks]
    order = np.lexsort((theme, -likeness, one))
    which, at = np.unique(one[order], return_index=True)
    of = given.copy()
    of[which] = theme[order][at]
    return of


def _ranks(texts: Sequence[str], vectors: Vectors) -> Array:
    """A place of each text by what it says; equal only where the words are the same and so is every letter."""
    keys = [(tuple(vectors.row(one)[0].tolist()), text) for one, text in enumerate(texts)]
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], np.int64)


def _stars(pairs: Pairs, of: Array, rank: Array) -> None:
    """Give themes to those that have none: centres first, those with most likeness around them, then each to its likest centre."""
    free = (of[pairs.first] == ALONE) & (of[pairs.second] == ALONE)
    left = Pairs(pairs.first[free], pairs.second[free], pairs.likeness[free], pairs.vectors)
    one, other, likeness = _both(left)
    if not len(one):
        return
    order = np.lexsort((other, one))
    one, other, likeness = one[order], other[order], likeness[order]
    start = np.searchsorted(one, np.arange(len(of) + 1))
    many = np.diff(start)
    centres = _centres(np.flatnonzero(many), many, rank, start, other)
    is_centre = np.zeros(len(of), bool)
    is_centre[centres] = True
    to = is_centre[other] & ~is_centre[one]
    one, other, likeness = one[to], other[to], likeness[to]
    turn = np.zeros(len(of), np.int64)
    turn[centres] = np.arange(len(centres))
    best = np.lexsort((turn[other], -likeness, one))
    which, at = np.unique(one[best], return_index=True)
    mine = other[best][at]
    told = np.unique(np.concatenate([mine, np.zeros(0, np.int64)]))
    number = {int(centre): place for place, centre in enumerate(sorted(told.tolist(), key=lambda c: turn[c]))}
    first = int(of.max()) + 1
    for centre, place in number.items():
        of[centre] = first + place
    of[which] = [first + number[int(centre)] for centre in mine]


def _centres(nodes: Array, many: Array, rank: Array, start: Array, other: Array) -> list[int]:
    taken, centres = np.zeros(len(many), bool), []
    for node in sorted(nodes.tolist(), key=lambda n: (-many[n], rank[n], n)):
        if not taken[node]:
            centres.append(node)
            taken[node] = True
            taken[other[start[node] : start[node + 1]]] = True
    return centres


def _theme(number: int, members: Array, vectors: Vectors, texts: Sequence[str]) -> Theme:
    parts = [vectors.row(int(one)) for one in members]
    words_of, weights = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    held, column = np.unique(words_of, return_inverse=True)
    mean = np.bincount(column, weights, len(held)) / len(members)
    which = np.repeat(np.arange(len(members)), [len(part[0]) for part in parts])
    near = np.round(np.bincount(which, weights * mean[column], len(members)), DIGITS)
    centre = min(range(len(members)), key=lambda k: (-near[k], texts[int(members[k])], int(members[k])))
    shared = np.flatnonzero(np.bincount(column, minlength=len(held)) * 2 >= len(members))
    best = sorted(shared.tolist(), key=lambda one: (-round(float(mean[one]), DIGITS), int(held[one])))[:WORDS_TOLD]
    words = tuple(Word(vectors.shown[held[one]], round(float(mean[one]), DIGITS)) for one in best)
    return Theme(int(number), members, int(members[centre]), words)
