"""Counting votes: on projects within a budget, and on people for seats. Exact, and every result can be told in words."""

from peyvand.engines.ballots.equal_shares import Bought, Missed, Shares, equal_shares
from peyvand.engines.ballots.greedy import approval, greedy
from peyvand.engines.ballots.pabulib import Election, read, write
from peyvand.engines.ballots.ranking import Elected, Round, ranking

__all__ = [
    "Bought",
    "Elected",
    "Election",
    "Missed",
    "Round",
    "Shares",
    "approval",
    "equal_shares",
    "greedy",
    "ranking",
    "read",
    "write",
]
