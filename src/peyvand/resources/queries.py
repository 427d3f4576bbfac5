"""Reads of the rules of the match that belong to kinds of help, used more than once."""

from collections.abc import Iterable

from peyvand.kernel.refusals import BadValue
from peyvand.resources.models import Quality


def check_qualities(slugs: Iterable[str], *, field: str) -> None:
    """Raises `BadValue` for a slug that names no quality."""
    asked = set(slugs)
    if unknown := asked - set(Quality.objects.filter(slug__in=asked).values_list("slug", flat=True)):
        raise BadValue(field=field, reason=f"«{sorted(unknown)[0]}» is none of the qualities of this site")
