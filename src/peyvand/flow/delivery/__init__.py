"""What was delivered on a commitment, with proof, and whether the receiver accepted it."""
