"""Settings and addresses: the only place that joins everything."""
