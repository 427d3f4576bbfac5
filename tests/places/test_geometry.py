"""Borders of GeoJSON come apart into rings."""

from peyvand.places.geometry import is_border, rings

RING = [[52, 36], [53, 36], [53, 37], [52, 37], [52, 36]]
HOLE = [[52.4, 36.4], [52.6, 36.4], [52.6, 36.6], [52.4, 36.4]]


def test_only_polygons_have_rings():
    assert list(rings(None)) == []
    assert list(rings({"type": "Point", "coordinates": [1, 2]})) == []
    assert not is_border({"type": "LineString", "coordinates": RING})


def test_every_part_and_every_hole_is_a_ring_and_heights_are_left_out():
    with_height = [[*point, 12.5] for point in RING]
    found = list(rings({"type": "MultiPolygon", "coordinates": [[with_height, HOLE], [RING]]}))
    assert [len(ring) for ring in found] == [5, 4, 5]
    assert found[0][0] == (52.0, 36.0)
    assert list(rings({"type": "Polygon", "coordinates": [RING]})) == [[tuple(map(float, one)) for one in RING]]
