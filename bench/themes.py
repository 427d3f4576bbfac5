"""Like proposals among 22,000: seconds and memory of every pair that is nearly the same and of the themes, how many of the planted
pairs are found, and the plain way (each text with all, the whole vector) over the same input, whose pairs must be equal.

The proposals are synthetic, from a fixed seed: kernels of a subject, a place, a group of people and a means, in frames of polite words;
of some, copies are planted with words left out, put in, or typed on another keyboard. `THEMES_PROPOSALS` sets the size.
"""

import os
import random
import resource
from collections.abc import Iterator

import numpy as np

from bench._timing import timed
from peyvand.engines.themes import near_duplicates, themes
from peyvand.engines.themes.likeness import ALIKE, Vectors

PROPOSALS = int(os.environ.get("THEMES_PROPOSALS") or 22_000)
SEED, COPIED, ROWS = 1404, 0.15, 512
_LETTERS = "ابپتجچحخدرزسشصطعغفقکگلمنوهی"
_FRAMES = (
    "با سلام و احترام پیشنهاد می‌شود", "خواهشمند است دستور فرمایید", "به نظر ما لازم است", "برای حل این مشکل پیشنهاد می‌کنیم",
    "با توجه به شرایط استان پیشنهاد ما این است که",
)  # fmt: skip
_ENDS = ("تا خانواده‌ها آسوده شوند", "که هزینهٔ کمی دارد", "و نتیجهٔ آن هر سال گزارش شود", "با همکاری خیریه‌ها و دستگاه‌ها")


def proposals() -> tuple[list[str], set[tuple[int, int]]]:
    """(texts, the planted pairs)."""
    chance = random.Random(SEED)
    subjects = [_word(chance) for _ in range(4000)]
    common = [_word(chance) for _ in range(400)]
    texts: list[str] = []
    family: list[int] = []
    while len(texts) < PROPOSALS:
        kernel = chance.sample(subjects, 10) + chance.choices(common, k=12)
        chance.shuffle(kernel)
        own = len(texts)
        texts.append(_written(kernel, chance))
        family.append(own)
        if chance.random() < COPIED:
            for _copy in range(min(chance.randint(1, 3), PROPOSALS - len(texts))):
                texts.append(_written(_changed(kernel, common, chance), chance))
                family.append(own)
    members: dict[int, list[int]] = {}
    for number, one in enumerate(family):
        members.setdefault(one, []).append(number)
    planted = {(a, b) for some in members.values() for at, a in enumerate(some) for b in some[at + 1 :]}
    return texts, planted


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_LETTERS, k=chance.randint(4, 8)))


def _changed(kernel: list[str], common: list[str], chance: random.Random) -> list[str]:
    """Somebody else's words for the same: two to six left out, as many put in, endings, and the other keyboard."""
    many = chance.randint(2, 6)
    gone = set(chance.sample(kernel, many))
    kept = [word for word in kernel if word not in gone] + chance.choices(common, k=many)
    chance.shuffle(kept)
    ended = [word + chance.choice(("", "\u200cها", "\u200cهای", " ها")) for word in kept]
    return [word.replace("ی", "ي").replace("ک", "ك") if chance.random() < 0.3 else word for word in ended]


def _written(words: list[str], chance: random.Random) -> str:
    return f"{chance.choice(_FRAMES)} {' '.join(words)} {chance.choice(_ENDS)}."


def plainly(vectors: Vectors) -> set[tuple[int, int]]:
    """Every text with every other: block by block a product of dense rows."""
    texts, found = len(vectors.indptr) - 1, set[tuple[int, int]]()
    for at in range(0, texts, ROWS):
        dense = np.zeros((min(ROWS, texts - at), len(vectors.keys)))
        for row in range(len(dense)):
            words, weights = vectors.row(at + row)
            dense[row, words] = weights
        which = np.repeat(np.arange(texts), np.diff(vectors.indptr))
        for row, one in enumerate(dense):
            alike = np.bincount(which, vectors.data * one[vectors.indices], texts)
            found |= {
                (at + row, int(other)) for other in np.flatnonzero(np.round(alike, 9) >= ALIKE) if other > at + row
            }
    return found


def run() -> Iterator[str]:
    texts, planted = proposals()
    near_duplicates(texts[:50])  # compiled before it is timed
    seconds, pairs = timed(lambda: near_duplicates(texts))
    of_themes, grouped = timed(lambda: themes(texts))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    plain_seconds, plain = timed(lambda: plainly(pairs.vectors))
    right = len(found & planted)
    yield f"{len(texts):,} proposals, {len(pairs.vectors.keys):,} words: pairs in {seconds:.2f} s, plain {plain_seconds:.1f} s"
    yield f"  {plain_seconds / seconds:.0f} times faster, answers {'equal' if plain == found else 'NOT EQUAL'}; most memory {most:.0f} MB"
    yield f"  planted pairs {len(planted):,}: recall {right / len(planted):.2%}, precision {right / max(1, len(found)):.2%}"
    yield f"  themes: {len(grouped.themes):,} of {int((grouped.of >= 0).sum()):,} proposals in {of_themes:.2f} s"
