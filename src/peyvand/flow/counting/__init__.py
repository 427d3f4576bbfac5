"""Counting the rows of every place, and keeping the counts, so that a page of figures reads a handful of rows."""
