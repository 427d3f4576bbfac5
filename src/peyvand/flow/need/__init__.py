"""A need: what somebody lacks, where, for whom, and how urgently."""
