"""Switching programmes on and off, and asking whether one is on."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from peyvand.extend.discovery import programme, programmes
from peyvand.extend.models import ProgrammeSwitch
from peyvand.extend.programme import SpecificationUsed
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, NotFound, NotPermitted, Refusal, require
from peyvand.kernel.text import search_key, sort_key
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.places.queries import ancestors
from peyvand.resources.models import Specification
from peyvand.scope.acting import NOWHERE, Acting, Role, within
from peyvand.scope.bulk import below
from peyvand.scope.database import action

_SWITCHERS = (Role.ADMINISTRATOR, Role.HQ_LEADER, Role.SYSTEM)
_READERS = (*_SWITCHERS, Role.COUNTY_OFFICER, Role.GOVERNOR_OFFICE, Role.AUDITOR)


class ProgrammeOff(Refusal):
    code = "programme_off"
    message = (
        "The programme “{programme}” is switched off here. What was done stays readable; nothing new is done under it."
    )


class NotOn(NotFound):
    code = "programme_not_on"
    message = "The programme is not switched on there."


def may_switch(by: Acting, *, place: Place | None, organisation: Organisation | None) -> Refusal | None:
    if by.role is Role.SYSTEM:
        return None
    if by.role not in _SWITCHERS:
        return NotPermitted(reason="programmes are switched on and off by administrators and HQ leaders")
    inside = all(within(path, by.place_path) for path in _places(place, organisation))
    return None if inside else NotPermitted(reason="the place lies outside your area")


def may_see_switches(by: Acting) -> Refusal | None:
    if by.role in _READERS:
        return None
    return NotPermitted(reason="where programmes are on is seen by officers, administrators and auditors")


def _places(place: Place | None, organisation: Organisation | None) -> list[str]:
    return [one.path for one in (place, organisation.place if organisation else None) if one is not None]


@action
def switch_on(
    *, slug: str, place: Place | None = None, organisation: Organisation | None = None, since: date | None = None,
    by: Acting, now: datetime,
) -> ProgrammeSwitch:  # fmt: skip
    """Switch a programme on in a place, for an organisation, or for an organisation in a place. On twice is on once."""
    manifest = programme(slug)
    if place is None and organisation is None:
        raise BadValue(field="place", reason="a programme is switched on in a place or for an organisation")
    require(may_switch(by, place=place, organisation=organisation))
    standing = ProgrammeSwitch.objects.filter(slug=slug, place=place, organisation=organisation, until__isnull=True)
    if (found := standing.first()) is not None:
        return found
    _make_specifications(manifest.specifications)
    switch = ProgrammeSwitch.objects.create(
        slug=slug, place=place, organisation=organisation, since=since or business_date(now),
        switched_by_id=by.account_id or None,
    )  # fmt: skip
    _event("programme.switched_on", switch, by, now)
    return switch


@action
def switch_off(*, switch_id: int, by: Acting, now: datetime) -> ProgrammeSwitch:
    """From now on nothing new is done under the programme there. A switch that was to begin later never held."""
    switch = ProgrammeSwitch.objects.select_for_update().filter(pk=switch_id, until__isnull=True).first()
    if switch is None:
        raise NotOn
    require(may_switch(by, place=switch.place, organisation=switch.organisation))
    switch.until, switch.switched_off_by_id = max(switch.since, business_date(now)), by.account_id or None
    switch.save(update_fields=["until", "switched_off_by"])
    _event("programme.switched_off", switch, by, now)
    return switch


def is_on(slug: str, *, place_path: str, organisation_path: str, today: date) -> bool:
    return _covering(place_path, organisation_path).filter(slug=slug).filter(_in_force(today)).exists()


def off_refusal(slug: str, pairs: Iterable[tuple[str, str]], today: date) -> Refusal | None:
    """For guards and actions: `ProgrammeOff` where the programme is off for one of the (place path, organisation path)."""
    return ProgrammeOff(programme=programme(slug).title) if pairs_off(slug, pairs, today) else None


def pairs_off(slug: str, pairs: Iterable[tuple[str, str]], today: date) -> set[tuple[str, str]]:
    """Of many (place path, organisation path), those where the programme is off. One query, however many they are."""
    in_force = ProgrammeSwitch.objects.filter(_in_force(today), slug=slug)
    switches = list(in_force.values_list("place__path", "organisation__path"))

    def covers(switch: tuple[str | None, str | None], pair: tuple[str, str]) -> bool:
        return all(
            above is None or (path != NOWHERE and within(path, above)) for above, path in zip(switch, pair, strict=True)
        )

    return {pair for pair in set(pairs) if not any(covers(switch, pair) for switch in switches)}


def switches_seen(by: Acting) -> QuerySet[ProgrammeSwitch]:
    """Those in force or past that touch the actor's area: in it, above it, or of an organisation that stands in it."""
    if by.role is Role.SYSTEM:
        seen = ProgrammeSwitch.objects.all()
    else:
        seen = ProgrammeSwitch.objects.filter(
            Q(place__path__in=_upwards(by.place_path)) | below(by.place_path, "place__path")
            | below(by.place_path, "organisation__place__path"),
        )  # fmt: skip
    named = seen.select_related("place", "organisation", "switched_by", "switched_off_by")
    return named.order_by("slug", F("until").desc(nulls_first=True), "-since", "-id")


def switches_above(by: Acting) -> QuerySet[ProgrammeSwitch]:
    """Those that hold or ever held where the actor stands; for whoever has not signed in, and stands nowhere, those of anywhere."""
    return ProgrammeSwitch.objects.all() if by.role is Role.PUBLIC else _covering(by.place_path, by.organisation_path)


def known_to(by: Acting) -> set[str]:
    """The programmes that are or ever were on where the actor stands: their pages can be read. One query."""
    return set(switches_above(by).values_list("slug", flat=True).distinct()) & programmes().keys()


def ever_on(slug: str) -> bool:
    """Whether the programme was ever switched on anywhere."""
    return ProgrammeSwitch.objects.filter(slug=slug).exists()


def _in_force(today: date) -> Q:
    return Q(since__lte=today) & (Q(until__isnull=True) | Q(until__gt=today))


def _covering(place_path: str, organisation_path: str) -> QuerySet[ProgrammeSwitch]:
    """Switches whose place and organisation, where they name one, lie at or above these paths."""
    at_place, at_organisation = _upwards(place_path), _upwards(organisation_path)
    return ProgrammeSwitch.objects.filter(
        Q(place__isnull=True) | Q(place__path__in=at_place),
        Q(organisation__isnull=True) | Q(organisation__path__in=at_organisation),
    )


def _upwards(path: str) -> list[str]:
    return [] if path == NOWHERE else ancestors(path)


def _make_specifications(used: Iterable[SpecificationUsed]) -> None:
    wanted = {one.slug: one for one in used}
    missing = wanted.keys() - set(Specification.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    Specification.objects.bulk_create(
        [
            Specification(
                slug=one.slug, name_fa=one.name_fa, name_en=one.name_en, search_key=search_key(f"{one.name_fa} {one.name_en}"),
                sort_key=sort_key(one.name_fa), unit=one.unit, action=one.action, help_kind=one.help_kind,
                cbr_component=one.cbr_component,
            )
            for one in (wanted[slug] for slug in sorted(missing))
        ]
    )  # fmt: skip


def _event(act: str, switch: ProgrammeSwitch, by: Acting, now: datetime) -> None:
    place, organisation = switch.place, switch.organisation
    record(
        act, kind="programme", subject=switch.pk, by=by, now=now,
        place_path=_places(place, organisation)[0],
        organisation_path=organisation.path if organisation else by.organisation_path,
        data={"programme": switch.slug},
    )  # fmt: skip
