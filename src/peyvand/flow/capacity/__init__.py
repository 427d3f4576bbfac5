"""A capacity: what somebody can give, where it reaches, and how much."""
