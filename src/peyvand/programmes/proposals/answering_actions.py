"""The writes of those who answer: a proposal is sent to the body in charge, answered, and told of until it is carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from peyvand.kernel.jalali import business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.programmes.proposals import queries, rules
from peyvand.programmes.proposals.actions import alone, event, happened, led, require_on_at, require_said
from peyvand.programmes.proposals.enums import ENDED, OPEN, Decision, HappeningKind, ProposalState
from peyvand.programmes.proposals.models import Answer, OwnWords, Proposal, Reply, Theme
from peyvand.programmes.proposals.permissions import may_answer
from peyvand.programmes.proposals.queries import one_theme
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import lock, only
from peyvand.scope.database import action, scope


@action
def route_proposals(*, proposal_ids: Sequence[int], body_id: int, by: Acting, now: datetime) -> list[Proposal]:
    """Send proposals to the body in charge; the public clock begins. Sent on to another body, it runs on and does not begin anew."""
    rows = list(led(proposal_ids, by).values())
    today = business_date(now)
    body = only(Organisation.objects.filter(pk=body_id, is_active=True))
    terms, calendar = queries.terms_on(today), queries.calendar()
    require_on_at(rows, now)
    for row in rows:
        if row.merged_into_id is not None:
            raise rules.AlreadyJoined(number=row.shown_number)
        fresh = row.state == ProposalState.RECEIVED
        row.state = rules.LIFE.after("route", row.state)
        row.body, row.body_path = body, body.path
        if fresh:
            row.routed_date, row.answer_days = today, terms.answer_days
            row.answer_by = calendar.after(today, terms.answer_days)
    columns = ["state", "body", "body_path", "routed_date", "answer_days", "answer_by"]
    Proposal.objects.bulk_update(rows, columns, batch_size=2000)
    with scope(SYSTEM):  # what was joined goes with it, and may lie outside the area
        joined = queries.with_joined([row.pk for row in rows])
    happened(HappeningKind.ROUTED, joined, now, organisation_id=body.pk)
    event("proposal.routed", rows, by, now, rows=[(row.pk, body.pk) for row in rows])
    return rows


@dataclass(frozen=True)
class Said:
    """An answer: `until` by when it is carried out; `own_words` what its author alone reads of one proposal, by its id."""

    decision: Decision
    text: str
    until: date | None = None
    own_words: Mapping[int, str] | None = None


@action
def answer_proposal(*, proposal_id: int, said: Said, by: Acting, now: datetime) -> Answer:
    """Answer a proposal and all that were joined to it. Raises `NotRouted`, `AlreadyJoined`."""
    alone()
    row = queries.one(proposal_id)
    require(may_answer(by, row.body_path or by.organisation_path) or (None if row.body_path else rules.NotRouted()))
    if row.merged_into_id is not None:
        raise rules.AlreadyJoined(number=row.shown_number)
    lock(Proposal.objects.all(), [proposal_id])
    return _answer([proposal_id], None, said, by, now)


@action
def answer_theme(*, theme_id: int, said: Said, by: Acting, now: datetime) -> Answer:
    """One answer to every proposal of a theme that waits for the actor's organisation, and to those joined to them."""
    alone()
    theme = one_theme(theme_id)
    require(may_answer(by, by.organisation_path))
    ids = list(queries.waiting_for(by).filter(theme=theme).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise rules.NothingToAnswer
    lock(Proposal.objects.all(), ids)
    return _answer(ids, theme, said, by, now)


def _answer(ids: list[int], theme: Theme | None, said: Said, by: Acting, now: datetime) -> Answer:
    require_said(said.text, "text")
    require_on_at(list(Proposal.objects.filter(pk__in=ids)), now)
    if said.decision != Decision.REFUSED and said.until is not None and said.until < business_date(now):
        raise BadValue(field="until", reason="this day has passed")
    act = rules.act_of(said.decision)
    with scope(SYSTEM):  # what was joined may lie outside the area or have been sent elsewhere before
        rows = lock(Proposal.objects.all(), queries.with_joined(ids))
        asked = [row for row in rows.values() if row.pk in ids or row.state in OPEN]
        for row in asked:
            row.state = rules.LIFE.after(act, row.state)
            row.closed_at = now if row.state in ENDED else None
            row.promised_by = None if said.decision == Decision.REFUSED else said.until
        Proposal.objects.bulk_update(asked, ["state", "closed_at", "promised_by"], batch_size=2000)
        body_id = rows[ids[0]].body_id
    assert body_id is not None  # what waits for an answer was sent to somebody
    answer = Answer.objects.create(
        body_id=body_id, theme=theme, decision=said.decision, text=said.text.strip(), until=said.until, at=now
    )
    replies = Reply.objects.bulk_create([Reply(answer=answer, proposal=row) for row in asked], batch_size=2000)
    words = {pk: text.strip() for pk, text in (said.own_words or {}).items() if text.strip()}
    OwnWords.objects.bulk_create(
        [OwnWords(reply=one, text=words[one.proposal_id]) for one in replies if one.proposal_id in words]
    )
    happened(HappeningKind.ANSWERED, [row.pk for row in asked], now, organisation_id=body_id, text=answer.text)
    event("proposal.answered", asked, by, now, rows=[(row.pk, answer.pk) for row in asked])
    return answer


REPORTS = ("report", "finish", "give_up")


@action
def report_answer(*, answer_id: int, act: str, text: str, by: Acting, now: datetime) -> Answer:
    """What became of what was promised, to all who had this answer: `report` (it goes on), `finish`, or `give_up` (with the reason)."""
    alone()
    answer = only(Answer.objects.select_related("body").filter(pk=answer_id))
    require(may_answer(by, answer.body.path))
    require_said(text, "text")
    if act not in REPORTS:
        raise BadValue(field="act", reason="it goes on, is carried out, or is given up")
    with scope(SYSTEM):
        rows = list(lock(Proposal.objects.all(), answer.replies.values_list("proposal_id", flat=True)).values())
        require_on_at(rows, now)
        for row in rows:
            row.state = rules.LIFE.after(act, row.state)
            row.closed_at = now if row.state in ENDED else None
        Proposal.objects.bulk_update(rows, ["state", "closed_at"], batch_size=2000)
    ids = [row.pk for row in rows]
    happened(HappeningKind.REPORTED, ids, now, organisation_id=answer.body_id, text=text.strip())
    event("proposal.reported", rows, by, now, rows=[(pk, answer.pk) for pk in ids])
    return answer
