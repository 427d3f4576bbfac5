"""Background work: the nightly round, the seals, the jobs of programmes. Tasks are thin and carry ids only."""
