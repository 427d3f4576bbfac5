"""Groups of points in a plane, the same whatever the order of the points."""

import numpy as np

from peyvand.engines.arrays import Array

ROUNDS = 50


def k_means(points: Array, weight: Array, k: int) -> Array:
    """int64[n]: the group of each of the `points` float64[n, 2], which are different from each other and in a fixed order.

    The first centre is the point farthest from the middle, each next one the point farthest from all centres (Gonzalez
    1985), so nothing is drawn by chance; then Lloyd's rounds until nothing moves.
    """
    middle = weight @ points / weight.sum()
    far = _squares(points, middle[None])[:, 0]
    chosen = [int(far.argmax())]
    near = _squares(points, points[chosen])[:, 0]
    while len(chosen) < k:
        chosen.append(int(near.argmax()))
        near = np.minimum(near, _squares(points, points[chosen[-1:]])[:, 0])
    centres, group = points[chosen], np.full(len(points), -1)
    for _round in range(ROUNDS):
        nearest = _squares(points, centres).argmin(axis=1)
        if (nearest == group).all():
            break
        group = nearest
        size = np.bincount(group, weight, k)
        sums = np.column_stack([np.bincount(group, weight * axis, k) for axis in points.T])
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
    return group


def silhouette(points: Array, weight: Array, group: Array) -> float:
    """The weighted mean silhouette (Rousseeuw 1987): 1 for groups far apart, 0 for none, of at most some hundred points."""
    apart = np.sqrt(_squares(points, points))
    names = np.unique(group)
    mass = np.column_stack([apart @ (weight * (group == name)) for name in names])
    size = np.array([weight[group == name].sum() for name in names])
    own = np.searchsorted(names, group)
    rows = np.arange(len(points))
    alone = size[own] <= weight
    within = mass[rows, own] / np.maximum(size[own] - weight, 1e-300)
    other = mass / size
    other[rows, own] = np.inf
    nearest = other.min(axis=1)
    score = np.where(alone, 0.0, (nearest - within) / np.maximum(np.maximum(nearest, within), 1e-300))
    return float(weight @ score / weight.sum())


def _squares(points: Array, others: Array) -> Array:
    apart = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * points @ others.T
    return np.maximum(apart, 0.0)
