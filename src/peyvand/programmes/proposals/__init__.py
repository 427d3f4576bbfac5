"""Written proposals: handed in, joined, answered by the body in charge under a public clock, and followed to their end."""
