"""Votes: a roll, one-time codes, secret ballots, papers entered twice, and a count everyone can check (decision record 19)."""
