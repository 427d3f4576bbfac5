"""A toy programme: who has borrowed which tool of the neighbourhood."""
