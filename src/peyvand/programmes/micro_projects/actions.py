"""Every write of a micro-project. Rows are locked in the order of the core: household, need, then the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.conf import settings

from peyvand.extend.switches import off_refusal
from peyvand.flow.need.actions import NewNeed, open_needs, withdraw_need
from peyvand.flow.need.enums import NeedState
from peyvand.flow.need.models import Need
from peyvand.journal.actions import record
from peyvand.kernel.codes import spoken
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Household
from peyvand.programmes.micro_projects import rules
from peyvand.programmes.micro_projects.enums import ENDED, ReasonKind
from peyvand.programmes.micro_projects.models import MicroProject, MicroProjectTerms
from peyvand.programmes.micro_projects.permissions import (
    may_decide,
    may_propose,
    may_propose_again,
    may_set_terms,
    may_withdraw,
)
from peyvand.programmes.micro_projects.queries import live_of, out_of_line, terms_on
from peyvand.resources.models import Specification
from peyvand.scope.acting import Acting, require_system
from peyvand.scope.bulk import lock
from peyvand.scope.database import action

SLUG = "micro_projects"
# Sudden need is urgent by definition; the facilitator may say otherwise.
URGENCY = 90


@dataclass(frozen=True)
class NewProject:
    """`estimate_rial` for the whole; `happened_date` is the day of the sudden event."""

    household: Household
    specification: Specification
    reason_kind: ReasonKind
    happened_date: date
    estimate_rial: int
    quantity: int = 1
    urgency: int = URGENCY
    note: str = ""


@action
def propose_project(*, row: NewProject, by: Acting, now: datetime, random: Random | None = None) -> MicroProject:
    """Tell the need and ask for its quick approval, in one act.

    Raises `AboveCeiling`, `NotSudden`, `AlreadyProposed`, `ProgrammeOff`, and what telling a need raises.
    """
    require(may_propose(by))
    today = business_date(now)
    home = lock(Household.objects.all(), [row.household.pk])[row.household.pk]
    _require_on(home.place_path, home.organisation_path, today)
    terms = terms_on(today)
    _check(row, terms, today)
    if (standing := live_of(home.pk, row.specification.pk)) is not None:
        raise rules.AlreadyProposed(code=spoken(standing.tracking_code))
    told = NewNeed(
        row.specification, row.quantity, home.place, household=home, urgency=row.urgency, note=row.note,
        organisation=home.organisation,
    )  # fmt: skip
    need = open_needs(rows=[told], by=by, now=now, random=random)[0]
    project = MicroProject.objects.create(
        need=need, state=rules.LIFE.start, reason_kind=row.reason_kind, happened_date=row.happened_date,
        estimate_rial=row.estimate_rial, ceiling_rial=terms.ceiling_rial, proposed_by_id=by.account_id or None, proposed_at=now,
        decide_by=settings.WORK_WEEK.after(today, terms.decide_days),
    )  # fmt: skip
    _event("micro_project.proposed", [project], by, now)
    return project


def _check(row: NewProject, terms: rules.Terms, today: date) -> None:
    if row.estimate_rial < 1:
        raise BadValue(field="estimate", reason="an amount is needed")
    if row.happened_date > today:
        raise BadValue(field="happened_date", reason="this day has not come yet")
    require(rules.sudden_refusal(happened=row.happened_date, today=today))
    require(rules.estimate_refusal(estimate_rial=row.estimate_rial, ceiling_rial=terms.ceiling_rial))


@action
def approve_project(*, need_id: int, by: Acting, now: datetime) -> MicroProject:
    """From now on it can be promised; the clock of delivery begins."""
    project = _locked(need_id)
    require(may_decide(by, project, project.need))
    today = business_date(now)
    _require_on(project.need.place_path, project.need.organisation_path, today)
    project.state = rules.LIFE.after("approve_project", project.state)
    _decided(project, by, now)
    project.deliver_by = today + timedelta(days=terms_on(today).deliver_days)
    return _saved("micro_project.approved", project, by, now)


@action
def return_project(*, need_id: int, reason: str, by: Acting, now: datetime) -> MicroProject:
    """Give it back to the proposer, saying what is missing."""
    project = _locked(need_id)
    require(may_decide(by, project, project.need))
    _require_on(project.need.place_path, project.need.organisation_path, business_date(now))
    if len(reason.strip()) < 10:
        raise BadValue(field="reason", reason="the proposer will read it: a sentence is needed")
    project.state = rules.LIFE.after("return_project", project.state)
    _decided(project, by, now)
    project.return_reason = reason.strip()
    return _saved("micro_project.returned", project, by, now)


@action
def propose_again(*, need_id: int, estimate_rial: int, by: Acting, now: datetime) -> MicroProject:
    """Ask again after a return, with another estimate, or after a withdrawn need was restored. The clock begins anew."""
    project, today = _locked(need_id), business_date(now)
    require(may_propose_again(by, project.need))
    _require_on(project.need.place_path, project.need.organisation_path, today)
    if project.need.state == NeedState.CLOSED:
        raise rules.NeedEnded
    terms = terms_on(today)
    require(rules.estimate_refusal(estimate_rial=estimate_rial, ceiling_rial=terms.ceiling_rial))
    project.state = rules.LIFE.after("propose_again", project.state)
    project.estimate_rial, project.ceiling_rial = estimate_rial, terms.ceiling_rial
    project.proposed_by_id, project.proposed_at = by.account_id or None, now
    project.decide_by, project.deliver_by = settings.WORK_WEEK.after(today, terms.decide_days), None
    project.decided_by_id, project.decided_at, project.return_reason = None, None, ""
    project.closed_at = project.forgotten_at = None
    return _saved("micro_project.proposed", project, by, now)


@action
def withdraw_project(*, need_id: int, by: Acting, now: datetime) -> MicroProject:
    """The family does not need it any more: the project and its need end together. Raises `StillPromised`."""
    project = _locked(need_id)
    require(may_withdraw(by, project.need))
    _require_on(project.need.place_path, project.need.organisation_path, business_date(now))
    project.state = rules.LIFE.after("withdraw_project", project.state)
    project.closed_at = now
    withdraw_need(need_id=need_id, by=by, now=now)
    return _saved("micro_project.withdrawn", project, by, now)


@action
def follow_needs(*, need_ids: Sequence[int] | None, by: Acting, now: datetime) -> int:
    """Bring projects in line with their needs: met closes, reversed reopens, withdrawn or expired ends. None means all.

    Run after acts of the core and every night; gives how many acts that took, 0 when run again.
    """
    require_system(by)
    wanted = out_of_line() if need_ids is None else out_of_line().filter(pk__in=need_ids)
    needs = lock(Need.objects.all(), wanted.values_list("pk", flat=True))
    done: dict[str, list[MicroProject]] = {}
    for project in lock(MicroProject.objects.all(), needs).values():
        need = needs[project.pk]
        for act in rules.following(state=project.state, need_closed_as=need.closed_as):
            project.state = rules.LIFE.after(act, project.state)
            project.closed_at = (need.closed_at or now) if project.state in ENDED else None
            done.setdefault(act, []).append(project)
    changed = {project.pk: project for some in done.values() for project in some}
    MicroProject.objects.bulk_update(changed.values(), ["state", "closed_at"], batch_size=2000)
    for act, some in done.items():
        _event(_FOLLOWED[act], some, by, now)
    return sum(map(len, done.values()))


_FOLLOWED = {
    "close_project": "micro_project.closed",
    "reopen_project": "micro_project.reopened",
    "withdraw_project": "micro_project.withdrawn",
}


@action
def set_terms(*, terms: rules.Terms, since: date, source: str, by: Acting, now: datetime) -> MicroProjectTerms:
    """Set the ceiling and the clocks from a day on, never for the past; what was proposed before keeps its own."""
    require(may_set_terms(by))
    if since < business_date(now):
        raise BadValue(field="since", reason="a setting does not change the past")
    if not source.strip():
        raise BadValue(field="source", reason="who decided this is shown to everyone")
    if min(terms.ceiling_rial, terms.decide_days, terms.deliver_days) < 1:
        raise BadValue(field="ceiling", reason="at least one")
    values = {"ceiling_rial": terms.ceiling_rial, "decide_days": terms.decide_days, "deliver_days": terms.deliver_days}
    row, _ = MicroProjectTerms.objects.update_or_create(since=since, defaults={**values, "source": source.strip()})
    record(
        "micro_project.terms_set", kind="micro_project_terms", subject=row.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=by.organisation_path, data=values,
    )  # fmt: skip
    return row


@action
def forget_circumstances(*, ended_before: date, by: Acting, now: datetime) -> int:
    """Take from projects that ended before a day what happened to the family and why a proposal was returned."""
    rows = MicroProject.objects.filter(closed_at__date__lt=ended_before, forgotten_at__isnull=True)
    ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    MicroProject.objects.filter(pk__in=ids).update(
        happened_date=None, return_reason="", reason_kind=ReasonKind.OTHER, forgotten_at=now
    )
    if ids:
        record(
            "micro_project.forgotten", kind="micro_project", subject=None, by=by, now=now,
            place_path=by.place_path, organisation_path=by.organisation_path, rows=[(pk,) for pk in ids],
        )  # fmt: skip
    return len(ids)


@action
def blank_words(*, need_ids: Sequence[int], by: Acting, now: datetime) -> int:
    """Blank why proposals for these needs were returned; gives how many. A proposal that stands returned keeps a dash."""
    require_system(by)
    rows = MicroProject.objects.filter(pk__in=need_ids).exclude(return_reason__in=("", "—"))
    return rows.update(return_reason="—")


def _locked(need_id: int) -> MicroProject:
    need = lock(Need.objects.all(), [need_id])[need_id]
    project = lock(MicroProject.objects.all(), [need_id])[need_id]
    project.need = need
    return project


def _require_on(place_path: str, organisation_path: str, today: date) -> None:
    require(off_refusal(SLUG, [(place_path, organisation_path)], today))


def _decided(project: MicroProject, by: Acting, now: datetime) -> None:
    project.decided_by_id, project.decided_at = by.account_id or None, now


def _saved(act: str, project: MicroProject, by: Acting, now: datetime) -> MicroProject:
    project.save()
    _event(act, [project], by, now)
    return project


def _event(act: str, projects: Sequence[MicroProject], by: Acting, now: datetime) -> None:
    only = projects[0].need if len(projects) == 1 else None
    record(
        act, kind="micro_project", subject=only.pk if only else None, by=by, now=now,
        place_path=only.place_path if only else by.place_path,
        organisation_path=only.organisation_path if only else by.organisation_path,
        rows=[(project.pk, project.estimate_rial) for project in projects],
    )  # fmt: skip
