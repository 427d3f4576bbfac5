"""Benchmarks: each module has a `run()` that yields lines, with ratios against a peer measured in the same run."""
