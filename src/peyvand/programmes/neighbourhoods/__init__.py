"""One umbrella over a place: its councils, its agencies, and what they promised each other."""
