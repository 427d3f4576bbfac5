"""Words typed into a search, as conditions on columns that hold a `search_key`: as they stand, and one slip away."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet

from peyvand.kernel import slips

_LAST_SIGN = "\U0010ffff"


def exactly(text: str, paths: Sequence[str]) -> Q:
    """Every word stands in one of the search keys at `paths`, also where a space stands within it."""
    return reduce(and_, (_any(paths, _holds(word)) for word in slips.words(text)), Q())


def nearly(text: str, paths: Sequence[str]) -> Q:
    """Every word does so, or differs by one slip at most from a word of a key."""
    asked = ({**_holds(word), "regex": (slips.joined(word), slips.alike(word))} for word in slips.words(text))
    return reduce(and_, (_any(paths, one) for one in asked), Q())


def written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    return rows.filter(exactly(text, paths))


def like_written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    """The rows that `written` leaves out though they are near."""
    return rows.filter(nearly(text, paths)).exclude(exactly(text, paths)) if slips.words(text) else rows.none()


def _holds(word: str) -> dict[str, Any]:
    return {"contains": word} | ({"regex": (slips.joined(word),)} if len(word) >= slips.MAY_BE_APART else {})


def _any(paths: Sequence[str], lookups: Mapping[str, Any]) -> Q:
    """`contains` is one word, `regex` are patterns; without any letter of its own nothing is found by it."""
    asked = [(f"{path}__contains", lookups["contains"]) for path in paths]
    asked += [(f"{path}__regex", pattern) for path in paths for pattern in lookups.get("regex", ())]
    return reduce(or_, (Q(**{how: value}) for how, value in asked))


def starting(path: str, text: str) -> Q:
    """What begins with `text`, as a range: behind row policies PostgreSQL searches an index by ranges, never by patterns."""
    return Q(**{f"{path}__gte": text, f"{path}__lt": text + _LAST_SIGN})
