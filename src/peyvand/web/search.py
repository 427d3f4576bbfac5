"""Words typed into a search, as conditions on columns that hold a `search_key`: as they stand, and one slip away."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from django.db.models import BooleanField, Case, CharField, ExpressionWrapper, F, Func, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Lower, Replace
from django.db.models.lookups import Contains

from peyvand.kernel import slips
from peyvand.kernel.text import SIGNS_FOLDED

_LAST_SIGN = "\U0010ffff"


def exactly(text: str, paths: Sequence[str]) -> Q:
    """Every word stands in one of the search keys at `paths`, also where a space stands within it."""
    return reduce(and_, (_holds(paths, word) for word in slips.words(text)), Q())


def nearly(text: str, paths: Sequence[str]) -> Q:
    """Every word does so, or differs by one slip at most from a word of a key."""
    return reduce(and_, (_holds(paths, word) | _one_slip_away(paths, word) for word in slips.words(text)), Q())


def written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    return rows.filter(exactly(text, paths))


def like_written(rows: QuerySet, text: str, paths: Sequence[str]) -> QuerySet:
    """The rows that `written` leaves out though they are near."""
    words = slips.words(text)
    if not words:
        return rows.none()
    near = nearly(text, paths) if len(words) > 1 else _one_slip_away(paths, words[0])
    return rows.filter(near).exclude(exactly(text, paths))


def _holds(paths: Sequence[str], word: str) -> Q:
    return reduce(or_, (_has_part(path, word, slips.may_be_apart(word)) for path in paths))


def _one_slip_away(paths: Sequence[str], word: str) -> Q:
    """The pattern is dear (13 µs a name), so what a slip leaves whole is looked for first: most names have it not.

    A CASE keeps that order; of an AND the database may ask the pattern first.
    """
    return reduce(
        or_, (_first(_has_whole_part(path, word), Q(**{f"{path}__regex": slips.alike(word)})) for path in paths)
    )


def _first(cheap: Q, dear: Q) -> Q:
    if not cheap:
        return dear
    then = ExpressionWrapper(dear, BooleanField())
    return Q(Case(When(cheap, then=then), default=Value(False), output_field=BooleanField()))


def _has_whole_part(path: str, word: str) -> Q:
    return reduce(or_, (_has_part(path, part, apart=True) for part in slips.kept_whole(word)), Q())


def _has_part(path: str, part: str, apart: bool) -> Q:
    without_spaces = Replace(Coalesce(F(path), Value("")), Value(" "))
    return Q(Contains(without_spaces, part)) if apart else Q(**{f"{path}__contains": part})


def among(path: str, keys: Sequence[int]) -> Q:
    """One of `keys`, sent as one array: as single parameters, thousands take longer to write than to look up."""
    return Q(**{f"{path}__in": RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])})


def starting(path: str, text: str) -> Q:
    """What begins with `text`, as a range: behind row policies PostgreSQL searches an index by ranges, never by patterns."""
    return Q(**{f"{path}__gte": text, f"{path}__lt": text + _LAST_SIGN})


def folded(path: str) -> Lower:
    """A text without a stored key, folded as it is read: for lists that stay short."""
    return Lower(Func(F(path), *map(Value, SIGNS_FOLDED), function="translate", output_field=CharField()))
