"""The pages of votes, for every programme that holds some: voting with a code, the receipt, the roll, papers, the count."""
