"""What those who voted on the statements of a draft have in common: the engine over the votes, shown by groups alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from peyvand.engines.opinions import Saying, opinion_groups
from peyvand.programmes.proposals.models import Statement, StatementVote
from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope

# A smaller group is not shown: in it somebody could be recognised (decision record 9).
LEAST = 5


@dataclass(frozen=True)
class SaidBy:
    """A statement as a group, or everyone, holds it: `said` 1 or -1, by `many` of `of` who voted on it."""

    text: str
    said: int
    many: int
    of: int


@dataclass(frozen=True)
class GroupShown:
    number: int
    people: int
    says: tuple[SaidBy, ...]


@dataclass(frozen=True)
class Held:
    """`voters` in all; `groups` of at least five, the largest first; `unites` what most of every group says; `own` the reader's own
    votes, by statement."""

    voters: int
    groups: tuple[GroupShown, ...]
    unites: tuple[SaidBy, ...]
    own: Mapping[int, int] = field(default_factory=dict)


def held(statements: Sequence[Statement], own: int = 0) -> Held:
    """The groups of those who voted; none where fewer than five did. `own` is the reader's account.

    The same votes give the same groups in any order.
    """
    texts = {row.pk: row.text for row in statements}
    with scope(SYSTEM):
        votes = list(
            StatementVote.objects.filter(statement__in=texts)
            .order_by("at", "pk")
            .values_list("account_id", "statement_id", "vote")
        )
    mine = {statement: vote for account, statement, vote in votes if own and account == own}
    voters = len({account for account, _statement, _vote in votes})
    if voters < LEAST:
        return Held(voters, (), (), mine)
    told = np.array(votes, dtype=np.int64)
    found = opinion_groups(told[:, 0], told[:, 1], told[:, 2])
    groups = tuple(
        GroupShown(place, len(group.members), _said(group.says, texts))
        for place, group in enumerate(found.groups, 1)
        if len(group.members) >= LEAST
    )
    return Held(voters, groups, _said(found.unites, texts) if groups else (), mine)


def _said(says: Sequence[Saying], texts: dict[int, str]) -> tuple[SaidBy, ...]:
    return tuple(SaidBy(texts[one.statement], one.said, one.many, one.of) for one in says)
