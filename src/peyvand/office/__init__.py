"""An office begins: everything an empty province needs for its first day, in one act."""
