"""Bulk acts on persons: consents and disabilities of many at once, one event a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotFound
from peyvand.people.enums import ConsentGiver, ConsentPurpose, ConsentWay, DisabilityKind, Severity
from peyvand.people.models import Consent, Disability, Person
from peyvand.scope.acting import Acting
from peyvand.scope.database import action

_BATCH = 5000


@dataclass(frozen=True)
class NewConsent:
    person_id: int
    given_by: ConsentGiver = ConsentGiver.SELF


@dataclass(frozen=True)
class NewDisability:
    """A disability with the consent under which it is kept: the person's own, or the guardian's."""

    person_id: int
    kind: DisabilityKind
    severity: Severity
    given_by: ConsentGiver = ConsentGiver.SELF


@action
def give_consents(
    *, rows: Sequence[NewConsent], purpose: ConsentPurpose, way: ConsentWay, by: Acting, now: datetime
) -> list[Consent]:
    """Record consents, all or none; those that stand already are given back as they are. In the order of `rows`."""
    if not rows:
        return []
    people = _seen([row.person_id for row in rows])
    standing = {
        one.person_id: one
        for one in Consent.objects.filter(person_id__in=people, purpose=purpose, withdrawn_at__isnull=True)
    }
    new = {row.person_id: row for row in rows if row.person_id not in standing}
    fresh = Consent.objects.bulk_create(
        [
            Consent(person_id=one, purpose=purpose, given_by=row.given_by, way=way, given_at=now)
            for one, row in new.items()
        ],
        batch_size=_BATCH,
    )
    if fresh:
        _note("consents.given", "consent", [one.pk for one in fresh], by, now)
    standing |= {one.person_id: one for one in fresh}
    return [standing[row.person_id] for row in rows]


@action
def record_disabilities(
    *, rows: Sequence[NewDisability], way: ConsentWay, by: Acting, now: datetime
) -> list[Disability]:
    """Record disabilities with their consents, all or none. A kind that a person has already is an error of the database."""
    if not rows:
        return []
    consents = give_consents(
        rows=[NewConsent(row.person_id, row.given_by) for row in rows], purpose=ConsentPurpose.KEEP_HEALTH, way=way,
        by=by, now=now,
    )  # fmt: skip
    fresh = Disability.objects.bulk_create(
        [
            Disability(person_id=row.person_id, kind=row.kind, severity=row.severity, consent=consent)
            for row, consent in zip(rows, consents, strict=True)
        ],
        batch_size=_BATCH,
    )
    _note("disabilities.recorded", "person", [row.person_id for row in rows], by, now)
    return fresh


def _seen(person_ids: Sequence[int]) -> set[int]:
    found = set(Person.objects.filter(pk__in=person_ids, erased_at__isnull=True).values_list("pk", flat=True))
    if found != set(person_ids):
        raise NotFound
    return found


def _note(act: str, kind: str, ids: Sequence[int], by: Acting, now: datetime) -> None:
    record(
        act, kind=kind, subject=ids[0] if len(ids) == 1 else None, by=by, now=now, place_path=by.place_path,
        organisation_path=by.organisation_path, rows=[(one,) for one in ids],
    )  # fmt: skip
