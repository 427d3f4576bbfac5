"""Filters of lists that somebody keeps under names of his own, in the role in which he uses them."""
