"""Reads of the rules of the match that belong to kinds of help, used more than once."""

from collections.abc import Iterable

from peyvand.kernel.refusals import BadValue
from peyvand.resources.models import Quality


def check_qualities(slugs: Iterable[str]) -> None:
    """Raises `BadValue` for a slug that names no quality."""
    asked = set(slugs)
    if asked and Quality.objects.filter(slug__in=asked).count() != len(asked):
        raise BadValue(field="qualities", reason="this site knows no such quality")
