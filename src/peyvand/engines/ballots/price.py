"""The inner loop of equal shares: about what a project costs its supporters."""

import numpy as np

from peyvand.engines.arrays import Array
from peyvand.engines.compiled import in_place


@in_place
def price_per_point(money: Array, voters: Array, points: Array, cost: float, near: float) -> float:
    """About the price of a point at which `voters` pay `cost` together, each at most his `money`; infinite: they cannot.

    Where they have just enough within `near` a finite price is given, for exact arithmetic to decide. Newton's method on
    the concave sum of payments: it rises from the price all could pay, in as many passes as there are kinds of purses.
    """
    together = 0.0
    for row in range(len(voters)):
        together += money[voters[row]]
    if together < cost * (1 - near):
        return np.inf
    price, last = 0.0, -1.0
    while price > last:
        last = price
        left, many = cost, 0
        for row in range(len(voters)):
            has = money[voters[row]]
            if has < price * points[row]:
                left -= has
            else:
                many += points[row]
        if many == 0:
            return last
        price = left / many
    return last
