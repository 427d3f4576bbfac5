"""Writes of specifications: the starter set by command, and what an operator adds."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from peyvand.journal.actions import record
from peyvand.kernel.refusals import BadValue, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key
from peyvand.resources.enums import Action, CbrComponent, HelpKind, QualityKind, Unit
from peyvand.resources.models import Quality, Specification, Substitute
from peyvand.resources.queries import check_qualities
from peyvand.scope.acting import NOWHERE, Acting, Role
from peyvand.scope.bulk import only
from peyvand.scope.database import action

_CHOICES = (("unit", Unit), ("action", Action), ("help_kind", HelpKind))


@dataclass(frozen=True)
class NewSpecification:
    """`unit`, `action`, `help_kind` and `cbr_component` hold values of `resources.enums`; the component may be empty."""

    slug: str
    name_fa: str
    name_en: str
    unit: str
    action: str
    help_kind: str
    cbr_component: str = ""


@dataclass(frozen=True)
class NewQuality:
    """`kind` holds a value of `resources.enums.QualityKind`."""

    slug: str
    kind: str
    name_fa: str
    name_en: str


@dataclass(frozen=True)
class Starter:
    """The set that comes with the product, and the word it is marked by."""

    status: str
    specifications: tuple[NewSpecification, ...]
    qualities: tuple[NewQuality, ...]


@dataclass(frozen=True)
class Put:
    """How many were added, changed, and stood already as given."""

    added: int
    changed: int
    same: int


@cache
def starter() -> Starter:
    read = tomllib.loads(resources.files(__package__).joinpath("starter.toml").read_text(encoding="utf-8"))
    return Starter(
        read["status"],
        tuple(NewSpecification(**one) for one in read["specification"]),
        tuple(NewQuality(**one) for one in read["quality"]),
    )


def may_put_specifications(by: Acting) -> Refusal | None:
    if by.role in (Role.ADMINISTRATOR, Role.SYSTEM):
        return None
    return NotPermitted(reason="what can be needed and offered is set by administrators")


def _columns(row: NewSpecification) -> dict[str, str]:
    if not (row.slug and row.name_fa.strip() and row.name_en.strip()):
        raise BadValue(field="name", reason="a specification has a slug and a name in both languages")
    for name, choices in _CHOICES:
        if getattr(row, name) not in choices.values:
            raise BadValue(
                field=name, reason=f"{row.slug}: «{getattr(row, name)}» is none of {', '.join(choices.values)}"
            )
    if row.cbr_component and row.cbr_component not in CbrComponent.values:
        raise BadValue(field="cbr_component", reason=f"{row.slug}: «{row.cbr_component}» is no component")
    return {
        "name_fa": row.name_fa.strip(), "name_en": row.name_en.strip(), "unit": row.unit, "action": row.action,
        "help_kind": row.help_kind, "cbr_component": row.cbr_component,
        "search_key": search_key(f"{row.name_fa} {row.name_en}"), "sort_key": sort_key(row.name_fa),
    }  # fmt: skip


@dataclass(frozen=True)
class KindRules:
    """What the services of a kind ask: slugs of licences, a giver of the same sex as the person, a way into the giver's place
    (the person goes there); and the slugs of kinds that may be given in its place.
    """

    licences: tuple[str, ...] = ()
    same_sex: bool = False
    at_venue: bool = False
    substitutes: tuple[str, ...] = ()


def rules_of_kind(kind: Specification) -> KindRules:
    instead = Substitute.objects.filter(asked=kind).order_by("given__sort_key").values_list("given__slug", flat=True)
    return KindRules(tuple(kind.licences), kind.same_sex, kind.at_venue, tuple(instead))


@action
def set_kind_rules(*, slug: str, rules: KindRules, by: Acting, now: datetime) -> Specification:
    """Set what a kind asks of the match; promises that stand stay. Raises `BadValue`, `NotFound`."""
    require(may_put_specifications(by))
    kind = only(Specification.objects.select_for_update().filter(slug=slug))
    check_qualities(rules.licences)
    instead = Specification.objects.in_bulk(set(rules.substitutes) - {slug}, field_name="slug")
    if len(instead) != len(set(rules.substitutes) - {slug}):
        raise BadValue(field="substitutes", reason="there is no such kind of help")
    kind.licences, kind.same_sex, kind.at_venue = sorted(set(rules.licences)), rules.same_sex, rules.at_venue
    kind.save(update_fields=["licences", "same_sex", "at_venue"])
    Substitute.objects.filter(asked=kind).exclude(given__in=instead.values()).delete()
    Substitute.objects.bulk_create(
        [Substitute(asked=kind, given=one) for one in instead.values()], ignore_conflicts=True
    )
    record(
        "specification.rules_set", kind="specification", subject=kind.pk, by=by, now=now, place_path=NOWHERE,
        organisation_path=NOWHERE,
    )  # fmt: skip
    return kind


@action
def put_qualities(*, rows: Sequence[NewQuality], by: Acting, now: datetime) -> Put:
    """Add the qualities that are missing and bring the others up to date, all or none; a second time changes nothing."""
    require(may_put_specifications(by))
    standing = {
        one.slug: one for one in Quality.objects.select_for_update().filter(slug__in=[row.slug for row in rows])
    }
    fresh, changed = [], []
    for row in rows:
        if row.kind not in QualityKind.values:
            raise BadValue(field="kind", reason=f"{row.slug}: «{row.kind}» is none of {', '.join(QualityKind.values)}")
        columns = {"kind": row.kind, "name_fa": row.name_fa, "name_en": row.name_en, "sort_key": sort_key(row.name_fa)}
        old = standing.get(row.slug)
        if old is None:
            fresh.append(Quality(slug=row.slug, **columns))
        elif any(getattr(old, name) != value for name, value in columns.items()):
            changed.append(Quality(pk=old.pk, slug=row.slug, **columns))
    Quality.objects.bulk_create(fresh)
    Quality.objects.bulk_update(changed, ["kind", "name_fa", "name_en", "sort_key"])
    return Put(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


@action
def put_specifications(*, rows: Sequence[NewSpecification], by: Acting, now: datetime) -> Put:
    """Add what is missing and bring the others up to date, all or none; a second time changes nothing."""
    require(may_put_specifications(by))
    standing = {
        one.slug: one for one in Specification.objects.select_for_update().filter(slug__in=[r.slug for r in rows])
    }
    fresh, changed = [], []
    for row in rows:
        columns, old = _columns(row), standing.get(row.slug)
        if old is None:
            fresh.append(Specification(slug=row.slug, **columns))
        elif any(getattr(old, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(old, name, value)
            changed.append(old)
    added = Specification.objects.bulk_create(fresh)
    for one in changed:
        one.save()
    for act, touched in (("specifications.added", added), ("specifications.changed", changed)):
        if touched:
            record(
                act, kind="specification", subject=None, by=by, now=now, place_path=NOWHERE,
                organisation_path=NOWHERE, rows=[(one.pk,) for one in touched],
            )  # fmt: skip
    return Put(len(added), len(changed), len(rows) - len(added) - len(changed))
