"""Computation on arrays and tables, pure: no Django, no clock, no table names."""
