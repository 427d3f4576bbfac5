"""The bond: suggestions of a matching run, commitments between a need and a capacity, and agreements over them."""
