"""The main navigation of the site, in the order in which it stands."""

from peyvand.web.navigation import Entry

ENTRIES: tuple[Entry, ...] = ()
