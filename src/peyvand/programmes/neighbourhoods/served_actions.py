"""Between organisations one word crosses the line, "already served?": yes or no. It informs and never stops help."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from peyvand.flow.need.models import Need
from peyvand.journal.pace import allowed
from peyvand.kernel.jalali import add_months, business_date
from peyvand.kernel.refusals import NotPermitted
from peyvand.people.models import Person
from peyvand.programmes.neighbourhoods import rules
from peyvand.programmes.neighbourhoods.actions import event, require_on
from peyvand.programmes.neighbourhoods.board_models import DoubleHelp
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action, scope

MONTHS = 12  # Jalali months back in which help counts as help with the same thing
MOST_A_MINUTE = 5


@action
def ask_served(*, need_id: int, by: Acting, now: datetime) -> bool:
    """Whether another organisation met a need of this kind for somebody of this family within a year, or has promised to.

    Asked of a need of one's own organisation only, so that nobody can search for people; the keyed fingerprint of the
    national ID is compared and the answer is one word: not who, not what, not when. The question is written into the
    journal, and at most five are asked a minute. Raises `NoIdentity`, `AskedTooOften`.
    """
    need = lock(Need.objects.all(), [need_id])[need_id]
    if not by.is_staff or not by.covers(place_path=need.place_path, organisation_path=need.organisation_path):
        raise NotPermitted(reason="this is asked of needs that your own organisation keeps in your area")
    require_on(need.place_path, need.organisation_path, now)
    if not allowed(what="already_served", who=f"account-{by.account_id}", most=MOST_A_MINUTE, now=now):
        raise rules.AskedTooOften(most=MOST_A_MINUTE)
    with scope(SYSTEM):
        compared = _identities([need])
        answer = need.pk in _served_elsewhere([need], compared, business_date(now))
    if not compared:
        raise rules.NoIdentity
    event("served.asked", "need", need.pk, by, now, row=need, data={"answer": "yes" if answer else "no"})
    if answer:
        _notice([need], now)
    return answer


@action
def watch(*, need_ids: Sequence[int], by: Acting, now: datetime) -> int:
    """Notice double help among needs an act touched; gives how many alarms are new. Done by the site itself."""
    require_system(by)
    needs = list(Need.objects.filter(pk__in=need_ids).order_by("pk"))
    served = _served_elsewhere(needs, _identities(needs), business_date(now))
    return _notice([need for need in needs if need.pk in served], now)


@action
def mark_seen(*, need_id: int, by: Acting, now: datetime) -> DoubleHelp:
    """Say that an alarm was read. Whether both help on is for people to decide."""
    alarm = lock(DoubleHelp.objects.all(), [need_id])[need_id]
    alarm.state = rules.DOUBLE_HELP.after("see", alarm.state)
    alarm.seen_at, alarm.seen_by_id = now, by.account_id or None
    alarm.save()
    need = Need.objects.get(pk=need_id)
    event("served.seen", "need", need_id, by, now, row=need)
    return alarm


@action
def forget_alarms(
    *, need_ids: Sequence[int] | None = None, before: date | None = None, by: Acting, now: datetime
) -> int:
    """Take away the alarms of these needs, or all noticed before a day."""
    require_system(by)
    rows = DoubleHelp.objects.filter(pk__in=need_ids) if need_ids is not None else DoubleHelp.objects.all()
    return (rows.filter(noticed_at__date__lt=before) if before else rows).delete()[0]


def _identities(needs: Iterable[Need]) -> dict[str, set[int]]:
    """Fingerprint of a national ID → households and persons of these needs that bear it, as (household) ids of needs."""
    of_home: dict[int, set[int]] = {}
    of_person: dict[int, set[int]] = {}
    for need in needs:
        if need.person_id:
            of_person.setdefault(need.person_id, set()).add(need.pk)
        elif need.household_id:
            of_home.setdefault(need.household_id, set()).add(need.pk)
    found: dict[str, set[int]] = {}
    rows = Person.objects.exclude(national_id_index="").filter(erased_at__isnull=True)
    for index, home, pk in [
        *rows.filter(household_id__in=of_home).values_list("national_id_index", "household_id", "pk"),
        *rows.filter(pk__in=of_person).values_list("national_id_index", "household_id", "pk"),
    ]:
        found.setdefault(index, set()).update(of_home.get(home or 0, set()) | of_person.get(pk, set()))
    return found


def _served_elsewhere(needs: Sequence[Need], identities: dict[str, set[int]], today: date) -> set[int]:
    """Those of the needs whose people another organisation serves with the same kind. Two queries, however many they are."""
    own = {need.pk: need for need in needs}
    same = Person.objects.filter(national_id_index__in=identities, erased_at__isnull=True)
    homes: dict[int, set[str]] = {}
    for index, home in same.filter(household__isnull=False).values_list("national_id_index", "household_id"):
        homes.setdefault(home or 0, set()).add(index)
    kinds = {need.specification_id for need in needs}
    helped = Need.objects.filter(household_id__in=homes, specification_id__in=kinds, committed__gt=0)
    helped = helped.filter(created_at__date__gte=add_months(today, -MONTHS))
    found = set[int]()
    for home, kind, path in helped.values_list("household_id", "specification_id", "organisation_path"):
        for index in homes[home or 0]:
            for mine in identities[index]:
                if own[mine].specification_id == kind and _agency(own[mine].organisation_path) != _agency(path):
                    found.add(mine)
    return found


def _agency(path: str) -> str:
    """The head of an organisation: an office and its centres are one agency."""
    return path.split("/", 1)[0]


def _notice(needs: Sequence[Need], now: datetime) -> int:
    rows = [DoubleHelp(need=need, state=rules.DOUBLE_HELP.start, noticed_at=now) for need in needs]
    have = set(DoubleHelp.objects.filter(pk__in=[need.pk for need in needs]).values_list("pk", flat=True))
    DoubleHelp.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(1 for row in rows if row.pk not in have)
