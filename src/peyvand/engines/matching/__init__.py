"""Matching needs with capacities: worst-off first, exactly, with a certificate."""

from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.bottlenecks import Remedy, bottlenecks, remedy
from peyvand.engines.matching.candidates import candidates
from peyvand.engines.matching.fairness import fairness, first_come
from peyvand.engines.matching.graph import Assignment, Graph
from peyvand.engines.matching.job import Summary, match_files
from peyvand.engines.matching.lots import LotAssignment, assign_lots
from peyvand.engines.matching.pairs import Pairs, Why, pairs
from peyvand.engines.matching.part import Part
from peyvand.engines.matching.tables import BadTable
from peyvand.engines.matching.terms import broken_term
from peyvand.engines.matching.verify import Certificate, Reason, Reasons, reasons, verify
from peyvand.engines.matching.widen import Matched, match

__all__ = [
    "Assignment",
    "BadTable",
    "Certificate",
    "Graph",
    "LotAssignment",
    "Matched",
    "Pairs",
    "Part",
    "Reason",
    "Reasons",
    "Remedy",
    "Summary",
    "Why",
    "assign",
    "assign_lots",
    "bottlenecks",
    "broken_term",
    "candidates",
    "fairness",
    "first_come",
    "match",
    "match_files",
    "pairs",
    "reasons",
    "remedy",
    "verify",
]
