"""Borders as GeoJSON writes them, pure: which geometries make a border, and how they come apart."""

from collections.abc import Iterator, Mapping
from typing import Any

BORDERS = frozenset({"Polygon", "MultiPolygon"})
Point = tuple[float, float]


def is_border(geometry: Mapping[str, Any]) -> bool:
    return geometry.get("type") in BORDERS


def rings(geometry: Mapping[str, Any] | None) -> Iterator[list[Point]]:
    """The outer and inner rings of a border as (lon, lat), each closed; nothing of any other geometry."""
    if not geometry or not is_border(geometry):
        return
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield [(float(point[0]), float(point[1])) for point in ring]
