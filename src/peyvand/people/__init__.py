"""Who: accounts, persons, households, organisations, memberships, tasks, consents, looks from outside."""
