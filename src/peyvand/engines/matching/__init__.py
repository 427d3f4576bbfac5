"""Matching needs with capacities: worst-off first, exactly, with a certificate."""

from peyvand.engines.matching.assign import assign
from peyvand.engines.matching.candidates import candidates
from peyvand.engines.matching.graph import Assignment, Graph

__all__ = ["Assignment", "Graph", "assign", "candidates"]
