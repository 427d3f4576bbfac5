"""Who goes where on which day of a tour, pure: OR-Tools' vehicle routing over people and days.

Every (place, skill) is one call by one person who has the skill. A person's day begins and ends at the base, with at most so
many calls and kilometres (as the crow flies: `kernel.distance`). What does not fit is left out, the least neglected first, and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from peyvand.kernel.distance import Point, great_circle_km

MOST_CALLS = 60
# Leaving a call out costs more than any way to it, and more the more neglected the place is.
_LEFT_OUT = 10_000_000


@dataclass(frozen=True)
class Call:
    """A place that needs somebody with a skill; `score` 0 to 100 is how neglected it is."""

    point: Point
    skill: str
    score: int = 0


@dataclass(frozen=True)
class Stop:
    """The call, by whom, on which day (from 0), as which of that day (from 1), and the kilometres from the stop before."""

    call: int
    person: int
    day: int
    order: int
    km: float


@dataclass(frozen=True)
class Route:
    """`unskilled` are calls nobody has the skill for, `unfit` those that the days and kilometres have no room for."""

    stops: tuple[Stop, ...]
    unskilled: tuple[int, ...]
    unfit: tuple[int, ...]


def route(
    calls: Sequence[Call], people: Sequence[frozenset[str]], *, base: Point, days: int, calls_a_day: int, km_a_day: int
) -> Route:
    """Serve as many calls as can be, the most neglected before others, with few kilometres; the same every time.

    `people` are the skills of each. Raises `ValueError` on more calls than a tour holds, and on limits below one.
    """
    if len(calls) > MOST_CALLS or min(days, calls_a_day, km_a_day) < 1:
        raise ValueError(f"{len(calls)} calls, {days} days, {calls_a_day} calls and {km_a_day} km a day")
    unskilled = tuple(number for number, call in enumerate(calls) if not any(call.skill in one for one in people))
    asked = [number for number in range(len(calls)) if number not in unskilled]
    if not asked or not people:
        return Route((), unskilled, ())
    points = [base, *(calls[number].point for number in asked)]
    metres = [[round(1000 * great_circle_km(one, other)) for other in points] for one in points]
    vehicles = [(person, day) for day in range(days) for person in range(len(people))]
    manager = pywrapcp.RoutingIndexManager(len(points), len(vehicles), 0)
    model = pywrapcp.RoutingModel(manager)
    way = model.RegisterTransitMatrix(metres)
    model.SetArcCostEvaluatorOfAllVehicles(way)
    model.AddDimension(way, 0, km_a_day * 1000, True, "metres")
    one_more = model.RegisterUnaryTransitVector([0, *([1] * len(asked))])
    model.AddDimension(one_more, 0, calls_a_day, True, "calls")
    for node, number in enumerate(asked, start=1):
        index = manager.NodeToIndex(node)
        fit = [place for place, (person, _) in enumerate(vehicles) if calls[number].skill in people[person]]
        model.VehicleVar(index).SetValues([-1, *fit])  # -1: left out
        model.AddDisjunction([index], _LEFT_OUT + calls[number].score * _LEFT_OUT // 100)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    found = model.SolveWithParameters(search)
    if found is None:
        raise RuntimeError("the routing solver found no answer to a problem in which every call may be left out")
    stops = tuple(_stops(model, manager, found, vehicles, asked, metres))
    served = {stop.call for stop in stops}
    return Route(stops, unskilled, tuple(number for number in asked if number not in served))


def _stops(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
    vehicles: Sequence[tuple[int, int]],
    asked: Sequence[int],
    metres: Sequence[Sequence[int]],
) -> list[Stop]:
    stops = []
    for vehicle, (person, day) in enumerate(vehicles):
        index, before, order = found.Value(model.NextVar(model.Start(vehicle))), 0, 0
        while not model.IsEnd(index):
            node, order = manager.IndexToNode(index), order + 1
            stops.append(Stop(asked[node - 1], person, day, order, metres[before][node] / 1000))
            index, before = found.Value(model.NextVar(index)), node
    return sorted(stops, key=lambda stop: (stop.day, stop.person, stop.order))
