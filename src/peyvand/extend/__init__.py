"""The programme contract (`programme.py`, in one file) and what keeps it: discovery, guards, reactions, switches, pages."""
