"""Visits: the balanced tour, and seeing those whom nobody has seen."""
