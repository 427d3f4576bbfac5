"""What those who voted on the statements of a draft have in common: the engine over the votes, kept by groups alone.

A job counts (decision record 15 tells why figures are kept); pages read what it kept and say when that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from peyvand.engines.opinions import Saying, opinion_groups
from peyvand.programmes.proposals.models import Consultation, KeptOpinions, Statement, StatementVote

# A smaller group is not kept, nor what fewer of it voted on: in it somebody could be recognised (decision record 9).
LEAST = 5
# A vote stands under the time its act began, and is seen a little later.
_BEHIND = timedelta(minutes=1)
_READ = 50_000
_VOTE = np.dtype([("account", np.int64), ("statement", np.int64), ("vote", np.int64)])


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
    """`voters` in all; `groups` of at least five, the largest first; `unites` what most of every group says; as it was counted at
    `counted_at`, None where nothing was counted yet."""

    voters: int
    groups: tuple[GroupShown, ...]
    unites: tuple[SaidBy, ...]
    counted_at: datetime | None


def to_count() -> QuerySet[Consultation]:
    """The drafts on which somebody voted since their groups were counted. Read under the system's scope."""
    votes = StatementVote.objects.filter(statement__consultation=OuterRef("pk"))
    since = votes.filter(at__gt=OuterRef("counted_at") - _BEHIND)
    rows = Consultation.objects.annotate(counted_at=F("kept__counted_at"))
    return rows.filter(Q(counted_at__isnull=True) & Exists(votes) | Exists(since)).order_by("pk")


def counted(consultation_id: int) -> dict[str, Any]:
    """What is kept of the votes as they stand now: the same votes give the same groups in any order. Under the system's scope."""
    rows = StatementVote.objects.filter(statement__consultation=consultation_id).order_by()
    told = rows.values_list("account_id", "statement_id", "vote").iterator(chunk_size=_READ)
    votes = np.fromiter(told, _VOTE)
    voters = len(np.unique(votes["account"]))
    if voters < LEAST:
        return {"voters": voters, "groups": [], "unites": []}
    found = opinion_groups(votes["account"], votes["statement"], votes["vote"])
    groups = [
        {"number": place, "people": len(group.members), "says": _kept(group.says)}
        for place, group in enumerate(found.groups, 1)
        if len(group.members) >= LEAST
    ]
    return {"voters": voters, "groups": groups, "unites": _kept(found.unites) if groups else []}


def _kept(says: Sequence[Saying]) -> list[dict[str, int]]:
    return [
        {"statement": one.statement, "said": one.said, "many": one.many, "of": one.of}
        for one in says
        if one.of >= LEAST
    ]


def held(kept: KeptOpinions | None, statements: Sequence[Statement]) -> Held:
    """What was kept, in the words of the statements."""
    if kept is None:
        return Held(0, (), (), None)
    texts = {row.pk: row.text for row in statements}
    groups = tuple(GroupShown(one["number"], one["people"], _said(one["says"], texts)) for one in kept.groups)
    return Held(kept.voters, groups, _said(kept.unites, texts), kept.counted_at)


def _said(says: Sequence[dict[str, int]], texts: dict[int, str]) -> tuple[SaidBy, ...]:
    return tuple(SaidBy(texts[one["statement"]], one["said"], one["many"], one["of"]) for one in says)
