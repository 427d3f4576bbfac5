"""Lists come in: a file is read for its kind of list, shown as it will be stored, stored by one bulk act, and undone exactly."""
