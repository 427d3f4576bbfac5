"""Finding out which rows of many an act lets through: by trying it, so that no rule is said twice."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from peyvand.kernel.refusals import Refusal

# What an act does to rows: gives, for each row done, what undoing it needs.
Attempt = Callable[[Sequence[int]], dict[int, Any]]


def refused_of(ids: Sequence[int], attempt: Attempt) -> dict[int, Refusal]:
    """The rows the act would refuse, each with its refusal, when it is done to the others in this order; nothing stays done.

    Halves what is refused until single rows are left; rows that pass keep their effect for those after them, so that the
    last unit is told to have gone. Called inside a transaction; answers in about twice as many tries as rows are refused,
    times the logarithm of their number.
    """
    refused: dict[int, Refusal] = {}

    def sift(part: Sequence[int]) -> None:
        try:
            with transaction.atomic():
                attempt(part)
        except Refusal as answer:
            if len(part) == 1:
                refused[part[0]] = answer
                return
            middle = len(part) // 2
            sift(part[:middle])
            sift(part[middle:])

    if ids:
        with transaction.atomic():
            sift(ids)
            transaction.set_rollback(True)
    return refused


def done_where_possible(ids: Sequence[int], attempt: Attempt) -> tuple[dict[int, Any], dict[int, Refusal]]:
    """Do the act once, to all rows that it lets through: what undoing them needs, and the refusals of the others."""
    if not ids:
        return {}, {}
    try:
        with transaction.atomic():
            return attempt(ids), {}
    except Refusal as answer:
        if len(ids) == 1:
            return {}, {ids[0]: answer}
    refused = refused_of(ids, attempt)
    possible = [pk for pk in ids if pk not in refused]
    return (attempt(possible) if possible else {}), refused
