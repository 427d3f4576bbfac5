"""Practices: from one-off to everywhere."""
