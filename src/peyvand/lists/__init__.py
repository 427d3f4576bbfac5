"""Two lists in, matches out, without any server; reading of sheets that every import of lists shares.

`reading` turns a file of any accepted format into rows of text with the row numbers a person sees, `headings` finds
the heading row and its columns, `columns` turns cells into values or faults, `pairing` joins needs and capacities,
`report` shows the result.
"""

from peyvand.lists.columns import Column, Form, Rows, read_rows, read_table
from peyvand.lists.faults import Fault, ListRefused
from peyvand.lists.headings import Synonyms, Table
from peyvand.lists.pairing import ListMatch, match_lists

__all__ = [
    "Column",
    "Fault",
    "Form",
    "ListMatch",
    "ListRefused",
    "Rows",
    "Synonyms",
    "Table",
    "match_lists",
    "read_rows",
    "read_table",
]
