"""Every write of a proposal.

Who joins, parts, answers or reports does so alone (`_alone`); those who support go on beside each other, each locking the proposal before
the ones it was joined to. So nobody waits for somebody who waits for him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.db import connection

from peyvand.engines.themes import stems
from peyvand.extend.switches import off_refusal
from peyvand.journal.actions import record
from peyvand.kernel.codes import new_code
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.refusals import BadValue, NotFound, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.proposals import queries, rules
from peyvand.programmes.proposals.enums import ENDED, OPEN, Decision, HappeningKind, ProposalState
from peyvand.programmes.proposals.models import Answer, Happening, Merge, Proposal, Reading, Reply, Support, Theme
from peyvand.programmes.proposals.permissions import may_answer, may_lead, may_withdraw, may_write
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import create_with_codes, lock
from peyvand.scope.database import action, scope

SLUG = "proposals"


@dataclass(frozen=True)
class NewProposal:
    """What a written executive proposal says; `place` is where it is meant for, the author's own area where nothing is said."""

    title: str
    problem: str
    first_step: str
    evidence: str = ""
    law: str = ""
    cost: str = ""
    owner: str = ""
    session: str = ""
    place: Place | None = None

    @property
    def text(self) -> str:
        return f"{self.title} {self.problem} {self.first_step}"


@action
def write_proposal(
    *, row: NewProposal, anyway: bool = False, by: Acting, now: datetime, random: Random | None = None
) -> Proposal:
    """Hand in a proposal; its author is its first supporter.

    Raises `LikeOnesExist` where very like ones stand and it was not said that this is another one (`anyway`).
    """
    require(may_write(by))
    today = business_date(now)
    _require_on(by.place_path, by.organisation_path, today)
    for name in ("title", "problem", "first_step"):
        if not getattr(row, name).strip():
            raise BadValue(field=name, reason="without it nobody can act on the proposal")
    if not anyway and (found := queries.like_ones(row.text, least=queries.ASKED_AT)):
        raise rules.LikeOnesExist(numbers=", ".join(one.proposal.shown_number for one in found))
    place = row.place or Place.objects.get(path=by.place_path)
    home = Organisation.objects.get(pk=by.organisation_id)
    year = JalaliMonth.of(today).year
    proposal = Proposal(
        year=year, number=_next_number(year), tracking_code=new_code(random), title=row.title.strip(),
        problem=row.problem.strip(), evidence=row.evidence.strip(), law=row.law.strip(), cost=row.cost.strip(),
        owner=row.owner.strip(), first_step=row.first_step.strip(), session=row.session.strip(), words=stems(row.text),
        author_id=by.account_id or None, organisation=home, organisation_path=home.path, place=place, place_path=place.path,
        written_at=now, state=rules.LIFE.start, supporters=0,
    )  # fmt: skip
    create_with_codes([proposal], lambda: new_code(random))
    if by.account_id:
        Support.objects.create(proposal=proposal, account_id=by.account_id, since=now)
        _recount([proposal.pk])
        proposal.refresh_from_db(fields=["supporters"])
    _happened(HappeningKind.WRITTEN, [proposal.pk], now)
    _event("proposal.written", [proposal], by, now)
    return proposal


def _next_number(year: int) -> int:
    """One after another without gaps within a Jalali year; whoever writes at the same time waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('proposals.number'), %s)", [year])
        cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM proposals_proposal WHERE year = %s", [year])
        return int(cursor.fetchone()[0])


@action
def support_proposal(*, proposal_id: int, by: Acting, now: datetime) -> Proposal:
    """Stand behind a proposal. Twice is once, and so it is where two proposals one supports were joined."""
    require(may_write(by))
    if not by.account_id:
        raise BadValue(field="account", reason="somebody who signed in supports a proposal")
    _beside_others()
    proposal = _chain(proposal_id)[0]
    _require_on(by.place_path, by.organisation_path, business_date(now))
    kept, made = Support.objects.get_or_create(proposal=proposal, account_id=by.account_id, defaults={"since": now})
    if not made and kept.withdrawn_at is not None:
        kept.since, kept.withdrawn_at = now, None
        kept.save(update_fields=["since", "withdrawn_at"])
    return _counted(proposal)


@action
def withdraw_support(*, proposal_id: int, by: Acting, now: datetime) -> Proposal:
    """Stand behind it no longer; done without having supported it changes nothing."""
    require(may_write(by))
    _beside_others()
    proposal = _chain(proposal_id)[0]
    own = Support.objects.filter(proposal=proposal, account_id=by.account_id, withdrawn_at__isnull=True)
    own.update(withdrawn_at=now)
    return _counted(proposal)


def _counted(proposal: Proposal) -> Proposal:
    _recount([proposal.pk])
    proposal.refresh_from_db(fields=["supporters"])
    return proposal


@action
def merge_proposal(*, proposal_id: int, into_id: int, reason: str, by: Acting, now: datetime) -> Merge:
    """Join a proposal to a like one, which speaks for both from now on. Nothing of it is changed: `part_proposal` gives all back.

    Raises `CannotJoinItself`, `AlreadyJoined`; `into_id` may itself be joined: then its own speaker takes it in.
    """
    _alone()
    with scope(SYSTEM):
        into_id = queries.root_of(_found(into_id)).pk
    if into_id == proposal_id:
        raise rules.CannotJoinItself
    rows = _led([proposal_id, into_id], by)
    child, into = rows[proposal_id], rows[into_id]
    _require_on_at([into], now)
    for row in (child, into):
        if row.merged_into_id is not None:
            raise rules.AlreadyJoined(number=row.shown_number)
    _said(reason, "reason")
    child.merged_into = into
    child.save(update_fields=["merged_into"])
    merge = Merge.objects.create(child=child, into=into, reason=reason.strip(), at=now)
    with scope(SYSTEM):
        joined = queries.with_joined([child.pk])
    _recount([child.pk])
    _happened(HappeningKind.MERGED, joined, now, other=into, text=reason.strip())
    _happened(HappeningKind.TOOK_IN, [into.pk], now, other=child, text=reason.strip())
    _event("proposal.merged", [child], by, now, rows=[(child.pk, into.pk)])
    return merge


@action
def part_proposal(*, proposal_id: int, by: Acting, now: datetime) -> Merge:
    """Take a joining back: the proposal stands by itself with the supporters it has; those it was joined to keep theirs."""
    _alone()
    chain = _chain(proposal_id)
    child = chain[0]
    require(may_lead(by, child))
    _require_on_at([child], now)
    merge = Merge.objects.select_for_update().filter(child=child, undone_at__isnull=True).first()
    if merge is None or child.merged_into_id is None:
        raise rules.NotJoined
    child.merged_into = None
    child.save(update_fields=["merged_into"])
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    with scope(SYSTEM):
        joined = queries.with_joined([child.pk])
    _recount([child.pk, *(row.pk for row in chain[1:])])
    into = chain[1]
    _happened(HappeningKind.UNMERGED, joined, now, other=into)
    _happened(HappeningKind.LET_GO, [into.pk], now, other=child)
    _event("proposal.parted", [child], by, now, rows=[(child.pk, into.pk)])
    return merge


@action
def route_proposals(*, proposal_ids: Sequence[int], body_id: int, by: Acting, now: datetime) -> list[Proposal]:
    """Send proposals to the body in charge; the public clock begins. Sent on to another body, it runs on and does not begin anew."""
    rows = list(_led(proposal_ids, by).values())
    today = business_date(now)
    body = Organisation.objects.filter(pk=body_id, is_active=True).first()
    if body is None:
        raise NotFound
    terms, calendar = queries.terms_on(today), queries.calendar()
    _require_on_at(rows, now)
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
    _happened(HappeningKind.ROUTED, [row.pk for row in rows], now, organisation_id=body.pk)
    _event("proposal.routed", rows, by, now, rows=[(row.pk, body.pk) for row in rows])
    return rows


@dataclass(frozen=True)
class Said:
    """An answer: `until` by when it is carried out; `own_words` what is said to the author of one proposal alone, by its id."""

    decision: Decision
    text: str
    until: date | None = None
    own_words: Mapping[int, str] | None = None


@action
def answer_proposal(*, proposal_id: int, said: Said, by: Acting, now: datetime) -> Answer:
    """Answer a proposal and all that were joined to it. Raises `NotRouted`, `AlreadyJoined`."""
    _alone()
    row = queries.one(proposal_id)
    require(may_answer(by, row.body_path or by.organisation_path) or (None if row.body_path else rules.NotRouted()))
    if row.merged_into_id is not None:
        raise rules.AlreadyJoined(number=row.shown_number)
    lock(Proposal.objects.all(), [proposal_id])
    return _answer([proposal_id], None, said, by, now)


@action
def answer_theme(*, theme_id: int, said: Said, by: Acting, now: datetime) -> Answer:
    """One answer to every proposal of a theme that waits for the actor's organisation, and to those joined to them."""
    _alone()
    theme = Theme.objects.filter(pk=theme_id).first()
    if theme is None:
        raise NotFound
    require(may_answer(by, by.organisation_path))
    ids = list(queries.waiting_for(by).filter(theme=theme).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise rules.NothingToAnswer
    lock(Proposal.objects.all(), ids)
    return _answer(ids, theme, said, by, now)


def _answer(ids: list[int], theme: Theme | None, said: Said, by: Acting, now: datetime) -> Answer:
    _said(said.text, "text")
    _require_on_at(list(Proposal.objects.filter(pk__in=ids)), now)
    if said.decision != Decision.REFUSED and said.until is not None and said.until < business_date(now):
        raise BadValue(field="until", reason="this day has passed")
    act = rules.act_of(said.decision)
    with scope(SYSTEM):  # what was joined may lie outside the area or have been sent elsewhere before
        rows = lock(Proposal.objects.all(), queries.with_joined(ids))
        asked = [row for row in rows.values() if row.pk in ids or row.state in OPEN]
        for row in asked:
            row.state = rules.LIFE.after(act, row.state)
            row.closed_at = now if row.state in ENDED else None
        Proposal.objects.bulk_update(asked, ["state", "closed_at"], batch_size=2000)
        body_id = rows[ids[0]].body_id
    assert body_id is not None  # what waits for an answer was sent to somebody
    answer = Answer.objects.create(
        body_id=body_id, theme=theme, decision=said.decision, text=said.text.strip(), until=said.until, at=now
    )
    words = said.own_words or {}
    Reply.objects.bulk_create(
        [Reply(answer=answer, proposal=row, own_words=words.get(row.pk, "").strip()) for row in asked], batch_size=2000
    )
    _happened(HappeningKind.ANSWERED, [row.pk for row in asked], now, organisation_id=body_id, text=answer.text)
    _event("proposal.answered", asked, by, now, rows=[(row.pk, answer.pk) for row in asked])
    return answer


REPORTS = ("report", "finish", "give_up")


@action
def report_answer(*, answer_id: int, act: str, text: str, by: Acting, now: datetime) -> Answer:
    """What became of what was promised, to all who had this answer: `report` (it goes on), `finish`, or `give_up` (with the reason)."""
    _alone()
    answer = Answer.objects.select_related("body").filter(pk=answer_id).first()
    if answer is None:
        raise NotFound
    require(may_answer(by, answer.body.path))
    _said(text, "text")
    if act not in REPORTS:
        raise BadValue(field="act", reason="it goes on, is carried out, or is given up")
    with scope(SYSTEM):
        rows = list(lock(Proposal.objects.all(), answer.replies.values_list("proposal_id", flat=True)).values())
        _require_on_at(rows, now)
        for row in rows:
            row.state = rules.LIFE.after(act, row.state)
            row.closed_at = now if row.state in ENDED else None
        Proposal.objects.bulk_update(rows, ["state", "closed_at"], batch_size=2000)
    ids = [row.pk for row in rows]
    _happened(HappeningKind.REPORTED, ids, now, organisation_id=answer.body_id, text=text.strip())
    _event("proposal.reported", rows, by, now, rows=[(pk, answer.pk) for pk in ids])
    return answer


@action
def withdraw_proposal(*, proposal_id: int, reason: str, by: Acting, now: datetime) -> Proposal:
    """By its author, while it waits. It stays readable, with the reason."""
    require(may_withdraw(by, _found(proposal_id)))
    row = lock(Proposal.objects.all(), [proposal_id])[proposal_id]
    _said(reason, "reason")
    row.state, row.closed_at = rules.LIFE.after("withdraw", row.state), now
    row.save(update_fields=["state", "closed_at"])
    _happened(HappeningKind.WITHDRAWN, [row.pk], now, text=reason.strip())
    _event("proposal.withdrawn", [row], by, now)
    return row


@action
def mark_read(*, by: Acting, now: datetime) -> int:
    """All that was told up to now has been read; gives how much it was."""
    if not by.account_id:
        return 0
    many = queries.unread(by)
    Reading.objects.update_or_create(account_id=by.account_id, defaults={"seen_at": now})
    return many


# ---- What every act shares


def _alone() -> None:
    """Until the end of the act nobody else changes which proposals are joined, or counts who supports them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('proposals.joined'))")


def _beside_others() -> None:
    """Until the end of the act it stays as it is which proposals are joined."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('proposals.joined'))")


def _found(proposal_id: int) -> Proposal:
    row = Proposal.objects.filter(pk=proposal_id).first()
    if row is None:
        raise NotFound
    return row


def _led(ids: Sequence[int], by: Acting) -> dict[int, Proposal]:
    """Locked for the secretariat: who may not is told so, before row security hides from him what he can read elsewhere."""
    require(may_lead(by, *Proposal.objects.filter(pk__in=ids)))
    return lock(Proposal.objects.all(), ids)


def _chain(proposal_id: int) -> list[Proposal]:
    """The proposal and those it was joined to, up to the one that speaks for all, locked in this order."""
    chain: list[Proposal] = []
    with scope(SYSTEM):  # whoever supports may not change a proposal, only count as one more behind it
        above: int | None = proposal_id
        while above is not None:
            row = lock(Proposal.objects.all(), [above])[above]
            chain.append(row)
            above = row.merged_into_id
    return chain


_RECOUNT = """WITH RECURSIVE above AS (
  SELECT id, merged_into_id FROM proposals_proposal WHERE id = ANY(%s)
  UNION SELECT p.id, p.merged_into_id FROM proposals_proposal p JOIN above a ON p.id = a.merged_into_id
), below AS (
  SELECT id AS top, id FROM above
  UNION SELECT b.top, p.id FROM below b JOIN proposals_proposal p ON p.merged_into_id = b.id
), counted AS (
  SELECT b.top, count(DISTINCT s.account_id) AS many FROM below b
  LEFT JOIN proposals_support s ON s.proposal_id = b.id AND s.withdrawn_at IS NULL GROUP BY b.top
) UPDATE proposals_proposal p SET supporters = counted.many FROM counted WHERE p.id = counted.top"""


def _recount(ids: Sequence[int]) -> None:
    """Count the different people behind these proposals and behind all they were joined to."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_RECOUNT, [list(ids)])


def _happened(
    kind: HappeningKind, ids: Sequence[int], now: datetime, *, other: Proposal | None = None, text: str = "",
    organisation_id: int | None = None,
) -> None:  # fmt: skip
    """Tell it on the page of each; its author and supporters find it among what is new to them."""
    rows = [
        Happening(proposal_id=pk, kind=kind, at=now, other=other, text=text, organisation_id=organisation_id)
        for pk in ids
    ]
    Happening.objects.bulk_create(rows, batch_size=2000)


def _said(text: str, field: str) -> None:
    if len(text.strip()) < rules.FEWEST_SIGNS:
        raise BadValue(field=field, reason="others will read it: a sentence is needed")


def _require_on(place_path: str, organisation_path: str, today: date) -> None:
    require(off_refusal(SLUG, [(place_path, organisation_path)], today))


def _require_on_at(rows: Sequence[Proposal], now: datetime) -> None:
    require(off_refusal(SLUG, [(row.place_path, row.organisation_path) for row in rows], business_date(now)))


def _event(
    act: str, proposals: Sequence[Proposal], by: Acting, now: datetime, rows: Sequence[Sequence[int]] | None = None
) -> None:
    only = proposals[0] if len(proposals) == 1 else None
    record(
        act, kind="proposal", subject=only.pk if only else None, by=by, now=now,
        place_path=only.place_path if only else by.place_path,
        organisation_path=only.organisation_path if only else by.organisation_path,
        rows=rows or [(row.pk,) for row in proposals],
    )  # fmt: skip
