"""Files that people add (proofs, photos): cleaned, kept by their fingerprint, outside the database (decision D15)."""
