"""Votes: who may vote, one-time codes, secret ballots, papers entered twice, and an exact count that everyone can check (decision record 19)."""
