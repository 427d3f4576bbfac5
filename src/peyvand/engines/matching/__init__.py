"""Matching needs with capacities: worst-off first, exactly, with a certificate."""

from peyvand.engines.matching.arriving import KEPT, Moved, StandingMatching
from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.bottlenecks import Remedy, bottlenecks, remedy
from peyvand.engines.matching.bounds import Bound, Bounded, bounded
from peyvand.engines.matching.candidates import candidates
from peyvand.engines.matching.fairness import fairness, first_come
from peyvand.engines.matching.feasible import Feasibility, Refused, Rules, count_refusals
from peyvand.engines.matching.graph import Assignment, Graph
from peyvand.engines.matching.job import Summary, match_files
from peyvand.engines.matching.lots import LotAssignment, assign_lots
from peyvand.engines.matching.pairs import Pairs, Why, pairs
from peyvand.engines.matching.part import Part
from peyvand.engines.matching.reserve import Future, Prices, look_ahead_prices
from peyvand.engines.matching.tables import BadTable
from peyvand.engines.matching.terms import broken_term
from peyvand.engines.matching.verify import Certificate, Reason, Reasons, reasons, verify
from peyvand.engines.matching.widen import Matched, match

__all__ = [
    "KEPT",
    "Assignment",
    "BadTable",
    "Bound",
    "Bounded",
    "Certificate",
    "Feasibility",
    "Future",
    "Graph",
    "LotAssignment",
    "Matched",
    "Moved",
    "Pairs",
    "Part",
    "Prices",
    "Reason",
    "Reasons",
    "Refused",
    "Remedy",
    "Rules",
    "StandingMatching",
    "Summary",
    "Why",
    "assign",
    "assign_lots",
    "bottlenecks",
    "bounded",
    "broken_term",
    "candidates",
    "count_refusals",
    "fairness",
    "first_come",
    "look_ahead_prices",
    "match",
    "match_files",
    "pairs",
    "reasons",
    "remedy",
    "verify",
]
