"""The writes of those who propose: handing in, supporting, joining like ones and parting them again, withdrawing.

Who joins, parts, answers or reports does so alone (`alone`); those who support go on beside each other, each locking the proposal before
the ones it was joined to. So nobody waits for somebody who waits for him.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import connection

from peyvand.engines.themes import stems
from peyvand.extend.switches import off_refusal
from peyvand.journal.actions import record
from peyvand.kernel.codes import new_code
from peyvand.kernel.jalali import JalaliMonth, business_date
from peyvand.kernel.refusals import BadValue, require
from peyvand.people.models import Organisation
from peyvand.places.models import Place
from peyvand.programmes.proposals import queries, rules
from peyvand.programmes.proposals.enums import OPEN, HappeningKind
from peyvand.programmes.proposals.models import Happening, Merge, Proposal, Reading, Support
from peyvand.programmes.proposals.permissions import may_lead, may_withdraw, may_write
from peyvand.scope.acting import SYSTEM, Acting
from peyvand.scope.bulk import create_with_codes, lock, only
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
    require_on_at([by], now)
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
    happened(HappeningKind.WRITTEN, [proposal.pk], now)
    event("proposal.written", [proposal], by, now)
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
    require_on_at([by], now)
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

    Raises `CannotJoinItself`, `AlreadyJoined`, `NotWaiting` where one of them was answered or withdrawn.
    `into_id` may itself be joined: then its own speaker takes it in.
    """
    alone()
    with scope(SYSTEM):
        into_id = queries.root_of(_found(into_id)).pk
    if into_id == proposal_id:
        raise rules.CannotJoinItself
    rows = led([proposal_id, into_id], by)
    child, into = rows[proposal_id], rows[into_id]
    require_on_at([into], now)
    for row in (child, into):
        if row.merged_into_id is not None:
            raise rules.AlreadyJoined(number=row.shown_number)
        if row.state not in OPEN:  # what is joined to it would wait in no list
            raise rules.NotWaiting(number=row.shown_number)
    require_said(reason, "reason")
    child.merged_into = into
    child.save(update_fields=["merged_into"])
    merge = Merge.objects.create(child=child, into=into, reason=reason.strip(), at=now)
    with scope(SYSTEM):
        joined = queries.with_joined([child.pk])
    _recount([child.pk])
    happened(HappeningKind.MERGED, joined, now, other=into, text=reason.strip())
    happened(HappeningKind.TOOK_IN, [into.pk], now, other=child, text=reason.strip())
    event("proposal.merged", [child], by, now, rows=[(child.pk, into.pk)])
    return merge


@action
def part_proposal(*, proposal_id: int, by: Acting, now: datetime) -> Merge:
    """Take a joining back: the proposal stands by itself with the supporters it has; those it was joined to keep theirs."""
    alone()
    chain = _chain(proposal_id)
    child = chain[0]
    require(may_lead(by, child))
    require_on_at([child], now)
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
    happened(HappeningKind.UNMERGED, joined, now, other=into)
    happened(HappeningKind.LET_GO, [into.pk], now, other=child)
    event("proposal.parted", [child], by, now, rows=[(child.pk, into.pk)])
    return merge


@action
def withdraw_proposal(*, proposal_id: int, reason: str, by: Acting, now: datetime) -> Proposal:
    """By its author, while it waits. It stays readable, with the reason; what was joined to it stands by itself again."""
    alone()
    require(may_withdraw(by, _found(proposal_id)))
    row = lock(Proposal.objects.all(), [proposal_id])[proposal_id]
    require_said(reason, "reason")
    row.state, row.closed_at = rules.LIFE.after("withdraw", row.state), now
    row.save(update_fields=["state", "closed_at"])
    happened(HappeningKind.WITHDRAWN, [row.pk], now, text=reason.strip())
    children = _let_go(row, now)
    event("proposal.withdrawn", [row], by, now, rows=[(row.pk,), *((child,) for child in children)])
    return row


def _let_go(row: Proposal, now: datetime) -> list[int]:
    """Part all that were joined to a proposal directly; their authors and supporters are told. Gives which."""
    with scope(SYSTEM):
        joined = Proposal.objects.filter(merged_into=row)
        children = sorted(lock(joined, joined.values_list("pk", flat=True)))
        if not children:
            return []
        Proposal.objects.filter(pk__in=children).update(merged_into=None)
        Merge.objects.filter(child__in=children, undone_at__isnull=True).update(undone_at=now)
        happened(HappeningKind.UNMERGED, queries.with_joined(children), now, other=row)
    _recount([*children, row.pk])
    return children


@action
def mark_read(*, by: Acting, now: datetime) -> int:
    """All that was told up to now has been read; gives how much it was."""
    if not by.account_id:
        return 0
    many = queries.unread(by).count()
    Reading.objects.update_or_create(account_id=by.account_id, defaults={"seen_at": now})
    return many


# ---- What every act shares


def alone() -> None:
    """Until the end of the act nobody else changes which proposals are joined, or counts who supports them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('proposals.joined'))")


def _beside_others() -> None:
    """Until the end of the act it stays as it is which proposals are joined."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('proposals.joined'))")


def _found(proposal_id: int) -> Proposal:
    return only(Proposal.objects.filter(pk=proposal_id))


def led(ids: Sequence[int], by: Acting) -> dict[int, Proposal]:
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


def happened(
    kind: HappeningKind, ids: Sequence[int], now: datetime, *, other: Proposal | None = None, text: str = "",
    organisation_id: int | None = None,
) -> None:  # fmt: skip
    """Tell it on the page of each; its author and supporters find it among what is new to them."""
    rows = [
        Happening(proposal_id=pk, kind=kind, at=now, other=other, text=text, organisation_id=organisation_id)
        for pk in ids
    ]
    Happening.objects.bulk_create(rows, batch_size=2000)


def require_said(text: str, field: str) -> None:
    if len(text.strip()) < rules.FEWEST_SIGNS:
        raise BadValue(field=field, reason="others will read it: a sentence is needed")


def require_on_at(rows: Sequence[Proposal | Acting], now: datetime) -> None:
    """The programme is on where these proposals lie, or where somebody acts."""
    require(off_refusal(SLUG, [(row.place_path, row.organisation_path) for row in rows], business_date(now)))


def event(
    act: str, proposals: Sequence[Proposal], by: Acting, now: datetime, rows: Sequence[Sequence[int]] | None = None
) -> None:
    only = proposals[0] if len(proposals) == 1 else None
    record(
        act, kind="proposal", subject=only.pk if only else None, by=by, now=now,
        place_path=only.place_path if only else by.place_path,
        organisation_path=only.organisation_path if only else by.organisation_path,
        rows=rows or [(row.pk,) for row in proposals],
    )  # fmt: skip
