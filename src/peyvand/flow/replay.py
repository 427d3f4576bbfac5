"""Replaying the journal: quantities and states of suggestions that follow from the events, beside the stored ones (promise e)."""

from dataclasses import dataclass

from django.db import connection

from peyvand.scope.acting import SYSTEM
from peyvand.scope.database import scope


@dataclass(frozen=True)
class Difference:
    """A stored counter or state that does not follow from the events; None where one of the two has no such row."""

    table: str
    row_id: int
    column: str
    stored: int | str | None
    replayed: int | str | None


# The rows of flow events, flattened; the meaning of each place is fixed by the act (see the `_event` of each stage).
_FACTS = """
WITH fact AS (
    SELECT event.act, (one ->> 0)::bigint a, (one ->> 1)::bigint b, (one ->> 2)::bigint c, (one ->> 3)::bigint d, (one ->> 4)::bigint e
    FROM journal_event event, jsonb_array_elements(event.data -> 'rows') one
    WHERE event.act = ANY (ARRAY['need.told', 'capacity.offered', 'commitment.offered', 'commitment.withdrawn', 'commitment.broken',
        'commitment.lapsed', 'commitment.released', 'commitment.taken_back', 'commitment.restored',
        'delivery.recorded', 'delivery.accepted', 'delivery.refused', 'delivery.reversed'])
)
"""
_PROMISED = (
    "CASE act WHEN 'commitment.offered' THEN d WHEN 'commitment.withdrawn' THEN -d WHEN 'commitment.broken' THEN -d \
WHEN 'commitment.lapsed' THEN -d WHEN 'commitment.released' THEN -d WHEN 'commitment.taken_back' THEN -d \
WHEN 'commitment.restored' THEN d ELSE 0 END"
)
_UNDERWAY = "CASE act WHEN 'delivery.recorded' THEN e WHEN 'delivery.accepted' THEN -e WHEN 'delivery.refused' THEN -e ELSE 0 END"
_ACCEPTED = "CASE act WHEN 'delivery.accepted' THEN e WHEN 'delivery.reversed' THEN e ELSE 0 END"
_RELEASED = (
    "CASE act WHEN 'commitment.withdrawn' THEN d WHEN 'commitment.broken' THEN d WHEN 'commitment.lapsed' THEN d \
WHEN 'commitment.released' THEN d WHEN 'commitment.taken_back' THEN d WHEN 'commitment.restored' THEN -d ELSE 0 END"
)
_QUANTITY = "CASE WHEN act = '{told}' THEN {place} ELSE 0 END"

# For each table: where the row's id stands in commitment rows and in delivery rows, and how each stored column is replayed.
_TABLES = {
    "need_need": ("need.told", "a", "b", "c", {"committed": _PROMISED, "underway": _UNDERWAY, "met": _ACCEPTED}, "b"),
    "capacity_capacity": ("capacity.offered", "a", "c", "d", {"committed": _PROMISED, "delivered": _ACCEPTED}, "b"),
    "commitment_commitment": (
        "commitment.offered", "a", "a", "b", {"underway": _UNDERWAY, "accepted": _ACCEPTED, "released": _RELEASED}, "d",
    ),
}  # fmt: skip


def _statement(table: str) -> tuple[str, list[str]]:
    told, own, in_promise, in_delivery, columns, quantity = _TABLES[table]
    replayed = {"quantity": _QUANTITY.format(told=told, place=quantity)} | columns
    key = (
        f"CASE WHEN act = '{told}' THEN {own} WHEN starts_with(act, 'commitment.') THEN {in_promise}"
        f" WHEN starts_with(act, 'delivery.') THEN {in_delivery} END"
    )
    sums = ", ".join(f"sum({value}) AS {name}" for name, value in replayed.items())
    pairs = ", ".join(f"coalesce(t.{name}, 0), coalesce(r.{name}, 0)::bigint" for name in replayed)
    differ = " OR ".join(f"coalesce(t.{name}, -1) <> coalesce(r.{name}, -1)" for name in replayed)
    return (
        f"{_FACTS} SELECT coalesce(t.id, r.id), {pairs} FROM (SELECT {key} AS id, {sums} FROM fact GROUP BY 1) r"
        f' FULL JOIN "{table}" t ON t.id = r.id WHERE coalesce(t.id, r.id) IS NOT NULL AND ({differ})'
    ), list(replayed)


# Promises of early journals do not say which suggestion they answer; there the stored tie is believed.
_ANSWERS = """
WITH line AS (
    SELECT event.act, one FROM journal_event event, jsonb_array_elements(event.data -> 'rows') one
    WHERE event.act IN ('commitment.offered', 'commitment.withdrawn', 'commitment.broken', 'commitment.lapsed', 'commitment.restored',
        'commitment.taken_back', 'suggestion.declined', 'suggestion.reopened')
), promised AS (
    SELECT (one ->> 0)::bigint AS promise, jsonb_array_length(one) > 4 AS says, nullif((one ->> 4)::bigint, 0) AS said
    FROM line WHERE act = 'commitment.offered'
), ended AS (
    SELECT (one ->> 0)::bigint AS promise FROM line
    WHERE act IN ('commitment.withdrawn', 'commitment.broken', 'commitment.lapsed', 'commitment.restored')
    GROUP BY 1 HAVING sum(CASE act WHEN 'commitment.restored' THEN -1 ELSE 1 END) > 0
), told AS (
    SELECT CASE WHEN says THEN said ELSE made.suggestion_id END AS id,
        CASE WHEN ended.promise IS NULL THEN 'accepted' ELSE 'ended' END AS state
    FROM promised LEFT JOIN ended USING (promise) LEFT JOIN commitment_commitment made ON made.id = promised.promise
    WHERE promised.promise NOT IN (SELECT (one ->> 0)::bigint FROM line WHERE act = 'commitment.taken_back')
    UNION ALL SELECT (one ->> 0)::bigint, 'declined' FROM line WHERE act IN ('suggestion.declined', 'suggestion.reopened')
    GROUP BY 1 HAVING sum(CASE act WHEN 'suggestion.reopened' THEN -1 ELSE 1 END) > 0
)
SELECT coalesce(t.id, told.id), t.state, told.state
FROM (SELECT * FROM told WHERE id IS NOT NULL) told FULL JOIN commitment_suggestion t ON t.id = told.id
WHERE coalesce(t.state, '') <> coalesce(told.state, '') AND (told.id IS NOT NULL OR t.state IN ('accepted', 'ended', 'declined'))
"""


def replay() -> list[Difference]:
    """Every stored counter of needs, capacities and commitments, and every answered suggestion, that the journal does not give."""
    found = []
    with scope(SYSTEM), connection.cursor() as cursor:
        for table in _TABLES:
            statement, columns = _statement(table)
            cursor.execute(statement)
            for row_id, *values in cursor.fetchall():
                pairs = zip(columns, values[::2], values[1::2], strict=True)
                found += [
                    Difference(table, row_id, name, stored, again) for name, stored, again in pairs if stored != again
                ]
        cursor.execute(_ANSWERS)
        found += [Difference("commitment_suggestion", pk, "state", *states) for pk, *states in cursor.fetchall()]
    return found
