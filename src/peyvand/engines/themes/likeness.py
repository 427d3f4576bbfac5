"""How alike two texts are, and by which words: the cosine of their words weighted by rarity.

Pairs above a threshold are found without comparing all with all: words are put from rare to frequent, and two texts can only be that
alike when they share a word among the first of both (Chaudhuri, Ganti, Kaushik: "A primitive operator for similarity joins", 2006;
Bayardo, Ma, Srikant: "Scaling up all pairs similarity search", 2007). Nothing is left out: the pairs are those of all with all.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import allocating, in_place
from peyvand.engines.themes.words import pieces, stem

ALIKE = 0.6
WORDS_TOLD = 6
# Likenesses are rounded, so that the order of a sum never decides.
DIGITS = 9
_HALF_DIGIT = 0.5 * 10.0**-DIGITS


class Word(NamedTuple):
    """A word two texts share, as one of them writes it, and its part of their likeness (the parts add up to it)."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Vectors:
    """The texts as compressed sparse rows of length 1 (or 0): `indptr` int64[n + 1], `indices` int64 rising in each row, `data` float64.

    Words stand from rare to frequent; `keys` are what is compared, `shown` how most texts write them.
    """

    indptr: Array
    indices: Array
    data: Array
    keys: tuple[str, ...]
    shown: tuple[str, ...]

    def row(self, text: int) -> tuple[Array, Array]:
        """(words, weights) of one text."""
        part = slice(self.indptr[text], self.indptr[text + 1])
        return self.indices[part], self.data[part]

    def common(self, one: int, other: int, most: int = WORDS_TOLD) -> tuple[Word, ...]:
        """The words two texts share, the weightiest first."""
        (words, weights), (others, their) = self.row(one), self.row(other)
        both, here, there = np.intersect1d(words, others, assume_unique=True, return_indices=True)
        found = sorted(zip((-weights[here] * their[there]).tolist(), both.tolist(), strict=True))
        return tuple(Word(self.shown[column], -weight) for weight, column in found[:most])

    def likeness_to(self, text: int) -> Array:
        """float64[n]: how alike each text is to one of them."""
        words, weights = self.row(text)
        dense = np.zeros(len(self.keys))
        dense[words] = weights
        which = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        return np.round(np.bincount(which, self.data * dense[self.indices], len(self.indptr) - 1), DIGITS)


@dataclass(frozen=True, slots=True)
class Pairs:
    """`first` < `second` int64[p] numbers of texts, in rising order; `likeness` float64[p] from the threshold to 1."""

    first: Array
    second: Array
    likeness: Array
    vectors: Vectors

    def why(self, pair: int, most: int = WORDS_TOLD) -> tuple[Word, ...]:
        """The words that make this pair alike, the weightiest first."""
        return self.vectors.common(int(self.first[pair]), int(self.second[pair]), most)


def near_duplicates(texts: Sequence[str], alike: float = ALIKE) -> Pairs:
    """All pairs of texts that are at least so alike (0 < `alike` <= 1); the same pairs in any order of the texts.

    Raises `ValueError` where `alike` is outside.
    """
    if not 0 < alike <= 1:
        raise ValueError(f"alike: {alike} is not above 0 and at most 1")
    vectors = weighed(texts)
    heads = _heads(vectors, alike)
    first, second, likeness = _join(
        vectors.indptr, vectors.indices, vectors.data, heads, len(vectors.keys), alike - _HALF_DIGIT
    )
    order = np.lexsort((second, first))
    return Pairs(first[order], second[order], np.round(likeness[order], DIGITS), vectors)


def nearest(
    text: str, among: Sequence[str], most: int = 5, alike: float = 0.2
) -> list[tuple[int, float, tuple[Word, ...]]]:
    """Of `among`, those most alike to a text: (number, likeness, the words in common), the likest first."""
    vectors, own = weighed([*among, text]), len(among)
    likeness = vectors.likeness_to(own)[:own]
    order = sorted(np.flatnonzero(likeness >= alike).tolist(), key=lambda one: (-likeness[one], among[one], one))
    return [(one, float(likeness[one]), vectors.common(one, own)) for one in order[:most]]


def weighed(texts: Iterable[str]) -> Vectors:
    """Each text as its different words, a word weighing log(1 + texts / texts that have it), scaled to length 1."""
    written: dict[str, Counter[str]] = {}
    told: list[set[str]] = []
    for text in texts:
        keyed = [(key, piece) for piece in pieces(text) if (key := stem(piece))]
        told.append({key for key, _piece in keyed})
        for key, piece in keyed:
            written.setdefault(key, Counter())[piece] += 1
    many = Counter(key for words in told for key in words)
    keys = sorted(many, key=lambda key: (many[key], key))
    place = {key: column for column, key in enumerate(keys)}
    columns = [sorted(place[key] for key in words) for words in told]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in columns])]).astype(np.int64)
    indices = np.fromiter((column for row in columns for column in row), np.int64, int(indptr[-1]))
    data = np.log1p(len(told) / np.array([many[key] for key in keys], float))[indices]
    which = np.repeat(np.arange(len(told)), np.diff(indptr))
    length = np.sqrt(np.bincount(which, data**2, len(told)))
    shown = tuple(min(written[key], key=lambda piece: (-written[key][piece], piece)) for key in keys)
    return Vectors(indptr, indices, data / length[which], tuple(keys), shown)


def _heads(vectors: Vectors, alike: float) -> Array:
    """int64[n]: where the head of each row ends. What follows is too short to reach `alike` with any text by itself."""
    square = vectors.data**2
    ends = np.cumsum(square)
    before = np.concatenate([[0.0], ends])[vectors.indptr[:-1]]
    which = np.repeat(np.arange(len(vectors.indptr) - 1), np.diff(vectors.indptr))
    left = 1.0 - (ends - square - before[which])  # of the length of a row, from this word on
    heads: Array = vectors.indptr[:-1] + np.bincount(which, left >= alike**2 - 1e-6, len(before)).astype(np.int64)
    return heads


@in_place
def _product(indptr, indices, data, one, other):
    """The sum over the words both have, in their order."""
    product, i, j = 0.0, indptr[one], indptr[other]
    while i < indptr[one + 1] and j < indptr[other + 1]:
        if indices[i] == indices[j]:
            product += data[i] * data[j]
            i += 1
            j += 1
        elif indices[i] < indices[j]:
            i += 1
        else:
            j += 1
    return product


@allocating
def _starts(indptr, indices, heads, words):
    """int64[words + 1]: where the texts that have each word in their heads are listed."""
    start = np.zeros(words + 1, np.int64)
    for text in range(len(indptr) - 1):
        for at in range(indptr[text], heads[text]):
            start[indices[at] + 1] += 1
    return np.cumsum(start)


@allocating
def _join(indptr, indices, data, heads, words, alike):
    """The pairs that share a word of both heads and are alike, in the order they are found."""
    texts = len(indptr) - 1
    start = _starts(indptr, indices, heads, words)
    listed, filled = np.empty(start[-1], np.int64), np.zeros(words, np.int64)
    seen = np.full(texts, -1, np.int64)
    first, second, likeness, many = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024), 0
    for text in range(texts):
        for at in range(indptr[text], heads[text]):
            word = indices[at]
            for place in range(start[word], start[word] + filled[word]):
                other = listed[place]
                if seen[other] == text:
                    continue
                seen[other] = text
                product = _product(indptr, indices, data, other, text)
                if product < alike:
                    continue
                if many == len(first):
                    first = np.concatenate((first, np.empty(many, np.int64)))
                    second = np.concatenate((second, np.empty(many, np.int64)))
                    likeness = np.concatenate((likeness, np.empty(many)))
                first[many], second[many], likeness[many] = other, text, product
                many += 1
        for at in range(indptr[text], heads[text]):
            word = indices[at]
            listed[start[word] + filled[word]] = text
            filled[word] += 1
    return first[:many], second[:many], likeness[:many]
