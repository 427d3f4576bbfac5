"""Reads of places."""

from peyvand.places.models import Place


def ancestors(path: str) -> list[str]:
    """The paths from the country down to `path` itself."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[: end + 1]) + "/" for end in range(len(parts))]


def chain(path: str) -> list[Place]:
    """The place and all it lies in, from the country down."""
    return list(Place.objects.filter(path__in=ancestors(path)).order_by("path"))


def enclosing(path: str, kind: str) -> Place | None:
    """The county (or province) a place lies in."""
    return Place.objects.filter(path__in=ancestors(path), kind=kind).first()


def deprivation_of(paths: set[str]) -> dict[str, tuple[int, str]]:
    """For each path the deprivation known nearest to it going up, with its source; places without any are left out."""
    wanted = {ancestor for path in paths for ancestor in ancestors(path)}
    rows = Place.objects.filter(path__in=wanted, deprivation__isnull=False)
    known = {row.path: (int(row.deprivation or 0), row.deprivation_source) for row in rows}
    answer = {}
    for path in paths:
        nearest = next((one for one in reversed(ancestors(path)) if one in known), None)
        if nearest is not None:
            answer[path] = known[nearest]
    return answer
