"""What the office settles: the holidays of the clock, its days, and the themes of each night."""

from datetime import date, datetime

from django.db.models import QuerySet

from peyvand.engines.themes import themes
from peyvand.journal.actions import record
from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.programmes.proposals import queries
from peyvand.programmes.proposals.enums import ProposalState
from peyvand.programmes.proposals.models import AnswerTerms, Holiday, Proposal, Support, Theme
from peyvand.programmes.proposals.permissions import may_settle
from peyvand.scope.acting import SYSTEM, Acting, require_system
from peyvand.scope.database import action, scope


@action
def record_holiday(*, day: date, is_closed: bool, name: str, source: str, by: Acting, now: datetime) -> Holiday:
    """Say of a day whether offices are closed, and who says so. Clocks that run are counted anew. Said again, the last holds."""
    require(may_settle(by))
    if not name.strip() or not source.strip():
        raise BadValue(field="source", reason="a holiday is recorded with its name and who declared it")
    row, _made = Holiday.objects.update_or_create(
        day=day,
        defaults={"is_closed": is_closed, "name": name.strip(), "source": source.strip(), "recorded_at": now},
    )
    _count_clocks()
    _settled("proposal.holiday_recorded", "proposal_holiday", row.pk, by, now)
    return row


def _count_clocks() -> None:
    """The last day of every answer that is waited for, by the calendar as it stands."""
    with scope(SYSTEM):
        calendar, waiting = queries.calendar(), Proposal.objects.filter(state=ProposalState.ROUTED)
        for routed, days in set(waiting.values_list("routed_date", "answer_days")):
            if routed is None or days is None:
                continue
            of_day = waiting.filter(routed_date=routed, answer_days=days)
            of_day.update(answer_by=calendar.after(routed, days))


@action
def set_answer_terms(*, answer_days: int, since: date, source: str, by: Acting, now: datetime) -> AnswerTerms:
    """Working days until an answer, for what is sent to a body from a day on; what was sent before keeps its own."""
    require(may_settle(by))
    if since < business_date(now):
        raise BadValue(field="since", reason="a setting holds from today or later")
    if not 1 <= answer_days <= 120:
        raise BadValue(field="answer_days", reason="from one day to a hundred and twenty")
    if not source.strip():
        raise BadValue(field="source", reason="say who decided")
    row, _made = AnswerTerms.objects.update_or_create(
        since=since, defaults={"answer_days": answer_days, "source": source.strip()}
    )
    _settled("proposal.terms_set", "proposal_terms", row.pk, by, now)
    return row


def _settled(act: str, kind: str, subject: int, by: Acting, now: datetime) -> None:
    record(
        act,
        kind=kind,
        subject=subject,
        by=by,
        now=now,
        place_path=by.place_path,
        organisation_path=by.organisation_path,
    )


@action
def group_proposals(*, by: Acting, now: datetime) -> int:
    """Put proposals without a theme into one, by the engine; those that have one keep it. Gives how many were put."""
    require_system(by)
    rows = list(_grouped().select_for_update().order_by("pk"))
    if not any(row.theme_id is None for row in rows):
        return 0
    ids = sorted({row.theme_id for row in rows if row.theme_id is not None})
    place = {pk: number for number, pk in enumerate(ids)}
    found = themes([row.text for row in rows], [place[row.theme_id] if row.theme_id else -1 for row in rows])
    made: dict[int, int] = {}
    for one in found.themes:
        words = [word.word for word in one.words]
        if one.number < len(ids):
            made[one.number] = ids[one.number]
            Theme.objects.filter(pk=ids[one.number]).update(words=words)
        else:
            made[one.number] = Theme.objects.create(title=rows[one.centre].title, words=words, made_at=now).pk
    fresh = [(row, int(number)) for row, number in zip(rows, found.of, strict=True) if row.theme_id is None]
    put = [(row, number) for row, number in fresh if number >= 0]
    for row, number in put:
        row.theme_id = made[number]
    Proposal.objects.bulk_update([row for row, _number in put], ["theme"], batch_size=2000)
    return len(put)


def _grouped() -> QuerySet[Proposal]:
    """All but what its author took back; what was answered stays, so that a theme keeps its words."""
    return Proposal.objects.exclude(state=ProposalState.WITHDRAWN)


@action
def forget_withdrawn(*, before: date, by: Acting, now: datetime) -> int:
    """Who had supported a proposal and took it back before a day; it was not counted any more."""
    require_system(by)
    gone, _ = Support.objects.filter(withdrawn_at__date__lt=before).delete()
    if gone:
        record(
            "proposal.supports_forgotten", kind="proposal", subject=None, by=by, now=now, place_path=by.place_path,
            organisation_path=by.organisation_path, data={"count": gone},
        )  # fmt: skip
    return gone
