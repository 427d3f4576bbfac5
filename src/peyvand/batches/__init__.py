"""Acts on many rows at once: chosen on a list, looked at before, done as one, and taken back for a while after (decision record 14)."""
