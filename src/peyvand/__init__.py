"""Peyvand (پیوند): joins people's capacities to needs and accounts for every promise."""
