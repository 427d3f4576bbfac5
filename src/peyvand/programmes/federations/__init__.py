"""Federations: organisations of organisations."""
