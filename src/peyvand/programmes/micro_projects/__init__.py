"""Micro-projects: small, urgent help after something sudden, decided by one person within days."""
