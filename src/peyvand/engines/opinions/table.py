"""Votes on statements, put into one order that does not depend on how they came."""

from typing import Any, NamedTuple

import numpy as np

from peyvand.engines.arrays import Array, refuse_first, same_length, whole

AGREE, PASS, DISAGREE = 1, 0, -1
NOT_SEEN = 2


class Table(NamedTuple):
    """`votes` int8[kinds, m]: each way of voting that occurs once (`NOT_SEEN` where nobody voted), in the order of its
    bytes; `kind_of` int64[n] of each voter; `many` int64[kinds] voters; `voters` int64[n] and `statements` int64[m] the
    numbers the caller uses, rising."""

    votes: Array
    kind_of: Array
    many: Array
    voters: Array
    statements: Array


def table(voter: Any, statement: Any, vote: Any) -> Table:
    """The last vote of each voter on each statement counts, for people vote again; rows in the order of time.

    Raises `ValueError` naming the row on a vote that is not 1 (agree), 0 (pass) or -1 (disagree).
    """
    who, what, said = whole("voter", voter), whole("statement", statement), whole("vote", vote)
    same_length("statement", what, len(who), "vote")
    same_length("vote", said, len(who), "vote")
    refuse_first("vote", said, np.abs(said) > 1, "is not 1 (agree), 0 (pass) or -1 (disagree)")
    voters, row = np.unique(who, return_inverse=True)
    statements, column = np.unique(what, return_inverse=True)
    votes = np.full((len(voters), len(statements)), NOT_SEEN, np.int8)
    votes[row, column] = said
    kinds, kind_of, many = np.unique(votes, axis=0, return_inverse=True, return_counts=True)
    return Table(kinds, kind_of.reshape(-1), many, voters, statements)
