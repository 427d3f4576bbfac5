"""The main navigation of the site, in the order in which it stands; programmes follow."""

from peyvand.web.navigation import Entry
from peyvand.web.programmes import entries

ENTRIES: tuple[Entry, ...] = (*entries(),)
