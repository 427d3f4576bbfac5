"""Who walks through the site."""

# One member of each role, and the reader who has none.
READERS = (
    "resident", "facilitator", "social_worker", "charity_manager", "field_leader", "officer", "governor", "leader", "auditor",
    "administrator", "",
)  # fmt: skip
